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
 * Two gateways that drain and take clients again in turn: no client goes to and
 * fro between them, and none is deleted.
 */

#include "drain_fixture.h"
#include "virtual_time.h"

#define CLIENTS 20

/* redirects a client follows, and within how many seconds (R7-1) */
#define REDIRECTS 5
#define SECONDS 300

/**
 * Gateway with index, moon and sun; NULL is a client on its way.
 */
static drain_fixture_t *gateways[2];
static const char *const names[] = { "moon", "sun" };

/**
 * Clients from 1 on: when they were redirected last, and how often.
 */
static struct {
	time_t redirected[REDIRECTS];
	u_int moves;
} clients[CLIENTS + 1];

/**
 * Follow a redirect, unless there were too many.
 */
static void follow(drain_fixture_t *this, session_t *session,
				   const session_info_t *info)
{
	int other = this == gateways[0];
	ip_address_t here = policy_fixture_address(other ? "192.0.2.1"
													 : "192.0.2.2");
	time_t now = time_monotonic(NULL), *redirected;

	redirected = clients[info->unique_id].redirected;
	redirected += clients[info->unique_id].moves % REDIRECTS;
	if (*redirected && *redirected + SECONDS > now)
	{
		return;
	}
	*redirected = now;
	clients[info->unique_id].moves++;
	drain_fixture_leave(this, session, info);
	drain_fixture_add_from(gateways[other], info->unique_id, "203.0.113",
						   &here);
}

/**
 * Let a gateway tell the other one its state, or an operator there.
 */
static void tell(int gateway, gateway_state_t state, gateway_source_t source)
{
	policy_fixture_t *other = &gateways[!gateway]->policy;

	ck_assert(other->table->set(other->table, names[gateway], state, -1, -1,
								source));
	other->engine->refresh(other->engine);
}

/**
 * Let seconds pass, in which both gateways are alive.
 */
static void pass(u_int seconds)
{
	policy_fixture_t *policy;
	int i;

	while (seconds--)
	{
		virtual_time_pass(1000);
		for (i = 0; i < 2; i++)
		{
			policy = &gateways[i]->policy;
			policy->table->testify(policy->table, names[!i],
								   GATEWAY_WITNESS_PROBE, GATEWAY_UP, 0);
			drain_fixture_tick(gateways[i]);
		}
	}
	virtual_time_pass(0);
}

static void setup(void)
{
	policy_fixture_t *policy;
	int i;

	memset(clients, 0, sizeof(clients));
	for (i = 0; i < 2; i++)
	{
		gateways[i] = drain_fixture_create_other(names[i]);
		gateways[i]->client = follow;
		policy = &gateways[i]->policy;
		ck_assert(policy->table->set(policy->table, "mars", GATEWAY_DISABLED, -1,
									 -1, GATEWAY_SOURCE_OPERATOR));
		policy->engine->refresh(policy->engine);
	}
	for (i = 1; i <= CLIENTS; i++)
	{
		drain_fixture_add(gateways[i % 2], i, "203.0.113");
	}
	pass(60);
}

/**
 * Check that each client has an IKE_SA, and none was deleted.
 */
static void teardown(void)
{
	session_t *session;
	int i, j, found;

	for (i = 1; i <= CLIENTS; i++)
	{
		for (j = found = 0; j < 2; j++)
		{
			session = gateways[j]->table->find(gateways[j]->table, i);
			found += session != NULL;
			gateways[j]->table->release(gateways[j]->table, session);
		}
		ck_assert_int_eq(found, 1);
	}
	for (i = 0; i < 2; i++)
	{
		ck_assert_uint_eq(gateways[i]->deleted, 0);
		ck_assert_uint_eq(gateways[i]->table->get_deleted(gateways[i]->table,
											SESSION_DELETED_IGNORED), 0);
		drain_fixture_destroy(gateways[i]);
	}
}

/**
 * Check how often each client was moved.
 */
