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

/*
 * Any octets as a request of the control socket: what is not understood in full
 * is refused, and the same question gets the same answer.
 *
 * Input: an octet that selects the command, then the contents of the message.
 */

#include "fuzz.h"
#include "control/control_commands.h"

/**
 * Gateways and rules that are asked about.
 */
static char conf[] = "charon { plugins { redirect {\n"
	"self = moon\n"
	"gateways {\n"
	"moon { addresses = 192.0.2.1, 2001:db8::1 }\n"
	"sun { addresses = 192.0.2.2, sun.example.org\n capacity = 10 }\n"
	"}\n"
	"rules {\n"
	"a { phase = init\n remote = 198.51.100.0/24\n gateways = sun }\n"
	"b { phase = auth\n id = *@example.org\n gateways = sun }\n"
	"} } } }\n";

/**
 * An argument that no command knows: VICI_KEY_VALUE "-" = "-".
 */
static const uint8_t unknown[] = { VICI_KEY_VALUE, 1, '-', 0, 1, '-' };

/**
 * What commands work with, made once.
 */
static control_context_t context;
static selector_registry_t *registry;

/**
 * Nobody reads what is logged.
 */
static void log_nothing(debug_t group, level_t level, char *fmt, ...)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	array_t *errors = array_create(0, 0);
	config_section_t section;
	settings_t *settings;
	policy_t *policy;
	bool more;

	fuzz_assert(library_init("", "charon"));
	dbg = log_nothing;
	registry = selector_registry_create();
	settings = settings_create_string(conf);
	section = config_section_create(settings, errors, "charon");
	policy = policy_create(&section, registry, NULL, &more);
	fuzz_assert(policy && !array_count(errors));
	settings->destroy(settings);
	array_destroy(errors);
	context.parts.gateways = gateway_table_create();
	context.parts.engine = policy_engine_create(context.parts.gateways, NULL);
	context.parts.engine->set_policy(context.parts.engine, policy);
	return 0;
}

/**
 * Ask, and check that there is an answer that says whether it was done.
 *
 * @param contents		contents of the request
 * @param answer		receives the answer, allocated
 * @return				TRUE if it was done
 */
static bool ask(control_command_t command, chunk_t contents, chunk_t *answer)
{
	vici_message_t *request, *response;
	char *success;
	bool done;

	request = vici_message_create_from_data(contents, FALSE);
	response = command(&context, NULL, request);
	request->destroy(request);
	fuzz_assert(response != NULL);
	success = response->get_str(response, "", "success");
	done = streq(success, "yes");
	fuzz_assert(done || streq(success, "no"));
	fuzz_assert(done ||
				response->get_value(response, chunk_empty, "errmsg").len);
	*answer = chunk_clone(response->get_encoding(response));
	response->destroy(response);
	return done;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	control_command_t command;
	chunk_t contents, more, first, second;
	bool change;

	if (!len)
	{
		return 0;
	}
	change = octets[0] & 1;
	command = change ? control_set_gateway : control_decide;
	contents = chunk_skip(chunk_create((u_char*)octets, len), 1);
	more = chunk_cat("cc", contents, chunk_create((u_char*)unknown,
												  sizeof(unknown)));
	if (ask(command, contents, &first))
	{
		fuzz_assert(!ask(command, more, &second));
		chunk_free(&second);
	}
	ask(command, contents, &second);
	/* a gateway that is reset is not what it was */
	fuzz_assert(change || chunk_equals(first, second));
	chunk_free(&first);
	chunk_free(&second);
	chunk_free(&more);
	return 0;
}
