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

#include "redirectctl.h"

#include <library.h>

#include <collections/hashtable.h>
#include <unistd.h>

typedef struct top_t top_t;
typedef struct seen_t seen_t;

/**
 * What a gateway had at the last look.
 */
struct seen_t {

	/** its name */
	char *name;

	/** clients sent there */
	uint64_t sent;
};

/**
 * What is shown.
 */
struct top_t {

	/** connection */
	ipc_t *ipc;

	/** table that is being filled in */
	output_table_t *table;

	/** gateways at the last look, name => seen_t */
	hashtable_t *seen;

	/** seconds from one look to the next */
	int interval;
};

static const output_column_t columns[] = {
	{ "GATEWAY", FALSE }, { "STATE", FALSE }, { "UP", FALSE },
	{ "WEIGHT", TRUE }, { "SESSIONS", TRUE }, { "LOAD", TRUE },
	{ "SENT", TRUE }, { "SENT/S", TRUE },
};

/**
 * Clients sent to a gateway since the last look.
 */
static uint64_t get_new(top_t *this, char *name, uint64_t sent)
{
	seen_t *seen;
	uint64_t before;

	seen = this->seen->get(this->seen, name);
	if (!seen)
	{
		INIT(seen,
			.name = strdup(name),
			.sent = sent,
		);
		this->seen->put(this->seen, seen->name, seen);
	}
	before = seen->sent;
	seen->sent = sent;
	return sent - before;
}

/**
 * Add a gateway to the table.
 */
static void add_gateway(void *data, vici_message_t *message)
{
	top_t *this = data;
	output_table_t *table = this->table;
	char *name = message->get_str(message, "", "name"), cell[64];
	char *load = message->get_str(message, NULL, "load-percent");
	char *sent = message->get_str(message, "0", "redirected");
	bool takes = message->get_bool(message, TRUE, "takes-clients");
	uint64_t new = get_new(this, name, strtoull(sent, NULL, 10));

	table->add_row(table, takes ? COLOR_NONE : COLOR_WARN);
	table->add(table, name);
	table->add(table, message->get_str(message, NULL, "state"));
	table->add(table, message->get_str(message, NULL, "up"));
	table->add(table, message->get_str(message, NULL, "weight"));
	table->add(table, message->get_str(message, NULL, "sessions"));
	snprintf(cell, sizeof(cell), "%s%%", load ?: "");
	table->add(table, load ? cell : NULL);
	table->add(table, sent);
	snprintf(cell, sizeof(cell), "%.1f", (double)new / this->interval);
	table->add(table, cell);
}

/**
 * Look once.
 *
 * @return				FALSE if charon is gone
 */
static bool look(top_t *this)
{
	vici_message_t *status, *answer;

	status = this->ipc->request(this->ipc, "status", NULL, NULL, NULL, NULL);
	if (!status)
	{
		return FALSE;
	}
	if (isatty(STDOUT_FILENO))
	{
		fputs("\033[H\033[J", stdout);
	}
	printf("%s  load %s%%%s  CPU %d%%  half-open %d  sessions %d  leaving %d  "
		   "drain %s\n\n", status->get_str(status, "(no self)", "self"),
		   status->get_str(status, "-", "load.combined-percent"),
		   status->get_bool(status, FALSE, "load.overloaded")
				? " OVERLOADED" : "",
		   status->get_int(status, 0, "load.cpu"),
		   status->get_int(status, 0, "load.half_open"),
		   status->get_int(status, 0, "sessions.here"),
		   status->get_int(status, 0, "sessions.asked") +
		   status->get_int(status, 0, "sessions.leaving"),
		   status->get_str(status, "off", "drain.state"));
	status->destroy(status);

	this->table = output_table_create(columns, countof(columns));
	answer = this->ipc->request(this->ipc, "gateways", NULL, "list-gateway",
								add_gateway, this);
	this->table->write(this->table, stdout);
	fflush(stdout);
	if (!answer)
	{
		return FALSE;
	}
	answer->destroy(answer);
	return TRUE;
}

/**
 * Read the arguments.
 */
static bool read_arguments(int argc, char *argv[], int *interval, int *count)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2)
	{
		if (streq(argv[i], "--interval"))
		{
			*interval = atoi(argv[i + 1]);
		}
		else if (streq(argv[i], "--count"))
		{
			*count = atoi(argv[i + 1]);
		}
		else
		{
			return FALSE;
		}
	}
	return i == argc && *interval > 0 && *count >= 0;
}

/**
 * redirectctl top
 */
static int run(int argc, char *argv[])
{
	enumerator_t *enumerator;
	top_t this = {
		.interval = 1,
	};
	bool there = TRUE;
	int i, count = 0;
	seen_t *seen;

	if (!read_arguments(argc, argv, &this.interval, &count))
	{
		return usage_error(&cmd_top, "--interval and --count need numbers");
	}
	this.ipc = ipc_create(options.uri);
	if (!this.ipc)
	{
		return EXIT_UNREACHABLE;
	}
	this.seen = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16);
	for (i = 1; there && (!count || i <= count); i++)
	{
		there = look(&this);
		if (there && i != count)
		{
			sleep(this.interval);
		}
	}
	enumerator = this.seen->create_enumerator(this.seen);
	while (enumerator->enumerate(enumerator, NULL, &seen))
	{
		free(seen->name);
		free(seen);
	}
	enumerator->destroy(enumerator);
	this.seen->destroy(this.seen);
	this.ipc->destroy(this.ipc);
	return there ? EXIT_DONE : EXIT_UNREACHABLE;
}

const subcommand_t cmd_top = {
	"top", "[--interval SECONDS] [--count N]",
	"Shows gateways, rates and load live",
	"  --interval SECONDS   from one look to the next, default 1\n"
	"  --count N            end after N looks\n", run,
};
