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

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>

redirectctl_options_t options = {
	.uri = "unix:///run/charon.redirect",
};

/**
 * Subcommands in the order of the help
 */
static const subcommand_t *const commands[] = {
	&cmd_status, &cmd_gateways, &cmd_rules, &cmd_sessions, &cmd_decide,
	&cmd_set_gateway, &cmd_drain, &cmd_undrain, &cmd_rebalance, &cmd_monitor,
	&cmd_fleet, &cmd_roll, &cmd_top, &cmd_counters, &cmd_metrics, &cmd_check,
	&cmd_version,
};

/**
 * Write the help.
 */
static void write_help(FILE *out)
{
	int i;

	fprintf(out, "usage: redirectctl [OPTIONS] COMMAND [ARGUMENTS]\n\n"
			"Shows and changes what the redirect plugin of charon does.\n\n");
	for (i = 0; i < (int)countof(commands); i++)
	{
		fprintf(out, "  %-12s  %s\n", commands[i]->name, commands[i]->summary);
	}
	fprintf(out, "\nOptions:\n"
			"  --uri URI     socket, default %s\n"
			"  --json        write JSON\n"
			"  --raw         write messages as they come\n"
			"  --help        show help, also of a COMMAND, as 'help COMMAND' does\n"
			"  --version     show the version of redirectctl\n\n"
			"See redirectctl(8), also for exit codes.\n", options.uri);
}

/**
 * Write the help of a subcommand.
 */
static void write_command_help(const subcommand_t *command, FILE *out)
{
	fprintf(out, "usage: redirectctl [OPTIONS] %s%s%s\n\n%s.\n", command->name,
			*command->arguments ? " " : "", command->arguments,
			command->summary);
	if (command->help)
	{
		fprintf(out, "\n%s", command->help);
	}
}

/*
 * Described in header
 */
int usage_error(const subcommand_t *command, const char *fmt, ...)
{
	va_list args;

	if (fmt)
	{
		fprintf(stderr, "redirectctl %s: ", command->name);
		va_start(args, fmt);
		vfprintf(stderr, fmt, args);
		va_end(args);
		fputc('\n', stderr);
	}
	fprintf(stderr, "see 'redirectctl %s --help'\n", command->name);
	return EXIT_USAGE;
}

/*
 * Described in header
 */
int ask(const char *command, vici_message_t *request, vici_message_t **answer)
{
	vici_message_t *received = NULL;
	int code = EXIT_UNREACHABLE;
	ipc_t *ipc;

	ipc = ipc_create(options.uri);
	if (ipc)
	{
		received = ipc->request(ipc, command, request, NULL, NULL, NULL);
		ipc->destroy(ipc);
	}
	DESTROY_IF(request);
	if (received)
	{
		code = EXIT_DONE;
		if (!received->get_bool(received, TRUE, "success"))
		{
			fprintf(stderr, "redirectctl: %s\n",
					get_text(received, "refused", "errmsg"));
			code = EXIT_REFUSED;
		}
	}
	if (answer && code == EXIT_DONE)
	{
		*answer = received;
		return code;
	}
	DESTROY_IF(received);
	return code;
}

/*
 * Described in header
 */
char *time_text(int seconds, char *buf, size_t len)
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

/*
 * Described in header
 */
bool no_arguments(const subcommand_t *command, int argc)
{
	if (argc > 1)
	{
		usage_error(command, "has no arguments");
		return FALSE;
	}
	return TRUE;
}

/*
 * Described in header
 */
bool add_value(const subcommand_t *command, values_t *values, int count,
			   const char *name, size_t len, char *value)
{
	int i;

	for (i = 0; i < count; i++)
	{
		if (strlen(values[i].name) == len && strneq(values[i].name, name, len))
		{
			if (values[i].count == VALUES_MAX)
			{
				usage_error(command, "%s is there too often", values[i].name);
				return FALSE;
			}
			values[i].values[values[i].count++] = value;
			return TRUE;
		}
	}
	usage_error(command, "'%.*s' is not known", (int)len, name);
	return FALSE;
}

/*
 * Described in header
 */
bool parse_values(const subcommand_t *command, values_t *values, int count,
				  int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i += 2)
	{
		if (!strpfx(argv[i], "--"))
		{
			usage_error(command, "'%s' is not known", argv[i]);
			return FALSE;
		}
		if (i + 1 == argc)
		{
			usage_error(command, "%s needs a value, or is not known", argv[i]);
			return FALSE;
		}
		if (!add_value(command, values, count, argv[i] + 2,
					   strlen(argv[i] + 2), argv[i + 1]))
		{
			return FALSE;
		}
	}
	return TRUE;
}

