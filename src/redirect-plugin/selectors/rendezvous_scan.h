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
 * Get the fastest way that this processor has.
 *
 * @param plain			TRUE for the way that all have
 * @return				function, can be called by any thread
 */
rendezvous_scan_t rendezvous_scan_get(bool plain);

#endif /** RENDEZVOUS_SCAN_H_ @}*/
