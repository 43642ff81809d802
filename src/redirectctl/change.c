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

/**
 * Write that something was done, unless nobody wants to read it.
 */
static int finish(int code, const char *text)
{
	if (code == EXIT_DONE && options.format == OUTPUT_TEXT)
	{
		printf("%s\n", text);
	}
	return code;
}

/**
 * redirectctl set-gateway
 */
static int run_set_gateway(int argc, char *argv[])
{
	static const char *const names[] = {
		"state", "weight", "capacity", "up", "sessions", "load", NULL
	};
	vici_builder_t *request;

	if (argc < 2 || argv[1][0] == '-')
	{
		return usage_error(&cmd_set_gateway, "needs the name of a gateway");
	}
	if (argc < 3)
	{
		return usage_error(&cmd_set_gateway, "needs something to set");
	}
	request = vici_builder_create();
	request->add_kv(request, "name", "%s", argv[1]);
	if (!parse_keys(&cmd_set_gateway, names, argc - 1, argv + 1, request))
	{
		request->destroy(request);
		return EXIT_USAGE;
	}
	return finish(ask("set-gateway", request->finalize(request), NULL),
				  "done; it holds until the file changes the same value");
}

const subcommand_t cmd_set_gateway = {
	"set-gateway", "NAME [--state STATE] [--weight N] ...",
	"Changes a gateway at runtime",
	"  --state STATE      active, drain or disabled\n"
	"  --weight N         0 to 65535\n"
	"  --capacity N       sessions it is made for, 0 for no limit\n"
	"  --up yes|no|auto   whether it answers; auto: as others say\n"
	"  --sessions N       sessions it has\n"
	"  --load N           its load, 0 to 1000\n", run_set_gateway,
};

/**
 * redirectctl rebalance
 */
static int run_rebalance(int argc, char *argv[])
{
	vici_builder_t *request;
	bool stop = argc == 2 && streq(argv[1], "--stop");

	if (argc > 2 || (argc == 2 && !stop))
	{
		return usage_error(&cmd_rebalance, "'%s' is not known", argv[1]);
	}
	request = vici_builder_create();
	request->add_kv(request, "stop", "%s", stop ? "yes" : "no");
	return finish(ask("rebalance", request->finalize(request), NULL),
				  stop ? "stopped" : "begun, see 'redirectctl status'");
}

const subcommand_t cmd_rebalance = {
	"rebalance", "[--stop]",
	"Moves clients to gateways that have more room",
	"A bounded share of them a minute, until this gateway is within its margin;\n"
	"see section rebalance in strongswan-redirect.conf(5). The number of sessions\n"
	"of other gateways has to be known.\n", run_rebalance,
};
