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

/** Have the gateway send a REDIRECT on an established IKE_SA. */
static void redirect(char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_redirect_active(FALSE, data);
	free(data.ptr);
}

/* proves: R5-7 client, R3-13 client */
START_TEST(follows_and_deletes_the_old_one_when_the_new_one_is_up)
{
	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	ck_assert(harness_next_has(REDIRECTED_FROM));
	/* the old one is used until then */
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_int_eq(seen.deletes, 0);
	harness_deliver_all(NULL);
	ck_assert_int_eq(seen.deletes, 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
}
END_TEST

/* proves: R5-6 client */
START_TEST(does_not_follow_what_the_ike_sa_does_not_protect)
{
	chunk_t data = harness_redirect("192.0.2.66");
	ike_sa_t *ike_sa;

	harness_establish();
	ike_sa = harness_sa(FALSE);
	harness_deliver(harness_redirect_forge(ike_sa->get_id(ike_sa),
										   ike_sa->get_my_host(ike_sa),
										   ike_sa->get_other_host(ike_sa),
										   INFORMATIONAL, TRUE, data));
	free(data.ptr);
	harness_deliver_all("192.0.2.66");
	harness_expect_to(NULL);
	harness_expect_served(GATEWAY);

	/* while the same one is followed if it is protected */
	redirect("192.0.2.66");
	harness_deliver_all("192.0.2.66");
	harness_expect_to("192.0.2.66");
}
END_TEST

/* proves: R5-4 client */
START_TEST(acknowledges_before_a_name_is_looked_up)
{
	harness_establish();
	harness_resolve(NULL);
	redirect("sun.example.org");
	harness_deliver(NULL);
	/* nothing answers the name, but the gateway */
	harness_acknowledge();
	harness_jobs();
	harness_expect_to(NULL);
	/* the time is up, the IKE_SA is still there */
	ck_assert_int_eq(harness_timers(5), 1);
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_uint_eq(harness_count(GUARD_UNRESOLVED), 1);
}
END_TEST

START_TEST(follows_to_a_name)
{
	harness_establish();
	harness_resolve("192.0.2.9");
	redirect("sun.example.org");
	harness_deliver(NULL);
	harness_deliver(NULL);
	harness_wait();
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

/* proves: R7-1 client, R7-2 client */
START_TEST(follows_five_of_twelve_redirects)
{
	char gateway[32];
	int i;

	harness_establish();
	for (i = 1; i <= 12; i++)
	{
		snprintf(gateway, sizeof(gateway), "192.0.2.%d", i);
		redirect(gateway);
		harness_deliver_all(NULL);
	}
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.5"), 1);
	ck_assert_uint_eq(harness_count(GUARD_LOOP), 7);
	/* and again when the period is over */
	harness_forward(300);
	redirect("192.0.2.13");
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.13"), 1);
}
END_TEST

/* none of the gateways answers, so that all come on one IKE_SA: the core makes
 * a new IKE_SA for each */
START_TEST(makes_one_ike_sa_for_any_number_of_redirects)
{
	char gateway[32];
	int i;

	harness_establish();
	for (i = 1; i <= 12; i++)
	{
		ike_sa_t *ike_sa = harness_sa(FALSE);

		snprintf(gateway, sizeof(gateway), "192.0.2.%d", i);
		ck_assert(ike_sa != NULL);
		redirect(gateway);
		harness_exchange();
		if (i == 1)
		{
			harness_expect_to("192.0.2.1");
			harness_drop();
		}
		else
		{
			harness_expect_to(NULL);
		}
	}
	/* the established one and the one that is being set up */
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 2);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}
END_TEST

/** Redirect the client to a gateway that does not get its request. */
static void redirect_to_silence(void)
{
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	harness_drop();
	harness_deliver_all(NULL);
}

START_TEST(goes_back_to_the_configured_gateway_if_the_next_is_silent)
{
	harness_keyingtries(1);
	harness_establish();
	redirect_to_silence();
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to(GATEWAY);
	ck_assert(harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	/* and does not go there again soon */
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	harness_expect_to(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DEAD), 1);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}
END_TEST

START_TEST(comes_back_if_the_gateway_insists_on_a_refused_target)
{
	harness_option("deny", "192.0.2.9");
	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_uint_eq(harness_count(GUARD_DENIED), 1);

	/* the gateway deletes the IKE_SA when its time is over */
	harness_delete(FALSE);
	harness_exchange();
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

START_TEST(keeps_the_old_one_if_nobody_takes_it)
{
	place_t init = { IKE_SA_INIT, FALSE, FALSE, -1 };

	harness_establish();
	redirect_to_silence();
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to(GATEWAY);
	/* the configured gateway does not want it either */
	harness_inject(init, NO_PROPOSAL_CHOSEN, chunk_empty, 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	ck_assert(!harness_sa(TRUE)->has_condition(harness_sa(TRUE),
											   COND_REDIRECTED));
	/* until it deletes the old one */
	harness_delete(FALSE);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

/* charon gives up before the guard does, as configured */
START_TEST(goes_back_if_charon_gives_up_first)
{
	harness_keyingtries(1);
	harness_establish();
	redirect_to_silence();
	harness_give_up();
	harness_jobs();
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

/* as when charon ends; sanitizers see what is used too late, or left */
START_TEST(ends_while_the_way_back_of_a_lost_ike_sa_waits)
{
	harness_keyingtries(1);
	harness_establish();
	redirect_to_silence();
	harness_give_up();
	/* its job is not run: nobody is asked */
	harness_expect_to(NULL);
	ck_assert_uint_eq(harness_count(GUARD_FAILED), 1);
	ck_assert_uint_eq(harness_count(GUARD_RETURNED), 0);
}
END_TEST

/* likewise of a client whose gateway insisted on a refused target */
START_TEST(ends_while_the_way_back_of_a_stranded_client_waits)
{
	harness_option("deny", "192.0.2.9");
	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all(NULL);
	harness_delete(FALSE);
	/* the DELETE, and not the job it has queued */
	harness_deliver(harness_next());
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	ck_assert_uint_eq(harness_count(GUARD_RETURNED), 0);
}
END_TEST

START_TEST(stays_away_if_deleted_without_redirect)
{
	harness_establish();
	harness_delete(FALSE);
	harness_deliver_all(NULL);
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
}
END_TEST

START_TEST(makes_one_new_ike_sa_if_deleted_while_it_follows)
{
	message_t *init;

	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	init = harness_next();
	harness_delete(FALSE);
	harness_deliver_all(NULL);
	harness_put_back(init);
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

/** Redirect a client whose request waits: it follows when that was answered. */
static void follow_after(exchange_type_t exchange)
{
	message_t *request = harness_next();

	ck_assert(request != NULL);
	ck_assert_int_eq(request->get_exchange_type(request), exchange);
	redirect("192.0.2.9");
	harness_exchange();
	harness_expect_to(NULL);

	harness_put_back(request);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	harness_expect_served("192.0.2.9");
}

START_TEST(follows_after_a_rekeying_that_is_going_on)
{
	ike_sa_t *ike_sa;

	harness_establish();
	ike_sa = harness_sa(TRUE);
	harness_call(TRUE, ike_sa->rekey);
	follow_after(CREATE_CHILD_SA);
}
END_TEST

START_TEST(follows_on_a_rekeyed_ike_sa)
{
	ike_sa_t *ike_sa;

	harness_establish();
	ike_sa = harness_sa(!_i);
	/* _i: 0 by the client, 1 by the gateway, which is initiator of it then */
	harness_call(!_i, ike_sa->rekey);
	harness_deliver_all(NULL);
	redirect("192.0.2.9");
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

START_TEST(follows_after_a_reauthentication_that_is_going_on)
{
	ike_sa_t *ike_sa;

	lib->settings->set_bool(lib->settings, "%s.make_before_break", TRUE,
							lib->ns);
	harness_establish();
	ike_sa = harness_sa(TRUE);
	harness_call(TRUE, ike_sa->reauth);
	follow_after(IKE_SA_INIT);
}
END_TEST

START_TEST(ends_a_reauthentication_at_another_gateway)
{
	ike_sa_t *ike_sa;

	lib->settings->set_bool(lib->settings, "%s.make_before_break", TRUE,
							lib->ns);
	harness_establish();
	if (_i)
	{
		harness_redirect_auth("192.0.2.9", 1);
	}
	else
	{
		harness_redirect_init("192.0.2.9", 1);
	}
	ike_sa = harness_sa(TRUE);
	harness_call(TRUE, ike_sa->reauth);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
}
END_TEST

/* proves: R3-1 client */
START_TEST(does_not_follow_for_a_connection_that_does_not)
{
	/* _i: 0 by the option of the guard, 1 by charon's own */
	if (_i)
	{
		lib->settings->set_bool(lib->settings, "%s.follow_redirects", FALSE,
								lib->ns);
	}
	else
	{
		harness_option("connections.home.follow", "no");
	}
	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_uint_eq(harness_count(GUARD_UNANNOUNCED), 1);
}
END_TEST

START_TEST(keeps_an_ike_sa_in_a_storm_of_redirects)
{
	char gateway[32];
	int i;

	harness_establish();
	for (i = 0; i < 10000; i++)
	{
		snprintf(gateway, sizeof(gateway), "10.%d.%d.1", i / 250, i % 250);
		redirect(gateway);
		harness_deliver_all(NULL);
	}
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_int_eq(harness_count_children(TRUE, NULL), 1);
	ck_assert_uint_le(harness_sessions(), 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_active");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 240);
	tcase_add_test(c, follows_and_deletes_the_old_one_when_the_new_one_is_up);
	tcase_add_test(c, does_not_follow_what_the_ike_sa_does_not_protect);
	tcase_add_test(c, acknowledges_before_a_name_is_looked_up);
	tcase_add_test(c, follows_to_a_name);
	tcase_add_test(c, follows_five_of_twelve_redirects);
	tcase_add_test(c, makes_one_ike_sa_for_any_number_of_redirects);
	tcase_add_test(c, goes_back_to_the_configured_gateway_if_the_next_is_silent);
	tcase_add_test(c, comes_back_if_the_gateway_insists_on_a_refused_target);
	tcase_add_test(c, keeps_the_old_one_if_nobody_takes_it);
	tcase_add_test(c, goes_back_if_charon_gives_up_first);
	tcase_add_test(c, ends_while_the_way_back_of_a_lost_ike_sa_waits);
	tcase_add_test(c, ends_while_the_way_back_of_a_stranded_client_waits);
	tcase_add_test(c, stays_away_if_deleted_without_redirect);
	tcase_add_test(c, makes_one_new_ike_sa_if_deleted_while_it_follows);
	tcase_add_test(c, follows_after_a_rekeying_that_is_going_on);
	tcase_add_loop_test(c, follows_on_a_rekeyed_ike_sa, 0, 2);
	tcase_add_test(c, follows_after_a_reauthentication_that_is_going_on);
	tcase_add_loop_test(c, ends_a_reauthentication_at_another_gateway, 0, 2);
	tcase_add_loop_test(c, does_not_follow_for_a_connection_that_does_not, 0, 2);
	tcase_add_test(c, keeps_an_ike_sa_in_a_storm_of_redirects);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
