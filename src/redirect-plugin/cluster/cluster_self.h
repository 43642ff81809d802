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
 * @defgroup cluster_self cluster_self
 * @{ @ingroup redirect_cluster
 */

#ifndef CLUSTER_SELF_H_
#define CLUSTER_SELF_H_

#include "cluster_record.h"
#include "prober.h"

/**
 * Fill in what this gateway tells of itself: state (disabled while charon has no
 * connections), weight, capacity, sessions, load, version, addresses, and what its
 * probes found. Start, sequence, order and hash are left to the caller.
 *
 * @param heartbeat		changed
 * @param name			name of this gateway
 * @return				TRUE if others have to hear it at once: the state, or who is
 *						found down, is not what it was
 */
bool cluster_self_describe(cluster_heartbeat_t *heartbeat, const char *name,
						   policy_engine_t *engine, gateway_table_t *table,
						   prober_t *prober);

#endif /** CLUSTER_SELF_H_ @}*/
