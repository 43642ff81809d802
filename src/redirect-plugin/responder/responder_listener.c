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

#include "responder_listener.h"
#include "policy/sa_request.h"
#include "utils/sa_job.h"
#include "wire/notify_data.h"

#include <daemon.h>
#include <encoding/message.h>
#include <encoding/payloads/nonce_payload.h>

/**
 * Seconds an IKE_SA is kept whose client was redirected by its identity: clients
 * that did not get the response ask twice again in that time (strongSwan's after
 * 4 and 11 seconds by default).
 */
#define KEEP_SECONDS 12

typedef struct private_responder_listener_t private_responder_listener_t;

/**
 * Private data
 */
struct private_responder_listener_t {

	/**
	 * Public interface
	 */
	responder_listener_t public;

	/**
	 * Decides
	 */
	policy_engine_t *engine;

	/**
	 * Clients whose IKE_SA is being set up
	 */
	client_table_t *clients;

	/**
	 * Knows whether connections are loaded
	 */
	connection_watch_t *watch;

	/**
	 * Has parsed their notifies
	 */
	guard_t *guard;

	/**
	 * What was decided about the message under way, and that message; NULL if
	 * nothing was. Protected by the mutex of the bus.
	 */
	decided_t decided;
	message_t *message;
};

CALLBACK(take_decision, bool,
	private_responder_listener_t *this, message_t *message)
{
	decided_table_t *table = this->engine->decided;

	this->message = table->take(table, message, &this->decided) ? message : NULL;
	return this->message != NULL;
}

/**
 * Find a payload of a type.
 */
static bool has_payload(message_t *message, payload_type_t type)
{
	return message->get_payload(message, type) != NULL;
}

/**
 * Take all payloads of a type out of a message. Incoming messages keep the
 * octets that AUTH is calculated from.
 */
