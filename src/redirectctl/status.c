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

#include <time.h>

/**
 * Get a value of a message as text, NULL if there is none.
 */
static const char *get(vici_message_t *message, const char *key)
{
	return get_text(message, NULL, key);
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
	const char *refusing = get(status, "store.refusing");

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
	if (refusing)
	{
		write_line("records", "%srefused%s, %s%s", output_color(COLOR_BAD),
				   output_color(COLOR_NONE), refusing, streq(refusing, "forged")
				   ? ": gateways have different secrets" : "");
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
	write_line("load", "%s%%%s, %s, %d half-open, CPU %d%%",
			   get_text(status, "0", "load.combined-percent"),
			   status->get_bool(status, FALSE, "load.overloaded")
					? ", OVERLOADED" : "",
			   count_text(status->get_int(status, 0, "load.sas"), "IKE_SA"),
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
	write_line("loaded", "%s ago", time_text(status->get_int(status, 0,
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
