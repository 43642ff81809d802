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
 * Counts of what became of clients that were moved.
 */

#include "policy_fixture.h"

#include "sessions/session_outcomes.h"

#include <check.h>

static session_outcomes_t *outcomes;

/**
 * What was told.
 */
typedef struct {
	char gateway[REDIRECT_NAME_MAX];
	uint64_t counts[SESSION_OUTCOME_MAX];
} told_t;

static told_t told[3];
static int gateways;

static void setup(void)
{
	outcomes = session_outcomes_create();
	memset(told, 0, sizeof(told));
	gateways = 0;
}

static void teardown(void)
{
	outcomes->destroy(outcomes);
}

static void tell(void *data, const char *gateway,
				 const uint64_t counts[SESSION_OUTCOME_MAX])
{
	ck_assert_int_lt(gateways, countof(told));
	snprintf(told[gateways].gateway, sizeof(told[gateways].gateway), "%s",
			 gateway);
	memcpy(told[gateways].counts, counts, sizeof(told[gateways].counts));
	gateways++;
	/* not locked meanwhile */
	outcomes->count(outcomes, gateway, SESSION_FOLLOWED);
}

START_TEST(counts_outcomes_by_gateway)
{
	outcomes->count(outcomes, "sun", SESSION_FOLLOWED);
	outcomes->count(outcomes, "moon", SESSION_IGNORED);
	outcomes->count(outcomes, "sun", SESSION_FOLLOWED);
	outcomes->read(outcomes, tell, NULL);
	ck_assert_int_eq(gateways, 2);
	ck_assert_str_eq(told[0].gateway, "sun");
	ck_assert_uint_eq(told[0].counts[SESSION_FOLLOWED], 2);
	ck_assert_uint_eq(told[0].counts[SESSION_IGNORED], 0);
	ck_assert_str_eq(told[1].gateway, "moon");
	ck_assert_uint_eq(told[1].counts[SESSION_FOLLOWED], 0);
	ck_assert_uint_eq(told[1].counts[SESSION_IGNORED], 1);
}
END_TEST

START_TEST(tells_of_no_gateway_before_an_outcome)
{
	outcomes->read(outcomes, tell, NULL);
	ck_assert_int_eq(gateways, 0);
}
END_TEST

static void tell_kept(void *data, const char *gateway,
					  const uint64_t counts[SESSION_OUTCOME_MAX])
{
	/* the first is gone */
	ck_assert_str_ne(gateway, "east-0");
	gateways++;
}

START_TEST(keeps_no_more_than_gateways_may_be)
{
	char name[REDIRECT_NAME_MAX];
	int i;

	for (i = 0; i <= GATEWAYS_MAX; i++)
	{
		snprintf(name, sizeof(name), "east-%d", i);
		outcomes->count(outcomes, name, SESSION_FOLLOWED);
	}
	outcomes->read(outcomes, tell_kept, NULL);
	ck_assert_int_eq(gateways, GATEWAYS_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session_outcomes");
	TCase *tcase = tcase_create("session_outcomes");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, counts_outcomes_by_gateway);
	tcase_add_test(tcase, tells_of_no_gateway_before_an_outcome);
	tcase_add_test(tcase, keeps_no_more_than_gateways_may_be);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
