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
 * Tables of clients and counters of decisions, used by several threads at once.
 * ThreadSanitizer sees what is not guarded (scripts/build threads).
 */

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "clients/client_table.h"

#include <threading/thread.h>

/**
 * Threads, and how often each of them does its work.
 */
#define THREADS 4
#define TIMES 2000

static client_table_t *clients;
static recent_table_t *recent;
static policy_fixture_t policy;

/**
 * Number of threads that found something else than they put.
 */
static int wrong;

/**
 * Run as many threads, each with its number.
 */
static void run(void *(*main)(void*))
{
	thread_t *threads[THREADS];
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
	{
		threads[i] = thread_create(main, (void*)i);
		ck_assert_ptr_nonnull(threads[i]);
	}
	for (i = 0; i < THREADS; i++)
	{
		ck_assert_ptr_null(threads[i]->join(threads[i]));
	}
	ck_assert_int_eq(wrong, 0);
}

static void found_wrong(void)
{
	__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

/**
 * Let clients come, be rekeyed and go.
 */
static void *call_hooks(void *data)
{
	listener_t *listener = &clients->listener;
	uint32_t first = (uintptr_t)data * 4 * TIMES, i;
	mock_ike_sa_t *old, *new;
	client_t client;

	for (i = 0; i < TIMES; i++)
	{
		client = (client_t){ .waiting = TRUE, .offers_left = i % 7 };
		old = mock_ike_sa_create(first + 2 * i + 1, "198.51.100.7", "carol");
		new = mock_ike_sa_create(first + 2 * i + 2, "198.51.100.7", "carol");
		clients->put(clients, &old->public, &client, NULL);
		listener->ike_rekey(listener, &old->public, &new->public);
		listener->ike_state_change(listener, &old->public, IKE_DESTROYING);
		if (!clients->get(clients, &new->public, &client, NULL) ||
			client.offers_left != i % 7)
		{
			found_wrong();
		}
		clients->get_count(clients);
		clients->get_dropped(clients, CLIENT_SET_UP);
		listener->ike_state_change(listener, &new->public, IKE_DESTROYING);
		mock_ike_sa_destroy(old);
		mock_ike_sa_destroy(new);
	}
	return NULL;
}

START_TEST(keeps_clients_apart_whatever_threads_do)
{
	run(call_hooks);
	ck_assert_uint_eq(clients->get_count(clients), 0);
}
END_TEST

/**
 * Put and get, keys of all threads share few sets.
 */
static void *remember(void *data)
{
	uint64_t key;
	uint32_t i, value;

	for (i = 0; i < 20 * TIMES; i++)
	{
		key = 1 + i % 100;
		/* of any thread, but for this key */
		if (recent->get(recent, key << 40, 100, &value) &&
			value % 128 != key)
		{
			found_wrong();
		}
		recent->put(recent, key << 40,
					key + 128 * (THREADS * i + (uint32_t)(uintptr_t)data));
		recent->get_dropped(recent);
	}
	return NULL;
}

START_TEST(finds_under_a_key_only_what_was_put_under_it)
{
	run(remember);
}
END_TEST

/**
 * Carry out decisions about clients of an address, and read what is counted.
 */
static void *decide(void *data)
{
	redirect_request_t request;
	redirect_decision_t decision;
	uint64_t hits = 0, before;
	int i;

	for (i = 0; i < TIMES; i++)
	{
		request = policy_fixture_init("198.51.100.7", i + 1);
		request.remote.data[3] = (uintptr_t)data * 32 + i % 32;
		decision = policy_fixture_carry_out(&policy, request);
		if (decision.action != REDIRECT_REDIRECT)
		{	/* though others may take the last client below a bound */
			found_wrong();
		}
		if (i % 20 == 0)
		{
			policy.table->set_load(policy.table, i % 40 ? "sun" : "mars", 50,
								   GATEWAY_AS_TOLD, GATEWAY_SOURCE_OPERATOR);
		}
		policy.log->count_retransmission(policy.log);
		before = hits;
		hits = policy.log->get_hits(policy.log, "all");
		if (hits <= before)
		{
			found_wrong();
		}
	}
	return NULL;
}

START_TEST(counts_each_decision_of_each_thread)
{
	run(decide);
	ck_assert_uint_eq(policy.log->get_hits(policy.log, "all"),
					  THREADS * TIMES);
	ck_assert_uint_eq(policy.log->get_retransmissions(policy.log),
					  THREADS * TIMES);
}
END_TEST

static void setup(void)
{
	clients = client_table_create();
	recent = recent_table_create(5, 100);
	policy = policy_fixture_create(
		"self = moon\nsticky = 1h\nmax_returns = 0\nbalance_factor = 110\n"
		"gateways {\nmoon { addresses = 192.0.2.1 }\n"
		"sun { addresses = 192.0.2.2 }\nmars { addresses = 192.0.2.3 } }\n"
		"rules { all { gateways = sun, mars } }");
	policy.table->set_load(policy.table, "sun", 50, REDIRECT_SELECTOR_UNKNOWN,
						   GATEWAY_SOURCE_OPERATOR);
	policy.table->set_load(policy.table, "mars", 50, REDIRECT_SELECTOR_UNKNOWN,
						   GATEWAY_SOURCE_OPERATOR);
	policy.engine->refresh(policy.engine);
}

static void teardown(void)
{
	policy_fixture_destroy(&policy);
	recent->destroy(recent);
	clients->destroy(clients);
}

int main(void)
{
	Suite *suite = suite_create("races of tables");
	TCase *tcase = tcase_create("threads");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, keeps_clients_apart_whatever_threads_do);
	tcase_add_test(tcase, finds_under_a_key_only_what_was_put_under_it);
	tcase_add_test(tcase, counts_each_decision_of_each_thread);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
