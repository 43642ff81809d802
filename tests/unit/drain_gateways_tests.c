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
 * Number of gateways clients are limited to, -1 if they are not limited.
 */
static int count(drain_gateways_t *targets, bool move)
{
	session_scope_t *scope = targets->get_scope(targets, move);
	int count = scope->limited ? scope->scope.count : -1;

	session_scope_put(scope);
	return count;
}

/**
 * Create what is tested.
 */
static drain_gateways_t *create(policy_fixture_t *fixture)
{
	return drain_gateways_create(fixture->engine, fixture->table);
}

START_TEST(limits_nothing_as_long_as_all_gateways_answer)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);

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
	drain_gateways_t *targets = create(&fixture);
	array_t *names = NULL;
	const char *error;

	array_insert_create(&names, ARRAY_TAIL, "sun");
	ck_assert(targets->limit(targets, names, &error));
	ck_assert_int_eq(count(targets, FALSE), 1);
	array_insert(names, ARRAY_TAIL, "venus");
	ck_assert(!targets->limit(targets, names, &error));
	ck_assert_str_eq(error, "a gateway to drain to is not configured");
	array_destroy(names);
	names = NULL;
	array_insert_create(&names, ARRAY_TAIL, "moon");
	ck_assert(!targets->limit(targets, names, &error));
	ck_assert_str_eq(error, "this gateway cannot be drained to itself");
	ck_assert_int_eq(count(targets, FALSE), 1);
	ck_assert(targets->limit(targets, NULL, &error));
	ck_assert_int_eq(count(targets, FALSE), -1);
	array_destroy(names);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(leaves_out_a_gateway_where_nobody_arrives)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	time_t sent = time_monotonic(NULL) - 30;

	ck_assert(targets->missed(targets, "sun", sent));
	ck_assert_int_eq(count(targets, FALSE), 1);
	ck_assert(targets->has_other(targets, "sun"));
	ck_assert(!targets->has_other(targets, "mars"));
	targets->reset(targets);
	ck_assert_int_eq(count(targets, FALSE), -1);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(blames_the_client_if_others_left_since)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	time_t sent = time_monotonic(NULL) - 30;

	targets->left(targets, "sun");
	targets->left(targets, "sun");
	ck_assert(!targets->missed(targets, "sun", sent));
	ck_assert_int_eq(count(targets, FALSE), -1);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(takes_one_that_left_for_no_sign_of_life_if_others_stay)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	time_t sent = time_monotonic(NULL) - 30;

	/* it logged off */
	targets->left(targets, "sun");
	ck_assert(targets->missed(targets, "sun", sent));
	ck_assert_int_eq(count(targets, FALSE), 1);
	ck_assert_int_eq(targets->proven(targets, "sun", sent), 0);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(tells_others_once_several_did_not_arrive)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	time_t sent = time_monotonic(NULL) - 30;
	gateway_status_t status;
	int i;

	for (i = 1; i <= DRAIN_GATEWAYS_MISSES; i++)
	{
		targets->missed(targets, "sun", sent);
		targets->tick(targets);
		ck_assert(fixture.table->get_status(fixture.table, "sun", &status));
		ck_assert_int_eq(status.up, i < DRAIN_GATEWAYS_MISSES);
	}
	ck_assert_int_eq(status.health_by, GATEWAY_WITNESS_DRAIN);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(believes_what_shows_a_gateway_to_be_alive)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	time_t now = time_monotonic(NULL), when;
	int i;

	for (i = 0; i < 40; i++)
	{
		fixture.table->tick(fixture.table);
	}
	ck_assert_int_eq(targets->proven(targets, "sun", now - 30), 0);
	fixture.table->testify(fixture.table, "sun", GATEWAY_WITNESS_PROBE,
						   GATEWAY_UP, 0);
	for (i = 0; i < 10; i++)
	{
		fixture.table->tick(fixture.table);
	}
	when = targets->proven(targets, "sun", now - 30);
	ck_assert_int_gt(when, now - 30);
	ck_assert_int_le(when, now - 9);
	ck_assert_int_eq(targets->proven(targets, "sun", now - 5), 0);
	ck_assert_int_eq(targets->proven(targets, "mars", now - 30), 0);
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(takes_no_gateway_that_sends_clients_away_for_proof)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	gateway_state_t states[] = { GATEWAY_DRAIN, GATEWAY_DISABLED };
	time_t now = time_monotonic(NULL);
	int i;

	for (i = 0; i < 40; i++)
	{
		fixture.table->testify(fixture.table, "sun", GATEWAY_WITNESS_PROBE,
							   GATEWAY_UP, 0);
		fixture.table->tick(fixture.table);
	}
	ck_assert_int_ne(targets->proven(targets, "sun", now - 30), 0);
	for (i = 0; i < (int)countof(states); i++)
	{
		fixture.table->set(fixture.table, "sun", states[i], -1, -1,
						   GATEWAY_SOURCE_OPERATOR);
		fixture.engine->refresh(fixture.engine);
		ck_assert_int_eq(targets->proven(targets, "sun", now - 30), 0);
	}
	targets->destroy(targets);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(knows_that_a_gateway_takes_clients_again)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	drain_gateways_t *targets = create(&fixture);
	ip_address_t sun = policy_fixture_address("192.0.2.2");
	time_t now = time_monotonic(NULL);
	gateway_state_t states[] = { GATEWAY_DRAIN, GATEWAY_ACTIVE };
	int i, j;

	for (i = 0; i < (int)countof(states); i++)
	{
		for (j = 0; j < 40; j++)
		{
			fixture.table->tick(fixture.table);
		}
		ck_assert(!targets->came_back_at(targets, &sun, now - 30));
		fixture.table->set(fixture.table, "sun", states[i], -1, -1,
						   GATEWAY_SOURCE_STORE);
		fixture.engine->refresh(fixture.engine);
		ck_assert(targets->came_back_at(targets, &sun, now - 30) ==
				  (states[i] == GATEWAY_ACTIVE));
	}
	for (j = 0; j < 10; j++)
	{	/* told again and again, which changes nothing */
		fixture.table->tick(fixture.table);
		fixture.table->set(fixture.table, "sun", GATEWAY_ACTIVE, -1, -1,
						   GATEWAY_SOURCE_STORE);
	}
	ck_assert(targets->came_back_at(targets, &sun, now - 30));
	ck_assert(!targets->came_back_at(targets, &sun, now - 5));
	fixture.table->testify(fixture.table, "sun", GATEWAY_WITNESS_PROBE,
						   GATEWAY_DOWN, 0);
	ck_assert(!targets->came_back_at(targets, &sun, now - 30));
	sun = policy_fixture_address("192.0.2.99");
	ck_assert(!targets->came_back_at(targets, &sun, now - 30));
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
	tcase_add_test(tcase, blames_the_client_if_others_left_since);
	tcase_add_test(tcase, takes_one_that_left_for_no_sign_of_life_if_others_stay);
	tcase_add_test(tcase, tells_others_once_several_did_not_arrive);
	tcase_add_test(tcase, believes_what_shows_a_gateway_to_be_alive);
	tcase_add_test(tcase, takes_no_gateway_that_sends_clients_away_for_proof);
	tcase_add_test(tcase, knows_that_a_gateway_takes_clients_again);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
