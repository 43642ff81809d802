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

#include "list.h"

#include <library.h>

#include <getopt.h>
#include <unistd.h>

/**
 * Characters of the bar
 */
#define BAR 24

/**
 * Seconds without a word from charon until it is asked whether it is there
 */
#define SILENCE 5000

/**
 * Options that are passed on as they are
 */
static const struct option long_options[] = {
	{ "rate", required_argument, NULL, 'r' },
	{ "grace", required_argument, NULL, 'g' },
	{ "ignored", required_argument, NULL, 'i' },
	{ "deadline", required_argument, NULL, 'd' },
	{ "rest", required_argument, NULL, 'e' },
	{ "to", required_argument, NULL, 't' },
	{ "match", required_argument, NULL, 'm' },
	{ "refuse", no_argument, NULL, 'f' },
	{ "wait", no_argument, NULL, 'w' },
	{}
};

typedef struct wish_t wish_t;

/**
 * What the arguments ask for.
 */
struct wish_t {

	/** arguments of the command */
	vici_builder_t *request;

	/** gateways and conditions, pointers into the arguments */
	char *to[64], *match[8];
	int to_count, match_count;

	/** TRUE to wait until it is done */
	bool wait;
};

/**
 * Read the arguments.
 *
 * @return				FALSE if one is wrong
 */
static bool read_arguments(int argc, char *argv[], wish_t *wish)
{
	int option, index;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", long_options, &index)) != -1)
	{
		switch (option)
		{
			case 't':
				if (wish->to_count == (int)countof(wish->to))
				{
					return FALSE;
				}
				wish->to[wish->to_count++] = optarg;
				break;
			case 'm':
				if (wish->match_count == (int)countof(wish->match) ||
					!strchr(optarg, '='))
				{
					return FALSE;
				}
				wish->match[wish->match_count++] = optarg;
				break;
			case 'f':
				wish->request->add_kv(wish->request, "refuse", "yes");
				break;
			case 'w':
				wish->wait = TRUE;
				break;
			case '?':
				return FALSE;
			default:
				wish->request->add_kv(wish->request,
							(char*)long_options[index].name, "%s", optarg);
				break;
		}
	}
	/* further gateways behind --to */
	while (optind < argc && wish->to_count &&
		   wish->to_count < (int)countof(wish->to))
	{
		wish->to[wish->to_count++] = argv[optind++];
	}
	return optind == argc;
}

/**
 * Add gateways and conditions to the request.
 */
static vici_message_t *finish_request(wish_t *wish)
{
	vici_builder_t *request = wish->request;
	char *value;
	int i;

	if (wish->to_count)
	{
		request->begin_list(request, "to");
		for (i = 0; i < wish->to_count; i++)
		{
			request->add_li(request, "%s", wish->to[i]);
		}
		request->end_list(request);
	}
	if (wish->match_count)
	{
		request->begin_section(request, "match");
		for (i = 0; i < wish->match_count; i++)
		{
			value = strchr(wish->match[i], '=');
			*value++ = '\0';
			request->add_kv(request, wish->match[i], "%s", value);
		}
		request->end_section(request);
	}
	return request->finalize(request);
}

/**
 * Sessions that cannot be moved, whatever is done.
 */
static int get_stuck(vici_message_t *progress)
{
	return progress->get_int(progress, 0, "stuck.unsupported") +
		   progress->get_int(progress, 0, "stuck.ikev1") +
		   progress->get_int(progress, 0, "stuck.initiator") +
		   progress->get_int(progress, 0, "stuck.served") +
		   progress->get_int(progress, 0, "stuck.ignored") +
		   progress->get_int(progress, 0, "stuck.refused");
}

/**
 * Write how it goes: a bar and an estimate.
 */
