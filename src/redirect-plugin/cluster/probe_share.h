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
 * @defgroup probe_share probe_share
 * @{ @ingroup redirect_cluster
 */

#ifndef PROBE_SHARE_H_
#define PROBE_SHARE_H_

#include <library.h>

/**
 * Most gateways that a gateway probes in an interval, and how many probe each one
 * if there are more than that.
 */
#define PROBE_SHARE_MAX 32
#define PROBE_SHARE_PROBERS 8

/**
 * Whether it is up to this gateway to probe another one, when all gateways share
 * the work: by rendezvous, so each of them knows without a word (Thaler,
 * Ravishankar: Using name-based mappings to increase hit rates, 1998). If one
 * comes or goes, the others keep nearly all they had.
 *
 * Up to PROBE_SHARE_MAX others are all probed. O(log n) on average for more.
 *
 * @param ids			gateways that may probe, by gateway_t.id; the one that is
 *						asked about and this one may be among them
 * @param count			number of ids
 * @param self			this gateway
 * @param other			gateway that is asked about
 * @return				TRUE if this one is one of the PROBE_SHARE_PROBERS
 */
bool probe_share_mine(const uint64_t *ids, int count, uint64_t self,
					  uint64_t other);

#endif /** PROBE_SHARE_H_ @}*/
