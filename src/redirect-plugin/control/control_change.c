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
 * Longest condition for sessions
 */
#define CONDITION_MAX 1024

/**
 * Read a number.
 *
 * @param number		receives it, unchanged if there is none
 * @return				FALSE if there is one, and it is not valid
 */
static bool read_number(vici_message_t *request, char *key, uint64_t max,
						int64_t *number)
{
	char *end, *value = request->get_str(request, NULL, "%s", key);
	unsigned long long parsed;

	if (!value)
	{
		return TRUE;
	}
	parsed = strtoull(value, &end, 10);
	if (end == value || *end || *value == '-' || parsed > max)
	{
		return FALSE;
	}
	*number = parsed;
	return TRUE;
}

/**
 * Read one of two words.
 *
 * @param field			receives TRUE for the second, unchanged without
 * @return				FALSE if it is another word
 */
static bool read_word(vici_message_t *request, char *key, const char *first,
					  const char *second, bool *field)
{
	char *value = request->get_str(request, NULL, "%s", key);

	if (!value)
	{
		return TRUE;
	}
	*field = strcaseeq(value, second);
	return *field || strcaseeq(value, first);
}

/**
 * Read a time.
 */
static bool read_time(vici_message_t *request, char *key, uint32_t max,
					  uint32_t *seconds)
{
	char *value = request->get_str(request, NULL, "%s", key);
	time_t parsed;

	if (!value)
	{
		return TRUE;
	}
	if (!timespan_from_string(value, "s", &parsed) || parsed < 0 ||
		parsed > max)
	{
		return FALSE;
	}
	*seconds = parsed;
	return TRUE;
}

/**
 * Read the state of a gateway.
 *
 * @param state			receives it, -1 without
 * @return				FALSE if there is no such state
 */
static bool read_state(vici_message_t *request, int *state)
{
	char *value = request->get_str(request, NULL, "state");
	int i;

	*state = -1;
	for (i = GATEWAY_ACTIVE; value && i <= GATEWAY_DISABLED; i++)
	{
		if (strcaseeq(value, enum_to_name(gateway_state_names, i)))
		{
			*state = i;
		}
	}
	return !value || *state != -1;
}

/**
 * Read what the operator says of a gateway's health.
 *
 * @param verdict		receives it, -1 without
 * @return				FALSE if it is another word
 */
static bool read_up(vici_message_t *request, int *verdict)
{
	static const char *const words[] = { "auto", "yes", "no" };
	char *value = request->get_str(request, NULL, "up");
	int i;

	*verdict = -1;
	for (i = 0; value && i < (int)countof(words); i++)
	{
		if (strcaseeq(value, words[i]))
		{	/* the order of gateway_verdict_t */
			*verdict = i;
		}
	}
	return !value || *verdict != -1;
}

/**
 * Report how much a gateway has to do.
 */
static void set_load(gateway_table_t *table, const char *name,
					 int64_t sessions, int64_t load)
{
	gateway_status_t status;

	if ((sessions >= 0 || load >= 0) && table->get_status(table, name, &status))
	{
		table->set_load(table, name, sessions >= 0 ? sessions : status.sessions,
						load >= 0 ? load : status.load, GATEWAY_SOURCE_OPERATOR);
	}
}

/*
 * Described in header
 */
vici_message_t *control_set_gateway(void *data, control_client_t *client,
									vici_message_t *request)
{
	control_context_t *this = data;
	gateway_table_t *table = this->parts.gateways;
	char *name = request->get_str(request, "", "name");
	int64_t weight = -1, capacity = -1, sessions = -1, load = -1;
	gateway_status_t status;
	int state, up;

	if (!table->get_status(table, name, &status))
	{
		return control_answer("there is no gateway of that name");
	}
	if (!read_state(request, &state))
	{
		return control_answer("state must be active, drain or disabled");
	}
	if (!read_number(request, "weight", 65535, &weight))
	{
		return control_answer("weight must be a number from 0 to 65535");
	}
	if (!read_number(request, "capacity", UINT32_MAX - 1, &capacity) ||
		!read_number(request, "sessions", UINT32_MAX - 1, &sessions))
	{
		return control_answer("capacity and sessions must be numbers");
	}
	if (!read_number(request, "load", 1000, &load))
	{
		return control_answer("load must be a number from 0 to 1000");
	}
	if (!read_up(request, &up))
	{
		return control_answer("up must be yes, no or auto");
	}
	table->set(table, name, state, weight, capacity, GATEWAY_SOURCE_OPERATOR);
	if (up != -1)
	{
		table->testify(table, name, GATEWAY_WITNESS_OPERATOR, up, 0);
	}
	set_load(table, name, sessions, load);
	this->parts.engine->refresh(this->parts.engine);
	return control_answer(NULL);
}

