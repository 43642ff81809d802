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
 * Write which gateways were left out, a line each reason.
 */
static void write_left_out(vici_message_t *answer)
{
	enumerator_t *enumerator;
	vici_type_t type;
	chunk_t value;
	char *name;
	int level = 0;

	enumerator = answer->create_enumerator(answer);
	while (enumerator->enumerate(enumerator, &type, &name, &value) &&
		   type != VICI_END)
	{
		level += (type == VICI_SECTION_START) - (type == VICI_SECTION_END);
		if (type == VICI_KEY_VALUE && level)
		{
			printf("left out: %.*s %s\n", (int)value.len, value.ptr, name);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * redirectctl decide
 */
static int run(int argc, char *argv[])
{
	values_t values[] = {
		{ .name = "remote" }, { .name = "local" }, { .name = "phase" },
		{ .name = "supported" }, { .name = "redirected-from" },
		{ .name = "connection" }, { .name = "id" }, { .name = "eap-id" },
		{ .name = "group" }, { .name = "issuer" },
	};
	vici_builder_t *builder;
	vici_message_t *request, *answer;
	int code;

	if (argc > 1 && argv[1][0] != '-')
	{	/* the address of the client may stand alone */
		values[0].values[values[0].count++] = argv[1];
		argc--;
		argv++;
	}
	if (!parse_values(&cmd_decide, values, countof(values), argc, argv))
	{
		return EXIT_USAGE;
	}
	builder = vici_builder_create();
	add_values(builder, values, countof(values));
	request = finish_request(&cmd_decide, builder, &code);
	if (request)
	{
		code = ask("decide", request, &answer);
	}
	if (!request || code != EXIT_DONE)
	{
		return code;
	}
	if (!output_for_scripts(answer, "decision", options.format))
	{
		printf("%s\n", get_text(answer, "", "text"));
		write_left_out(answer);
	}
	answer->destroy(answer);
	return code;
}

const subcommand_t cmd_decide = {
	"decide",
	"ADDRESS [--phase PHASE] [--id ID] [--connection NAME] ...",
	"Tells where a client would be sent, and why",
	"  --remote ADDRESS           address of the client, or the first argument\n"
	"  --local ADDRESS            address of this gateway it asks, default the\n"
	"                             first one of the same family\n"
	"  --phase PHASE              init (default), identity, auth or active\n"
	"  --supported yes|no         whether it supports redirects, default yes\n"
	"  --redirected-from ADDRESS  gateway that redirected it here\n"
	"  --connection NAME          connection\n"
	"  --id ID, --eap-id ID       identities\n"
	"  --group NAME, --issuer DN  group, issuer of its certificate\n\n"
	"Nothing is done, counted or logged.\n", run,
};
