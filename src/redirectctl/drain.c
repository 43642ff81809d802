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

#include "fleet.h"
#include "list.h"

#include <library.h>

#include <signal.h>
#include <unistd.h>

/**
 * Characters of the bar
 */
#define BAR 24

/**
 * Seconds without a word from charon until it is asked whether it is there
 */
#define SILENCE 5000

typedef struct wish_t wish_t;

/**
 * Options with a value, conditions for clients, and gateways to drain to.
 */
enum {
	RATE, GRACE, IGNORED, DEADLINE, REST, TO, OPTIONS_MAX,
	CONDITIONS_MAX = 4,
};

/**
 * What the arguments ask for.
 */
struct wish_t {

	/** options */
	values_t options[OPTIONS_MAX];

	/** conditions */
	values_t match[CONDITIONS_MAX];

	/** TRUE to refuse new clients, to wait until it is done, and to drain though
	 * the others cannot take the clients */
	bool refuse, wait, force;
};

/**
 * Set by a signal that ends the wait.
 */
static volatile sig_atomic_t interrupted;

/**
 * Read a condition, KEY=VALUE.
 */
static bool read_match(wish_t *wish, char *argument)
{
	char *value = strchr(argument, '=');

	if (!value)
	{
		usage_error(&cmd_drain, "--match needs KEY=VALUE");
		return FALSE;
	}
	return add_value(&cmd_drain, wish->match, countof(wish->match), argument,
					 value - argument, value + 1);
}

/**
 * Read an option with its value.
 *
 * @param value			its value, NULL if there is none
 * @return				FALSE if it is wrong, complained about
 */
static bool read_option(wish_t *wish, const char *option, char *value)
{
	if (!value)
	{
		usage_error(&cmd_drain, "%s needs a value, or is not known", option);
		return FALSE;
	}
	if (streq(option, "--match"))
	{
		return read_match(wish, value);
	}
	return add_value(&cmd_drain, wish->options, countof(wish->options),
					 option + 2, strlen(option + 2), value);
}

/**
 * Read the arguments.
 *
 * @return				FALSE if one is wrong, complained about
 */
