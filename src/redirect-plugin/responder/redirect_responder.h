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
 * @defgroup redirect_responder redirect_responder
 * @{ @ingroup redirect_responder
 */

#ifndef REDIRECT_RESPONDER_H_
#define REDIRECT_RESPONDER_H_

#include "redirect_reporter.h"
#include "client_table.h"
#include "policy/policy_engine.h"

#include <bus/listeners/listener.h>
#include <sa/redirect_provider.h>

typedef struct redirect_responder_t redirect_responder_t;

/**
 * The doors of a gateway that charon itself opens: IKE_SA_INIT and IKE_AUTH
 * requests of clients.
 *
 * The listener decides about IKE_SA_INIT requests before charon works on them:
 * if the client is redirected the KE payload is taken out, which saves the key
 * generation (reference: B11), and the provider then gives the same answer. It
 * refuses clients as well: in IKE_SA_INIT by taking out the SA payload, which
 * charon answers with NO_PROPOSAL_CHOSEN, in IKE_AUTH by the authorize hook.
 *
 * Hooks are called with the bus mutex and the IKE_SA held, the provider with
 * the read lock of the redirect manager; neither waits for anything.
 */
struct redirect_responder_t {

	/**
	 * To be registered with the bus
	 */
	listener_t listener;

	/**
	 * To be registered with the redirect manager
	 */
	redirect_provider_t provider;

	/**
	 * Destroy the responder, after listener and provider were removed.
	 */
	void (*destroy)(redirect_responder_t *this);
};

/**
 * Create the responder.
 *
 * @param engine		decides, has to outlive the responder
 * @param reporter		tells and counts, has to outlive the responder
 * @param clients		clients whose IKE_SA is being set up, has to outlive the
 *						responder
 */
redirect_responder_t *redirect_responder_create(policy_engine_t *engine,
												redirect_reporter_t *reporter,
												client_table_t *clients);

#endif /** REDIRECT_RESPONDER_H_ @}*/
