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

#include <check.h>
#include <stdlib.h>

#include "charon_match.h"

/**
 * Text as it stands in a program, with the last NUL
 */
#define TEXT(str) chunk_create((u_char*)str, sizeof(str))

START_TEST(finds_a_version_that_is_a_string_of_its_own)
{
	ck_assert(charon_match_version(TEXT("5.9.8"), "5.9.8"));
	ck_assert(charon_match_version(TEXT("x\0" "5.9.8\0y"), "5.9.8"));
	ck_assert(charon_match_version(TEXT("5.9.80\0" "5.9.8"), "5.9.8"));
}
END_TEST

START_TEST(finds_a_version_in_the_message_of_a_daemon)
{
	ck_assert(charon_match_version(
		TEXT("Starting IKE charon daemon (strongSwan 5.9.8, %s)"), "5.9.8"));
	ck_assert(charon_match_version(
		TEXT("Starting charon NetworkManager backend (strongSwan 6.0.3)"),
		"6.0.3"));
	ck_assert(charon_match_version(
		TEXT("(strongSwan 6.1.0dr1, %s)"), "6.1.0dr1"));
}
END_TEST

START_TEST(finds_a_version_that_ends_with_the_text)
{
	ck_assert(charon_match_version(chunk_from_str("5.9.8"), "5.9.8"));
}
END_TEST

START_TEST(does_not_take_a_longer_version_for_it)
{
	ck_assert(!charon_match_version(TEXT("5.9.81"), "5.9.8"));
	ck_assert(!charon_match_version(TEXT("15.9.8"), "5.9.8"));
	ck_assert(!charon_match_version(TEXT("6.1.0dr1"), "6.1.0"));
	ck_assert(!charon_match_version(TEXT("6.1.0.1"), "6.1.0"));
	ck_assert(!charon_match_version(TEXT("5.9.8-rc"), "5.9.8"));
	ck_assert(!charon_match_version(TEXT("(strongSwan 5.9.81, %s)"), "5.9.8"));
}
END_TEST

START_TEST(does_not_take_other_software_for_strongswan)
{
	ck_assert(!charon_match_version(TEXT("OpenSSL 5.9.8"), "5.9.8"));
	ck_assert(!charon_match_version(TEXT("trongSwan 5.9.8"), "5.9.8"));
}
END_TEST

START_TEST(finds_nothing_in_nothing)
{
	ck_assert(!charon_match_version(chunk_empty, "5.9.8"));
	ck_assert(!charon_match_version(TEXT("5.9."), "5.9.8"));
}
END_TEST

START_TEST(accepts_the_charon_it_was_built_for)
{
	/* this very program carries the version, and libcharon is linked */
	ck_assert(charon_match_check());
}
END_TEST

int main()
{
	Suite *suite = suite_create("charon_match");
	TCase *tcase = tcase_create("version");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, finds_a_version_that_is_a_string_of_its_own);
	tcase_add_test(tcase, finds_a_version_in_the_message_of_a_daemon);
	tcase_add_test(tcase, finds_a_version_that_ends_with_the_text);
	tcase_add_test(tcase, does_not_take_a_longer_version_for_it);
	tcase_add_test(tcase, does_not_take_other_software_for_strongswan);
	tcase_add_test(tcase, finds_nothing_in_nothing);
	tcase_add_test(tcase, accepts_the_charon_it_was_built_for);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