static void write_progress(vici_message_t *progress, bool last)
{
	static int told = -1;
	bool live = isatty(STDOUT_FILENO);
	int total = progress->get_int(progress, 0, "total");
	int left = progress->get_int(progress, 0, "left");
	int waiting = progress->get_int(progress, 0, "waiting");
	int rate = progress->get_int(progress, 1, "rate");
	int stuck = get_stuck(progress), done, percent;
	char bar[BAR + 1];

	percent = total ? (total - left) * 100 / total : 100;
	if (!live && !last && percent / 10 == told / 10)
	{
		return;
	}
	told = percent;
	done = percent * BAR / 100;
	memset(bar, '.', BAR);
	memset(bar, '#', done);
	bar[BAR] = '\0';
	printf("%s[%s] %3d%%  %d of %d gone, %d on their way", live ? "\r\033[K" : "",
		   bar, percent, total - left, total,
		   progress->get_int(progress, 0, "asked"));
	if (waiting)
	{
		printf(", about %d s to ask the rest", waiting / max(rate, 1) + 1);
	}
	if (stuck)
	{
		printf(", %d cannot be moved", stuck);
	}
	fputs(live && !last ? "" : "\n", stdout);
	fflush(stdout);
}

static const output_column_t left_columns[] = {
	{ "ID", TRUE }, { "CLIENT", FALSE }, { "ADDRESS", FALSE },
	{ "STATE", FALSE }, { "STAYS BECAUSE", FALSE },
};

/**
 * Add a session that is left to the table.
 */
static void add_left(output_table_t *table, vici_message_t *message)
{
	table->add_row(table, COLOR_NONE);
	table->add(table, message->get_str(message, NULL, "unique-id"));
	table->add(table, message->get_str(message, NULL, "id"));
	table->add(table, message->get_str(message, NULL, "remote"));
	table->add(table, message->get_str(message, NULL, "state"));
	table->add(table, message->get_str(message, NULL, "stuck"));
}

/**
 * Write what is left, and why.
 */
static void write_left()
{
	list("sessions", "list-session", NULL, left_columns, countof(left_columns),
		 add_left);
}

/**
 * Tell how a drain ended.
 *
 * @param state			its state
 * @return				exit code, -1 if it has not ended
 */
static int conclude(vici_message_t *progress, const char *state)
{
	bool text = options.format == OUTPUT_TEXT;
	bool partial = progress->get_bool(progress, FALSE, "partial");

	if (streq(state, "done"))
	{
		if (text)
		{
			puts(partial ? "drained: none of these sessions is left"
						 : "drained: no session is left, charon may be "
						   "stopped");
		}
		return EXIT_DONE;
	}
	if (streq(state, "ended"))
	{
		if (text)
		{
			printf("the deadline has passed, %d sessions are left:\n",
				   progress->get_int(progress, 0, "left"));
		}
		write_left();
		return EXIT_LEFT;
	}
	if (streq(state, "stalled") &&
		!progress->get_str(progress, NULL, "seconds-left"))
	{
		fprintf(stderr, "redirectctl: no gateway is left to send %d clients "
				"to; the drain goes on when there is one\n",
				progress->get_int(progress, 0, "left"));
		return EXIT_STALLED;
	}
	if (streq(state, "off"))
	{
		fprintf(stderr, "redirectctl: the drain was stopped\n");
		return EXIT_REFUSED;
	}
	return -1;
}

/**
 * Wait until a drain is done.
 */
static int wait_done(ipc_t *ipc)
{
	vici_message_t *progress;
	const char *state;
	char name[257];
	int code = -1;

	while (code == -1)
	{
		progress = ipc->wait(ipc, name, SILENCE);
		if (!progress)
		{
			if (*name)
			{
				return EXIT_UNREACHABLE;
			}
			fprintf(stderr, "redirectctl: charon tells nothing\n");
			return EXIT_UNREACHABLE;
		}
		state = progress->get_str(progress, "", "state");
		if (options.format == OUTPUT_TEXT)
		{
			write_progress(progress, !streq(state, "running"));
		}
		code = conclude(progress, state);
		if (code != -1 && options.format != OUTPUT_TEXT)
		{
			output_message(progress, "drain-progress", options.format, stdout);
			fputs(options.format == OUTPUT_JSON ? "\n" : "", stdout);
		}
		progress->destroy(progress);
	}
	return code;
}

