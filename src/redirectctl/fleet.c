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

#include "fleet.h"
#include "list.h"

#include <library.h>

/**
 * Room for a cell of the table
 */
#define CELL_MAX 128

/**
 * Collects members.
 */
typedef struct {
	const char *name;
	fleet_member_t *member;
	char **names;
	int count, max;
} search_t;

/**
 * Take over a gateway that is looked for, or the name of any.
 */
static void look_at(void *data, vici_message_t *message)
{
	search_t *search = data;
	char *name = message->get_str(message, "", "name"), *addresses;
	fleet_member_t *member = search->member;

	if (search->names && search->count < search->max)
	{
		search->names[search->count++] = strdup(name);
	}
	if (!member || !streq(name, search->name))
	{
		return;
	}
	member->found = TRUE;
	snprintf(member->state, sizeof(member->state), "%s",
			 message->get_str(message, "?", "own-state"));
	/* the one that is asked has no witness of itself */
	member->up = message->get_bool(message, FALSE, "self") ||
				 streq(message->get_str(message, "", "health"), "up");
	member->age = message->get_int(message, -1, "age-ms");
	member->sessions = message->get_int(message, -1, "sessions");
	member->start = strtoull(message->get_str(message, "0", "start"), NULL, 10);
	member->carried_out = message->get_bool(message, FALSE, "carried-out");
	addresses = message->get_str(message, "", "addresses");
	snprintf(member->address, sizeof(member->address), "%.*s",
			 (int)strcspn(addresses, ","), addresses);
}

/**
 * Ask for the fleet.
 */
static int search(search_t *search)
{
	vici_message_t *answer;
	bool success;
	ipc_t *ipc;

	ipc = ipc_create(options.uri);
	if (!ipc)
	{
		return EXIT_UNREACHABLE;
	}
	answer = ipc->request(ipc, "fleet", NULL, "list-member", look_at, search);
	success = answer && answer->get_bool(answer, FALSE, "success");
	DESTROY_IF(answer);
	ipc->destroy(ipc);
	return success ? EXIT_DONE : EXIT_UNREACHABLE;
}

/*
 * Described in header
 */
int fleet_get(const char *name, fleet_member_t *member)
{
	search_t what = {
		.name = name,
		.member = member,
	};

	*member = (fleet_member_t){ .age = -1, .sessions = -1 };
	return search(&what);
}

/*
 * Described in header
 */
int fleet_names(char **names, int max, int *count)
{
	search_t what = {
		.names = names,
		.max = max,
	};
	int code = search(&what);

	*count = what.count;
	return code;
}

/*
 * Described in header
 */
int fleet_order(const char *name, const char *state, bool force)
{
	vici_builder_t *request = vici_builder_create();
	vici_message_t *message;
	int code;

	request->add_kv(request, "name", "%s", name);
	request->add_kv(request, "state", "%s", state);
	request->add_kv(request, "force", "%s", force ? "yes" : "no");
	message = finish_request(&cmd_drain, request, &code);
	return message ? ask("order", message, NULL) : code;
}

/*
 * Described in header
 */
bool fleet_take(const char *argument, int *argc, char *argv[])
{
	int i, left = 0, before = *argc;

	for (i = 0; i < before; i++)
	{
		if (!streq(argv[i], argument))
		{
			argv[left++] = argv[i];
		}
	}
	*argc = left;
	return left < before;
}

/*
 * Described in header
 */
int fleet_drain(const subcommand_t *command, int argc, char *argv[])
{
	bool force = fleet_take("--force", &argc, argv), drain;
	int code;

	drain = streq(command->name, "drain");
	if (argc != 2 || argv[1][0] == '-' || (force && !drain))
	{
		return usage_error(command, drain ? "NAME has no option but --force"
										  : "takes a name, and nothing else");
	}
	code = fleet_order(argv[1], drain ? "drain" : "active", force);
	if (code == EXIT_DONE && options.format == OUTPUT_TEXT)
	{
		printf("ordered, see 'redirectctl fleet' for what %s does\n", argv[1]);
	}
	return code;
}

static const output_column_t fleet_columns[] = {
	{ "GATEWAY", FALSE }, { "STATE", FALSE }, { "HEALTH", FALSE },
	{ "SESSIONS", TRUE }, { "CAPACITY", TRUE }, { "AGE", TRUE },
	{ "VERSION", FALSE }, { "CONFIGURATION", FALSE }, { "ORDER", FALSE },
};

/**
 * Add a gateway to the table.
 */
static void add_member(output_table_t *table, vici_message_t *message)
{
	char cell[CELL_MAX];
	char *state = message->get_str(message, "?", "state");
	char *own = message->get_str(message, state, "own-state");
	char *by = message->get_str(message, NULL, "ordered-by");
	int age = message->get_int(message, -1, "age-ms");
	char *health = message->get_str(message, "unknown", "health");
	bool self = message->get_bool(message, FALSE, "self");

	table->add_row(table, self || streq(health, "up") ? COLOR_NONE : COLOR_WARN);
	snprintf(cell, sizeof(cell), "%s%s", message->get_str(message, "?", "name"),
			 self ? " (this)" : "");
	table->add(table, cell);
	snprintf(cell, sizeof(cell), "%s (says %s)", state, own);
	table->add(table, streq(state, own) ? state : cell);
	snprintf(cell, sizeof(cell), "%s, %s", health,
			 message->get_str(message, "nobody", "health-by"));
	table->add(table, self ? "up, itself" : cell);
	table->add(table, message->get_str(message, NULL, "sessions"));
	/* none is no limit */
	table->add(table, message->get_int(message, 0, "capacity")
						? message->get_str(message, NULL, "capacity") : NULL);
	snprintf(cell, sizeof(cell), "%d.%ds", age / 1000, age % 1000 / 100);
	table->add(table, age < 0 ? NULL : cell);
	table->add(table, message->get_str(message, NULL, "version"));
	table->add(table, message->get_str(message, NULL, "hash"));
	snprintf(cell, sizeof(cell), "%s, by %s",
			 message->get_bool(message, FALSE, "carried-out") ? "carried out"
															  : "waits", by);
	table->add(table, by ? cell : NULL);
}

/**
 * redirectctl fleet
 */
static int run_fleet(int argc, char *argv[])
{
	return !no_arguments(&cmd_fleet, argc) ? EXIT_USAGE :
		   list("fleet", "list-member", NULL, fleet_columns,
				countof(fleet_columns), add_member, NULL);
}

const subcommand_t cmd_fleet = {
	"fleet", "", "Lists what all gateways of the cluster tell of themselves",
	"Through the store of the cluster, see section cluster in\n"
	"strongswan-redirect.conf(5).\n", run_fleet,
};
