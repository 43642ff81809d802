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
 * @defgroup policy_engine policy_engine
 * @{ @ingroup redirect_policy
 */

#ifndef POLICY_ENGINE_H_
#define POLICY_ENGINE_H_

#include "decide.h"
#include "decided.h"
#include "decision_log.h"

typedef struct policy_engine_t policy_engine_t;

/**
 * Keeps the policy in force and answers every door of the plugin.
 *
 * Thread-safe. decide() is for hooks, providers and hot paths; everything else
 * waits for decisions that are being made and belongs into jobs, reloads and
 * control commands.
 */
struct policy_engine_t {

	/**
	 * What doors in front of charon decided, for the one inside of it.
	 */
	decided_table_t *decided;

	/**
	 * Decide what happens to a client. Counts and logs nothing, so it also
	 * answers "who would go where".
	 *
	 * @param request		what is known of the client
	 * @param decision		receives the answer
	 */
	void (*decide)(policy_engine_t *this, const redirect_request_t *request,
				   redirect_decision_t *decision);

	/**
	 * Put a policy into force.
	 *
	 * @param policy		policy, adopted; NULL to serve everybody
	 */
	void (*set_policy)(policy_engine_t *this, policy_t *policy);

	/**
	 * Take over what changed in the table of gateways.
	 */
	void (*refresh)(policy_engine_t *this);

	/**
	 * Tell whether this gateway is overloaded.
	 *
	 * @param overloaded	TRUE if it is
	 */
	void (*set_overloaded)(policy_engine_t *this, bool overloaded);

	/**
	 * Let a second pass: take over what changed in the table of gateways, and
	 * the time of day.
	 *
	 * @param overload		how much this gateway has to do
	 */
	void (*tick)(policy_engine_t *this, overload_level_t overload);

	/**
	 * Have the processor fetch what is remembered of a client that asks with an
	 * IKE_SA_INIT request, so that decide() and carry_out() need not wait for it when
	 * they are called soon.
	 *
	 * @param remote		address of the client
	 * @param remote_port	its UDP port
	 * @param spi_i			its SPI, any other costs time only
	 * @return				place of the request
	 */
	uint64_t (*expect)(policy_engine_t *this, const ip_address_t *remote,
					   uint16_t remote_port, uint64_t spi_i);

	/**
	 * Carry out a decision, apart from telling the client: all that it changes is
	 * changed here. The gateway that was chosen has one client more, the client
	 * gets the same one when it comes back and is not sent in a circle, and the
	 * log tells and counts it. The answer to a retransmitted IKE_SA_INIT request
	 * changes nothing and is only counted.
	 *
	 * Called once by the door that tells the client; any thread, for hooks,
	 * providers and hot paths.
	 *
	 * @param request		what was asked
	 * @param decision		what was decided
	 * @return				FALSE if it is the answer to a retransmission
	 */
	bool (*carry_out)(policy_engine_t *this, const redirect_request_t *request,
					  const redirect_decision_t *decision);

	/**
	 * Tell whether new clients that cannot go elsewhere are refused while this
	 * gateway drains; they are served by default.
	 *
	 * @param refusing		TRUE if they are
	 */
	void (*set_refusing)(policy_engine_t *this, bool refusing);

	/**
	 * Tell whether charon has connections, so that it can serve clients; it has
	 * them by default.
	 *
	 * @param connected		TRUE if it has
	 */
	void (*set_connected)(policy_engine_t *this, bool connected);

	/**
	 * Get the state decisions are made with, to look at. Nothing that waits
	 * may happen until it is released.
	 *
	 * @param token			receives what release() needs
	 * @return				state; its policy is NULL if none is in force
	 */
	const policy_state_t *(*acquire)(policy_engine_t *this, int *token);

	/**
	 * Tell that the state got by acquire() is not used anymore.
	 *
	 * @param token			token of acquire()
	 */
	void (*release)(policy_engine_t *this, int token);

	/**
	 * Destroy the engine; nobody may use it anymore.
	 */
	void (*destroy)(policy_engine_t *this);
};

/**
 * Create an engine that serves everybody until it gets a policy.
 *
 * @param table			gateways, has to outlive the engine
 * @param log			told of decisions that are carried out, has to outlive
 *						the engine; NULL to tell nobody
 */
policy_engine_t *policy_engine_create(gateway_table_t *table,
									  decision_log_t *log);

#endif /** POLICY_ENGINE_H_ @}*/
