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
 * @defgroup decide decide
 * @{ @ingroup redirect_policy
 */

#ifndef DECIDE_H_
#define DECIDE_H_

#include "hop_table.h"
#include "policy.h"
#include "recent_table.h"

typedef struct policy_state_t policy_state_t;

/**
 * How long a connection attempt is remembered, in seconds: longer than
 * initiators retransmit an IKE_SA_INIT (165 s by default in strongSwan).
 */
#define ATTEMPT_SECONDS 180

/**
 * Key of a connection attempt: hash of the client's address, and its SPI.
 */
#define ATTEMPT_KEY(place, spi) redirect_selector_mix(place, spi)

/**
 * Action and lower bits of the id of the gateway that was chosen.
 */
#define ATTEMPT(action, gateway) (((uint32_t)(gateway) & ~3U) | (action))
#define ATTEMPT_ACTION(attempt) ((attempt) & 3U)
#define SAME_GATEWAY(id, attempt) (!(((uint32_t)(id) ^ (attempt)) & ~3U))

/**
 * All that a decision depends on, besides the request: immutable, swapped whole
 * when the configuration, a gateway or the load of this one changes.
 */
struct policy_state_t {

	/** gateways and rules, NULL if no configuration is in force */
	const policy_t *policy;

	/** what is known of the gateways */
	const gateway_view_t *view;

	/** how connection attempts were answered, for retransmissions: ATTEMPT() by
	 * ATTEMPT_KEY() */
	recent_table_t *attempts;

	/** gateways clients got, first as claimed, then proven: lower bits of their
	 * ids by hash of the client */
	recent_table_t *sticky[2];

	/** clients redirected lately */
	hop_table_t *hops;

	/** how much this gateway has to do */
	overload_level_t overload;

	/** minute of the week since Monday 00:00, in local time; atomic */
	const uint32_t *week_minute;

	/** TRUE if this gateway drains and new clients that cannot go elsewhere are
	 * refused */
	bool refusing;

	/** FALSE while charon has no connections: nobody can be served here yet */
	bool connected;
};

/**
 * Decide what happens to a client: the one place where that is done.
 *
 * Any thread, hot path: takes no lock, does not allocate, logs nothing. Fails
 * open: without a gateway to send it to the client is served.
 *
 * @param state			what the decision depends on
 * @param request		what is known of the client
 * @param decision		receives the answer
 */
void redirect_decide(const policy_state_t *state,
					 const redirect_request_t *request,
					 redirect_decision_t *decision);

#endif /** DECIDE_H_ @}*/
