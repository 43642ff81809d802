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
typedef struct rendezvous_scan_t rendezvous_scan_t;

/**
 * Gateways side by side that are looked at together, and fewest of a scan.
 */
#define RENDEZVOUS_BLOCK 64
#define RENDEZVOUS_SCAN_MIN 8

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
 * A way to look. Both functions can be called by any thread.
 */
struct rendezvous_scan_t {

	/**
	 * Get numbers that 1 - u is not below, with u what gateways draw, see
	 * rendezvous_score_draw(); but for 2^-29 the closest, or 0 if that is not
	 * faster than find(). find() does not stop at a gateway of weight w in a
	 * block if w <= best * least of the block.
	 *
	 * @param ids			ids of gateways
	 * @param count			number of gateways, at least RENDEZVOUS_SCAN_MIN
	 * @param client		hash of the client
	 * @param least			receives one for each block of RENDEZVOUS_BLOCK
	 */
	void (*least)(const uint64_t *ids, int count, uint64_t client,
				  double *least);

	/**
	 * Find the next gateway that may have a better score than the best so far.
	 * May name one that has not, but never leaves out one that has: who calls
	 * offers it with rendezvous_score_offer(), and goes on behind it.
	 *
	 * @param ids			ids of gateways
	 * @param weights		their weights
	 * @param count			number of gateways
	 * @param client		hash of the client
	 * @param best			best score so far
	 * @return				index of the gateway, count if there is none
	 */
	int (*find)(const uint64_t *ids, const double *weights, int count,
				uint64_t client, double best);
};

/**
 * Get a way to look that this processor has.
 *
 * @param fastest		slower ones are taken if it has not got this one
 * @return				way, static
 */
const rendezvous_scan_t *rendezvous_scan_get(rendezvous_way_t fastest);

#endif /** RENDEZVOUS_SCAN_H_ @}*/
