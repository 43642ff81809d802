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
 * @defgroup cluster_votes cluster_votes
 * @{ @ingroup redirect_cluster
 *
 * What probes of all gateways say of each: its heartbeat is outweighed by most of
 * them only.
 */

#ifndef CLUSTER_VOTES_H_
#define CLUSTER_VOTES_H_

#include "cluster_entry.h"

#include <collections/hashtable.h>

/**
 * Get the verdict of this gateway's probes.
 */
typedef gateway_verdict_t (*cluster_probed_t)(void *data, const char *name);

/**
 * Have all that are heard of vote on all they probe; this gateway by what it knows,
 * and not once more by its own record.
 *
 * Under the lock of cluster_members.
 *
 * @param entries		name => cluster_entry_t, their votes are counted anew
 * @param self			name of this gateway, empty for none
 * @param now			time, in milliseconds of the monotonic clock
 * @param fresh			milliseconds that a heartbeat is fresh
 * @param probed		has the verdict of own probes
 * @param data			passed to probed
 */
void cluster_votes_hold(hashtable_t *entries, const char *self, uint64_t now,
						uint64_t fresh, cluster_probed_t probed, void *data);

#endif /** CLUSTER_VOTES_H_ @}*/
