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

/*
 * Every notify of the corpus that wire/ refuses, in each message that can carry
 * one, sent by either side. Charon goes on as if it was not there.
 */

static notify_case_t *cases;
static int count;

static const place_t init = { IKE_SA_INIT, FALSE, FALSE, -1 };
static const place_t init_request = { IKE_SA_INIT, TRUE, TRUE, -1 };
static const place_t auth_request = { IKE_AUTH, TRUE, TRUE, 1 };
static const place_t auth[] = {
	{ IKE_AUTH, FALSE, FALSE, 1 },
	{ IKE_AUTH, FALSE, FALSE, 2 },
	{ IKE_AUTH, FALSE, FALSE, 3 },
};
static const place_t informational = { INFORMATIONAL, TRUE, FALSE, -1 };
static const place_t informational_client = { INFORMATIONAL, TRUE, TRUE, -1 };

/** Whether a case is a wrong notify of a kind for a place. */
static bool is_wrong(notify_case_t *entry, notify_place_t place, uint16_t type)
{
	return entry->type == type && (entry->places & place) &&
		   entry->verdict != WIRE_OK;
}

/** Set up an IKE_SA, which gets the notify where it is told to. */
static void set_up(place_t place, notify_case_t *entry)
{
	harness_inject_case(place, entry, 1);
	harness_initiate();
	harness_deliver_all(NULL);
	ck_assert_msg(harness_to_inject() == 0, "%s was not sent", entry->name);
	ck_assert_msg(harness_lookups() == 0, "%s: a name is looked up",
				  entry->name);
	ck_assert_msg(harness_count_children(TRUE, GATEWAY) == 1,
				  "%s: the client is not served", entry->name);
	ck_assert_msg(harness_count_sas(TRUE, NULL) == 1, "%s: %d IKE_SAs",
				  entry->name, harness_count_sas(TRUE, NULL));
}

/* proves: R9.2-2 client, R9.2-3 client, R9.2-5 client, R9.2-6 client, R9.2-7
 * client, R9.2-8 client, R12-1 client: beside all that makes an IKE_SA */
START_TEST(goes_on_without_a_malformed_redirect_in_ike_sa_init)
{
	if (is_wrong(&cases[_i], NOTIFY_IN_INIT, REDIRECT))
	{
		set_up(init, &cases[_i]);
		ck_assert_uint_eq(harness_malformed(cases[_i].verdict), 1);
	}
}
END_TEST

/* instead of all that: nothing happens, and the gateway is asked again */
START_TEST(waits_on_after_a_malformed_redirect_in_ike_sa_init)
{
	if (!is_wrong(&cases[_i], NOTIFY_IN_INIT, REDIRECT))
	{
		return;
	}
	harness_inject_case(init, &cases[_i], 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_initiate();
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_to_inject(), 0);
	ck_assert_int_eq(harness_lookups(), 0);
	ck_assert_int_eq(harness_count_sas(TRUE, GATEWAY), 1);
	ck_assert_int_eq(harness_timers(3), 1);
	harness_deliver_all(NULL);
	ck_assert_msg(harness_count_children(TRUE, GATEWAY) == 1,
				  "%s: the client is not served", cases[_i].name);
}
END_TEST

/* proves: R9.2-2 client, R9.2-3 client, R9.2-5 client, R9.2-6 client, R9.2-7
 * client, R9.2-9 client: first, intermediate and last response */
START_TEST(goes_on_without_a_malformed_redirect_in_ike_auth)
{
	if (is_wrong(&cases[_i / countof(auth)], NOTIFY_IN_AUTH, REDIRECT))
	{
		harness_authentication(AUTHENTICATE_EAP);
		set_up(auth[_i % countof(auth)], &cases[_i / countof(auth)]);
	}
}
END_TEST

/** Put the notify into a DPD of an established IKE_SA. */
static void send_dpd(bool client, place_t place, notify_case_t *entry)
{
	ike_sa_t *ike_sa;

	harness_establish();
	ike_sa = harness_sa(client);
	harness_inject_case(place, entry, 1);
	harness_call(client, ike_sa->send_dpd);
	harness_deliver_all(NULL);
	ck_assert_msg(harness_to_inject() == 0, "%s was not sent", entry->name);
	ck_assert_int_eq(harness_lookups(), 0);
	ck_assert_int_eq(seen.init_requests, 1);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_int_eq(harness_count_children(FALSE, GATEWAY), 1);
}

/* proves: R9.2-2 client, R9.2-3 client, R9.2-5 client, R9.2-6 client, R9.2-7
 * client, R9.2-9 client */
START_TEST(goes_on_without_a_malformed_redirect_in_informational)
{
	if (is_wrong(&cases[_i], NOTIFY_IN_INFORMATIONAL, REDIRECT))
	{
		send_dpd(FALSE, informational, &cases[_i]);
		ck_assert_uint_eq(harness_malformed(cases[_i].verdict), 1);
	}
}
END_TEST

START_TEST(goes_on_without_any_redirect_of_a_client)
{
	if (cases[_i].type == REDIRECT &&
		(cases[_i].places & NOTIFY_IN_INFORMATIONAL))
	{
		send_dpd(TRUE, informational_client, &cases[_i]);
	}
}
END_TEST

START_TEST(goes_on_without_any_redirect_in_requests_of_a_client)
{
	if (cases[_i / 2].type == REDIRECT)
	{
		set_up(_i % 2 ? auth_request : init_request, &cases[_i / 2]);
		ck_assert_uint_eq(harness_count(GUARD_ROLE), 1);
	}
}
END_TEST

/* proves: R9.1-2 gateway, R9.1-3 gateway, R9.3-4 gateway, R9.3-5 gateway, R9.3-7
 * gateway */
START_TEST(goes_on_without_malformed_announcements)
{
	ike_sa_t *ike_sa;

	if (is_wrong(&cases[_i], NOTIFY_IN_REQUEST, REDIRECTED_FROM) ||
		is_wrong(&cases[_i], NOTIFY_IN_REQUEST, REDIRECT_SUPPORTED))
	{
		harness_option("connections.home.follow", "no");
		set_up(init_request, &cases[_i]);
		ike_sa = harness_sa(FALSE);
		ck_assert_msg(!ike_sa->supports_extension(ike_sa,
											EXT_IKE_REDIRECTION),
					  "%s is an announcement", cases[_i].name);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_malformed");
	TCase *c = tcase_create("corpus");

	cases = notify_corpus_load(&count);
	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, goes_on_without_a_malformed_redirect_in_ike_sa_init,
						0, count);
	tcase_add_loop_test(c, waits_on_after_a_malformed_redirect_in_ike_sa_init,
						0, count);
	tcase_add_loop_test(c, goes_on_without_a_malformed_redirect_in_ike_auth,
						0, count * countof(auth));
	tcase_add_loop_test(c,
			goes_on_without_a_malformed_redirect_in_informational, 0, count);
	tcase_add_loop_test(c, goes_on_without_any_redirect_of_a_client, 0, count);
	tcase_add_loop_test(c, goes_on_without_any_redirect_in_requests_of_a_client,
						0, count * 2);
	tcase_add_loop_test(c, goes_on_without_malformed_announcements, 0, count);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	int status = harness_run(suite());

	free(cases);
	return status;
}
