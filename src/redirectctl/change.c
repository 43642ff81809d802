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

#include <library.h>

/**
 * Have something done.
 *
 * @param name			name of the command of the control socket
 * @param builder		arguments, adopted
 * @param answer		receives the answer, to be destroyed, if it is done
 * @return				exit_code_t
 */
static int change(const subcommand_t *command, const char *name,
				  vici_builder_t *builder, vici_message_t **answer)
{
	vici_message_t *request;
	int code;

	request = finish_request(command, builder, &code);
	return request ? ask(name, request, answer) : code;
}

/**
 * redirectctl set-gateway
 */
static int run_set_gateway(int argc, char *argv[])
{
	enum { UP = 3, SESSIONS, LOAD };
	values_t values[] = {
		{ .name = "state" }, { .name = "weight" }, { .name = "capacity" },
		[UP] = { .name = "up" }, [SESSIONS] = { .name = "sessions" },
		[LOAD] = { .name = "load" },
	};
	vici_builder_t *request;
	vici_message_t *answer;
	bool reset, fleet, alone;
	const char *name;
	int code;

	if (argc < 2 || argv[1][0] == '-')
	{
		return usage_error(&cmd_set_gateway, "needs the name of a gateway");
	}
	if (argc < 3)
	{
		return usage_error(&cmd_set_gateway, "needs something to set");
	}
	reset = fleet_take("--reset", &argc, argv);
	fleet = fleet_take("--fleet", &argc, argv);
	alone = reset && argc == 2;
	if (!parse_values(&cmd_set_gateway, values, countof(values), argc - 1,
					  argv + 1))
	{
		return EXIT_USAGE;
	}
	if (fleet && (reset || values[UP].count || values[SESSIONS].count ||
				  values[LOAD].count))
	{
		return usage_error(&cmd_set_gateway, "--fleet is for state, weight and "
						   "capacity only");
	}
	request = vici_builder_create();
	request->add_kv(request, "name", "%s", argv[1]);
	if (reset)
	{
		request->add_kv(request, "reset", "yes");
	}
	add_values(request, values, countof(values));
	name = fleet ? "order" : "set-gateway";
	code = change(&cmd_set_gateway, name, request, &answer);
	if (code != EXIT_DONE)
	{
		return code;
	}
	if (!output_for_scripts(answer, name, options.format))
	{
		puts(fleet ? "ordered, see 'redirectctl fleet'" :
			 !alone ? "done, see 'redirectctl gateways' for how long it holds" :
			 answer->get_bool(answer, TRUE, "changed")
				? "the values of the file hold, see 'redirectctl gateways'"
				: "nothing was set or told, the values of the file hold");
	}
	answer->destroy(answer);
	return EXIT_DONE;
}

const subcommand_t cmd_set_gateway = {
	"set-gateway", "NAME [--state STATE] [--weight N] ... [--reset | --fleet]",
	"Changes a gateway at runtime",
	"  --state STATE      active, drain or disabled\n"
	"  --weight N         0 to 65535\n"
	"  --capacity N       sessions it is made for, 0 for no limit\n"
	"  --up yes|no|auto   whether it answers, auto to let probes tell\n"
	"  --sessions N       sessions it has\n"
	"  --load N           its load, 0 to 1000\n"
	"  --reset            values of the file again, before others are set\n"
	"  --fleet            state, weight and capacity for all gateways to know, through\n"
	"                     the store of the cluster, also after a restart\n\n"
	"State, weight and capacity hold until the file changes the same value, or a\n"
	"reset; up, sessions and load for told_timeout.\n", run_set_gateway,
};

/**
 * redirectctl rebalance
 */
static int run_rebalance(int argc, char *argv[])
{
	vici_builder_t *request;
	vici_message_t *answer;
	bool stop = argc == 2 && streq(argv[1], "--stop"), running;
	int code;

	if (argc > 2 || (argc == 2 && !stop))
	{
		return usage_error(&cmd_rebalance, "'%s' is not known", argv[1]);
	}
	request = vici_builder_create();
	request->add_kv(request, "stop", "%s", stop ? "yes" : "no");
	code = change(&cmd_rebalance, "rebalance", request, &answer);
	if (code != EXIT_DONE)
	{
		return code;
	}
	running = answer->get_bool(answer, FALSE, "running");
	if (!output_for_scripts(answer, "rebalance", options.format))
	{
		printf("%s: %s with a share of %d%s\n",
			   stop ? "stopped" : running ? "begun" : "nobody is to be moved",
			   count_text(answer->get_int(answer, 0, "sessions"), "session"),
			   answer->get_int(answer, 0, "share"),
			   running ? ", see 'redirectctl status'" : "");
	}
	answer->destroy(answer);
	return stop || running ? EXIT_DONE : EXIT_NOBODY;
}

const subcommand_t cmd_rebalance = {
	"rebalance", "[--stop]",
	"Moves clients to gateways that have more room",
	"A bounded share of them a minute, until this gateway is within its margin;\n"
	"see section rebalance in strongswan-redirect.conf(5). The number of sessions\n"
	"of other gateways has to be known. Ends with 6 if it is within its margin\n"
	"already.\n", run_rebalance,
};
