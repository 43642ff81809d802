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

#include "control_commands.h"
#include "control_message.h"

/**
 * Read an address.
 *
 * @return				FALSE if there is one, and it is not valid
 */
static bool read_address(vici_message_t *request, char *key,
						 ip_address_t *address)
{
	char *value = request->get_str(request, NULL, "%s", key);

	return !value || ip_address_from_string(value, address);
}

/**
 * Read an identity.
 *
 * @return				identity to be destroyed, NULL if there is none
 */
static identification_t *read_id(vici_message_t *request, char *key)
{
	char *value = request->get_str(request, NULL, "%s", key);

	return value ? identification_create_from_string(value) : NULL;
}

/**
 * Read the phase.
 *
 * @return				FALSE if there is no such phase
 */
static bool read_phase(vici_message_t *request, redirect_phase_t *phase)
{
	char *value = request->get_str(request, "init", "phase");
	int i;

	for (i = 0; i < REDIRECT_PHASE_MAX; i++)
	{
		if (strcaseeq(value, enum_to_name(redirect_phase_names, i)))
		{
			*phase = i;
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Take the first address of this gateway that is of the client's family.
 */
static void set_local(control_context_t *this, redirect_request_t *request)
{
	policy_engine_t *engine = this->parts.engine;
	const policy_state_t *state;
	int i, token;

	state = engine->acquire(engine, &token);
	for (i = 0; state->policy && !request->local.version &&
		 i < (int)state->policy->address_count; i++)
	{
		const policy_address_t *address = &state->policy->addresses[i];

		if (address->gateway == state->policy->self &&
			address->address.version == request->remote.version)
		{
			request->local = address->address;
		}
	}
	engine->release(engine, token);
}

/**
 * Read what is known of the client.
 *
 * @return				what is wrong, NULL if nothing is
 */
static const char *read_request(vici_message_t *message,
								redirect_request_t *request)
{
	if (!read_phase(message, &request->phase))
	{
		return "phase must be init, identity, auth or active";
	}
	if (!read_address(message, "remote", &request->remote) ||
		!request->remote.version)
	{
		return "remote must be the address of a client";
	}
	if (!read_address(message, "local", &request->local))
	{
		return "local must be an address of this gateway";
	}
	if (!read_address(message, "redirected-from", &request->redirected_from))
	{
		return "redirected-from must be an address of a gateway";
	}
	request->supported = message->get_bool(message, TRUE, "supported");
	request->connection = message->get_str(message, NULL, "connection");
	/* no attempt of its own: the answer is the same every time */
	request->spi_i = 0;
	return NULL;
}

/*
 * Described in header
 */
vici_message_t *control_decide(void *data, control_client_t *client,
							   vici_message_t *message)
{
	control_context_t *this = data;
	redirect_request_t request = {};
	redirect_decision_t decision;
	vici_builder_t *answer;
	const char *error;

	error = read_request(message, &request);
	if (error)
	{
		return control_answer(error);
	}
	if (!request.local.version)
	{
		set_local(this, &request);
	}
	request.id = read_id(message, "id");
	request.eap_id = read_id(message, "eap-id");
	request.groups[0] = read_id(message, "group");
	request.issuers[0] = read_id(message, "issuer");
	this->parts.engine->decide(this->parts.engine, &request, &decision);
	DESTROY_IF(request.id);
	DESTROY_IF(request.eap_id);
	DESTROY_IF(request.groups[0]);
	DESTROY_IF(request.issuers[0]);

	answer = vici_builder_create();
	control_add_bool(answer, "success", TRUE);
	control_add_address(answer, "local", &request.local);
	control_add_decision(answer, &decision, request.phase);
	return answer->finalize(answer);
}
