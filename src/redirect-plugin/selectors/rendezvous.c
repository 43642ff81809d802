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
 * With balance_factor no gateway gets clients while it is above that per cent of
 * its share of all sessions: the client takes the gateway with the next highest
 * number instead. Clients then move a little more often, and gateways that know
 * of different loads may come to different answers.
 *
 * From: Thaler, Ravishankar, "Using name-based mappings to increase hit rates",
 * IEEE/ACM Transactions on Networking 6(1), 1998; the weights by Schindelhauer,
 * Schomaker, "Weighted distributed hash tables", SPAA 2005: the number is
 * weight / -ln(u) with u uniform in (0, 1); the bound by Mirrokni, Thorup,
 * Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018.
 *
 * Cost: a hash a candidate, eight of them together where the processor has
 * AVX-512, four where it has AVX2, and two logarithms, more where weights differ
 * a lot; with balance_factor one more look at each candidate. Take it unless there is a
 * reason for another.
 */

#include "rendezvous.h"
#include "rendezvous_scan.h"
#include "selector_load.h"

#include <library.h>

typedef struct private_rendezvous_t private_rendezvous_t;

/**
 * Private data
 */
struct private_rendezvous_t {

	/**
	 * Public interface
	 */
	redirect_selector_t public;

	/**
	 * Most clients of a gateway, relative to its share; 0 if not bounded
	 */
	double factor;

	/**
	 * How to look for gateways that may win
	 */
	const rendezvous_scan_t *scan;
};

/**
 * Most gateways in a row that are looked for if there are not only such, most of
 * all, and fewest that are worth it.
 */
#define ROW_MAX 256
#define ROW_MOST 4096
#define ROW_MIN (2 * RENDEZVOUS_SCAN_MIN)

/**
 * A bit less than 1: more than rounding errors, less than what tells scores
 * apart.
 */
#define NEARLY (1 - 0x1p-40)

/**
 * Get how many candidates from one on are gateways side by side.
 *
 * @return				some of them, 0 if they are too few
 */
static int get_row(const redirect_selector_view_t *view, int i)
{
	const uint16_t *candidates = view->candidates + i;
	int count = min(view->count - i, ROW_MOST);

	if (!view->ids)
	{
		return 0;
	}
	while (count >= ROW_MIN && candidates[count - 1] - *candidates != count - 1)
	{
		count = min(count / 2, ROW_MAX);
	}
	return count >= ROW_MIN ? count : 0;
}

/**
 * Let gateways side by side take part.
 *
 * @param from			index of the first candidate
 * @param count			number of them
 */
static void offer_block(private_rendezvous_t *this, rendezvous_score_t *best,
						uint64_t client, const redirect_selector_view_t *view,
						int from, int count)
{
	int first = view->candidates[from], i = 0;

	while (TRUE)
	{
		i += this->scan->find(view->ids + first + i, view->weights + first + i,
							  count - i, client, best->score);
		if (i == count)
		{
			break;
		}
		rendezvous_score_offer(best, client, view->ids[first + i],
							   view->weights[first + i], from + i);
		i++;
	}
}

/**
 * Get how many gateways a block of a row has.
 */
static int get_size(int block, int count)
{
	return min(RENDEZVOUS_BLOCK, count - block * RENDEZVOUS_BLOCK);
}

/**
 * Begin with what most likely wins, if it does: with a best score that it is just
 * above, so that hardly any other gateway has to be looked at more closely.
 *
 * @param first			position of the first gateway
 * @param count			number of gateways
 * @param least			what is known of each block
 */
static void begin_row(private_rendezvous_t *this, rendezvous_score_t *best,
					  uint64_t client, const redirect_selector_view_t *view,
					  int first, int count, const double *least)
{
	int i, block = 0, size;
	double score;

	for (i = 1; i * RENDEZVOUS_BLOCK < count; i++)
	{
		block = least[i] < least[block] ? i : block;
	}
	if (least[block] > 0)
	{
		size = get_size(block, count);
		first += block * RENDEZVOUS_BLOCK;
		i = this->scan->find(view->ids + first, view->weights + first, size,
							 client, view->heaviest / least[block] * NEARLY);
		score = i < size ? rendezvous_score_better(best, client,
								view->ids[first + i], view->weights[first + i])
						 : 0;
		if (score > 0)
		{	/* or one before it that has the same */
			*best = (rendezvous_score_t){ score * NEARLY, -1 };
		}
	}
}

/**
 * Let gateways side by side take part, any number of them.
 *
 * @param from			index of the first candidate
 * @param count			number of them, at most ROW_MOST
 */
static void offer_row(private_rendezvous_t *this, rendezvous_score_t *best,
					  uint64_t client, const redirect_selector_view_t *view,
					  int from, int count)
{
	double least[ROW_MOST / RENDEZVOUS_BLOCK];
	int i, first = view->candidates[from];

	this->scan->least(view->ids + first, count, client, least);
	begin_row(this, best, client, view, first, count, least);
	for (i = 0; i * RENDEZVOUS_BLOCK < count; i++)
	{
		if (view->heaviest > best->score * least[i])
		{
			offer_block(this, best, client, view, from + i * RENDEZVOUS_BLOCK,
						get_size(i, count));
		}
	}
}

METHOD(redirect_selector_t, select_, int,
	private_rendezvous_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	rendezvous_score_t best = RENDEZVOUS_SCORE_INIT;
	int i, end, row;

	if (view->count == 1)
	{
		return 0;
	}
	for (i = 0; i < view->count; i = end)
	{
		row = get_row(view, i);
		end = min(i + max(row, ROW_MIN), view->count);
		if (row)
		{
			offer_row(this, &best, request->client, view, i, row);
			continue;
		}
		for (; i < end; i++)
		{
			gateway = &view->gateways[view->candidates[i]];
			rendezvous_score_offer(&best, request->client, gateway->id,
								   gateway->weight, i);
		}
	}
	return best.index;
}

METHOD(redirect_selector_t, select_bounded, int,
	private_rendezvous_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	rendezvous_score_t best = RENDEZVOUS_SCORE_INIT;
	double bound, score, clients = 1, weights = 0;
	int i;

	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		clients += selector_load_clients(view, gateway);
		weights += gateway->weight;
	}
	bound = this->factor * clients / weights;
	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		score = rendezvous_score_better(&best, request->client, gateway->id,
										gateway->weight);
		/* in whole clients, and rounded up as in the paper, so that there is
		 * always one below: one that is at most at its share is */
		if (score > 0 && floor(selector_load_clients(view, gateway)) + 1 <=
						 ceil(bound * gateway->weight))
		{
			best = (rendezvous_score_t){ score, i };
		}
	}
	/* unless another thread sent clients there in between */
	return best.index >= 0 ? best.index
						   : select_(this, request, view);
}

METHOD(redirect_selector_t, destroy, void,
	private_rendezvous_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *rendezvous_selector_create(
								const redirect_selector_options_t *options)
{
	private_rendezvous_t *this;

	INIT(this,
		.public = {
			.pure = !options->balance_factor,
			.select = _select_,
			.destroy = _destroy,
		},
		.factor = options->balance_factor / 100.0,
		.scan = rendezvous_scan_get(RENDEZVOUS_AVX512),
	);
	if (options->balance_factor)
	{
		this->public.select = _select_bounded;
	}
	return &this->public;
}
