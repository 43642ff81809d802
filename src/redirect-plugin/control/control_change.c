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

#include <daemon.h>

/**
 * Number that was not told.
 */
#define UNTOLD UINT32_MAX

/** in the order of gateway_verdict_t */
static const char *const verdicts[] = { "auto", "yes", "no", NULL };
static const char *const keep_delete[] = { "keep", "delete", NULL };
static const char *const states[] = { "active", "drain", "disabled", NULL };

typedef struct change_t change_t;

/**
 * What is to be changed of a gateway.
 */
struct change_t {

	/** its name */
	char *name;

	/** gateway_state_t, and gateway_verdict_t of the operator; -1 not to change
	 * it */
	int state, up;

	/** numbers, UNTOLD not to change it */
	uint32_t weight, capacity, sessions, load;

	/** TRUE to go back to the values of the file before */
	bool reset;
};

#define CHANGE(name) offsetof(change_t, name)

static const config_option_t change_options[] = {
	{ "name", CONFIG_TEXT, .offset = CHANGE(name) },
	{ "state", CONFIG_WORD, CHANGE(state), .words = states },
	{ "weight", CONFIG_NUMBER, CHANGE(weight), .max = 65535 },
	{ "capacity", CONFIG_NUMBER, CHANGE(capacity), .max = UNTOLD - 1 },
	{ "up", CONFIG_WORD, CHANGE(up), .words = verdicts },
	{ "sessions", CONFIG_NUMBER, CHANGE(sessions), .max = UNTOLD - 1 },
	{ "load", CONFIG_NUMBER, CHANGE(load), .max = 1000 },
	{ "reset", CONFIG_BOOL, .offset = CHANGE(reset) },
};

/**
 * A number for the gateway table, -1 if it was not told.
 */
static int64_t told(uint32_t number)
{
	return number == UNTOLD ? -1 : (int64_t)number;
}

/**
 * Report how much a gateway has to do.
 */
static void set_load(gateway_table_t *table, const change_t *change)
{
	if (change->sessions != UNTOLD || change->load != UNTOLD)
	{
		table->set_load(table, change->name,
			change->sessions != UNTOLD ? change->sessions : GATEWAY_AS_TOLD,
			change->load != UNTOLD ? change->load : GATEWAY_AS_TOLD,
			GATEWAY_SOURCE_OPERATOR);
	}
}

/**
 * Log what a gateway is now.
 */
static void log_change(gateway_table_t *table, const change_t *change)
{
	gateway_status_t status;

	if (table->get_status(table, change->name, &status))
	{
		dbg(DBG_CFG, 1, "redirect: gateway %s %s by the control socket: state %N, "
			 "weight %u, capacity %u, %s", change->name,
			 change->reset ? "reset" : "set", gateway_state_names, status.state,
			 status.weight, status.capacity, status.up ? "up" : "down");
	}
}

/**
 * Whether there is something to reset: values that are not those of the file, or
 * that were told.
 */
static bool is_told(const gateway_status_t *status)
{
	bool told = status->said[GATEWAY_WITNESS_OPERATOR] != GATEWAY_UNKNOWN ||
				((status->sessions != REDIRECT_SELECTOR_UNKNOWN ||
				  status->load != REDIRECT_SELECTOR_UNKNOWN) &&
				 status->told_by == GATEWAY_SOURCE_OPERATOR);
	int i;

	for (i = 0; i < GATEWAY_VALUE_MAX; i++)
	{
		told |= status->origins[i].source != GATEWAY_SOURCE_FILE;
	}
	return told;
}

/**
 * Change a gateway.
 *
 * @param changed		receives FALSE if there was nothing to reset
 * @return				why it cannot be done, NULL if it is
 */