/*
 * Described in header
 */
void add_values(vici_builder_t *request, const values_t *values, int count)
{
	int i, j;

	for (i = 0; i < count; i++)
	{
		if (values[i].count == 1)
		{
			request->add_kv(request, (char*)values[i].name, "%s",
							values[i].values[0]);
		}
		else if (values[i].count)
		{
			request->begin_list(request, (char*)values[i].name);
			for (j = 0; j < values[i].count; j++)
			{
				request->add_li(request, "%s", values[i].values[j]);
			}
			request->end_list(request);
		}
	}
}

/*
 * Described in header
 */
vici_message_t *finish_request(const subcommand_t *command,
							   vici_builder_t *request, int *code)
{
	vici_message_t *message = request->finalize(request);

	if (!message)
	{
		*code = usage_error(command, "an argument is too long");
	}
	return message;
}

/*
 * Described in header
 */
bool parse_number(const char *text, int max, int *number)
{
	char *end;
	long parsed;

	errno = 0;
	parsed = strtol(text, &end, 10);
	if (!isdigit((u_char)*text) || *end || errno || parsed < 1 || parsed > max)
	{
		return FALSE;
	}
	*number = parsed;
	return TRUE;
}

/**
 * Find a subcommand.
 */
static const subcommand_t *find_command(const char *name)
{
	int i;

	for (i = 0; i < (int)countof(commands); i++)
	{
		if (streq(commands[i]->name, name))
		{
			return commands[i];
		}
	}
	fprintf(stderr, "redirectctl: there is no command '%s', see 'redirectctl "
			"--help'\n", name);
	return NULL;
}

/**
 * Check whether help is asked for.
 */
static bool wants_help(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
	{
		if (streq(argv[i], "--help") || streq(argv[i], "-h"))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Take options for all subcommands out of the arguments, wherever they are.
 *
 * @return				arguments that are left, -1 if one is wrong
 */
static int take_options(int argc, char *argv[])
{
	int i, left = 0;

	for (i = 0; i < argc; i++)
	{
		if (streq(argv[i], "--json"))
		{
			options.format = OUTPUT_JSON;
		}
		else if (streq(argv[i], "--raw"))
		{
			options.format = OUTPUT_RAW;
		}
		else if (streq(argv[i], "--uri"))
		{
			if (i + 1 == argc || !*argv[i + 1])
			{
				fprintf(stderr, "redirectctl: --uri needs a value, as %s\n",
						options.uri);
				return -1;
			}
			options.uri = argv[++i];
		}
		else
		{
			argv[left++] = argv[i];
		}
	}
	argv[left] = NULL;
	return left;
}

/**
 * Run what the arguments name.
 */
static int run(int argc, char *argv[])
{
	const subcommand_t *command;

	if (argc < 2)
	{
		write_help(stderr);
		return EXIT_USAGE;
	}
	if (streq(argv[1], "help") && argc == 3 && argv[2][0] != '-')
	{
		argv[1] = argv[2];
		argv[2] = "--help";
	}
	if (argc == 2 && streq(argv[1], "--version"))
	{
		printf("redirectctl %s, built for strongSwan %s\n", REDIRECT_VERSION,
			   VERSION);
		return EXIT_DONE;
	}
	if (argv[1][0] == '-' || streq(argv[1], "help"))
	{
		if (wants_help(2, argv) || (streq(argv[1], "help") && argc == 2))
		{
			write_help(stdout);
			return EXIT_DONE;
		}
		fprintf(stderr, "redirectctl: '%s' is not known, see 'redirectctl "
				"--help'\n", argv[1]);
		return EXIT_USAGE;
	}
	command = find_command(argv[1]);
	if (!command)
	{
		return EXIT_USAGE;
	}
	if (wants_help(argc - 1, argv + 1))
	{
		write_command_help(command, stdout);
		return EXIT_DONE;
	}
	return command->run(argc - 1, argv + 1);
}

/**
 * Begin here.
 */
int main(int argc, char *argv[])
{
	int code;

	/* no file: the settings of charon are none of its business, but for check;
	 * which reads them as charon does */
	if (!library_init("", "charon"))
	{
		library_deinit();
		fprintf(stderr, "redirectctl: libstrongswan cannot be used\n");
		return EXIT_UNREACHABLE;
	}
	argc = take_options(argc, argv);
	code = argc < 0 ? EXIT_USAGE : run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout))
	{	/* what nobody can read is not done */
		fprintf(stderr, "redirectctl: output was not written: %s\n",
				strerror(errno));
		code = code ?: EXIT_REFUSED;
	}
	library_deinit();
	return code;
}
