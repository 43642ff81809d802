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

#include "responder_provider.h"
#include "policy/sa_request.h"

typedef struct private_responder_provider_t private_responder_provider_t;

/**
 * Private data
 */
struct private_responder_provider_t {

	/**
	 * Public interface
	 */
	responder_provider_t public;

	/**
	 * Carries out what was decided
	 */
	policy_engine_t *engine;

	/**
	 * What the listener decided
	 */
	client_table_t *clients;

	/**
	 * Redirects clients in another way, may be NULL
	 */
	bool (*take)(void *data, ike_sa_t *ike_sa,
				 const redirect_decision_t *decision);

	/**
	 * Passed to take
	 */
	void *data;
};

/**
 * Take the redirect that the listener decided, if it did.
 */
static bool take_decision(private_responder_provider_t *this, ike_sa_t *ike_sa,
						  client_t *client, redirect_decision_t *decision)
{
	if (!this->clients->get(this->clients, ike_sa, client, decision) ||
		!client->pending)
	{
		return FALSE;
	}
	client->pending = FALSE;
	this->clients->put(this->clients, ike_sa, client, NULL);
	return TRUE;
}

METHOD(redirect_provider_t, redirect_on_init, bool,
	private_responder_provider_t *this, ike_sa_t *ike_sa,
	identification_t **gateway)
{
	redirect_request_t request;
	redirect_decision_t decision;
	client_t client;

	*gateway = NULL;
	if (!take_decision(this, ike_sa, &client, &decision))
	{
		return FALSE;
	}
	request = sa_request_create_init(ike_sa);
	request.supported = TRUE;
	request.redirected_from = client.redirected_from;
	request.nonce = client.nonce;
	this->engine->carry_out(this->engine, &request, &decision);
	*gateway = gateway_identity_to_id(&decision.target);
	return TRUE;
}

METHOD(redirect_provider_t, redirect_on_auth, bool,
	private_responder_provider_t *this, ike_sa_t *ike_sa,
	identification_t **gateway)
{
	redirect_request_t request;
	redirect_decision_t decision;
	client_t client;

	*gateway = NULL;
	if (!sa_request_is_gateway(ike_sa) ||
		!take_decision(this, ike_sa, &client, &decision))
	{
		return FALSE;
	}
	request = sa_request_create_auth(ike_sa, REDIRECT_PHASE_AUTH,
									 this->clients);
	this->engine->carry_out(this->engine, &request, &decision);
	if (this->take && this->take(this->data, ike_sa, &decision))
	{
		return FALSE;
	}
	*gateway = gateway_identity_to_id(&decision.target);
	return TRUE;
}

METHOD(responder_provider_t, set_taker, void,
	private_responder_provider_t *this,
	bool (*take)(void *data, ike_sa_t *ike_sa,
				 const redirect_decision_t *decision), void *data)
{
	this->take = take;
	this->data = data;
}

METHOD(responder_provider_t, destroy, void,
	private_responder_provider_t *this)
{
	free(this);
}

/*
 * Described in header
 */
responder_provider_t *responder_provider_create(policy_engine_t *engine,
												client_table_t *clients)
{
	private_responder_provider_t *this;

	INIT(this,
		.public = {
			.provider = {
				.redirect_on_init = _redirect_on_init,
				.redirect_on_auth = _redirect_on_auth,
			},
			.set_taker = _set_taker,
			.destroy = _destroy,
		},
		.engine = engine,
		.clients = clients,
	);
	return &this->public;
}
