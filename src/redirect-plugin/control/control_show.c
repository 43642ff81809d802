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

#include "control_client.h"
#include "control_commands.h"
#include "control_message.h"
#include "control_request.h"

#include <library.h>

/*
 * Described in header
 */
void control_get_self(control_parts_t *parts, char name[REDIRECT_NAME_MAX])
{
	const policy_state_t *state;
	const policy_t *policy;
	int token;

	state = parts->engine->acquire(parts->engine, &token);
	policy = state->policy;
	snprintf(name, REDIRECT_NAME_MAX, "%s", policy && policy->self >= 0
				? policy->gateways[policy->self].name : "");
	parts->engine->release(parts->engine, token);
}

/*
 * Described in header
 */
int control_find_gateway(control_parts_t *parts, const char *name)
{
	const policy_state_t *state;
	int i, token, found = -1;

	state = parts->engine->acquire(parts->engine, &token);
	for (i = 0; state->policy && i < state->policy->gateway_count; i++)
	{
		if (streq(state->policy->gateways[i].name, name))
		{
			found = i;
		}
	}
	parts->engine->release(parts->engine, token);
	return found;
}

/**
 * Make a message of what is configured of a gateway.
 */
static vici_builder_t *begin_gateway(const policy_state_t *state, int i)
{
	vici_builder_t *message = vici_builder_create();
	const gateway_t *gateway = &state->policy->gateways[i];
	char address[GATEWAY_IDENTITY_FQDN_MAX + 1];
	int j;

	control_add_text(message, "name", gateway->name);
	control_add_bool(message, "self", i == state->policy->self);
	message->begin_list(message, "addresses");
	for (j = 0; j < gateway->address_count; j++)
	{
		message->add_li(message, "%s",
						gateway_identity_to_string(&gateway->addresses[j],
											address, sizeof(address)));
	}
	message->end_list(message);
	control_add_text(message, "takes-clients",
					 state->view->left_out[i] ? "no" : "yes");
	if (state->view->left_out[i])
	{
		control_add_text(message, "left-out",
						 enum_to_name(gateway_left_out_names,
									  state->view->left_out[i]));
	}
	control_add_number(message, "weight-in-effect",
					   state->view->gateways[i].weight);
	return message;
}

/**
 * Add where a value of a gateway comes from, unless it is the file.
 *
 * @param keys			keys of the value in the file, of who set it and of when
 * @param file			the value in the file
 */
static void add_origin(vici_builder_t *message, const gateway_origin_t *origin,
					   char *keys[3], const char *file)
{
	if (origin->source != GATEWAY_SOURCE_FILE)
	{
		control_add_text(message, keys[0], file);
		control_add_text(message, keys[1], enum_to_name(gateway_source_names,
														origin->source));
		control_add_number(message, keys[2], origin->age);
	}
}

/**
 * Add where state, weight and capacity come from.
 */
static void add_origins(vici_builder_t *message, const gateway_status_t *status)
{
	const gateway_origin_t *origins = status->origins;
	char weight[16], capacity[16];

	snprintf(weight, sizeof(weight), "%u", origins[GATEWAY_VALUE_WEIGHT].file);
	snprintf(capacity, sizeof(capacity), "%u",
			 origins[GATEWAY_VALUE_CAPACITY].file);
	add_origin(message, &origins[GATEWAY_VALUE_STATE],
			   (char*[]){ "state-in-file", "state-by", "state-age" },
			   enum_to_name(gateway_state_names,
							origins[GATEWAY_VALUE_STATE].file));
	add_origin(message, &origins[GATEWAY_VALUE_WEIGHT],
			   (char*[]){ "weight-in-file", "weight-by", "weight-age" },
			   weight);
	add_origin(message, &origins[GATEWAY_VALUE_CAPACITY],
			   (char*[]){ "capacity-in-file", "capacity-by", "capacity-age" },
			   capacity);
}

/**
 * Add who says that a gateway is up or down.
 */
