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

#include "list.h"

#include <library.h>

/**
 * Room for a list in a cell
 */
#define CELL_MAX 512

/**
 * Get a value of a message as text, NULL if there is none.
 */
static const char *get(vici_message_t *message, const char *key)
{
	return get_text(message, NULL, key);
}

static const output_column_t gateway_columns[] = {
	{ "GATEWAY", FALSE }, { "STATE", FALSE }, { "HEALTH", FALSE },
	{ "TAKES CLIENTS", FALSE }, { "WEIGHT", TRUE }, { "CAPACITY", TRUE },
	{ "SESSIONS", TRUE }, { "LOAD", TRUE }, { "SENT", TRUE },
	{ "ADDRESSES", FALSE },
};

/**
 * Add a value that may be another one than the file has.
 */
static void add_set(output_table_t *table, vici_message_t *message,
					const char *key)
{
	const char *value = get(message, key), *by, *file;
	char name[32], cell[CELL_MAX], age[16];
	int seconds;

	snprintf(name, sizeof(name), "%s-by", key);
	by = get(message, name);
	snprintf(name, sizeof(name), "%s-in-file", key);
	file = get(message, name);
	snprintf(name, sizeof(name), "%s-age", key);
	seconds = message->get_int(message, 0, "%s", name);
	snprintf(cell, sizeof(cell), "%s (file %s, %s %s ago)", value ?: "-",
			 file ?: "-", by ?: "-", time_text(seconds, age, sizeof(age)));
	table->add(table, by ? cell : value);
}

/**
 * Add a value that was told, with its age.
 *
 * @param unit			what stands behind it
 */
static void add_told(output_table_t *table, vici_message_t *message,
					 const char *key, const char *unit)
{
	const char *value = get(message, key);
	char cell[CELL_MAX], age[16];

	snprintf(cell, sizeof(cell), "%s%s (%s %s ago)", value ?: "", unit,
			 get_text(message, "-", "told-by"),
			 time_text(message->get_int(message, 0, "told-age"), age,
						sizeof(age)));
	table->add(table, value ? cell : NULL);
}

/**
 * Add a gateway to the table.
 */
static void add_gateway(output_table_t *table, vici_message_t *message)
{
	char cell[CELL_MAX], age[16];
	bool takes = message->get_bool(message, TRUE, "takes-clients");
	bool self = message->get_bool(message, FALSE, "self");
	const char *by = get(message, "health-by");

	table->add_row(table, takes ? COLOR_NONE : COLOR_WARN);
	snprintf(cell, sizeof(cell), "%s%s", get_text(message, "?", "name"),
			 self ? " (this)" : "");
	table->add(table, cell);
	add_set(table, message, "state");
	snprintf(cell, sizeof(cell), "%s, %s %s", get_text(message, "?", "health"),
			 by ?: "", time_text(message->get_int(message, 0, "health-age"),
								  age, sizeof(age)));
	/* it has no witness of itself */
	table->add(table, by ? cell : self ? "up, itself" : get(message, "health"));
	snprintf(cell, sizeof(cell), "no, %s", get_text(message, "", "left-out"));
	table->add(table, takes ? "yes" : cell);
	add_set(table, message, "weight");
	if (message->get_int(message, 0, "capacity") || get(message, "capacity-by"))
	{
		add_set(table, message, "capacity");
	}
	else
	{
		table->add(table, NULL);
	}
	add_told(table, message, "sessions", "");
	add_told(table, message, "load-percent", "%");
	table->add(table, get(message, "redirected"));
	table->add(table, list_join(message, "addresses", cell, sizeof(cell)));
}

/**
 * redirectctl gateways
 */
static int run_gateways(int argc, char *argv[])
{
	return no_arguments(&cmd_gateways, argc)
				? list("gateways", "list-gateway", NULL, gateway_columns,
					   countof(gateway_columns), add_gateway, NULL)
				: EXIT_USAGE;
}

const subcommand_t cmd_gateways = {
	"gateways", "", "Lists the gateways of the cluster", NULL, run_gateways,
};

static const output_column_t rule_columns[] = {
	{ "RULE", FALSE }, { "ACTION", FALSE }, { "PHASES", FALSE },
	{ "SELECTOR", FALSE }, { "OPTIONS", FALSE }, { "GATEWAYS", FALSE },
	{ "HITS", TRUE }, { "CONDITIONS", FALSE },
};

/**
 * Add a rule to the table.
 */
