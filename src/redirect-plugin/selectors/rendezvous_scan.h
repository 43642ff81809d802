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
 * @defgroup rendezvous_scan rendezvous_scan
 * @{ @ingroup redirect_selectors
 *
 * Look for gateways that may win weighted rendezvous hashing, by several at once
 * where the processor can.
 */

#ifndef RENDEZVOUS_SCAN_H_
#define RENDEZVOUS_SCAN_H_

#include "rendezvous_score.h"

typedef enum rendezvous_way_t rendezvous_way_t;

/**
 * Ways to look, the slowest first
 */
enum rendezvous_way_t {
	/** one by one, which all processors can */
	RENDEZVOUS_PLAIN,
	/** four at once */
	RENDEZVOUS_AVX2,
	/** eight at once */
	RENDEZVOUS_AVX512,
};

/**
 * Find the next gateway that may have a better score than the best so far. May
 * name one that has not, but never leaves out one that has: who calls offers it
 * with rendezvous_score_offer(), and goes on behind it.
 *
 * @param ids			ids of gateways
 * @param weights		their weights
 * @param count			number of gateways
 * @param client		hash of the client
 * @param best			best score so far
 * @return				index of the gateway, count if there is none
 */
typedef int (*rendezvous_scan_t)(const uint64_t *ids, const double *weights,
								 int count, uint64_t client, double best);

/**
 * Get a way to look that this processor has.
 *
 * @param fastest		slower ones are taken if it has not got this one
 * @return				function, can be called by any thread
 */
rendezvous_scan_t rendezvous_scan_get(rendezvous_way_t fastest);

#endif /** RENDEZVOUS_SCAN_H_ @}*/
