/*
 * Copyright (C) 2026 The strongSwan redirect plugin authors
 *
 * This program is free software; you can redistribute it and/or modify it
 * under the terms of the GNU General Public License as published by the
 * Free Software Foundation; either version 2 of the License, or (at your
 * option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
 *
 * This program is distributed in the hope that it will be useful, but
 * WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
 * or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
 * for more details.
 */

/*
 * Round robin: one gateway after the other, each as often as its weight tells,
 * and as evenly spread as that goes.
 *
 * With equal weights the n-th client gets candidate n modulo their number. With
 * different ones its place on the line of all weights is n times the golden
 * ratio, modulo the line's length: the additive recurrence with the smallest
 * discrepancy (Niederreiter, "Random number generation and quasi-Monte Carlo
 * methods", 1992, chapter 3), so a gateway with half the weight gets about every
 * second client, never a burst.
 *
 * State: one counter, advanced without a lock. Cost: one addition a candidate.
 * Take it if clients share few addresses and the order does not matter.
 */

#include "round_robin.h"
#include "selector_draw.h"

#include <library.h>

/**
 * Fractional part of the golden ratio, in units of 2^-64.
 */
#define GOLDEN_RATIO 0x9e3779b97f4a7c15ULL

typedef struct private_round_robin_t private_round_robin_t;

/**
 * Private data
 */
struct private_round_robin_t {

	/**
	 * Public interface
	 */
	redirect_selector_t public;

	/**
	 * Clients so far
	 */
	uint64_t clients;
};

/**
 * Sum of the weights of all candidates; equal is set if they are the same.
 */
static uint64_t sum_weights(const redirect_selector_view_t *view, bool *equal)
{
	uint64_t sum = 0;
	uint32_t weight, first;
	int i;

	*equal = TRUE;
	first = view->gateways[view->candidates[0]].weight;
	for (i = 0; i < view->count; i++)
	{
		weight = view->gateways[view->candidates[i]].weight;
		*equal = *equal && weight == first;
		sum += weight;
	}
	return sum;
}

METHOD(redirect_selector_t, select_, int,
	private_round_robin_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	uint64_t n, sum;
	bool equal;

	sum = sum_weights(view, &equal);
	n = __atomic_fetch_add(&this->clients, 1, __ATOMIC_RELAXED);
	if (equal)
	{
		return n % view->count;
	}
	return selector_draw(view, sum, n * GOLDEN_RATIO, -1);
}

METHOD(redirect_selector_t, destroy, void,
	private_round_robin_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *round_robin_selector_create(
								const redirect_selector_options_t *options)
{
	private_round_robin_t *this;

	INIT(this,
		.public = {
			.select = _select_,
			.destroy = _destroy,
		},
	);
	return &this->public;
}