static void add_rule(output_table_t *table, vici_message_t *message)
{
	char cell[CELL_MAX];
	bool enabled = message->get_bool(message, TRUE, "enabled");
	bool onward = message->get_bool(message, FALSE, "onward");
	bool dry_run = message->get_bool(message, FALSE, "dry-run");

	table->add_row(table, enabled ? COLOR_NONE : COLOR_WARN);
	table->add(table, get(message, "name"));
	table->add(table, get(message, "action"));
	table->add(table, list_join(message, "phases", cell, sizeof(cell)));
	table->add(table, get(message, "selector"));
	snprintf(cell, sizeof(cell), "%s%s%s", enabled ? "" : "off ",
			 onward ? "onward " : "", dry_run ? "dry-run" : "");
	table->add(table, cell);
	table->add(table, list_join(message, "gateways", cell, sizeof(cell)));
	table->add(table, get(message, "hits"));
	table->add(table, get(message, "conditions"));
}

/**
 * redirectctl rules
 */
static int run_rules(int argc, char *argv[])
{
	return no_arguments(&cmd_rules, argc)
				? list("rules", "list-rule", NULL, rule_columns,
					   countof(rule_columns), add_rule, NULL)
				: EXIT_USAGE;
}

const subcommand_t cmd_rules = {
	"rules", "", "Lists the rules, in the order they are asked", NULL, run_rules,
};

static const output_column_t session_columns[] = {
	{ "ID", TRUE }, { "CLIENT", FALSE }, { "ADDRESS", FALSE },
	{ "CONNECTION", FALSE }, { "SINCE", TRUE }, { "STATE", FALSE },
	{ "TO", FALSE }, { "STAYS BECAUSE", FALSE },
};

/**
 * Add a session to the table.
 */
static void add_session(output_table_t *table, vici_message_t *message)
{
	char cell[CELL_MAX];
	const char *stuck = get(message, "stuck");

	if (!stuck && !message->get_bool(message, TRUE, "responder"))
	{
		stuck = "initiator";
	}
	else if (!stuck && !message->get_bool(message, TRUE, "supported"))
	{
		stuck = "unsupported";
	}
	table->add_row(table, COLOR_NONE);
	table->add(table, get(message, "unique-id"));
	table->add(table, get(message, "id"));
	table->add(table, get(message, "remote"));
	table->add(table, get(message, "connection"));
	table->add(table, time_text(message->get_int(message, 0, "established"),
								 cell, sizeof(cell)));
	table->add(table, get(message, "state"));
	table->add(table, get(message, "gateway"));
	table->add(table, stuck);
}

/**
 * redirectctl sessions
 */
static int run_sessions(int argc, char *argv[])
{
	values_t values[] = {
		{ .name = "connection" }, { .name = "id" }, { .name = "remote" },
		{ .name = "unique-id" },
	};
	vici_builder_t *builder;
	vici_message_t *request;
	int code;

	if (!parse_values(&cmd_sessions, values, countof(values), argc, argv))
	{
		return EXIT_USAGE;
	}
	builder = vici_builder_create();
	add_values(builder, values, countof(values));
	request = finish_request(&cmd_sessions, builder, &code);
	return request ? list("sessions", "list-session", request, session_columns,
						  countof(session_columns), add_session,
						  argc > 1 ? "no session matches" : NULL)
				   : code;
}

const subcommand_t cmd_sessions = {
	"sessions",
	"[--connection NAMES] [--id ID] [--remote ADDRESSES] [--unique-id N]",
	"Lists established clients",
	"Names and identities may have wildcards, addresses may be subnets and ranges.\n"
	"Each may be a list, or be there several times. Ends with 6 if none matches.\n",
	run_sessions,
};

static const output_column_t counter_columns[] = {
	{ "COUNTER", FALSE }, { "OF", FALSE }, { "COUNT", TRUE },
};

/**
 * Add a counter to the table.
 */
static void add_counter(output_table_t *table, vici_message_t *message)
{
	enumerator_t *enumerator;
	char cell[CELL_MAX] = "", *name;
	vici_type_t type;
	size_t used = 0;
	chunk_t value;
	int level = 0;

	table->add_row(table, COLOR_NONE);
	table->add(table, get(message, "name"));
	enumerator = message->create_enumerator(message);
	while (enumerator->enumerate(enumerator, &type, &name, &value) &&
		   type != VICI_END)
	{
		level += (type == VICI_SECTION_START) - (type == VICI_SECTION_END);
		if (type == VICI_KEY_VALUE && level && used < sizeof(cell))
		{
			used += snprintf(cell + used, sizeof(cell) - used, "%s%s=%.*s",
							 used ? " " : "", name, (int)value.len, value.ptr);
		}
	}
	enumerator->destroy(enumerator);
	table->add(table, cell);
	table->add(table, get(message, "value"));
}

/**
 * redirectctl counters
 */
static int run_counters(int argc, char *argv[])
{
	return no_arguments(&cmd_counters, argc)
				? list("counters", "list-counter", NULL, counter_columns,
					   countof(counter_columns), add_counter, NULL)
				: EXIT_USAGE;
}

const subcommand_t cmd_counters = {
	"counters", "", "Lists counters that are not zero",
	"They count from the load of the plugin, over reloads.\n", run_counters,
};
