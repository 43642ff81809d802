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

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
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

	/** TRUE if keys are read, and the terminal as it was before */
	bool keys;
	struct termios terminal;
};

/**
 * Set by a signal that ends it.
 */
static volatile sig_atomic_t ended;

static const output_column_t columns[] = {
	/* what has no room is left out from the right */
	{ "GATEWAY", FALSE }, { "STATE", FALSE }, { "UP", FALSE },
	{ "SENT/S", TRUE }, { "SESSIONS", TRUE }, { "LOAD", TRUE },
	{ "SENT", TRUE }, { "WEIGHT", TRUE },
};

/**
 * Clients sent to a gateway since the last look.
 */
static uint64_t get_new(top_t *this, const char *name, uint64_t sent)
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
	const char *name = get_text(message, "", "name");
	const char *load = get_text(message, NULL, "load-percent");
	const char *sent = get_text(message, "0", "redirected");
	bool takes = message->get_bool(message, TRUE, "takes-clients");
	uint64_t new = get_new(this, name, strtoull(sent, NULL, 10));
	char cell[64];

	table->add_row(table, takes ? COLOR_NONE : COLOR_WARN);
	table->add(table, name);
	table->add(table, get_text(message, NULL, "state"));
	table->add(table, get_text(message, NULL, "up"));
	snprintf(cell, sizeof(cell), "%.1f", (double)new / this->interval);
	table->add(table, cell);
	table->add(table, get_text(message, NULL, "sessions"));
	snprintf(cell, sizeof(cell), "%s%%", load ?: "");
	table->add(table, load ? cell : NULL);
	table->add(table, sent);
	table->add(table, get_text(message, NULL, "weight"));
}

/**
 * Write how this gateway is, in lines that fit.
 *
 * @param width			columns of the terminal
 * @return				lines
 */
static int write_head(vici_message_t *status, int width)
{
	const char *parts[] = {
		get_text(status, "(no self)", "self"),
		status->get_bool(status, FALSE, "load.overloaded") ? "OVERLOADED load"
														   : "load",
		get_text(status, "-", "load.combined-percent"),
		"% CPU", get_text(status, "0", "load.cpu"),
		"% half-open", get_text(status, "0", "load.half_open"),
		"sessions", get_text(status, "0", "sessions.here"),
		"asked", get_text(status, "0", "sessions.asked"),
		"leaving", get_text(status, "0", "sessions.leaving"),
		"drain", get_text(status, "off", "drain.state"),
	};
	int i, len, used = 0, lines = 1;

	for (i = 0; i < (int)countof(parts); i++)
	{
		len = strlen(parts[i]) + (used && *parts[i] != '%');
		if (used && used + len > width && *parts[i] != '%')
		{
			putchar('\n');
			lines++;
			used = 0;
		}
		used += printf("%s%s", used && *parts[i] != '%' ? " " : "", parts[i]);
	}
	fputs("\n\n", stdout);
	return lines + 1;
}

/**
 * Look once.
 *
 * @return				FALSE if charon is gone
 */
static bool look(top_t *this)
{
	struct winsize size = {};
	vici_message_t *status, *answer;
	bool live = isatty(STDOUT_FILENO);
	int lines;

	status = this->ipc->request(this->ipc, "status", NULL, NULL, NULL, NULL);
	if (!status)
	{
		return FALSE;
	}
	if (live)
	{
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		fputs("\033[H\033[J", stdout);
	}
	lines = write_head(status, size.ws_col ?: INT_MAX);
	status->destroy(status);

	this->table = output_table_create(columns, countof(columns));
	answer = this->ipc->request(this->ipc, "gateways", NULL, "list-gateway",
								add_gateway, this);
	this->table->write(this->table, answer ? stdout : NULL, size.ws_col,
					   size.ws_row ? max(size.ws_row - lines - 2, 1) : 0);
	fflush(stdout);
	DESTROY_IF(answer);
	return answer != NULL;
}

/**
 * End on a signal.
 */
static void on_signal(int signal)
{
	ended = 1;
}

/**
 * Have keys read as they are pressed, or no more.
 */
static void read_keys(top_t *this, bool on)
{
	struct sigaction action = {
		.sa_handler = on ? on_signal : SIG_DFL,
	};
	struct termios terminal;

	if (on)
	{
		this->keys = isatty(STDIN_FILENO) &&
					 tcgetattr(STDIN_FILENO, &this->terminal) == 0;
	}
	if (this->keys)
	{
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		terminal = this->terminal;
		terminal.c_lflag &= on ? ~(ICANON | ECHO) : ~0;
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	}
}

/**
 * Wait for the next look.
 *
 * @return				FALSE if it is to end
 */
static bool wait_next(top_t *this)
{
	struct pollfd pfd = {
		.fd = this->keys ? STDIN_FILENO : -1,
		.events = POLLIN,
	};
	char key;

	if (poll(&pfd, 1, this->interval * 1000) > 0)
	{
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
		{
			return FALSE;
		}
	}
	return !ended;
}

/**
 * Read the arguments.
 */
static bool read_arguments(int argc, char *argv[], int *interval, int *count)
{
	bool good = argc % 2;
	int i;

	for (i = 1; good && i < argc; i += 2)
	{
		good = (streq(argv[i], "--interval") &&
				parse_number(argv[i + 1], 3600, interval)) ||
			   (streq(argv[i], "--count") &&
				parse_number(argv[i + 1], INT_MAX, count));
	}
	return good;
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

	if (options.format != OUTPUT_TEXT)
	{
		return usage_error(&cmd_top, "it is for people; take 'status', 'gateways' "
						   "or 'monitor'");
	}
	if (!read_arguments(argc, argv, &this.interval, &count))
	{
		return usage_error(&cmd_top, "--interval and --count need numbers from 1");
	}
	this.ipc = ipc_create(options.uri);
	if (!this.ipc)
	{
		return EXIT_UNREACHABLE;
	}
	this.seen = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16);
	read_keys(&this, TRUE);
	for (i = 1; there; i++)
	{
		there = look(&this);
		if (!there || i == count || !wait_next(&this))
		{
			break;
		}
	}
	read_keys(&this, FALSE);
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
	"  --count N            end after N looks\n\n"
	"It ends by q. In a narrow terminal the columns at the right are left out.\n",
	run,
};
