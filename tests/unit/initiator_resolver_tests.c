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
 * Names of gateways that are looked up beside each other, in a time limit, and
 * no more of them than may be.
 */

#include "policy_fixture.h"

#include "initiator/initiator_resolver.h"

#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include <poll.h>
#include <unistd.h>

/** how long to wait for what has to come, in milliseconds */
#define PATIENCE 30000

/** as in the resolver: threads, and names that wait for them */
#define THREADS 4
#define QUEUE 64

static initiator_resolver_t *resolver;
static mutex_t *mutex;
static condvar_t *condvar;

/** Look-ups that began, and answers told: with an address, without one. */
static int begun, found, missed;

/** What "slow" waits for. */
static int gate[2];

/** Look a name up: "slow" has an address once the gate is open, others at once. */
static int look_up(const char *name, ip_address_t *addresses)
{
	struct pollfd pfd = {
		.fd = gate[0],
		.events = POLLIN,
	};

	mutex->lock(mutex);
	begun++;
	condvar->broadcast(condvar);
	mutex->unlock(mutex);
	if (streq(name, "slow"))
	{
		poll(&pfd, 1, -1);
	}
	return ip_address_from_string("192.0.2.9", addresses);
}

/** Open the gate for all. */
static void open_gate(void)
{
	ck_assert_int_eq(write(gate[1], "x", 1), 1);
}

CALLBACK(resolved, void,
	void *data, const ip_address_t *addresses, int count)
{
	mutex->lock(mutex);
	if (count)
	{
		found++;
	}
	else
	{
		missed++;
	}
	condvar->broadcast(condvar);
	mutex->unlock(mutex);
}

static bool resolve(const char *name, uint32_t timeout)
{
	return resolver->resolve(resolver, name, timeout, resolved, NULL);
}

/** Wait until a count is reached. */
static void wait_for(int *count, int expected)
{
	bool timeout = FALSE;

	mutex->lock(mutex);
	while (*count < expected && !timeout)
	{
		timeout = condvar->timed_wait(condvar, mutex, PATIENCE);
	}
	ck_assert_int_eq(*count, expected);
	mutex->unlock(mutex);
}

START_TEST(looks_names_up_beside_each_other_whatever_was_before)
{
	int i;

	/* the thread of the name before waits, and gets one of both */
	for (i = 1; i <= 20; i++)
	{
		ck_assert(resolve("quick", 3600));
		wait_for(&found, i);
	}
	ck_assert(resolve("slow", 3600));
	ck_assert(resolve("quick", 3600));
	wait_for(&found, i);
	ck_assert_int_eq(missed, 0);
	open_gate();
	wait_for(&found, i + 1);
}
END_TEST

START_TEST(tells_once_when_the_time_of_a_name_is_up)
{
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(resolve("slow", 1));
	wait_for(&missed, 1);
	wait_for(&begun, 1);
	open_gate();
	/* by the thread that had the slow name, or beside it */
	ck_assert(resolve("quick", 3600));
	wait_for(&found, 1);
	resolver->destroy(resolver);
	resolver = NULL;
	ck_assert_int_eq(missed, 1);
	ck_assert_int_eq(found, 1);
}
END_TEST

START_TEST(looks_up_no_name_whose_time_was_up_while_it_waited)
{
	int i;

	lib->processor->set_threads(lib->processor, 4);
	for (i = 0; i < THREADS; i++)
	{
		ck_assert(resolve("slow", 3600));
		wait_for(&begun, i + 1);
	}
	for (i = 0; i < QUEUE - 1; i++)
	{
		ck_assert(resolve("slow", 1));
	}
	ck_assert(resolve("quick", 3600));
	wait_for(&missed, QUEUE - 1);
	open_gate();
	wait_for(&found, THREADS + 1);
	ck_assert_int_eq(begun, THREADS + 1);
}
END_TEST

START_TEST(refuses_names_that_would_wait_too_long)
{
	int i;

	for (i = 0; i < THREADS; i++)
	{
		ck_assert(resolve("slow", 3600));
		wait_for(&begun, i + 1);
	}
	for (i = 0; i < QUEUE; i++)
	{
		ck_assert(resolve("slow", 3600));
	}
	ck_assert(!resolve("slow", 3600));
	ck_assert_int_eq(begun, THREADS);
	/* none is left without an answer, also of those that are looked up */
	resolver->destroy(resolver);
	resolver = NULL;
	ck_assert_int_eq(missed, THREADS + QUEUE);
	ck_assert_int_eq(found, 0);
}
END_TEST

static void setup(void)
{
	begun = found = missed = 0;
	mutex = mutex_create(MUTEX_TYPE_DEFAULT);
	condvar = condvar_create(CONDVAR_TYPE_DEFAULT);
	ck_assert_int_eq(pipe(gate), 0);
	resolver = initiator_resolver_create(look_up);
}

static void teardown(void)
{
	DESTROY_IF(resolver);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	close(gate[0]);
	close(gate[1]);
	condvar->destroy(condvar);
	mutex->destroy(mutex);
}

int main(void)
{
	Suite *suite = suite_create("initiator resolver");
	TCase *tcase = tcase_create("names");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, looks_names_up_beside_each_other_whatever_was_before);
	tcase_add_test(tcase, tells_once_when_the_time_of_a_name_is_up);
	tcase_add_test(tcase, looks_up_no_name_whose_time_was_up_while_it_waited);
	tcase_add_test(tcase, refuses_names_that_would_wait_too_long);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
