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

#include "session_order.h"

typedef struct drain_gateways_t drain_gateways_t;

/**
 * Clients in a row that did not arrive at a gateway, until others are told that
 * it does not work.
 */
#define DRAIN_GATEWAYS_MISSES 3

/**
 * Seconds that a gateway nobody arrives at is left out.
 */
#define DRAIN_GATEWAYS_SUSPECT 60

/**
 * The gateways clients are drained to, and whether clients arrive there: a
 * gateway that dies in the middle shows by clients that stay or come back.
 *
 * That a client has left says little: it may have logged off, or deleted its
 * IKE_SA before it asked the new gateway. It can keep a gateway from being
 * suspected, but proves nothing. What proves is what the table of gateways knows:
 * an answer to a probe, a heartbeat.
 *
 * Thread-safe.
 */
struct drain_gateways_t {

	/**
	 * Limit the gateways.
	 *
	 * @param to		names, char*; NULL for all; copied
	 * @param error		receives why it cannot be done, static
	 * @return			FALSE if one is not configured or is this one, nothing
	 *					changes then
	 */
	bool (*limit)(drain_gateways_t *this, array_t *to, const char **error);

	/**
	 * Get the gateways that are not suspect, as known at the last tick or change.
	 *
	 * @param move		TRUE to move clients even if nothing else asks for it
	 * @return			scope to be put
	 */
	session_scope_t *(*get_scope)(drain_gateways_t *this, bool move);

	/**
	 * A client has left for a gateway. For hooks.
	 *
	 * @param name		name of the gateway
	 */
	void (*left)(drain_gateways_t *this, const char *name);

	/**
	 * A client has not arrived: it stayed, or came back. For hooks.
	 *
	 * @param name		name of the gateway
	 * @param sent		when the redirect was sent
	 * @return			TRUE if the gateway may be dead
	 */
	bool (*missed)(drain_gateways_t *this, const char *name, time_t sent);

	/**
	 * Check whether clients are to be sent to a gateway other than one.
	 *
	 * @param name		name of the gateway
	 * @return			TRUE if there is one that takes clients and is not suspect
	 */
	bool (*has_other)(drain_gateways_t *this, const char *name);

	/**
	 * Find out when a gateway was shown to be alive and to take clients. Not for
	 * hooks.
	 *
	 * @param name		name of the gateway
	 * @param since		time of interest, of time_monotonic()
	 * @return			a time after since at which it was; 0 if it was not, or is
	 *					known to be down, or to drain, now
	 */
	time_t (*proven)(drain_gateways_t *this, const char *name, time_t since);

	/**
	 * Check whether a gateway takes clients, and did not when it was told to since:
	 * its own drain is over, or an operator says so. Not for hooks.
	 *
	 * @param name		name of the gateway
	 * @param since		time of interest, of time_monotonic()
	 */
	bool (*came_back)(drain_gateways_t *this, const char *name, time_t since);

	/**
	 * The same of the gateway with an address.
	 *
	 * @param address	address, maybe of none
	 * @param since		time of interest, of time_monotonic()
	 */
	bool (*came_back_at)(drain_gateways_t *this, const ip_address_t *address,
						 time_t since);

	/**
	 * To be called once a second: suspicions end, a new policy is taken over, and
	 * others are told of gateways that do not work.
	 *
	 * @return			TRUE if more gateways take clients than before
	 */
	bool (*tick)(drain_gateways_t *this);

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
 * @param gateways		knows which of them work, has to outlive this
 */
drain_gateways_t *drain_gateways_create(policy_engine_t *engine,
										gateway_table_t *gateways);

#endif /** DRAIN_GATEWAYS_H_ @}*/
