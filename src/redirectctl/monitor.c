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

#include <limits.h>
#include <time.h>

/**
 * Events that can be followed, ends with NULL
 */
static const char *const events[] = {
	"decision", "outcome", "gateway-state", "drain-progress", "guard", NULL
};

/**
 * Get a value, empty if there is none.
 */
static const char *get(vici_message_t *message, const char *key)
{
	return get_text(message, "", key);
}

/**
 * Write an event for people.
 */
static void write_event(const char *name, vici_message_t *message)
{
	const char *id = get_text(message, get(message, "remote"), "id");

	if (streq(name, "decision"))
	{
		printf("%s %s", id, get(message, "text"));
	}
	else if (streq(name, "outcome"))
	{
		printf("%s sent to %s: %s", id, get(message, "gateway"),
			   get(message, "outcome"));
	}
	else if (streq(name, "gateway-state"))
	{
		printf("%s is %s, %s, weight %s", get(message, "name"),
			   get(message, "state"), streq(get(message, "up"), "yes")
										? "up" : "down",
			   get(message, "weight"));
	}
	else if (streq(name, "drain-progress"))
	{
		printf("%s, %s of %s sessions left, %s redirected",
			   get(message, "state"), get(message, "left"),
			   get(message, "total"), get(message, "sent"));
	}
	else
	{
		printf("%s%s%s from %s", get(message, "what"),
			   *get(message, "verdict") ? " " : "", get(message, "verdict"),
			   get(message, "from"));
	}
	if (*get(message, "dropped"))
	{
		printf(" (%s events before it were dropped)", get(message, "dropped"));
	}
}

/**
 * Write an event.
 */
static void write_any(const char *name, vici_message_t *message)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;

	switch (options.format)
	{
		case OUTPUT_JSON:
			printf("{\"event\":\"%s\",\"time\":%lld,\"data\":", name,
				   (long long)now);
			output_message(message, name, options.format, stdout);
			puts("}");
			break;
		case OUTPUT_RAW:
			output_message(message, name, options.format, stdout);
			break;
		default:
			strftime(stamp, sizeof(stamp), "%H:%M:%S", localtime_r(&now, &tm));
			printf("%s %s%-14s%s ", stamp, output_color(COLOR_HEAD), name,
				   output_color(COLOR_NONE));
			write_event(name, message);
			putchar('\n');
			break;
	}
	fflush(stdout);
}

/**
 * Check whether there is an event.
 */
static bool is_event(const char *name)
{
	int i;

	for (i = 0; events[i] && !streq(events[i], name); i++);
	return events[i] != NULL;
}

/**
 * Ask for the events that are named, or for all.
 */
static bool listen_all(ipc_t *ipc, int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
	{
		if (!ipc->listen(ipc, argv[i]))
		{
			return FALSE;
		}
	}
	for (i = 0; argc == 1 && events[i]; i++)
	{
		if (!ipc->listen(ipc, events[i]))
		{
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * redirectctl monitor
 */
static int run(int argc, char *argv[])
{
	vici_message_t *message;
	char name[257];
	int i, count = 0;
	ipc_t *ipc;

	if (argc >= 2 && streq(argv[1], "--count"))
	{
		if (argc == 2 || !parse_number(argv[2], INT_MAX, &count))
		{
			return usage_error(&cmd_monitor, "--count needs a number from 1");
		}
		argc -= 2;
		argv += 2;
	}
	if (argc > 1 && argv[1][0] == '-')
	{
		return usage_error(&cmd_monitor, "'%s' is not known", argv[1]);
	}
	for (i = 1; i < argc; i++)
	{
		if (!is_event(argv[i]))
		{
			return usage_error(&cmd_monitor, "there is no event '%s'", argv[i]);
		}
	}
	ipc = ipc_create(options.uri);
	if (!ipc)
	{
		return EXIT_UNREACHABLE;
	}
	if (!listen_all(ipc, argc, argv))
	{
		ipc->destroy(ipc);
		return EXIT_UNREACHABLE;
	}
	while ((message = ipc->wait(ipc, name, -1)))
	{
		write_any(name, message);
		message->destroy(message);
		if (count && --count == 0)
		{
			break;
		}
	}
	ipc->destroy(ipc);
	return message ? EXIT_DONE : EXIT_UNREACHABLE;
}

const subcommand_t cmd_monitor = {
	"monitor", "[--count N] [EVENT]...",
	"Follows events as they happen",
	"Events are decision, outcome, gateway-state, drain-progress and guard; all of\n"
	"them without an argument.\n\n"
	"  --count N     end after N events\n", run,
};