static void add_health(vici_builder_t *message, const gateway_status_t *status)
{
	int i;

	control_add_text(message, "health", enum_to_name(gateway_verdict_names,
													 status->health));
	if (status->health_by < GATEWAY_WITNESS_MAX)
	{
		control_add_text(message, "health-by",
						 enum_to_name(gateway_witness_names, status->health_by));
		control_add_number(message, "health-age", status->health_age);
	}
	message->begin_section(message, "witnesses");
	for (i = 0; i < GATEWAY_WITNESS_MAX; i++)
	{
		if (status->said[i] != GATEWAY_UNKNOWN)
		{
			control_add_text(message, enum_to_name(gateway_witness_names, i),
							 enum_to_name(gateway_verdict_names,
										  status->said[i]));
		}
	}
	message->end_section(message);
}

/**
 * Add what is known of a gateway.
 */
static void add_gateway_status(vici_builder_t *message,
							   const gateway_status_t *status)
{
	control_add_text(message, "state", enum_to_name(gateway_state_names,
													status->state));
	control_add_bool(message, "up", status->up);
	control_add_number(message, "weight", status->weight);
	control_add_number(message, "capacity", status->capacity);
	control_add_number(message, "assigned", status->assigned);
	control_add_number(message, "redirected", status->redirected);
	add_origins(message, status);
	add_health(message, status);
	if (status->sessions != REDIRECT_SELECTOR_UNKNOWN ||
		status->load != REDIRECT_SELECTOR_UNKNOWN)
	{
		control_add_text(message, "told-by", enum_to_name(gateway_source_names,
														  status->told_by));
		control_add_number(message, "told-age", status->told_age);
	}
	if (status->sessions != REDIRECT_SELECTOR_UNKNOWN)
	{
		control_add_number(message, "sessions", status->sessions);
	}
	if (status->load != REDIRECT_SELECTOR_UNKNOWN)
	{
		message->add_kv(message, "load-percent", "%u.%u", status->load / 10,
						status->load % 10);
	}
}

/*
 * Described in header
 */
vici_message_t *control_gateways(void *data, control_client_t *client,
								 vici_message_t *request)
{
	control_context_t *this = data;
	policy_engine_t *engine = this->parts.engine;
	const policy_state_t *state;
	char name[REDIRECT_NAME_MAX];
	gateway_status_t status;
	vici_builder_t *message;
	int i, token;

	for (i = 0; ; i++)
	{
		state = engine->acquire(engine, &token);
		if (!state->policy || i >= state->policy->gateway_count)
		{
			engine->release(engine, token);
			return control_answer(NULL);
		}
		message = begin_gateway(state, i);
		snprintf(name, sizeof(name), "%s", state->policy->gateways[i].name);
		engine->release(engine, token);
		if (this->parts.gateways->get_status(this->parts.gateways, name,
											 &status))
		{
			add_gateway_status(message, &status);
		}
		this->server->stream(this->server, client, CONTROL_LIST_GATEWAY,
							 message->finalize(message));
	}
}

/**
 * Add the phases a rule is asked in.
 */
static void add_phases(vici_builder_t *message, uint32_t phases)
{
	int i;

	message->begin_list(message, "phases");
	for (i = 0; i < REDIRECT_PHASE_MAX; i++)
	{
		if (phases & (1U << i))
		{
			message->add_li(message, "%N", redirect_phase_names, i);
		}
	}
	message->end_list(message);
}

/**
 * Make a message of a rule.
 */
static vici_message_t *create_rule(control_parts_t *parts,
								   const policy_t *policy, const rule_t *rule)
{
	vici_builder_t *message = vici_builder_create();
	int i;

	control_add_text(message, "name", rule->name);
	control_add_bool(message, "enabled", rule->enabled);
	control_add_text(message, "action", enum_to_name(redirect_action_names,
													 rule->action));
	add_phases(message, rule->conditions.phases);
	control_add_text(message, "conditions", rule->conditions.text);
	control_add_number(message, "hits", parts->log->get_hits(parts->log,
															 rule->name));
	control_add_bool(message, "onward", rule->onward);
	control_add_bool(message, "dry-run", rule->dry_run);
	control_add_text(message, "unsupported",
					 rule->refuse_unsupported ? "refuse" : "serve");
	control_add_text(message, "selector", rule->selector_name);
	message->begin_list(message, "gateways");
	for (i = 0; i < rule->gateway_count; i++)
	{
		message->add_li(message, "%s", policy->gateways[rule->gateways[i]].name);
	}
	message->end_list(message);
	return message->finalize(message);
}

