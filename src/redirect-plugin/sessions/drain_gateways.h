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
 * @defgroup drain_gateways drain_gateways
 * @{ @ingroup redirect_sessions
 */

#ifndef DRAIN_GATEWAYS_H_
#define DRAIN_GATEWAYS_H_

#include "session_mover.h"

typedef struct drain_gateways_t drain_gateways_t;

/**
 * Clients in a row that did not follow to a gateway, until it is taken for dead
 * even if there is no other one.
 */
#define DRAIN_GATEWAYS_MISSES 3

/**
 * Seconds that a gateway nobody follows to is left out.
 */
#define DRAIN_GATEWAYS_SUSPECT 60

/**
 * The gateways clients are drained to, and whether clients arrive there: a
 * gateway that dies in the middle shows by clients that stay.
 *
 * Thread-safe.
 */
struct drain_gateways_t {

	/**
	 * Limit the gateways.
	 *
	 * @param to		names, char*; NULL for all; copied
	 * @return			FALSE if one is not configured, nothing changes then
	 */
	bool (*limit)(drain_gateways_t *this, array_t *to);

	/**
	 * Make an order limited to the gateways that are not suspect.
	 *
	 * @param move		TRUE to move clients even if nothing else asks for it
	 * @return			order with one reference
	 */
	session_order_t *(*create_order)(drain_gateways_t *this, bool move);

	/**
	 * A client has followed. For hooks.
	 *
	 * @param name		name of the gateway
	 */
	void (*followed)(drain_gateways_t *this, const char *name);

	/**
	 * A client has not followed within its grace.
	 *
	 * @param name		name of the gateway
	 * @param sent		when the redirect was sent
	 * @return			TRUE if the gateway may be dead, and the client should be
	 *					sent to another one
	 */
	bool (*missed)(drain_gateways_t *this, const char *name, time_t sent);

	/**
	 * Forget what is known of arrivals.
	 */
	void (*reset)(drain_gateways_t *this);

	/**
	 * Destroy it.
	 */
	void (*destroy)(drain_gateways_t *this);
};

/**
 * Create it, without limit.
 *
 * @param engine		knows the gateways, has to outlive this
 */
drain_gateways_t *drain_gateways_create(policy_engine_t *engine);

#endif /** DRAIN_GATEWAYS_H_ @}*/
