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

#include <time.h>

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

/**
 * Write a time as people read it.
 */
static char *write_time(int seconds, char *buf, size_t len)
{
	if (seconds < 60)
	{
		snprintf(buf, len, "%ds", seconds);
	}
	else if (seconds < 3600)
	{
		snprintf(buf, len, "%dm%02ds", seconds / 60, seconds % 60);
	}
	else if (seconds < 86400)
	{
		snprintf(buf, len, "%dh%02dm", seconds / 3600, seconds / 60 % 60);
	}
	else
	{
		snprintf(buf, len, "%dd%02dh", seconds / 86400, seconds / 3600 % 24);
	}
	return buf;
}

/**
 * Check that a subcommand has no arguments.
 */
static bool no_arguments(const subcommand_t *command, int argc)
{
	if (argc > 1)
	{
		usage_error(command, "has no arguments");
		return FALSE;
	}
	return TRUE;
}

/**
 * Write one line of the status.
 */
static void write_line(const char *title, const char *fmt, ...)
{
	va_list args;

	printf("%-12s ", title);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/**
 * Write the drain of the status.
 */
static void write_drain(vici_message_t *status)
{
	const char *state = get_text(status, "off", "drain.state");

	if (streq(state, "off"))
	{
		write_line("drain", "off");
		return;
	}
	write_line("drain", "%s%s%s, %d of %d sessions left, %d redirected, %d "
			   "followed, rate %d/s",
			   output_color(streq(state, "done") ? COLOR_GOOD : COLOR_WARN),
			   state, output_color(COLOR_NONE),
			   status->get_int(status, 0, "drain.left"),
			   status->get_int(status, 0, "drain.total"),
			   status->get_int(status, 0, "drain.sent"),
			   status->get_int(status, 0, "drain.outcomes.followed"),
			   status->get_int(status, 0, "drain.rate"));
}

/**
 * Write a time of the clock.
 */
static char *write_clock(vici_message_t *message, const char *key, char *buf,
						 size_t len)
{
	time_t when = strtoll(get_text(message, "0", key), NULL, 10);
	struct tm tm;

	strftime(buf, len, "%Y-%m-%d %H:%M:%S", localtime_r(&when, &tm));
	return buf;
}

/**
 * Write what became of the last configuration.
 */
static void write_config(vici_message_t *status)
{
	char when[32];
	int errors = status->get_int(status, 0, "config.errors");
	int warnings = status->get_int(status, 0, "config.warnings");

	if (status->get_bool(status, FALSE, "config.refused"))
	{
		write_line("read", "%sREFUSED%s at %s, %s, first: %s",
				   output_color(COLOR_BAD), output_color(COLOR_NONE),
				   write_clock(status, "config.read", when, sizeof(when)),
				   count_text(errors, "error"),
				   get_text(status, "?", "config.error"));
	}
	if (get(status, "config.hash"))
	{
		write_line("in force", "since %s, hash %s%s%s",
				   write_clock(status, "config.since", when, sizeof(when)),
				   get(status, "config.hash"), warnings ? ", " : "",
				   warnings ? count_text(warnings, "warning")
							: "");
	}
}

/**
 * Write how it goes with probes, and with the store of the cluster.
 */
static void write_cluster(vici_message_t *status)
{
	const char *state = get(status, "store.state");
	const char *words = get_text(status, "", "store.words");

	write_line("probes", "%s, %d missed",
			   count_text(status->get_int(status, 0, "probes.gateways"),
						  "gateway"),
			   status->get_int(status, 0, "probes.missed"));
	if (state)
	{
		write_line("store", "%s%s%s%s%s", output_color(streq(state, "up")
									? COLOR_GOOD : COLOR_BAD), state,
				   output_color(COLOR_NONE), *words ? ", " : "", words);
	}
}

/**
 * Write the status for people.
 */
static void write_status(vici_message_t *status)
{
	char since[32];
	bool configured = status->get_bool(status, FALSE, "configured");

	if (configured)
	{
		write_line("gateway", "%s, %s%s",
				   get_text(status, "(self is not set)", "self"),
				   streq(get_text(status, "candidate", "self-state"),
						 "candidate") ? "takes clients"
						 : get_text(status, "", "self-state"),
				   status->get_bool(status, TRUE, "connected") ? ""
						 : ", but no connections are loaded yet");
		write_line("policy", "%s, %s%s",
				   count_text(status->get_int(status, 0, "gateways"),
							  "gateway"),
				   count_text(status->get_int(status, 0, "rules"), "rule"),
				   status->get_bool(status, FALSE, "dry-run")
						? ", dry run: nobody is redirected" : "");
	}
	else
	{
		write_line("policy", "%sNO VALID CONFIGURATION: no client is "
				   "redirected, see the log of charon%s",
				   output_color(COLOR_BAD), output_color(COLOR_NONE));
	}
	write_line("load", "%s%%%s, %d IKE_SAs, %d half-open, CPU %d%%",
			   get_text(status, "0", "load.combined-percent"),
			   status->get_bool(status, FALSE, "load.overloaded")
					? ", OVERLOADED" : "",
			   status->get_int(status, 0, "load.sas"),
			   status->get_int(status, 0, "load.half_open"),
			   status->get_int(status, 0, "load.cpu"));
	write_line("sessions", "%d here, %d asked to leave, %d leaving",
			   status->get_int(status, 0, "sessions.here"),
			   status->get_int(status, 0, "sessions.asked"),
			   status->get_int(status, 0, "sessions.leaving"));
	write_cluster(status);
	write_drain(status);
	if (status->get_bool(status, FALSE, "rebalance.running"))
	{
		write_line("rebalance", "running, %d sessions with a share of %d, %d "
				   "gateways have room",
				   status->get_int(status, 0, "rebalance.sessions"),
				   status->get_int(status, 0, "rebalance.share"),
				   status->get_int(status, 0, "rebalance.targets"));
	}
	write_config(status);
	write_line("loaded", "%s ago", write_time(status->get_int(status, 0,
												"uptime"), since, sizeof(since)));
}

/**
 * redirectctl status
 */
static int run_status(int argc, char *argv[])
{
	vici_message_t *answer;
	int code;

	if (!no_arguments(&cmd_status, argc))
	{
		return EXIT_USAGE;
	}
	code = ask("status", NULL, &answer);
	if (code == EXIT_DONE)
	{
		if (!output_for_scripts(answer, "status", options.format))
		{
			write_status(answer);
		}
		answer->destroy(answer);
	}
	return code;
}

const subcommand_t cmd_status = {
	"status", "", "Shows this gateway at a glance", NULL, run_status,
};

/**
 * Write the versions.
 */
static void write_version(vici_message_t *answer)
{
	const char *plugin = get_text(answer, "?", "plugin");
	const char *charon = get_text(answer, "?", "charon");
	const char *daemon = get_text(answer, "charon", "daemon");

	switch (options.format)
	{
		case OUTPUT_JSON:
			printf("{\"json\":%d,\"redirectctl\":\"%s\",\"plugin\":",
				   JSON_VERSION, REDIRECT_VERSION);
			output_json_text(plugin, stdout);
			fputs(",\"charon\":", stdout);
			output_json_text(charon, stdout);
			fputs(",\"daemon\":", stdout);
			output_json_text(daemon, stdout);
			puts("}");
			break;
		case OUTPUT_RAW:
			output_message(answer, "version", OUTPUT_RAW, stdout);
			break;
		default:
			printf("redirectctl %s, plugin %s in %s %s\n", REDIRECT_VERSION,
				   plugin, daemon, charon);
			break;
	}
}

/**
 * redirectctl version
 */
static int run_version(int argc, char *argv[])
{
	vici_message_t *answer;
	int code;

	if (!no_arguments(&cmd_version, argc))
	{
		return EXIT_USAGE;
	}
	code = ask("version", NULL, &answer);
	if (code == EXIT_DONE)
	{
		write_version(answer);
		answer->destroy(answer);
	}
	return code;
}

const subcommand_t cmd_version = {
	"version", "", "Shows the versions of redirectctl, plugin and charon", NULL,
	run_version,
};

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
			 file ?: "-", by ?: "-", write_time(seconds, age, sizeof(age)));
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
			 write_time(message->get_int(message, 0, "told-age"), age,
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
	const char *by = get(message, "health-by");

	table->add_row(table, takes ? COLOR_NONE : COLOR_WARN);
	snprintf(cell, sizeof(cell), "%s%s", get_text(message, "?", "name"),
			 message->get_bool(message, FALSE, "self") ? " (this)" : "");
	table->add(table, cell);
	add_set(table, message, "state");
	snprintf(cell, sizeof(cell), "%s, %s %s", get_text(message, "?", "health"),
			 by ?: "", write_time(message->get_int(message, 0, "health-age"),
								  age, sizeof(age)));
	table->add(table, by ? cell : get(message, "health"));
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
	table->add(table, write_time(message->get_int(message, 0, "established"),
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
