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
 * @defgroup responder_provider responder_provider
 * @{ @ingroup redirect_responder
 */

#ifndef RESPONDER_PROVIDER_H_
#define RESPONDER_PROVIDER_H_

#include "clients/client_table.h"
#include "policy/policy_engine.h"

#include <sa/redirect_provider.h>

typedef struct responder_provider_t responder_provider_t;

/**
 * Gives charon the gateway a client is redirected to, in IKE_SA_INIT and in
 * IKE_AUTH (section 6), as the listener decided before, and carries that out.
 *
 * Asked with the IKE_SA checked out and the read lock of the redirect manager
 * held; does not wait for anything.
 */
struct responder_provider_t {

	/**
	 * To be registered with the redirect manager
	 */
	redirect_provider_t provider;

	/**
	 * Set who redirects clients in another way than by the notify in the last
	 * IKE_AUTH response. Called with the read lock of the redirect manager and
	 * the IKE_SA held: must not wait.
	 *
	 * @param take			function that takes a client over; FALSE to leave it
	 *						to the notify
	 * @param data			passed to it
	 */
	void (*set_taker)(responder_provider_t *this,
					  bool (*take)(void *data, ike_sa_t *ike_sa,
								   const redirect_decision_t *decision),
					  void *data);

	/**
	 * Destroy the provider, after it was removed from the manager.
	 */
	void (*destroy)(responder_provider_t *this);
};

/**
 * Create the provider.
 *
 * @param engine		carries out decisions, has to outlive the provider
 * @param clients		what the listener decided, has to outlive the provider
 */
responder_provider_t *responder_provider_create(policy_engine_t *engine,
												client_table_t *clients);

#endif /** RESPONDER_PROVIDER_H_ @}*/
