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

#include "drain_wait.h"

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
 * @param match			conditions that limit it
 */
static void write_left(const values_t *match)
{
	vici_builder_t *builder = vici_builder_create();
	vici_message_t *request;
	int code;

	add_values(builder, match, DRAIN_CONDITIONS);
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
static int conclude(const values_t *match, vici_message_t *progress,
					const char *state)
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
			write_left(match);
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
 * Set by a signal that ends the wait.
 */
static volatile sig_atomic_t interrupted;

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
static int wait_done(const values_t *match, ipc_t *ipc, int run)
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
			code = conclude(match, progress, state);
		}
		if (code != -1)
		{
			output_for_scripts(progress, "drain-progress", options.format);
		}
		progress->destroy(progress);
	}
	return code;
}

/*
 * Described in header
 */
void drain_wait_prepare()
{
	struct sigaction action = {
		.sa_handler = on_signal,
	};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/*
 * Described in header
 */
int drain_wait(ipc_t *ipc, vici_message_t *answer, const values_t *match)
{
	int code;

	/* there may be nobody to wait for */
	code = conclude(match, answer, get_text(answer, "", "state"));
	if (code != -1)
	{
		output_for_scripts(answer, "drain-progress", options.format);
		return code;
	}
	return wait_done(match, ipc, answer->get_int(answer, 0, "run"));
}