/**
 * Note a gateway to drain to. A name that is not one must not be left out: without
 * any, clients would go to all gateways.
 */
static bool add_to(void *data, vici_message_t *message, char *name,
				   chunk_t value)
{
	drain_options_t *options = data;
	char gateway[REDIRECT_NAME_MAX];

	if (streq(name, "to"))
	{
		if (value.len >= sizeof(gateway) ||
			!vici_stringify(value, gateway, sizeof(gateway)))
		{
			return FALSE;
		}
		array_insert_create(&options->to, ARRAY_TAIL, strdup(gateway));
	}
	return TRUE;
}

/**
 * Refuse a value in place of the list of gateways.
 */
static bool check_value(void *data, vici_message_t *message, char *name,
						chunk_t value)
{
	return !streq(name, "to");
}

/**
 * Note a condition for sessions.
 */
static bool add_condition(void *data, vici_message_t *message, char *name,
						  chunk_t value)
{
	char text[CONDITION_MAX];

	return value.len < sizeof(text) &&
		   vici_stringify(value, text, sizeof(text)) &&
		   session_filter_set(data, name, text);
}

/**
 * Refuse a list of conditions.
 */
static bool refuse_item(void *data, vici_message_t *message, char *name,
						chunk_t value)
{
	return FALSE;
}

/**
 * Read which sessions are to be moved. What is not understood is refused: without
 * the condition all sessions would be moved.
 */
static bool add_match(void *data, vici_message_t *message,
					  vici_parse_context_t *ctx, char *name)
{
	session_filter_t *filter = data;

	return !streq(name, "match") ||
		   (message->parse(message, ctx, NULL, add_condition, refuse_item,
						   filter) &&
			(filter->connections || filter->id || filter->remote ||
			 filter->unique_id));
}

/**
 * Read the options of a drain.
 *
 * @return				what is wrong, NULL if nothing is
 */
static const char *read_options(vici_message_t *request,
								drain_options_t *options)
{
	char *grace = request->get_str(request, NULL, "grace");
	int64_t rate = options->rate;

	if (!read_number(request, "rate", 100000, &rate) || rate < 1)
	{
		return "rate must be a number from 1 to 100000";
	}
	options->rate = rate;
	if (grace && strcaseeq(grace, "never"))
	{
		options->grace = SESSION_GRACE_NEVER;
	}
	else if (!read_time(request, "grace", 86400, &options->grace) ||
			 !options->grace)
	{
		return "grace must be a time from 1s to 1d, or never";
	}
	if (!read_word(request, "ignored", "delete", "keep", &options->keep))
	{
		return "ignored must be delete or keep";
	}
	if (!read_time(request, "deadline", 30 * 86400, &options->deadline))
	{
		return "deadline must be a time up to 30d";
	}
	if (!read_word(request, "rest", "keep", "delete", &options->delete_rest))
	{
		return "rest must be keep or delete";
	}
	if (!read_word(request, "refuse", "no", "yes", &options->refuse))
	{
		return "refuse must be yes or no";
	}
	if (!request->parse(request, NULL, add_match, NULL, NULL, &options->filter))
	{
		return "match must have a valid connection, id, remote or unique-id";
	}
	if (!request->parse(request, NULL, NULL, check_value, add_to, options))
	{
		return "to must be a list of names of gateways";
	}
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

/*
 * Described in header
 */
vici_message_t *control_drain(void *data, control_client_t *client,
							  vici_message_t *request)
{
	control_context_t *this = data;
	drain_t *drain = this->parts.sessions->drain;
	drain_options_t options = drain->get_defaults(drain);
	const char *error;

	error = read_options(request, &options);
	if (error)
	{
		drain_options_clear(&options);
		return control_answer(error);
	}
	if (!drain->start(drain, &options, &error))
	{
		return control_answer(error);
	}
	return answer_drain(drain);
}

/*
 * Described in header
 */
vici_message_t *control_undrain(void *data, control_client_t *client,
								vici_message_t *request)
{
	control_context_t *this = data;
	drain_t *drain = this->parts.sessions->drain;

	if (!drain->stop(drain))
	{
		return control_answer("this gateway does not drain");
	}
	return answer_drain(drain);
}

/*
 * Described in header
 */
vici_message_t *control_rebalance(void *data, control_client_t *client,
								  vici_message_t *request)
{
	control_context_t *this = data;
	rebalance_t *rebalance = this->parts.sessions->rebalance;

	rebalance->set(rebalance, !request->get_bool(request, FALSE, "stop"));
	return control_answer(NULL);
}
