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
 * Weighted rendezvous hashing: every gateway draws a number for the client, the
 * highest wins, so a client keeps its gateway when others come and go, and only
 * the share of a gateway that goes is spread over the rest. No state, and every
 * gateway of the cluster comes to the same answer by itself.
 *
 * From: Thaler, Ravishankar, "Using name-based mappings to increase hit rates",
 * IEEE/ACM Transactions on Networking 6(1), 1998; the weights by Schindelhauer,
 * Schomaker, "Weighted distributed hash tables", SPAA 2005: the number is
 * weight / -ln(u) with u uniform in (0, 1).
 *
 * Cost: one hash and one logarithm a candidate; only the hash if all weights
 * are the same. Take it unless there is a reason for another.
 */

#include "rendezvous.h"

#include <math.h>

#include <library.h>

/**
 * The number a gateway draws for a client, before its weight comes in.
 */
static inline uint64_t draw(const redirect_selector_request_t *request,
							const redirect_selector_gateway_t *gateway)
{
	return redirect_selector_mix(request->client, gateway->id);
}

/**
 * Highest number of all, with weights.
 */
static int select_weighted(const redirect_selector_request_t *request,
						   const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	double score, u, best_score = -1;
	int i, best = 0;

	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		/* 53 bits in the middle of their interval, so never 0 or 1 */
		u = ((draw(request, gateway) >> 11) + 0.5) * 0x1p-53;
		score = gateway->weight / -log(u);
		if (score > best_score)
		{
			best_score = score;
			best = i;
		}
	}
	return best;
}

METHOD(redirect_selector_t, select_, int,
	redirect_selector_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	uint64_t score, best_score = 0;
	uint32_t weight;
	int i, best = 0;

	weight = view->gateways[view->candidates[0]].weight;
	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		if (gateway->weight != weight)
		{
			return select_weighted(request, view);
		}
		/* the order is that of the weighted score, it rises with u */
		score = draw(request, gateway) >> 11;
		if (score > best_score)
		{
			best_score = score;
			best = i;
		}
	}
	return best;
}

METHOD(redirect_selector_t, destroy, void,
	redirect_selector_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *rendezvous_selector_create(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.pure = TRUE,
		.select = _select_,
		.destroy = _destroy,
	);
	return this;
}
