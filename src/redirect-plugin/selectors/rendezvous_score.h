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

/**
 * @defgroup rendezvous_score rendezvous_score
 * @{ @ingroup redirect_selectors
 *
 * Weighted rendezvous hashing, one candidate at a time: what the selectors have
 * in common that give a client the same gateway whenever they can. Where it
 * comes from stands in rendezvous.c.
 */

#ifndef RENDEZVOUS_SCORE_H_
#define RENDEZVOUS_SCORE_H_

#include "redirect_selector.h"

#include <math.h>

typedef struct rendezvous_score_t rendezvous_score_t;

/**
 * The best candidate so far, initialized with RENDEZVOUS_SCORE_INIT.
 */
struct rendezvous_score_t {

	/** its score, greater than 0 */
	double score;

	/** its index among the candidates, -1 before the first one */
	int index;
};

#define RENDEZVOUS_SCORE_INIT { .score = 0, .index = -1 }

/**
 * What a gateway draws for a client: 53 bits in the middle of their interval, so
 * that it is never 0 or 1.
 *
 * @param client		hash of the client
 * @param id			hash of the gateway
 * @return				number in (0, 1)
 */
static inline double rendezvous_score_draw(uint64_t client, uint64_t id)
{
	/* signed, as processors convert that in one step */
	return ((int64_t)(redirect_selector_mix(client, id) >> 11) + 0.5) * 0x1p-53;
}

/**
 * Calculate the score of a candidate, if it is better than the best so far.
 *
 * The score is weight / -ln(u), with u uniform in (0, 1). As -ln(u) is never
 * less than 1 - u, the logarithm is calculated for the few candidates that may
 * win only.
 *
 * @param best			best candidate so far
 * @param client		hash of the client
 * @param id			hash of the candidate's gateway
 * @param weight		weight of it
 * @return				its score, 0 if it is not better
 */
static inline double rendezvous_score_better(const rendezvous_score_t *best,
							uint64_t client, uint64_t id, double weight)
{
	double u = rendezvous_score_draw(client, id), score;

	if (weight <= best->score * (1 - u))
	{
		return 0;
	}
	score = weight / -log(u);
	return score > best->score ? score : 0;
}

/**
 * Let a candidate take part.
 *
 * @param best			best candidate so far
 * @param client		hash of the client
 * @param id			hash of the candidate's gateway
 * @param weight		weight of it
 * @param index			index of the candidate
 */
static inline void rendezvous_score_offer(rendezvous_score_t *best,
							uint64_t client, uint64_t id, double weight,
							int index)
{
	double score = rendezvous_score_better(best, client, id, weight);

	if (score > 0)
	{
		best->score = score;
		best->index = index;
	}
}

#endif /** RENDEZVOUS_SCORE_H_ @}*/
