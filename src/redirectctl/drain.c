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

#include "drain_wait.h"
#include "fleet.h"

#include <library.h>

typedef struct wish_t wish_t;

/**
 * Options with a value.
 */
enum {
	RATE, GRACE, IGNORED, DEADLINE, REST, TO, OPTIONS_MAX,
};

/**
 * What the arguments ask for.
 */
struct wish_t {

	/** options */
	values_t options[OPTIONS_MAX];

	/** conditions */
	values_t match[DRAIN_CONDITIONS];

	/** TRUE to refuse new clients, to wait until it is done, and to drain though
	 * the others cannot take the clients */
	bool refuse, wait, force;
};

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
	for (i = 0; i < DRAIN_CONDITIONS; i++)
	{
		any = any || wish->match[i].count;
	}
	if (any)
	{
		request->begin_section(request, "match");
		add_values(request, wish->match, DRAIN_CONDITIONS);
		request->end_section(request);
	}
	return request;
}

/**
 * Tell that a drain has begun, or wait for its end.
 */
static int follow(wish_t *wish, ipc_t *ipc, vici_message_t *answer)
{
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
	return drain_wait(ipc, answer, wish->match);
}

/**
 * Begin to drain, and wait if that is asked for.
 */
static int drain(wish_t *wish)
{
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
			drain_wait_prepare();
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