static bool read_arguments(int argc, char *argv[], wish_t *wish)
{
	bool to = FALSE;
	int i;

	for (i = 1; i < argc; i++)
	{
		if (streq(argv[i], "--refuse") || streq(argv[i], "--wait") ||
			streq(argv[i], "--force"))
		{
			*(streq(argv[i], "--wait") ? &wish->wait :
			  streq(argv[i], "--force") ? &wish->force : &wish->refuse) = TRUE;
			to = FALSE;
		}
		else if (strpfx(argv[i], "--"))
		{
			to = streq(argv[i], "--to");
			if (!read_option(wish, argv[i], argv[i + 1]))
			{
				return FALSE;
			}
			i++;
		}
		else if (!to)
		{
			usage_error(&cmd_drain, "'%s' is not known", argv[i]);
			return FALSE;
		}
		else if (!read_option(wish, "--to", argv[i]))
		{	/* further gateways behind --to */
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * Make a request of the wish. Gateways are always a list, one may be a list with
 * commas as well.
 */
static vici_builder_t *create_request(wish_t *wish)
{
	vici_builder_t *request = vici_builder_create();
	values_t *to = &wish->options[TO];
	char *name, *rest;
	bool any = FALSE;
	int i;

	add_values(request, wish->options, TO);
	if (wish->refuse)
	{
		request->add_kv(request, "refuse", "yes");
	}
	if (wish->force)
	{
		request->add_kv(request, "force", "yes");
	}
	if (to->count)
	{
		request->begin_list(request, "to");
		for (i = 0; i < to->count; i++)
		{
			for (rest = to->values[i]; (name = strsep(&rest, ","));)
			{
				request->add_li(request, "%s", name);
			}
		}
		request->end_list(request);
	}
	for (i = 0; i < CONDITIONS_MAX; i++)
	{
		any = any || wish->match[i].count;
	}
	if (any)
	{
		request->begin_section(request, "match");
		add_values(request, wish->match, CONDITIONS_MAX);
		request->end_section(request);
	}
	return request;
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
		   progress->get_int(progress, 0, "stuck.refused") +
		   progress->get_int(progress, 0, "stuck.returned");
}

/**
 * Write how it goes: a bar and an estimate, again and again on a terminal, and
 * elsewhere a line whenever something changed.
 */
static void write_progress(vici_message_t *progress, bool last)
{
	static char told[256];
	bool live = isatty(STDOUT_FILENO);
	int total = progress->get_int(progress, 0, "total");
	int left = progress->get_int(progress, 0, "left");
	int waiting = progress->get_int(progress, 0, "waiting");
	int rate = progress->get_int(progress, 1, "rate");
	int stuck = get_stuck(progress), done, percent;
	char bar[BAR + 1], text[sizeof(told)], more[64] = "", kept[64] = "";

	percent = total ? (total - left) * 100 / total : 100;
	done = percent * BAR / 100;
	memset(bar, '.', BAR);
	memset(bar, '#', done);
	bar[BAR] = '\0';
	if (waiting)
	{
		snprintf(more, sizeof(more), ", about %d s to ask the rest",
				 waiting / max(rate, 1) + 1);
	}
	if (stuck)
	{
		snprintf(kept, sizeof(kept), ", %d cannot be moved", stuck);
	}
	snprintf(text, sizeof(text), "[%s] %3d%%  %d of %d gone, %d on their way"
			 "%s%s", bar, percent, total - left, total,
			 progress->get_int(progress, 0, "asked"), more, kept);
	if (live || !streq(text, told))
	{
		printf("%s%s%s", live ? "\r\033[K" : "", text,
			   live && !last ? "" : "\n");
	}
	strcpy(told, text);
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
	table->add(table, get_text(message, NULL, "unique-id"));
	table->add(table, get_text(message, NULL, "id"));
	table->add(table, get_text(message, NULL, "remote"));
	table->add(table, get_text(message, NULL, "state"));
	table->add(table, get_text(message, NULL, "stuck"));
}

/**
 * Write what is left of a drain, and why.
 *
 * @param wish			drain, whose conditions limit it
 */
static void write_left(wish_t *wish)
{
	vici_builder_t *builder = vici_builder_create();
	vici_message_t *request;
	int code;

	add_values(builder, wish->match, CONDITIONS_MAX);
	request = finish_request(&cmd_drain, builder, &code);
	if (request)
	{
		list("sessions", "list-session", request, left_columns,
			 countof(left_columns), add_left, NULL);
	}
}

/**
 * Tell how a drain ended.
 *
 * @param state			its state
 * @return				exit code, -1 if it has not ended
 */
static int conclude(wish_t *wish, vici_message_t *progress, const char *state)
{
	bool text = options.format == OUTPUT_TEXT;
	bool partial = progress->get_bool(progress, FALSE, "partial");
	int left = progress->get_int(progress, 0, "left");

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
			printf("the deadline has passed, %s %s left:\n",
				   count_text(left, "session"), left == 1 ? "is" : "are");
			write_left(wish);
		}
		return EXIT_LEFT;
	}
	if (streq(state, "stalled"))
	{
		fprintf(stderr, "redirectctl: no gateway is left to send %s to; the "
				"drain goes on when there is one%s, and 'redirectctl undrain' "
				"ends it\n", count_text(left, "client"),
				progress->get_int(progress, -1, "seconds-left") >= 0
					? ", until its deadline" : "");
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
 * End the wait on a signal.
 */
static void on_signal(int signal)
{
	interrupted = signal;
}

/**
 * Tell that a drain goes on though nobody waits for it anymore.
 */
static int tell_interrupted()
{
	fprintf(stderr, "\nredirectctl: the drain goes on, see 'redirectctl "
			"status'; 'redirectctl undrain' ends it\n");
	return 128 + interrupted;
}

/**
 * Wait until a drain is done.
 *
 * @param run			the drain, others are none of its business
 */
static int wait_done(wish_t *wish, ipc_t *ipc, int run)
{
	vici_message_t *progress;
	const char *state;
	char name[257];
	int code = -1;

	while (code == -1)
	{
		progress = ipc->wait(ipc, name, SILENCE);
		if (interrupted)
		{
			DESTROY_IF(progress);
			return tell_interrupted();
		}
		if (!progress)
		{
			if (!*name)
			{
				fprintf(stderr, "redirectctl: charon tells nothing\n");
			}
			return EXIT_UNREACHABLE;
		}
		state = get_text(progress, "", "state");
		if (progress->get_int(progress, run, "run") != run)
		{
			fprintf(stderr, "redirectctl: another drain took the place of this "
					"one, see 'redirectctl status'\n");
			code = EXIT_REFUSED;
		}
		else
		{
			if (options.format == OUTPUT_TEXT)
			{
				write_progress(progress, !streq(state, "running"));
			}
			code = conclude(wish, progress, state);
		}
		if (code != -1)
		{
			output_for_scripts(progress, "drain-progress", options.format);
		}
		progress->destroy(progress);
	}
	return code;
}

/**
 * Tell that a drain has begun, or wait for its end.
 */
static int follow(wish_t *wish, ipc_t *ipc, vici_message_t *answer)
{
	int code;

	if (answer->get_bool(answer, FALSE, "partial") &&
		!answer->get_int(answer, 0, "total"))
	{
		fprintf(stderr, "redirectctl: no session matches, nobody is moved\n");
		return EXIT_NOBODY;
	}
	if (!wish->wait)
	{
		if (output_for_scripts(answer, "drain", options.format))
		{
			return EXIT_DONE;
		}
		if (streq(get_text(answer, "", "state"), "done"))
		{
			puts("drained: no session is here, charon may be stopped; new clients "
				 "go to others");
		}
		else
		{
			printf("draining %s at %d/s, see 'redirectctl status'\n",
				   count_text(answer->get_int(answer, 0, "left"), "session"),
				   answer->get_int(answer, 0, "rate"));
		}
		return EXIT_DONE;
	}
	/* there may be nobody to wait for */
	code = conclude(wish, answer, get_text(answer, "", "state"));
	if (code != -1)
	{
		output_for_scripts(answer, "drain-progress", options.format);
		return code;
	}
	return wait_done(wish, ipc, answer->get_int(answer, 0, "run"));
}

/**
 * Begin to drain, and wait if that is asked for.
 */
static int drain(wish_t *wish)
{
	struct sigaction action = {
		.sa_handler = on_signal,
	};
	vici_message_t *answer = NULL, *request;
	int code = EXIT_UNREACHABLE;
	ipc_t *ipc;

	request = finish_request(&cmd_drain, create_request(wish), &code);
	if (!request)
	{
		return code;
	}
	ipc = ipc_create(options.uri);
	/* before the drain begins, so that its end is not missed */
	if (ipc && (!wish->wait || ipc->listen(ipc, "drain-progress")))
	{
		if (wish->wait)
		{
			sigaction(SIGINT, &action, NULL);
			sigaction(SIGTERM, &action, NULL);
		}
		answer = ipc->request(ipc, "drain", request, NULL, NULL, NULL);
	}
	request->destroy(request);
	if (answer && !answer->get_bool(answer, FALSE, "success"))
	{
		fprintf(stderr, "redirectctl: %s\n", get_text(answer, "refused",
													  "errmsg"));
		code = EXIT_REFUSED;
	}
	else if (answer)
	{
		code = follow(wish, ipc, answer);
	}
	DESTROY_IF(answer);
	if (ipc)
	{
		ipc->destroy(ipc);
	}
	return code;
}

/**
 * redirectctl drain
 */
static int run_drain(int argc, char *argv[])
{
	wish_t wish = {
		.options = {
			[RATE] = { .name = "rate" },
			[GRACE] = { .name = "grace" },
			[IGNORED] = { .name = "ignored" },
			[DEADLINE] = { .name = "deadline" },
			[REST] = { .name = "rest" },
			[TO] = { .name = "to" },
		},
		.match = {
			{ .name = "connection" }, { .name = "id" }, { .name = "remote" },
			{ .name = "unique-id" },
		},
	};

	if (argc > 1 && argv[1][0] != '-')
	{
		return fleet_drain(&cmd_drain, argc, argv);
	}
	return read_arguments(argc, argv, &wish) ? drain(&wish) : EXIT_USAGE;
}

const subcommand_t cmd_drain = {
	"drain",
	"[--rate N] [--to GATEWAY...] [--match KEY=VALUE] [--deadline T] [--wait] ... | "
	"NAME [--force]",
	"Empties this gateway: its clients are moved to others",
	"  NAME               any gateway, this one or another, through the store of the\n"
	"                     cluster; it drains as its file says, also after a restart,\n"
	"                     until 'redirectctl undrain NAME'\n"
	"  --force            even if too many drain or the others have no room, by\n"
	"                     what the store of the cluster tells\n"
	"  --rate N           clients redirected a second\n"
	"  --to GATEWAY...    only to these gateways\n"
	"  --match KEY=VALUE  only these clients; keys are connection, id, remote and\n"
	"                     unique-id. New clients are served as before then. May be\n"
	"                     there several times: a client has to meet each key by one\n"
	"                     of its values\n"
	"  --grace T          time clients have to leave, or never\n"
	"  --ignored WORD     proven: delete clients that do not leave in time if their\n"
	"                     gateway was shown to be alive since; delete or keep them\n"
	"  --deadline T       end after that time\n"
	"  --rest WORD        keep or delete clients that are left at the deadline\n"
	"  --refuse           refuse new clients that cannot go elsewhere\n"
	"  --wait             wait, show how it goes, and end with 0 when charon may be\n"
	"                     stopped, with 3 and a list if the deadline passes, with 4\n"
	"                     if no gateway is left to send clients to, with 6 if no\n"
	"                     client matches. Ctrl-C ends the wait, not the drain\n\n"
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
	int code, left;

	if (argc > 1)
	{
		return fleet_drain(&cmd_undrain, argc, argv);
	}
	code = ask("undrain", NULL, &answer);
	if (code == EXIT_DONE)
	{
		if (!output_for_scripts(answer, "undrain", options.format))
		{
			left = answer->get_int(answer, 0, "left");
			printf("stopped%s; %s %s left\n",
				   answer->get_bool(answer, FALSE, "partial") ? ""
						: ", this gateway takes clients again",
				   count_text(left, "session"), left == 1 ? "is" : "are");
		}
		answer->destroy(answer);
	}
	return code;
}

const subcommand_t cmd_undrain = {
	"undrain", "[NAME]", "Stops to empty this gateway, or another, at once",
	"Clients that were redirected and did not leave yet may still do so.\n",
	run_undrain,
};