static const char *change_gateway(control_parts_t *parts, change_t *change,
								  bool *changed)
{
	gateway_table_t *table = parts->gateways;
	gateway_status_t status;

	if (!change->name)
	{
		return "set-gateway.name: has to be given";
	}
	if (control_find_gateway(parts, change->name) < 0)
	{
		return table->get_status(table, change->name, &status)
					? "that gateway is not in the configuration anymore"
					: "there is no gateway of that name";
	}
	*changed = change->state >= 0 || change->up >= 0 ||
			   change->weight != UNTOLD || change->capacity != UNTOLD ||
			   change->sessions != UNTOLD || change->load != UNTOLD;
	if (!*changed && !change->reset)
	{
		return "set-gateway: nothing is to be changed";
	}
	if (!table->get_status(table, change->name, &status))
	{
		return "there is no gateway of that name";
	}
	if (change->reset)
	{
		*changed |= is_told(&status);
		table->reset(table, change->name);
	}
	table->set(table, change->name, change->state, told(change->weight),
			   told(change->capacity), GATEWAY_SOURCE_OPERATOR);
	if (change->up >= 0)
	{
		table->testify(table, change->name, GATEWAY_WITNESS_OPERATOR,
					   change->up, 0);
	}
	set_load(table, change);
	log_change(table, change);
	parts->engine->refresh(parts->engine);
	return NULL;
}

/*
 * Described in header
 */
vici_message_t *control_set_gateway(void *data, control_client_t *client,
									vici_message_t *request)
{
	static const control_arguments_t arguments = {
		.options = change_options,
		.count = countof(change_options),
	};
	control_context_t *this = data;
	change_t change = {
		.state = -1,
		.up = -1,
		.weight = UNTOLD,
		.capacity = UNTOLD,
		.sessions = UNTOLD,
		.load = UNTOLD,
	};
	vici_builder_t *message;
	const char *refused;
	bool changed = FALSE;
	char *error;

	error = control_request_read(request, "set-gateway", &arguments, &change);
	refused = error ? NULL : change_gateway(&this->parts, &change, &changed);
	free(change.name);
	if (error || refused)
	{
		return error ? control_refuse(error) : control_answer(refused);
	}
	message = vici_builder_create();
	control_add_bool(message, "success", TRUE);
	control_add_bool(message, "changed", changed);
	return message->finalize(message);
}

typedef struct wish_t wish_t;

/**
 * How to drain, as it is asked for.
 */
struct wish_t {

	/** options of the drain */
	drain_options_t options;

	/** TRUE to drain though the others cannot take the clients; TRUE if only some
	 * are to be moved */
	bool force, partial;

	/** words of these */
	int ignored, delete_rest;

	/** name of this gateway, empty without */
	char self[REDIRECT_NAME_MAX];

	/** parts of the plugin */
	control_parts_t *parts;
};

#define WISH(name) offsetof(wish_t, name)

static const config_option_t wish_options[] = {
	{ "rate", CONFIG_NUMBER, WISH(options.rate), .min = 1, .max = 100000 },
	{ "grace", CONFIG_PARSE, WISH(options.grace),
		.parse = session_config_parse_grace },
	{ "ignored", CONFIG_WORD, WISH(ignored),
		.words = session_ignored_words },
	{ "deadline", CONFIG_TIME, WISH(options.deadline), .max = 30 * 86400 },
	{ "rest", CONFIG_WORD, WISH(delete_rest), .words = keep_delete },
	{ "refuse", CONFIG_BOOL, .offset = WISH(options.refuse) },
	{ "force", CONFIG_BOOL, .offset = WISH(force) },
};

/**
 * Note a gateway to drain to, or a condition for sessions.
 */
static const char *add_wish(void *config, const char *name, const char *value)
{
	wish_t *wish = config;

	if (!streq(name, "to"))
	{
		wish->partial = TRUE;
		return control_add_condition(&wish->options.filter,
									 name + strlen("match."), value);
	}
	if (streq(value, wish->self))
	{
		return "clients cannot be drained to this gateway itself";
	}
	if (control_find_gateway(wish->parts, value) < 0)
	{
		return "there is no gateway of that name";
	}
	array_insert_create(&wish->options.to, ARRAY_TAIL, strdup(value));
	return NULL;
}

/**
 * Answer with how the drain goes.
 */
