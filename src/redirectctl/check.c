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

#include "control/control_config.h"
#include "initiator/initiator_config.h"
#include "policy/policy.h"
#include "fastpath/fast_path_config.h"
#include "sessions/session_config.h"

#include <library.h>

#include <errno.h>
#include <unistd.h>

/**
 * Section of the daemon the file is for: charon-systemd has one of its own, and
 * takes what is not in there from charon's.
 */
static const char *find_daemon(settings_t *settings)
{
	enumerator_t *enumerator;
	char *section;
	bool found = FALSE;

	enumerator = settings->create_section_enumerator(settings,
													 "charon-systemd.plugins");
	while (enumerator->enumerate(enumerator, &section))
	{
		found = found || streq(section, "redirect");
	}
	enumerator->destroy(enumerator);
	if (!found)
	{
		return "charon";
	}
	settings->add_fallback(settings, "charon-systemd", "charon");
	return "charon-systemd";
}

/**
 * Read the options of all rooms, as the plugin does.
 *
 * @param errors		collects errors, char*
 */
static void read_all(settings_t *settings, array_t *errors)
{
	selector_registry_t *registry = selector_registry_create();
	settings_t *own_settings = lib->settings;
	const char *own_ns = lib->ns;
	config_section_t section;
	bool unknown = FALSE;
	policy_t *policy;

	/* some rooms read the settings of the library */
	lib->settings = settings;
	lib->ns = find_daemon(settings);
	section = config_section_create(settings, errors, lib->ns);
	policy = policy_create(&section, registry, &unknown);
	free(session_config_read(&section));
	control_config_destroy(control_config_read(&section));
	free(fast_path_config_create(&section));
	initiator_config_destroy(initiator_config_load(settings, errors));
	lib->settings = own_settings;
	lib->ns = own_ns;
	if (unknown)
	{
		array_insert(errors, ARRAY_TAIL, strdup("a selector is not one of this "
				"plugin: charon has to load the plugin that offers it"));
	}
	if (policy && !array_count(errors) && options.format == OUTPUT_TEXT)
	{
		printf("good: %u gateways, %u rules%s\n", policy->gateway_count,
			   policy->rule_count, policy->self < 0
					? "; self is not set, so this gateway cannot be drained" : "");
	}
	/* before the registry, that its selectors come from */
	policy_destroy(policy);
	registry->destroy(registry);
}

/**
 * Write errors and destroy them.
 */
static void write_errors(const char *file, array_t *errors)
{
	char *error;

	while (array_remove(errors, ARRAY_HEAD, &error))
	{
		if (options.format == OUTPUT_JSON)
		{
			output_json_text(error, stdout);
			putchar('\n');
		}
		else
		{
			fprintf(stderr, "%s: %s\n", file, error);
		}
		free(error);
	}
}

/**
 * redirectctl check
 */
static int run(int argc, char *argv[])
{
	settings_t *settings;
	array_t *errors;
	const char *file;
	int count;

	if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
	{
		return usage_error(&cmd_check, "needs a file");
	}
	file = argc == 2 ? argv[1] : "/etc/strongswan.conf";
	if (access(file, R_OK) != 0)
	{
		fprintf(stderr, "redirectctl: %s: %s\n", file, strerror(errno));
		return EXIT_REFUSED;
	}
	settings = settings_create(NULL);
	if (!settings->load_files(settings, (char*)file, FALSE))
	{
		fprintf(stderr, "redirectctl: %s is not a valid strongswan.conf\n",
				file);
		settings->destroy(settings);
		return EXIT_REFUSED;
	}
	errors = array_create(0, 0);
	read_all(settings, errors);
	count = array_count(errors);
	write_errors(file, errors);
	array_destroy(errors);
	settings->destroy(settings);
	return count ? EXIT_REFUSED : EXIT_DONE;
}

const subcommand_t cmd_check = {
	"check", "[FILE]",
	"Tells whether a configuration is good, without a daemon",
	"FILE is a strongswan.conf, by default /etc/strongswan.conf, or any file with a\n"
	"section charon.plugins.redirect or charon-systemd.plugins.redirect. Ends with 1\n"
	"if it is not good.\n", run,
};