/*
 * Described in header
 */
vici_message_t *control_rules(void *data, control_client_t *client,
							  vici_message_t *request)
{
	control_context_t *this = data;
	policy_engine_t *engine = this->parts.engine;
	const policy_state_t *state;
	vici_message_t *message;
	int i, token;

	for (i = 0; ; i++)
	{
		state = engine->acquire(engine, &token);
		if (!state->policy || i >= state->policy->rule_count)
		{
			engine->release(engine, token);
			return control_answer(NULL);
		}
		message = create_rule(&this->parts, state->policy,
							  &state->policy->rules[i]);
		engine->release(engine, token);
		this->server->stream(this->server, client, CONTROL_LIST_RULE, message);
	}
}

/*
 * Described in header
 */
const char *control_add_condition(session_filter_t *filter, const char *key,
								  const char *value)
{
	if (session_filter_set(filter, key, value))
	{
		return NULL;
	}
	return streq(key, "remote") ? "must be one list of addresses, subnets and "
								  "ranges"
		 : streq(key, "unique-id") ? "must be one number from 1 to 4294967295"
								   : "is not valid";
}

/**
 * Note a condition.
 */
static const char *add_condition(void *config, const char *name,
								 const char *value)
{
	return control_add_condition(config, name, value);
}

/**
 * Make a message of a session.
 */
static vici_message_t *create_session(const session_info_t *info)
{
	vici_builder_t *message = vici_builder_create();
	time_t now = time_monotonic(NULL);

	control_add_number(message, "unique-id", info->unique_id);
	control_add_text(message, "connection", info->connection);
	control_add_text(message, "id", info->id);
	control_add_address(message, "local", &info->local);
	control_add_address(message, "remote", &info->remote);
	control_add_number(message, "version", info->version);
	control_add_bool(message, "supported", info->supported);
	control_add_bool(message, "responder", info->responder);
	control_add_number(message, "established", now - info->since);
	control_add_text(message, "state", enum_to_name(session_state_names,
													info->state));
	control_add_text(message, "gateway", info->gateway);
	if (info->stuck)
	{
		control_add_text(message, "stuck", enum_to_name(session_stuck_names,
														info->stuck));
	}
	if (info->sent)
	{
		control_add_number(message, "redirected", now - info->sent);
	}
	return message->finalize(message);
}

/**
 * Sessions for a client.
 */
typedef struct {

	/** public interface */
	control_source_t public;

	/** table they are in, and those that are left */
	session_table_t *table;
	enumerator_t *enumerator;

	/** which sessions */
	session_filter_t filter;
} session_source_t;

METHOD(control_source_t, session_next, vici_message_t*,
	session_source_t *this)
{
	const session_info_t *look;
	session_info_t info;
	session_t *session;

	while (this->enumerator->enumerate(this->enumerator, &session, &look))
	{
		if (this->table->get_info(this->table, session, &info))
		{
			return create_session(&info);
		}
	}
	return NULL;
}

METHOD(control_source_t, session_destroy, void,
	session_source_t *this)
{
	DESTROY_IF(this->enumerator);
	session_filter_clear(&this->filter);
	free(this);
}

/*
 * Described in header
 */
vici_message_t *control_sessions(void *data, control_client_t *client,
								 vici_message_t *request)
{
	static const char *const others[] = {
		"connection", "id", "remote", "unique-id", NULL
	};
	static const control_arguments_t arguments = {
		.others = others,
		.add = add_condition,
	};
	control_context_t *this = data;
	session_source_t *source;
	char *error;

	INIT(source,
		.public = {
			.next = _session_next,
			.destroy = _session_destroy,
		},
		.table = this->parts.sessions->table,
	);
	error = control_request_read(request, "sessions", &arguments,
								 &source->filter);
	if (error)
	{
		session_destroy(source);
		return control_refuse(error);
	}
	source->enumerator = source->table->create_enumerator(source->table,
														  &source->filter);
	this->server->feed(this->server, client, CONTROL_LIST_SESSION,
					   &source->public);
	return control_answer(NULL);
}
