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
 * @defgroup drain_targets drain_targets
 * @{ @ingroup redirect_sessions
 */

#ifndef DRAIN_TARGETS_H_
#define DRAIN_TARGETS_H_

#include "session_mover.h"

typedef struct drain_targets_t drain_targets_t;

/**
 * Clients in a row that did not follow to a gateway, until it is taken for dead
 * even if there is no other one.
 */
#define DRAIN_TARGETS_MISSES 3

/**
 * Seconds that a gateway nobody follows to is left out.
 */
#define DRAIN_TARGETS_SUSPECT 60

/**
 * The gateways clients are drained to, and whether clients arrive there: a
 * gateway that dies in the middle shows by clients that stay.
 *
 * Thread-safe.
 */
struct drain_targets_t {

	/**
	 * Limit the gateways.
	 *
	 * @param to		names, char*; NULL for all; copied
	 * @return			FALSE if one is not configured, nothing changes then
	 */
	bool (*limit)(drain_targets_t *this, array_t *to);

	/**
	 * Make an order limited to the gateways that are not suspect.
	 *
	 * @param move		TRUE to move clients even if nothing else asks for it
	 * @return			order with one reference
	 */
	session_order_t *(*create_order)(drain_targets_t *this, bool move);

	/**
	 * A client has followed. For hooks.
	 *
	 * @param name		name of the gateway
	 */
	void (*followed)(drain_targets_t *this, const char *name);

	/**
	 * A client has not followed within its grace.
	 *
	 * @param name		name of the gateway
	 * @param sent		when the redirect was sent
	 * @return			TRUE if the gateway may be dead, and the client should be
	 *					sent to another one
	 */
	bool (*missed)(drain_targets_t *this, const char *name, time_t sent);

	/**
	 * Forget what is known of arrivals.
	 */
	void (*reset)(drain_targets_t *this);

	/**
	 * Destroy it.
	 */
	void (*destroy)(drain_targets_t *this);
};

/**
 * Create it, without limit.
 *
 * @param engine		knows the gateways, has to outlive this
 */
drain_targets_t *drain_targets_create(policy_engine_t *engine);

#endif /** DRAIN_TARGETS_H_ @}*/