static vici_message_t *answer_drain(drain_t *drain)
{
	vici_builder_t *message = vici_builder_create();
	drain_progress_t progress;

	drain->get_progress(drain, &progress);
	control_add_bool(message, "success", TRUE);
	control_add_drain(message, &progress);
	return message->finalize(message);
}

/**
 * Whether a drain of all clients may begin, as far as a store tells of the others;
 * one that goes on may be changed.
 */
static bool may_begin(control_parts_t *parts, wish_t *wish,
					  char refused[REDIRECT_STORE_WHY_MAX])
{
	cluster_link_t *link = parts->cluster->link;
	drain_progress_t progress;
	cluster_status_t status;

	link->get_status(link, &status);
	parts->sessions->drain->get_progress(parts->sessions->drain, &progress);
	return !status.configured || !*wish->self || wish->partial ||
		   (progress.state != DRAIN_OFF && !progress.partial) ||
		   link->may_drain(link, wish->self, refused);
}

/*
 * Described in header
 */
vici_message_t *control_drain(void *data, control_client_t *client,
							  vici_message_t *request)
{
	static const char *const others[] = {
		"to", "match.connection", "match.id", "match.remote",
		"match.unique-id", NULL
	};
	static const control_arguments_t arguments = {
		.options = wish_options,
		.count = countof(wish_options),
		.others = others,
		.add = add_wish,
	};
	control_context_t *this = data;
	drain_t *drain = this->parts.sessions->drain;
	wish_t wish = {
		.options = drain->get_defaults(drain),
		.parts = &this->parts,
	};
	char refused[REDIRECT_STORE_WHY_MAX], *error;
	const char *why;

	control_get_self(&this->parts, wish.self);
	wish.ignored = wish.options.ignored;
	wish.delete_rest = wish.options.delete_rest;
	error = control_request_read(request, "drain", &arguments, &wish);
	if (error)
	{
		drain_options_clear(&wish.options);
		return control_refuse(error);
	}
	wish.options.ignored = wish.ignored;
	wish.options.delete_rest = wish.delete_rest;
	if (!wish.force && !may_begin(&this->parts, &wish, refused))
	{
		drain_options_clear(&wish.options);
		return control_answer(refused);
	}
	return drain->start(drain, &wish.options, &why) ? answer_drain(drain)
													: control_answer(why);
}

/*
 * Described in header
 */
vici_message_t *control_undrain(void *data, control_client_t *client,
								vici_message_t *request)
{
	control_context_t *this = data;
	drain_t *drain = this->parts.sessions->drain;

	return drain->stop(drain) ? answer_drain(drain)
							  : control_answer("this gateway does not drain");
}

/*
 * Described in header
 */
vici_message_t *control_rebalance(void *data, control_client_t *client,
								  vici_message_t *request)
{
	static const config_option_t options[] = {
		{ "stop", CONFIG_BOOL, .offset = 0 },
	};
	static const control_arguments_t arguments = {
		.options = options,
		.count = countof(options),
	};
	control_context_t *this = data;
	redirect_sessions_t *sessions = this->parts.sessions;
	rebalance_status_t status;
	vici_builder_t *message;
	const char *refused;
	bool stop = FALSE;
	char *error;

	error = control_request_read(request, "rebalance", &arguments, &stop);
	if (error)
	{
		return control_refuse(error);
	}
	if (!stop && sessions->drain->is_on(sessions->drain))
	{
		return control_answer("this gateway drains, so it does not rebalance");
	}
	refused = sessions->rebalance->set(sessions->rebalance, !stop, &status);
	if (refused)
	{
		return control_answer(refused);
	}
	dbg(DBG_CFG, 1, "redirect: rebalancing %s by the control socket, %u sessions "
		"with a share of %u", stop ? "stopped" : status.enabled ? "begun"
		: "has nothing to do", status.sessions, status.share);
	message = vici_builder_create();
	control_add_bool(message, "success", TRUE);
	control_add_rebalance(message, &status, TRUE);
	return message->finalize(message);
}
