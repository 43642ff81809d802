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
 * Answers are counted by source network, and by second.
 */

#include <check.h>
#include <stdlib.h>

#include <library.h>

#include "fastpath/source_limit.h"

/**
 * Number of answers a source gets out of some requests.
 */
static int answers(source_limit_t *limit, const char *source, int requests,
				   time_t now)
{
	ip_address_t address;
	int i, count = 0;

	ck_assert(ip_address_from_string(source, &address));
	for (i = 0; i < requests; i++)
	{
		count += limit->allow(limit, &address, 10, now);
	}
	return count;
}

START_TEST(gives_a_network_its_answers_each_second)
{
	source_limit_t *limit = source_limit_create();

	ck_assert_int_eq(answers(limit, "192.0.2.1", 25, 100), 10);
	ck_assert_int_eq(answers(limit, "192.0.2.1", 25, 100), 0);
	ck_assert_int_eq(answers(limit, "192.0.2.1", 25, 101), 10);
	limit->destroy(limit);
}
END_TEST

START_TEST(counts_addresses_of_a_network_together)
{
	source_limit_t *limit = source_limit_create();

	ck_assert_int_eq(answers(limit, "192.0.2.1", 6, 100), 6);
	ck_assert_int_eq(answers(limit, "192.0.2.254", 6, 100), 4);
	ck_assert_int_eq(answers(limit, "2001:db8:0:100::1", 6, 100), 6);
	ck_assert_int_eq(answers(limit, "2001:db8:0:1ff:ffff::1", 6, 100), 4);
	limit->destroy(limit);
}
END_TEST

START_TEST(tells_most_networks_apart)
{
	source_limit_t *limit = source_limit_create();
	char source[32];
	int i, count = 0;

	/* a few of a thousand may share an entry of the table */
	for (i = 0; i < 1000; i++)
	{
		snprintf(source, sizeof(source), "10.%d.%d.1", i / 256, i % 256);
		count += answers(limit, source, 10, 100);
	}
	ck_assert_int_ge(count, 9000);
	limit->destroy(limit);
}
END_TEST

int main()
{
	Suite *suite = suite_create("source_limit");
	TCase *tcase = tcase_create("allow");
	SRunner *runner;
	int failed;

	if (!library_init("", "charon"))
	{
		return EXIT_FAILURE;
	}
	tcase_add_test(tcase, gives_a_network_its_answers_each_second);
	tcase_add_test(tcase, counts_addresses_of_a_network_together);
	tcase_add_test(tcase, tells_most_networks_apart);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
