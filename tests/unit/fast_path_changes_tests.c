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
 * The fast path between real sockets: no packet gets lost while it comes and
 * goes.
 */

#include <stdlib.h>

#include "fast_path_fixture.h"

#include <threading/thread.h>

#include <sched.h>

#define LOCAL "::ffff:127.0.0.1"

static fast_path_fixture_t gateway;

/**
 * Options of the ways to receive that work here
 */
static const char *const batch[] = {
	"fast_path_batch = yes",
	"fast_path_batch = no",
};

/**
 * Counter of a result.
 */
static uint64_t counted(fast_path_result_t result)
{
	return fast_path_fixture_counted(&gateway, result);
}

START_TEST(passes_everything_when_switched_off)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, "fast_path = no");
	ike_message_typical(&message);
	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(&message));
	fast_path_fixture_passed_is(ike_message_chunk(&message));
	ck_assert_uint_eq(counted(FAST_PATH_ANSWERED), 0);

	ck_assert(fast_path_fixture_reload(&gateway, "fast_path = yes"));
	/* the receiver still waits in charon's own socket for one packet more */
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);

	ck_assert(fast_path_fixture_reload(&gateway, "fast_path = no"));
	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(&message));
	fast_path_fixture_passed_is(ike_message_chunk(&message));
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(keeps_its_options_when_others_are_refused)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, "fast_path = yes");
	ike_message_typical(&message);
	ck_assert(!fast_path_fixture_reload(&gateway,
								"fast_path = no\n fast_path_cookies = eat"));
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_stop(&gateway);
}
END_TEST

/**
 * Set to make threads end that change the fast path under traffic, and how
 * often they have changed it.
 */
static bool ending;
static int changes;

/**
 * Packets charon got.
 */
static int passed;

/**
 * After a change let a packet be answered, or passed on, before the next one.
 */
static void let_through(bool answered)
{
	uint64_t before = counted(FAST_PATH_ANSWERED);
	int before_passed = __atomic_load_n(&passed, __ATOMIC_RELAXED);

	while (!__atomic_load_n(&ending, __ATOMIC_RELAXED) &&
		   (answered ? counted(FAST_PATH_ANSWERED) == before
			: __atomic_load_n(&passed, __ATOMIC_RELAXED) == before_passed))
	{
		sched_yield();
	}
	__atomic_fetch_add(&changes, 1, __ATOMIC_RELAXED);
}

static void *reload_options(void *null)
{
	while (!__atomic_load_n(&ending, __ATOMIC_RELAXED))
	{
		ck_assert(fast_path_fixture_reload(&gateway, "fast_path = no"));
		let_through(FALSE);
		ck_assert(fast_path_fixture_reload(&gateway, "fast_path = yes"));
		let_through(TRUE);
		ck_assert(fast_path_fixture_reload(&gateway, "fast_path_batch = no"));
		let_through(TRUE);
	}
	return NULL;
}

static void *restart(void *null)
{
	while (!__atomic_load_n(&ending, __ATOMIC_RELAXED))
	{
		gateway.fast_path->stop(gateway.fast_path);
		let_through(FALSE);
		gateway.fast_path->start(gateway.fast_path);
		let_through(TRUE);
	}
	return NULL;
}

static void *(*const disturb[])(void*) = { reload_options, restart };

/**
 * Send a message and wait until it is answered or passed on: one at a time, so
 * that nothing is lost for want of room.
 */
static void send_and_wait(ike_message_t *message)
{
	uint64_t before = counted(FAST_PATH_ANSWERED);
	uint8_t buf[2048];

	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(message));
	while (counted(FAST_PATH_ANSWERED) == before &&
		   !fast_path_fixture_waiting())
	{
		sched_yield();
	}
	if (fast_path_fixture_waiting())
	{
		fast_path_fixture_passed_is(ike_message_chunk(message));
		__atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
	}
	else
	{
		fast_path_fixture_answer(&gateway, buf, sizeof(buf));
	}
}

START_TEST(loses_no_packet_while_it_comes_and_goes)
{
	ike_message_t message;
	thread_t *thread;
	int sent = 0;

	fast_path_fixture_start(&gateway, "fast_path = yes");
	ike_message_typical(&message);
	ending = FALSE;
	changes = passed = 0;
	thread = thread_create(disturb[_i], NULL);
	while (__atomic_load_n(&changes, __ATOMIC_RELAXED) < 200)
	{
		send_and_wait(&message);
		sent++;
	}
	__atomic_store_n(&ending, TRUE, __ATOMIC_RELAXED);
	thread->join(thread);
	ck_assert_uint_eq(counted(FAST_PATH_ANSWERED) + passed, sent);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(lets_charon_cancel_the_thread_that_receives)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, batch[_i]);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_cancel_receiver();
	/* would wait forever if the thread had left a lock behind */
	ck_assert(fast_path_fixture_reload(&gateway, "fast_path = no"));
	ck_assert(fast_path_fixture_reload(&gateway, "fast_path = yes"));
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(wraps_charons_socket_once)
{
	socket_manager_t *wrapper;

	fast_path_fixture_start(&gateway, "fast_path = no");
	wrapper = charon->socket;
	gateway.fast_path->stop(gateway.fast_path);
	gateway.fast_path->start(gateway.fast_path);
	ck_assert(charon->socket == wrapper);
	fast_path_fixture_stop(&gateway);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("fast_path_changes");
	TCase *tcase;

	tcase = tcase_create("coming_and_going");
	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, passes_everything_when_switched_off);
	tcase_add_test(tcase, keeps_its_options_when_others_are_refused);
	tcase_add_loop_test(tcase, loses_no_packet_while_it_comes_and_goes, 0,
						countof(disturb));
	tcase_add_loop_test(tcase, lets_charon_cancel_the_thread_that_receives, 0,
						countof(batch));
	tcase_add_test(tcase, wraps_charons_socket_once);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main()
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