static void remove_payloads(message_t *message, payload_type_t type)
{
	enumerator_t *enumerator;
	payload_t *payload;

	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		if (payload->get_type(payload) == type)
		{
			message->remove_payload_at(message, enumerator);
			payload->destroy(payload);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Read the first octets of a nonce.
 */
static uint64_t read_nonce(nonce_payload_t *payload)
{
	chunk_t nonce = payload->get_nonce(payload);
	uint64_t first = nonce.len < sizeof(first) ? 0 : untoh64(nonce.ptr);

	chunk_free(&nonce);
	return first;
}

/**
 * Read an IKE_SA_INIT request that no door before charon could read; a notify
 * that is not valid counts as if it were not there.
 */
static redirect_request_t read_request(private_responder_listener_t *this,
									   ike_sa_t *ike_sa, message_t *message)
{
	redirect_request_t request = sa_request_create_init(ike_sa);
	const guard_scan_t *scan = this->guard->get(this->guard, message);
	payload_t *nonce = message->get_payload(message, PLV2_NONCE);

	if (scan)
	{
		request.supported = scan->supported;
		request.redirected_from = scan->redirected_from;
	}
	if (nonce && request.supported)
	{
		request.nonce = read_nonce((nonce_payload_t*)nonce);
	}
	return request;
}

/**
 * Keep a redirect for the provider, which charon asks next and which carries it
 * out, or just where the client came from.
 *
 * @return				FALSE if there is no room for it
 */
static bool keep(private_responder_listener_t *this, ike_sa_t *ike_sa,
				 const redirect_request_t *request,
				 const redirect_decision_t *decision)
{
	client_t client = {
		.redirected_from = request->redirected_from,
		.nonce = request->nonce,
		.replaces = request->replaces,
		.pending = decision->action == REDIRECT_REDIRECT,
	};

	return this->clients->put(this->clients, ike_sa, &client, decision);
}

/**
 * Decide about an IKE_SA_INIT request, before charon works on it.
 */
static void decide_init(private_responder_listener_t *this, ike_sa_t *ike_sa,
						message_t *message)
{
	redirect_request_t *request = &this->decided.request;
	redirect_decision_t *decision = &this->decided.decision;

	if (this->message != message && !take_decision(this, message))
	{
		*request = read_request(this, ike_sa, message);
		this->engine->decide(this->engine, request, decision);
	}
	this->message = NULL;
	if (decision->action == REDIRECT_REDIRECT)
	{
		if (keep(this, ike_sa, request, decision))
		{	/* spares charon the key generation */
			remove_payloads(message, PLV2_KEY_EXCHANGE);
		}
		/* without room to keep the answer the client is served */
		return;
	}
	if (request->redirected_from.version || decision->returned)
	{
		keep(this, ike_sa, request, decision);
	}
	if (decision->action == REDIRECT_REFUSE)
	{	/* charon answers with NO_PROPOSAL_CHOSEN */
		remove_payloads(message, PLV2_SECURITY_ASSOCIATION);
	}
	this->engine->carry_out(this->engine, request, decision);
}

/**
 * Count the rounds of authentication (RFC 4739) that were completed.
 */
static u_int count_rounds(ike_sa_t *ike_sa, bool local)
{
	enumerator_t *enumerator;
	auth_cfg_t *cfg;
	u_int rounds = 0;

	enumerator = ike_sa->create_auth_cfg_enumerator(ike_sa, local);
	while (enumerator->enumerate(enumerator, &cfg))
	{
		rounds++;
	}
	enumerator->destroy(enumerator);
	return rounds;
}

/**
 * Check if an IKE_AUTH response that is about to be sent is the first one, with
 * EAP: it has the gateway's AUTH, and nobody was authenticated before. The
 * message ID does not tell, IKE_INTERMEDIATE (RFC 9242) comes before.
 */
static bool is_first_eap_response(ike_sa_t *ike_sa, message_t *message)
{
	return has_payload(message, PLV2_AUTH) && has_payload(message, PLV2_EAP) &&
		   count_rounds(ike_sa, FALSE) == 0 && count_rounds(ike_sa, TRUE) <= 1;
}

/**
 * Remove an IKE_SA whose client was redirected.
 */
static status_t remove_redirected(void *data, ike_sa_t *ike_sa)
{
	return ike_sa->get_state(ike_sa) == IKE_DELETING ? DESTROY_ME : SUCCESS;
}

/**
 * Take an IKE_SA that will never be established out of charon's half-open ones,
 * of which a client may have a few only. It stays for a moment, in case the
 * client did not get the response and asks for it again.
 */
static void finish(ike_sa_t *ike_sa)
{
	ike_sa->set_state(ike_sa, IKE_DELETING);
	sa_job_queue(ike_sa->get_id(ike_sa), 0, KEEP_SECONDS * 1000, remove_redirected,
				 NULL, NULL);
}

/**
 * Redirect by the identity that a client claims, in the first IKE_AUTH response
 * with EAP (R6-7): the gateway's AUTH stays, the client verifies it (R6-8).
 */
static void decide_identity(private_responder_listener_t *this,
							ike_sa_t *ike_sa, message_t *message)
{
	redirect_request_t request;
	redirect_decision_t decision;
	uint8_t data[WIRE_REDIRECT_MAX];
	size_t len;

	if (!is_first_eap_response(ike_sa, message))
	{
		return;
	}
	request = sa_request_create_auth(ike_sa, REDIRECT_PHASE_IDENTITY,
									 this->clients);
	this->engine->decide(this->engine, &request, &decision);
	if (decision.action != REDIRECT_REDIRECT)
	{
		return;
	}
	len = redirect_notify_write(&decision.target, chunk_empty, data);
	if (len)
	{
		remove_payloads(message, PLV2_EAP);
		message->add_notify(message, FALSE, REDIRECT, chunk_create(data, len));
		this->engine->carry_out(this->engine, &request, &decision);
		finish(ike_sa);
	}
}

/**
 * Do not tell a client that there is no connection for it while they are not
 * loaded yet. The response is not generated then, and charon forgets the request.
 */
static void hold_back(private_responder_listener_t *this, ike_sa_t *ike_sa,
					  message_t *message)
{
	if (!ike_sa->get_ike_cfg(ike_sa) &&
		this->watch->is_silent(this->watch, message->get_destination(message)))
	{
		message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
	}
}

METHOD(listener_t, message, bool,
	private_responder_listener_t *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	if (!plain || !sa_request_is_gateway(ike_sa))
	{
		return TRUE;
	}
	switch (message->get_exchange_type(message))
	{
		case IKE_SA_INIT:
			if (incoming && message->get_request(message))
			{
				decide_init(this, ike_sa, message);
			}
			else if (!incoming && !message->get_request(message))
			{
				hold_back(this, ike_sa, message);
			}
			break;
		case IKE_AUTH:
			if (!incoming && !message->get_request(message))
			{
				decide_identity(this, ike_sa, message);
			}
			break;
		default:
			break;
	}
	return TRUE;
}

/**
 * Note that an authenticated client has another IKE_SA here that charon is about
 * to delete for this one: once it is gone, a redirect could leave the client
 * without any (reference: B13).
 */
static void note_replaced(private_responder_listener_t *this, ike_sa_t *ike_sa)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	host_t *host = ike_sa->get_other_host(ike_sa);
	client_t client;

	switch (peer_cfg ? peer_cfg->get_unique_policy(peer_cfg) : UNIQUE_NEVER)
	{
		case UNIQUE_NEVER:
		case UNIQUE_KEEP:
			return;
		default:
			/* without a policy an INITIAL_CONTACT does the same */
			break;
	}
	if (manager->has_contact(manager, ike_sa->get_my_id(ike_sa),
							 ike_sa->get_other_eap_id(ike_sa),
							 host->get_family(host)))
	{
		this->clients->get(this->clients, ike_sa, &client, NULL);
		client.replaces = TRUE;
		this->clients->put(this->clients, ike_sa, &client, NULL);
	}
}

/**
 * Note in a decision which gateway was left out in IKE_SA_INIT because the client
 * came back from there: it has proven now who it is.
 */
static void note_returned(private_responder_listener_t *this, ike_sa_t *ike_sa,
						  redirect_decision_t *decision)
{
	redirect_decision_t before;
	client_t client;

	if (!decision->returned &&
		this->clients->get(this->clients, ike_sa, &client, &before))
	{
		decision->returned = before.returned;
	}
}

METHOD(listener_t, authorize, bool,
	private_responder_listener_t *this, ike_sa_t *ike_sa, bool final,
	bool *success)
{
	redirect_request_t request;
	redirect_decision_t decision;

	if (!*success || !sa_request_is_gateway(ike_sa))
	{
		return TRUE;
	}
	if (!final)
	{	/* before charon looks whether the client is unique */
		note_replaced(this, ike_sa);
		return TRUE;
	}
	request = sa_request_create_auth(ike_sa, REDIRECT_PHASE_AUTH,
									 this->clients);
	this->engine->decide(this->engine, &request, &decision);
	note_returned(this, ike_sa, &decision);
	if (decision.action == REDIRECT_REDIRECT)
	{	/* without room to keep the answer the client is served */
		keep(this, ike_sa, &request, &decision);
		return TRUE;
	}
	*success = decision.action != REDIRECT_REFUSE;
	this->engine->carry_out(this->engine, &request, &decision);
	return TRUE;
}

METHOD(responder_listener_t, destroy, void,
	private_responder_listener_t *this)
{
	free(this);
}

/*
 * Described in header
 */
responder_listener_t *responder_listener_create(policy_engine_t *engine,
												client_table_t *clients,
												connection_watch_t *watch,
												guard_t *guard)
{
	private_responder_listener_t *this;

	INIT(this,
		.public = {
			.listener = {
				.message = _message,
				.authorize = _authorize,
			},
			.destroy = _destroy,
		},
		.engine = engine,
		.clients = clients,
		.watch = watch,
		.guard = guard,
	);
	guard->set_checked(guard, take_decision, this);
	return &this->public;
}