static void assert_moves(u_int least, u_int most)
{
	int i;

	for (i = 1; i <= CLIENTS; i++)
	{
		ck_assert_uint_ge(clients[i].moves, least);
		ck_assert_uint_le(clients[i].moves, most);
	}
}

START_TEST(changes_places_once_if_both_drain_and_do_not_know)
{
	ck_assert_ptr_null(drain_fixture_drain(gateways[0], NULL));
	ck_assert_ptr_null(drain_fixture_drain(gateways[1], NULL));
	pass(SECONDS * 3);
	assert_moves(1, 1);
}
END_TEST

START_TEST(sends_nobody_back_because_an_active_gateway_is_set_active)
{
	int i;

	ck_assert_ptr_null(drain_fixture_drain(gateways[0], NULL));
	ck_assert_ptr_null(drain_fixture_drain(gateways[1], NULL));
	pass(20);
	for (i = 0; i < 20; i++)
	{
		tell(i % 2, GATEWAY_ACTIVE, i % 3 ? GATEWAY_SOURCE_OPERATOR
										  : GATEWAY_SOURCE_STORE);
		pass(20);
	}
	assert_moves(1, 1);
}
END_TEST

START_TEST(sends_all_back_once_if_the_other_took_its_turn)
{
	ck_assert_ptr_null(drain_fixture_drain(gateways[0], NULL));
	tell(0, GATEWAY_DRAIN, GATEWAY_SOURCE_STORE);
	pass(30);
	ck_assert(gateways[0]->drain->stop(gateways[0]->drain));
	tell(0, GATEWAY_ACTIVE, GATEWAY_SOURCE_STORE);
	ck_assert_ptr_null(drain_fixture_drain(gateways[1], NULL));
	tell(1, GATEWAY_DRAIN, GATEWAY_SOURCE_STORE);
	pass(SECONDS);
	ck_assert_uint_eq(gateways[1]->table->get_count(gateways[1]->table,
													SESSION_HERE), 0);
	assert_moves(1, 2);
}
END_TEST

/**
 * What a gateway is told late, or never: as long as the store is away.
 */
START_TEST(moves_a_client_once_an_order_at_most_in_any_order)
{
	struct {
		bool drains;
		/* when the other one is told, 0 if it is */
		u_int news;
	} states[2] = {};
	u_int second, next = 1, orders = 0, before[CLIENTS + 1], i;

	srandom(_i + 1);
	for (second = 0; second < 3600; second++)
	{
		if (second >= next)
		{
			i = random() % 2;
			states[i].drains = !states[i].drains;
			states[i].news = second + (random() % 4 ? random() % 8 : 100000);
			if (states[i].drains)
			{
				ck_assert_ptr_null(drain_fixture_drain(gateways[i], NULL));
			}
			else
			{
				ck_assert(gateways[i]->drain->stop(gateways[i]->drain));
			}
			orders++;
			next += random() % 90;
		}
		for (i = 0; i < 2; i++)
		{
			if (states[i].news && states[i].news <= second)
			{
				tell(i, states[i].drains ? GATEWAY_DRAIN : GATEWAY_ACTIVE,
					 GATEWAY_SOURCE_STORE);
				states[i].news = 0;
			}
		}
		pass(1);
	}
	assert_moves(1, orders);
	/* nothing is ordered anymore: all come to rest */
	pass(2 * SECONDS);
	for (i = 1; i <= CLIENTS; i++)
	{
		before[i] = clients[i].moves;
	}
	pass(4 * SECONDS);
	for (i = 1; i <= CLIENTS; i++)
	{
		ck_assert_uint_eq(clients[i].moves, before[i]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("drains of two gateways");
	TCase *tcase = tcase_create("drain_pair");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, changes_places_once_if_both_drain_and_do_not_know);
	tcase_add_test(tcase,
				   sends_nobody_back_because_an_active_gateway_is_set_active);
	tcase_add_test(tcase, sends_all_back_once_if_the_other_took_its_turn);
	tcase_add_loop_test(tcase, moves_a_client_once_an_order_at_most_in_any_order,
						0, 20);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
