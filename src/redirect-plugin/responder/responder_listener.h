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
 * @defgroup responder_listener responder_listener
 * @{ @ingroup redirect_responder
 */

#ifndef RESPONDER_LISTENER_H_
#define RESPONDER_LISTENER_H_

#include "clients/client_table.h"
#include "guard/guard.h"
#include "policy/connection_watch.h"

#include <bus/listeners/listener.h>

typedef struct responder_listener_t responder_listener_t;

/**
 * Looks at the IKE_SA_INIT and IKE_AUTH requests of clients for a gateway.
 *
 * It decides about IKE_SA_INIT requests before charon works on them, unless a
 * door before charon did (decided.h): if the client is redirected the KE payload
 * is taken out, which saves the key generation (reference: B11). In IKE_AUTH it
 * decides once the client is authenticated. A redirect is kept for the provider,
 * which charon asks next. The listener refuses clients as well: in IKE_SA_INIT by
 * taking out the SA payload, which charon answers with NO_PROPOSAL_CHOSEN, in
 * IKE_AUTH by the authorize hook.
 * While connections are not loaded yet it holds back that charon has none.
 *
 * Hooks are called with the bus mutex and the IKE_SA held; nothing in them
 * waits.
 */
struct responder_listener_t {

	/**
	 * To be registered with the bus
	 */
	listener_t listener;

	/**
	 * Destroy the listener, after it was removed from the bus.
	 */
	void (*destroy)(responder_listener_t *this);
};

/**
 * Create the listener.
 *
 * @param engine		decides, has to outlive the listener
 * @param clients		clients whose IKE_SA is being set up, has to outlive the
 *						listener
 * @param watch			knows whether connections are loaded, has to outlive the
 *						listener
 * @param guard			has parsed their notifies when the listener is called, has
 *						to outlive the listener
 */
responder_listener_t *responder_listener_create(policy_engine_t *engine,
												client_table_t *clients,
												connection_watch_t *watch,
												guard_t *guard);

#endif /** RESPONDER_LISTENER_H_ @}*/
