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

#include "harness.h"

#include <utils/mock_ipsec.h>
#include <utils/mock_net.h>

/**
 * Log to stderr as TESTS_VERBOSITY says, or not at all.
 */
static void setup_log(void)
{
	char *level = getenv("TESTS_VERBOSITY");

	lib->settings->set_str(lib->settings, "%s.filelog.stderr.default",
						   level ?: "-1", lib->ns);
	charon->load_loggers(charon);
}

void harness_setup(void)
{
	ck_assert(library_init(NULL, "exchange-tests"));
	ck_assert(libcharon_init());
	plugin_loader_add_plugindirs(PLUGINDIR, PLUGINS);
	setup_log();
	/* complains, rightly, that there is neither kernel nor socket */
	charon->initialize(charon, PLUGINS);

	harness_jobs_setup();
	harness_names_setup();
	harness_messages_setup();
	charon->kernel->add_ipsec_interface(charon->kernel, mock_ipsec_create);
	charon->kernel->add_net_interface(charon->kernel, mock_net_create);
	harness_config_setup();
	/* in the order in which they are to get messages */
	harness_guard_setup();
	harness_inject_setup();
	harness_seen_setup();
	harness_redirect_setup();
}

void harness_teardown(void)
{
	harness_redirect_teardown();
	harness_seen_teardown();
	harness_inject_teardown();
	charon->ike_sa_manager->flush(charon->ike_sa_manager);
	harness_guard_teardown();
	harness_config_teardown();
	harness_jobs_teardown();
	harness_messages_teardown();
	libcharon_deinit();
	library_deinit();
}

int harness_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
