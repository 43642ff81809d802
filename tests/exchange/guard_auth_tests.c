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

#include "harness.h"

/** Responses of the gateway in IKE_AUTH with EAP. */
static const place_t first = { IKE_AUTH, FALSE, FALSE, 1 };
static const place_t intermediate = { IKE_AUTH, FALSE, FALSE, 2 };

/** Put a REDIRECT into messages of the gateway. */
static void inject(place_t place, char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_inject(place, REDIRECT, data, 1);
	free(data.ptr);
}

/** Have the client initiate, and get the first response in IKE_AUTH. */
static void initiate_and_authenticate(void)
{
	int i;

	harness_initiate();
	for (i = 0; i < 4; i++)
	{
		harness_deliver(NULL);
	}
}

/* proves: R6-3 client, R6-4 client, R6-6 client, R6-9 client, R3-13 client */
START_TEST(follows_a_redirect_in_the_last_response)
{
	harness_authentication(_i ? AUTHENTICATE_EAP : AUTHENTICATE_PSK);
	harness_redirect_auth("192.0.2.9", 1);
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	/* authenticated, but nothing was set up beside the IKE_SA */
	ck_assert_int_eq(seen.up, 1);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 0);
	ck_assert_int_eq(harness_count_children(FALSE, GATEWAY), 0);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	ck_assert(harness_next_has(REDIRECTED_FROM));

	harness_deliver_all(NULL);
	ck_assert_int_eq(seen.deletes, 1);
	harness_expect_served("192.0.2.9");
	ck_assert_int_eq(harness_count_children(FALSE, "192.0.2.9"), 1);
	ck_assert_int_eq(harness_count_sas(FALSE, GATEWAY), 0);
}
END_TEST

/* proves: R6-3 client, R6-6 client */
START_TEST(does_not_follow_a_last_response_that_is_not_authentic)
{
	inject(first, "192.0.2.66");
	harness_spoil_auth();
	harness_initiate();
	harness_deliver_all("192.0.2.66");
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	ck_assert_int_eq(seen.up, 0);
}
END_TEST

START_TEST(goes_back_if_the_gateway_of_a_last_response_is_silent)
{
	harness_redirect_auth("192.0.2.9", 1);
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	harness_drop();
	harness_deliver_all(NULL);
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

START_TEST(asks_to_be_served_if_a_last_response_is_refused)
{
	harness_option("deny", "192.0.2.0/24");
	harness_redirect_auth("192.0.2.9", 1);
	initiate_and_authenticate();
	harness_jobs();
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	ck_assert_uint_eq(harness_count(GUARD_DENIED), 1);
}
END_TEST

START_TEST(asks_to_be_served_if_the_name_of_a_last_response_does_not_resolve)
{
	harness_redirect_auth("sun.example.org", 1);
	initiate_and_authenticate();
	harness_wait();
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	ck_assert_uint_eq(harness_count(GUARD_UNRESOLVED), 1);
}
END_TEST

/** Initiate, and check that a name is followed that has the address 192.0.2.9. */
static void expect_resolved(void)
{
	harness_resolve("192.0.2.9");
	harness_initiate();
	/* the name may be looked up before all is delivered, or after */
	harness_deliver_all("192.0.2.9");
	harness_wait();
	harness_expect_to("192.0.2.9");
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}

START_TEST(resolves_the_name_of_a_last_response)
{
	harness_redirect_auth("sun.example.org", 1);
	expect_resolved();
}
END_TEST

/* proves: R6-8 client, R6-9 client: with and without the EAP payload that the
 * RFC does not want beside it */
START_TEST(follows_a_redirect_in_the_first_response_with_eap)
{
	harness_authentication(AUTHENTICATE_EAP);
	inject(first, "192.0.2.9");
	if (_i)
	{
		harness_strip(PLV2_EAP, 0);
	}
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	harness_expect_to("192.0.2.9");
	ck_assert(harness_next_has(REDIRECTED_FROM));
	ck_assert_int_eq(seen.auth_failed, 0);
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

START_TEST(resolves_the_name_of_a_first_response_with_eap)
{
	harness_authentication(AUTHENTICATE_EAP);
	inject(first, "sun.example.org");
	harness_strip(PLV2_EAP, 0);
	expect_resolved();
}
END_TEST

START_TEST(asks_to_be_served_if_a_first_response_is_refused)
{
	harness_authentication(AUTHENTICATE_EAP);
	harness_option("deny", "192.0.2.0/24");
	inject(first, "192.0.2.9");
	harness_strip(PLV2_EAP, 0);
	initiate_and_authenticate();
	harness_jobs();
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

/* proves: R6-8 client, R6-6 client */
START_TEST(does_not_follow_a_first_response_that_is_not_authentic)
{
	/* _i: 0 with a wrong AUTH payload, 1 by another gateway, 2 without AUTH */
	harness_authentication(_i == 1 ? AUTHENTICATE_EAP_OTHER : AUTHENTICATE_EAP);
	inject(first, "192.0.2.66");
	harness_strip(PLV2_EAP, _i == 2 ? PLV2_AUTH : 0);
	if (_i == 0)
	{
		harness_spoil_auth();
	}
	harness_initiate();
	harness_deliver_all("192.0.2.66");
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	ck_assert_int_eq(seen.up, 0);
	ck_assert_int_eq(seen.auth_failed, 1);
}
END_TEST

/* proves: R6-9 client, R6-10 client */
START_TEST(refuses_a_redirect_in_an_intermediate_response)
{
	harness_authentication(AUTHENTICATE_EAP);
	inject(intermediate, "192.0.2.66");
	harness_initiate();
	harness_deliver_all("192.0.2.66");
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_to_inject(), 0);
	harness_expect_served(GATEWAY);
	ck_assert_uint_eq(harness_count(GUARD_INTERMEDIATE), 1);
}
END_TEST

/* proves: R7-1 client */
START_TEST(counts_redirects_of_all_phases_together)
{
	harness_option("max_redirects", "2");
	harness_redirect_init("192.0.2.1", 1);
	harness_initiate();
	harness_deliver_all("192.0.2.1");
	harness_redirect_auth("192.0.2.2", 1);
	harness_deliver_all("192.0.2.2");
	harness_expect_to("192.0.2.2");
	harness_redirect_init("192.0.2.3", 1);
	harness_deliver_all("192.0.2.3");
	harness_expect_to(NULL);
	ck_assert_uint_eq(harness_count(GUARD_LOOP), 1);
	ck_assert_int_eq(harness_timers(3), 1);
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_auth");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, follows_a_redirect_in_the_last_response, 0, 2);
	tcase_add_test(c, does_not_follow_a_last_response_that_is_not_authentic);
	tcase_add_test(c, goes_back_if_the_gateway_of_a_last_response_is_silent);
	tcase_add_test(c, asks_to_be_served_if_a_last_response_is_refused);
	tcase_add_test(c,
			asks_to_be_served_if_the_name_of_a_last_response_does_not_resolve);
	tcase_add_test(c, resolves_the_name_of_a_last_response);
	tcase_add_loop_test(c, follows_a_redirect_in_the_first_response_with_eap,
						0, 2);
	tcase_add_test(c, resolves_the_name_of_a_first_response_with_eap);
	tcase_add_test(c, asks_to_be_served_if_a_first_response_is_refused);
	tcase_add_loop_test(c, does_not_follow_a_first_response_that_is_not_authentic,
						0, 3);
	tcase_add_test(c, refuses_a_redirect_in_an_intermediate_response);
	tcase_add_test(c, counts_redirects_of_all_phases_together);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
