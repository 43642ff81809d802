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
#include "control_request.h"

typedef struct question_t question_t;

/**
 * What is asked.
 */
struct question_t {

	/** the request that is decided */
	redirect_request_t request;

	/** name of the connection, identities and the like, allocated */
	char *connection, *id, *eap_id, *group, *issuer;
};

/**
 * Parse an address.
 */
static bool parse_address(const char *value, void *field,
						  char why[CONFIG_WHY_MAX])
{
	if (ip_address_from_string(value, field))
	{
		return TRUE;
	}
	snprintf(why, CONFIG_WHY_MAX, "must be an address");
	return FALSE;
}

/**
 * Parse a phase.
 */
static bool parse_phase(const char *value, void *field,
						char why[CONFIG_WHY_MAX])
{
	int phase;

	if (enum_from_name(redirect_phase_names, (char*)value, &phase))
	{
		*(redirect_phase_t*)field = phase;
		return TRUE;
	}
	snprintf(why, CONFIG_WHY_MAX, "must be init, identity, auth or active");
	return FALSE;
}

#define FIELD(name) offsetof(question_t, name)

static const config_option_t options[] = {
	{ "remote", CONFIG_PARSE, FIELD(request.remote), .parse = parse_address },
	{ "local", CONFIG_PARSE, FIELD(request.local), .parse = parse_address },
	{ "redirected-from", CONFIG_PARSE, FIELD(request.redirected_from),
		.parse = parse_address },
	{ "phase", CONFIG_PARSE, FIELD(request.phase), .parse = parse_phase },
	{ "supported", CONFIG_BOOL, .offset = FIELD(request.supported) },
	{ "connection", CONFIG_TEXT, .offset = FIELD(connection) },
	{ "id", CONFIG_TEXT, .offset = FIELD(id) },
	{ "eap-id", CONFIG_TEXT, .offset = FIELD(eap_id) },
	{ "group", CONFIG_TEXT, .offset = FIELD(group) },
	{ "issuer", CONFIG_TEXT, .offset = FIELD(issuer) },
};

/**
 * Use the first address of this gateway that has the client's family.
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
 * Check that what is told of the client is known in the phase: an answer that
 * leaves it out would be another one than asked for.
 */
static const char *check_question(const question_t *question)
{
	const redirect_request_t *request = &question->request;

	if (!request->remote.version)
	{
		return "decide.remote: the address of a client has to be given";
	}
	if (request->local.version &&
		request->local.version != request->remote.version)
	{
		return "decide.local: is of another family than remote";
	}
	if (request->phase == REDIRECT_PHASE_INIT &&
		(question->connection || question->id || question->eap_id ||
		 question->group || question->issuer))
	{
		return "decide.phase: connection, id, eap-id, group and issuer are not "
			   "known in phase init; ask for phase auth or active";
	}
	if (request->phase == REDIRECT_PHASE_IDENTITY &&
		(question->eap_id || question->group || question->issuer))
	{
		return "decide.phase: eap-id, group and issuer are not known in phase "
			   "identity; ask for phase auth or active";
	}
	return NULL;
}

/**
 * Make an identity of a text, NULL without.
 */
static identification_t *create_id(char *text)
{
	return text ? identification_create_from_string(text) : NULL;
}

/**
 * Decide what is asked.
 */
static vici_message_t *decide(control_context_t *this, question_t *question)
{
	redirect_request_t *request = &question->request;
	redirect_decision_t decision;
	vici_builder_t *answer;

	if (!request->local.version)
	{
		set_local(this, request);
	}
	request->connection = question->connection;
	request->id = create_id(question->id);
	request->eap_id = create_id(question->eap_id);
	request->groups[0] = create_id(question->group);
	request->issuers[0] = create_id(question->issuer);
	this->parts.engine->decide(this->parts.engine, request, &decision);
	DESTROY_IF(request->id);
	DESTROY_IF(request->eap_id);
	DESTROY_IF(request->groups[0]);
	DESTROY_IF(request->issuers[0]);

	answer = vici_builder_create();
	control_add_bool(answer, "success", TRUE);
	control_add_address(answer, "local", &request->local);
	control_add_decision(answer, &decision, request->phase);
	return answer->finalize(answer);
}

/*
 * Described in header
 */
vici_message_t *control_decide(void *data, control_client_t *client,
							   vici_message_t *message)
{
	static const control_arguments_t arguments = {
		.options = options,
		.count = countof(options),
	};
	/* the SPI is that of no attempt: the answer is the same every time */
	question_t question = {
		.request = {
			.phase = REDIRECT_PHASE_INIT,
			.supported = TRUE,
		},
	};
	vici_message_t *answer;
	const char *why;
	char *error;

	error = control_request_read(message, "decide", &arguments, &question);
	if (error)
	{
		answer = control_refuse(error);
	}
	else
	{
		why = check_question(&question);
		answer = why ? control_answer(why) : decide(data, &question);
	}
	free(question.connection);
	free(question.id);
	free(question.eap_id);
	free(question.group);
	free(question.issuer);
	return answer;
}
