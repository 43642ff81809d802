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

static void redirect_to(char *gateway)
{
	harness_redirect_init(gateway, 1);
	harness_initiate();
	harness_exchange();
}

/* a gateway that has answered IKE_SA_INIT asks RADIUS, or a person */
START_TEST(waits_for_a_gateway_that_is_alive_but_slow_in_ike_auth)
{
	int i;

	harness_authentication(AUTHENTICATE_EAP);
	redirect_to("192.0.2.9");
	for (i = 0; i < 4; i++)
	{
		harness_deliver(NULL);
	}
	/* the EAP response is on the way, the gateway needs 20 s for it */
	for (i = 0; i < 2; i++)
	{
		harness_forward(10);
		harness_timers(10);
	}
	ck_assert_uint_eq(harness_count(GUARD_SILENT), 0);
}
END_TEST

/* the manager gives the IKE_SA the responder's SPI of any message it has found it for,
 * and one of the gateway before may have waited while the client began anew */
START_TEST(finds_the_answer_though_a_response_of_the_gateway_before_came_late)
{
	message_t *request;
	ike_sa_t *ike_sa;

	redirect_to("192.0.2.9");
	ike_sa = harness_checkout(TRUE, FALSE);
	ike_sa->get_id(ike_sa)->set_responder_spi(ike_sa->get_id(ike_sa), 0x1234);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
	request = harness_next();
	ike_sa = harness_checkout(TRUE, FALSE);
	ck_assert_int_eq(ike_sa->retransmit(ike_sa, 0), SUCCESS);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
	request->destroy(request);
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

/* as charon does when an address of this host changes during the set-up */
static void roam(void)
{
	ike_sa_t *ike_sa;

	ike_sa = harness_checkout(TRUE, FALSE);
	ike_sa->set_other_host(ike_sa, host_create_from_string(GATEWAY, 500));
	ck_assert_int_eq(ike_sa->reauth(ike_sa), SUCCESS);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
}

START_TEST(goes_on_to_the_target_after_its_own_address_changed)
{
	int i;

	redirect_to("192.0.2.9");
	for (i = 0; i < _i; i++)
	{
		harness_deliver(NULL);
	}
	harness_drop();
	roam();
	harness_expect_to(GATEWAY);
	/* what charon asks the gateway in between is lost */
	harness_drop();
	harness_jobs();
	harness_expect_to("192.0.2.9");
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
	ck_assert_uint_eq(harness_count(GUARD_SILENT), 0);
	ck_assert_uint_eq(harness_count(GUARD_RETURNED), 0);
}
END_TEST

/* RFC 4739: with several rounds the last response need not have an AUTH payload,
 * and the last request need not have one; R6-5, R6-9: first or last response */
static const authenticate_t rounds[] = {
	AUTHENTICATE_PSK, AUTHENTICATE_TWO_CLIENT,
};

START_TEST(is_served_with_several_rounds)
{
	harness_authentication(rounds[_i]);
	harness_initiate();
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

START_TEST(follows_a_redirect_in_the_last_response_of_several_rounds)
{
	harness_authentication(rounds[_i]);
	harness_redirect_auth("192.0.2.9", 1);
	harness_initiate();
	harness_deliver_all(NULL);
	ck_assert_uint_eq(harness_count(GUARD_INTERMEDIATE), 0);
	harness_expect_served("192.0.2.9");
}
END_TEST

/* what becomes of the client if the gateway deletes the IKE_SA then */
START_TEST(is_not_lost_after_a_redirect_in_the_last_response_of_several_rounds)
{
	harness_authentication(rounds[_i]);
	harness_redirect_auth("192.0.2.9", 1);
	harness_initiate();
	harness_deliver_all(NULL);
	if (harness_count_sas(FALSE, GATEWAY))
	{
		harness_delete(FALSE);
		harness_deliver_all(NULL);
	}
	ck_assert_int_eq(harness_count_children(TRUE, NULL), 1);
}
END_TEST

static char *now_at;
static host_t *resolve_name(host_resolver_t *this, char *name, int family)
{
	return host_create_from_string_and_family(
					streq(name, "gw.example.org") ? now_at : name, family, 0);
}

START_TEST(comes_back_to_where_the_configured_name_leads)
{
	chunk_t data;

	now_at = GATEWAY;
	lib->hosts->resolve = (void*)resolve_name;
	harness_remote("gw.example.org");
	harness_option("deny", "192.0.2.0/24");
	harness_initiate();
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	harness_forward(30 * 86400);
	now_at = "198.51.100.2";
	data = harness_redirect("192.0.2.9");
	harness_redirect_active(FALSE, data);
	free(data.ptr);
	harness_deliver_all(NULL);
	harness_delete(FALSE);
	/* acknowledge the DELETE, then the client comes back */
	harness_deliver(NULL);
	harness_deliver(NULL);
	harness_jobs();
	harness_expect_to("198.51.100.2");
}
END_TEST

static void redirect(char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_redirect_active(FALSE, data);
	free(data.ptr);
}

/* R5-7: the old IKE_SA is rekeyed while the new one is set up;
 * _i: 0 control, 1 by the client, 2 by the gateway */
START_TEST(deletes_the_old_one_that_is_rekeyed_while_it_follows)
{
	message_t *init;
	ike_sa_t *ike_sa;

	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	init = harness_next();
	ike_sa = harness_sa(TRUE);
	if (_i)
	{
		harness_call(_i == 1, ike_sa->rekey);
		harness_deliver_all(NULL);
	}
	harness_put_back(init);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.9"), 1);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
}
END_TEST

/* the new gateway sends it on before it is served; _i: 0 in IKE_SA_INIT, 1 in the
 * last response of IKE_AUTH, 2 in the first one with EAP */
START_TEST(deletes_the_old_one_after_a_redirect_during_the_new_set_up)
{
	place_t first = { IKE_AUTH, FALSE, FALSE, 1 };
	chunk_t data = harness_redirect("192.0.2.10");

	if (_i == 2)
	{
		harness_authentication(AUTHENTICATE_EAP);
	}
	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	switch (_i)
	{
		case 0:
			harness_redirect_init("192.0.2.10", 1);
			break;
		case 1:
			harness_redirect_auth("192.0.2.10", 1);
			break;
		default:
			harness_inject(first, REDIRECT, data, 1);
			harness_strip(PLV2_EAP, 0);
			break;
	}
	free(data.ptr);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.10"), 1);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.10"), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

/* the same, but nobody takes the client: it keeps the old one, rekeyed */
START_TEST(keeps_the_old_one_that_is_rekeyed_while_it_follows)
{
	place_t init = { IKE_SA_INIT, FALSE, FALSE, -1 };
	ike_sa_t *ike_sa;

	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all("192.0.2.9");
	harness_drop();
	harness_deliver_all(NULL);
	ike_sa = harness_sa(TRUE);
	if (_i)
	{
		harness_call(_i == 1, ike_sa->rekey);
		harness_deliver_all(NULL);
	}
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to(GATEWAY);
	harness_inject(init, NO_PROPOSAL_CHOSEN, chunk_empty, 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	ck_assert(!harness_sa(TRUE)->has_condition(harness_sa(TRUE),
											   COND_REDIRECTED));
	/* the gateway deletes it, the client comes back */
	harness_delete(FALSE);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_return");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 240);
	tcase_add_test(c, waits_for_a_gateway_that_is_alive_but_slow_in_ike_auth);
	tcase_add_test(c,
		finds_the_answer_though_a_response_of_the_gateway_before_came_late);
	tcase_add_loop_test(c, goes_on_to_the_target_after_its_own_address_changed,
						0, 3);
	tcase_add_loop_test(c, is_served_with_several_rounds, 0, countof(rounds));
	tcase_add_loop_test(c,
			follows_a_redirect_in_the_last_response_of_several_rounds, 0,
			countof(rounds));
	tcase_add_loop_test(c,
			is_not_lost_after_a_redirect_in_the_last_response_of_several_rounds,
			0, countof(rounds));
	tcase_add_test(c, comes_back_to_where_the_configured_name_leads);
	tcase_add_loop_test(c, deletes_the_old_one_that_is_rekeyed_while_it_follows,
						0, 3);
	tcase_add_loop_test(c,
			deletes_the_old_one_after_a_redirect_during_the_new_set_up, 0, 3);
	tcase_add_loop_test(c, keeps_the_old_one_that_is_rekeyed_while_it_follows,
						0, 3);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