/**
 * Begin to drain, and wait if that is asked for.
 */
static int drain(wish_t *wish)
{
	vici_message_t *answer, *request = finish_request(wish);
	int code = EXIT_UNREACHABLE;
	ipc_t *ipc;

	ipc = ipc_create(options.uri);
	if (!ipc)
	{
		DESTROY_IF(request);
		return EXIT_UNREACHABLE;
	}
	answer = ipc->request(ipc, "drain", request, NULL, NULL, NULL);
	DESTROY_IF(request);
	if (answer && !answer->get_bool(answer, FALSE, "success"))
	{
		fprintf(stderr, "redirectctl: %s\n",
				answer->get_str(answer, "refused", "errmsg"));
		code = EXIT_REFUSED;
	}
	else if (answer && wish->wait)
	{
		/* there may be nobody to wait for */
		code = conclude(answer, answer->get_str(answer, "", "state"));
		if (code == -1)
		{
			code = ipc->listen(ipc, "drain-progress") ? wait_done(ipc)
													  : EXIT_UNREACHABLE;
		}
	}
	else if (answer)
	{
		code = EXIT_DONE;
		if (options.format == OUTPUT_TEXT)
		{
			printf("draining %d sessions at %d/s, see 'redirectctl status'\n",
				   answer->get_int(answer, 0, "left"),
				   answer->get_int(answer, 0, "rate"));
		}
	}
	DESTROY_IF(answer);
	ipc->destroy(ipc);
	return code;
}

/**
 * redirectctl drain
 */
static int run_drain(int argc, char *argv[])
{
	wish_t wish = {
		.request = vici_builder_create(),
	};

	if (!read_arguments(argc, argv, &wish))
	{
		wish.request->destroy(wish.request);
		return usage_error(&cmd_drain, NULL);
	}
	return drain(&wish);
}

const subcommand_t cmd_drain = {
	"drain",
	"[--rate N] [--to GATEWAY...] [--match KEY=VALUE] [--deadline T] [--wait] ...",
	"Empties this gateway: its clients are moved to others",
	"  --rate N           clients redirected a second\n"
	"  --to GATEWAY...    only to these gateways\n"
	"  --match KEY=VALUE  only these clients; keys are connection, id, remote and\n"
	"                     unique-id. New clients are served as before then\n"
	"  --grace T          time clients have to leave, or never\n"
	"  --ignored WORD     delete or keep clients that do not leave in time\n"
	"  --deadline T       end after that time\n"
	"  --rest WORD        keep or delete clients that are left at the deadline\n"
	"  --refuse           refuse new clients that cannot go elsewhere\n"
	"  --wait             wait, show how it goes, and end with 0 when charon may be\n"
	"                     stopped, with 3 and a list if the deadline passes, with 4\n"
	"                     if no gateway is left to send clients to\n\n"
	"Defaults are in section drain of strongswan-redirect.conf(5). A drain that goes\n"
	"on is changed. It lasts until 'redirectctl undrain', or until charon ends.\n",
	run_drain,
};

/**
 * redirectctl undrain
 */
static int run_undrain(int argc, char *argv[])
{
	vici_message_t *answer;
	int code;

	if (argc > 1)
	{
		return usage_error(&cmd_undrain, "has no arguments");
	}
	code = ask("undrain", NULL, &answer);
	if (code == EXIT_DONE)
	{
		if (options.format == OUTPUT_TEXT)
		{
			printf("stopped, this gateway takes clients again; %d sessions are "
				   "left\n", answer->get_int(answer, 0, "left"));
		}
		answer->destroy(answer);
	}
	return code;
}

const subcommand_t cmd_undrain = {
	"undrain", "", "Stops to empty this gateway, at once",
	"Clients that were redirected and did not leave yet may still do so.\n",
	run_undrain,
};
