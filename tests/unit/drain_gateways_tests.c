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
 * Gateways that clients are drained to, and those where nobody arrives.
 */

#include "policy_fixture.h"

#include "sessions/drain_gateways.h"

#include <check.h>

/**
 * Three gateways, this one is moon.
 */
static const char conf[] = "self = moon\ngateways { " MOON SUN MARS " }";

/**
 * Number of gateways an order is limited to, -1 if it is not limited.
 */
static int count(drain_gateways_t *targets, bool move)
{
	session_order_t *order = targets->create_order(targets, move);
	int count = order->limited ? order->scope.count : -1;

	session_order_put(order);
	return count;
}

START_TEST(limits_nothing_as_long_as_all_gateways_answer)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = drain_gateways_create(fixture.engine);

	ck_assert_int_eq(count(targets, FALSE), -1);
	/* but never moves a client to this gateway itself */
	ck_assert_int_eq(count(targets, TRUE), 2);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(limits_to_the_gateways_that_are_named)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = drain_gateways_create(fixture.engine);
	array_t *names = NULL;

	array_insert_create(&names, ARRAY_TAIL, "sun");
	ck_assert(targets->limit(targets, names));
	ck_assert_int_eq(count(targets, FALSE), 1);
	array_insert(names, ARRAY_TAIL, "venus");
	ck_assert(!targets->limit(targets, names));
	ck_assert_int_eq(count(targets, FALSE), 1);
	ck_assert(targets->limit(targets, NULL));
	ck_assert_int_eq(count(targets, FALSE), -1);
	array_destroy(names);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(leaves_out_a_gateway_where_nobody_arrives)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = drain_gateways_create(fixture.engine);
	time_t sent = time_monotonic(NULL) - 30;

	ck_assert(targets->missed(targets, "sun", sent));
	ck_assert_int_eq(count(targets, FALSE), 1);
	/* somebody does arrive after all */
	targets->followed(targets, "sun");
	ck_assert_int_eq(count(targets, FALSE), -1);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(blames_the_client_if_others_arrived_since)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = drain_gateways_create(fixture.engine);
	time_t sent = time_monotonic(NULL) - 30;

	targets->followed(targets, "sun");
	ck_assert(!targets->missed(targets, "sun", sent));
	ck_assert_int_eq(count(targets, FALSE), -1);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(keeps_many_clients_that_have_nowhere_else_to_go)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = drain_gateways_create(fixture.engine);
	time_t sent = time_monotonic(NULL) - 30;
	array_t *names = NULL;
	int i;

	array_insert_create(&names, ARRAY_TAIL, "sun");
	ck_assert(targets->limit(targets, names));
	for (i = 1; i < DRAIN_GATEWAYS_MISSES; i++)
	{	/* a few may simply not want to */
		ck_assert(!targets->missed(targets, "sun", sent));
	}
	ck_assert(targets->missed(targets, "sun", sent));
	ck_assert_int_eq(count(targets, FALSE), 0);
	targets->reset(targets);
	ck_assert_int_eq(count(targets, FALSE), 1);
	array_destroy(names);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("drain_gateways");
	TCase *tcase = tcase_create("drain_gateways");

	tcase_add_test(tcase, limits_nothing_as_long_as_all_gateways_answer);
	tcase_add_test(tcase, limits_to_the_gateways_that_are_named);
	tcase_add_test(tcase, leaves_out_a_gateway_where_nobody_arrives);
	tcase_add_test(tcase, blames_the_client_if_others_arrived_since);
	tcase_add_test(tcase, keeps_many_clients_that_have_nowhere_else_to_go);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
