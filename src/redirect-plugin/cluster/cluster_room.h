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
 * @defgroup cluster_room cluster_room
 * @{ @ingroup redirect_cluster
 *
 * Whether the others have room for the sessions of a gateway that is to drain.
 */

#ifndef CLUSTER_ROOM_H_
#define CLUSTER_ROOM_H_

#include "redirect_store.h"
#include "policy/policy_engine.h"

/**
 * Whether a gateway may drain: the others have room for its sessions, as far as
 * that is known, and not too many drain. Any thread; takes the lock of the table.
 *
 * @param engine		has the gateways
 * @param table			knows their sessions
 * @param max_draining	gateways that may drain at a time
 * @param name			name of the gateway
 * @param error			receives why not
 * @return				FALSE if it may not
 */
bool cluster_room_allows(policy_engine_t *engine, gateway_table_t *table,
						 uint32_t max_draining, const char *name,
						 char error[REDIRECT_STORE_WHY_MAX]);

#endif /** CLUSTER_ROOM_H_ @}*/
