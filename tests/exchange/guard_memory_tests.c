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
 * What the guard remembers of gateways that failed or did not answer, and how long.
 */

#include "harness.h"

/** The time after which a redirect has nothing to do with another event. */
#define LOOP_DETECT_PERIOD 300

static const place_t init_response = { IKE_SA_INIT, FALSE, FALSE, -1 };

/** Have the gateway answer the IKE_SA_INIT request that waits with REDIRECT. */
static void redirect_next(char *gateway)
{
	harness_redirect_init(gateway, 1);
	harness_exchange();
}

/** The same for a new IKE_SA. */
static void redirect_to(char *gateway)
{
	harness_initiate();
	redirect_next(gateway);
}

/** Have the gateway redirect the established client. */
static void redirect_active(char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_redirect_active(FALSE, data);
	free(data.ptr);
}

/** Retransmit as upstream's tests do: three requests within three seconds. */
static void retransmit_quickly(void)
{
	lib->settings->set_int(lib->settings, "%s.retransmit_tries", 2, lib->ns);
	lib->settings->set_double(lib->settings, "%s.retransmit_timeout", 1, lib->ns);
	lib->settings->set_double(lib->settings, "%s.retransmit_base", 1, lib->ns);
}

/** Lose the request that waits and its retransmissions, until charon gives up. */
static void lose_all(char *gateway)
{
	int i;

	for (i = 0; i < 3; i++)
	{
		harness_expect_to(gateway);
		harness_drop();
		harness_forward(1);
		ck_assert_int_ge(harness_timers(1), 1);
	}
}

static const uint32_t keyingtries[] = { 0, 1, 3 };

/* the time of connect_timeout is never reached then */
START_TEST(goes_back_if_charon_gives_a_target_up_before_the_guard)
{
	retransmit_quickly();
	harness_keyingtries(keyingtries[_i]);
	redirect_to("192.0.2.9");
	lose_all("192.0.2.9");
	harness_expect_to(GATEWAY);
	ck_assert(harness_next_has(REDIRECT_SUPPORTED));
	ck_assert_uint_eq(harness_count(GUARD_SILENT) + harness_count(GUARD_FAILED), 1);

	/* once is enough */
	redirect_next("192.0.2.9");
	harness_expect_to(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DEAD), 1);
	ck_assert_int_eq(harness_timers(3), 1);
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

START_TEST(tries_all_addresses_of_a_name_if_charon_gives_up_before_the_guard)
{
	retransmit_quickly();
	harness_keyingtries(0);
	harness_resolve("192.0.2.9, 192.0.2.10");
	redirect_to("sun.example.org");
	harness_wait();
	lose_all("192.0.2.9");
	/* what charon sends to the gateway in between is not answered */
	while (harness_count_sas(TRUE, "192.0.2.10") == 0)
	{
		harness_drop();
		harness_jobs();
	}
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.10");
}
END_TEST

/* what everybody may claim in IKE_SA_INIT is no reason to refuse what the
 * gateway orders that has proven who it is */
START_TEST(goes_where_a_proven_gateway_sends_it_though_an_unproven_one_failed_there)
{
	redirect_to("192.0.2.9");
	harness_drop();
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);

	redirect_active("192.0.2.9");
	harness_deliver_all(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DEAD), 0);
	harness_expect_served("192.0.2.9");
}
END_TEST

START_TEST(does_not_go_where_an_unproven_gateway_sends_it_if_a_proven_one_failed_there)
{
	harness_establish();
	redirect_active("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	harness_drop();
	harness_deliver_all(NULL);
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	harness_delete(TRUE);
	harness_deliver_all(NULL);

	redirect_to("192.0.2.9");
	harness_expect_to(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DEAD), 1);
}
END_TEST

/* a DELETE long after a redirect that was refused has another reason;
 * _i: 0 within the time, 1 after it */
START_TEST(comes_back_after_a_delete_only_soon_after_a_refused_redirect)
{
	harness_option("deny", "192.0.2.9");
	harness_establish();
	redirect_active("192.0.2.9");
	harness_deliver_all(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DENIED), 1);
	harness_forward(_i ? LOOP_DETECT_PERIOD + 1 : LOOP_DETECT_PERIOD - 5);
	harness_delete(FALSE);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), _i ? 0 : 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), _i ? 0 : 1);
}
END_TEST

/* there are gateways that drop the requests of who does not announce support */
START_TEST(announces_support_again_if_a_request_without_is_not_answered)
{
	retransmit_quickly();
	harness_keyingtries(0);
	harness_option("deny", "192.0.2.9");
	redirect_to("192.0.2.9");
	ck_assert_int_eq(harness_timers(3), 1);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	lose_all(GATEWAY);
	harness_expect_to(GATEWAY);
	ck_assert(harness_next_has(REDIRECT_SUPPORTED));

	/* by now it sends clients elsewhere */
	redirect_next("192.0.2.10");
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.10");
}
END_TEST

/* and those that answer it are asked without until they serve */
START_TEST(announces_no_support_where_it_is_served_without)
{
	harness_option("deny", "192.0.2.9");
	redirect_to("192.0.2.9");
	ck_assert_int_eq(harness_timers(3), 1);
	harness_inject(init_response, COOKIE, chunk_from_chars(1, 2, 3, 4), 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_exchange();
	ck_assert(harness_next_has(COOKIE));
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_memory");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 240);
	tcase_add_loop_test(c, goes_back_if_charon_gives_a_target_up_before_the_guard,
						0, countof(keyingtries));
	tcase_add_test(c,
			tries_all_addresses_of_a_name_if_charon_gives_up_before_the_guard);
	tcase_add_test(c,
		goes_where_a_proven_gateway_sends_it_though_an_unproven_one_failed_there);
	tcase_add_test(c,
		does_not_go_where_an_unproven_gateway_sends_it_if_a_proven_one_failed_there);
	tcase_add_loop_test(c,
			comes_back_after_a_delete_only_soon_after_a_refused_redirect, 0, 2);
	tcase_add_test(c,
			announces_support_again_if_a_request_without_is_not_answered);
	tcase_add_test(c, announces_no_support_where_it_is_served_without);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
