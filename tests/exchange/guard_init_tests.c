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

#include <encoding/payloads/nonce_payload.h>

static const place_t init_response = { IKE_SA_INIT, FALSE, FALSE, -1 };

/** Have the gateway answer the IKE_SA_INIT request that waits with REDIRECT. */
static void redirect_next(char *gateway)
{
	harness_redirect_init(gateway, 1);
	harness_exchange();
}

/** Have the client send IKE_SA_INIT and the gateway answer with REDIRECT. */
static void redirect_to(char *gateway)
{
	harness_initiate();
	redirect_next(gateway);
}

/** The nonce of the next message, which is an IKE_SA_INIT request. */
static chunk_t next_nonce(void)
{
	message_t *message = harness_look();
	nonce_payload_t *payload;
	chunk_t nonce;

	payload = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
	ck_assert(payload != NULL);
	nonce = payload->get_nonce(payload);
	message->destroy(message);
	return nonce;
}

/** An IKE_SA_INIT response that carries nothing but a REDIRECT. */
static message_t *forge_response(message_t *request, uint64_t spi_r,
								 chunk_t data)
{
	message_t *forged;
	ike_sa_id_t *id;

	id = ike_sa_id_create(IKEV2_MAJOR_VERSION,
						  request->get_initiator_spi(request), spi_r, FALSE);
	forged = harness_redirect_forge(id, request->get_destination(request),
									request->get_source(request), IKE_SA_INIT,
									FALSE, data);
	id->destroy(id);
	return forged;
}

/** Check REDIRECTED_FROM of the next message, an IKE_SA_INIT request. */
static void expect_from(chunk_t expected)
{
	chunk_t from = harness_next_notify(REDIRECTED_FROM);

	ck_assert(chunk_equals_const(from, expected));
	free(from.ptr);
}

/* proves: R3-6 client, R3-8 client, R3-9 client, R9.3-1 client */
START_TEST(follows_a_redirect_to_an_address)
{
	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	expect_from(chunk_from_chars(1, 4, 198, 51, 100, 1));
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

/* proves: R3-9 client, R9.3-1 client */
START_TEST(tells_where_it_comes_from_when_asked_again)
{
	redirect_to("192.0.2.9");
	harness_inject(init_response, COOKIE, chunk_from_chars(1, 2, 3, 4), 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_deliver(NULL);
	harness_deliver(NULL);
	harness_expect_to("192.0.2.9");
	ck_assert(harness_next_has(COOKIE));
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	expect_from(chunk_from_chars(1, 4, 198, 51, 100, 1));
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
}
END_TEST

/* a COOKIE is good for the gateway that made it only */
START_TEST(takes_no_cookie_to_the_next_gateway)
{
	harness_inject(init_response, COOKIE, chunk_from_chars(1, 2, 3, 4), 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_initiate();
	harness_deliver(NULL);
	harness_deliver(NULL);
	ck_assert(harness_next_has(COOKIE));
	harness_redirect_init("192.0.2.9", 1);
	harness_deliver_all("192.0.2.9");
	harness_expect_to("192.0.2.9");
	ck_assert(!harness_next_has(COOKIE));
}
END_TEST

/* proves: R3-1 client, R4-1 client, R9.1-1 client */
START_TEST(announces_support)
{
	harness_initiate();
	harness_expect_to(GATEWAY);
	ck_assert(harness_next_has(REDIRECT_SUPPORTED));
}
END_TEST

START_TEST(announces_nothing_for_a_connection_that_does_not_follow)
{
	harness_option("connections.home.follow", "no");
	harness_initiate();
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
}
END_TEST

/* a gateway that sends REDIRECT all the same must not be followed; the genuine
 * answer that comes later is */
START_TEST(follows_nothing_for_a_connection_that_does_not_follow)
{
	message_t *request, *forged;
	chunk_t nonce, data;

	harness_option("connections.home.follow", "no");
	harness_initiate();
	nonce = next_nonce();
	request = harness_next();
	data = harness_redirect_nonce("192.0.2.9", nonce);
	forged = forge_response(request, 0, data);
	harness_put_back(request);
	harness_deliver(forged);
	free(nonce.ptr);
	free(data.ptr);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.9"), 0);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_uint_eq(harness_count(GUARD_UNANNOUNCED), 1);
}
END_TEST

/* the gateway gets nothing that another saw before */
START_TEST(sends_a_new_nonce_to_the_next_gateway)
{
	chunk_t first, second;

	harness_redirect_init("192.0.2.9", 1);
	harness_initiate();
	first = next_nonce();
	harness_exchange();
	harness_expect_to("192.0.2.9");
	second = next_nonce();
	ck_assert(!chunk_equals(first, second));
	free(first.ptr);
	free(second.ptr);
}
END_TEST

/* proves: R3-6 client, R3-7 client */
START_TEST(discards_a_redirect_with_a_wrong_nonce_and_waits_on)
{
	message_t *request, *forged;
	chunk_t data;

	harness_initiate();
	request = harness_next();
	data = harness_redirect_nonce("192.0.2.66",
						chunk_from_chars(1,2,3,4,5,6,7,8,9,8,7,6,5,4,3,2));
	/* _i: 0 as the RFC has it, 1 with a responder SPI that is to be kept */
	forged = forge_response(request, _i ? 0x1234567812345678ULL : 0, data);
	free(data.ptr);
	harness_put_back(request);

	harness_deliver(forged);
	harness_jobs();
	harness_expect_to(GATEWAY);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.66"), 0);

	/* the genuine answer */
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, GATEWAY), 1);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_uint_eq(harness_count(GUARD_NONCE), 1);
}
END_TEST

/* proves: R7-1 client, R7-2 client */
START_TEST(follows_five_redirects_and_then_asks_to_be_served)
{
	char *gateways[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
						 "192.0.2.5" };
	int i;

	harness_initiate();
	for (i = 0; i < (int)countof(gateways); i++)
	{
		redirect_next(gateways[i]);
		harness_expect_to(gateways[i]);
	}
	redirect_next("192.0.2.6");
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.5"), 1);
	ck_assert_uint_eq(harness_count(GUARD_LOOP), 1);

	/* no other answer came in the time that it had */
	ck_assert_int_eq(harness_timers(3), 1);
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	ck_assert(!harness_next_has(REDIRECTED_FROM));
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

/* proves: R7-3 client */
START_TEST(follows_as_many_redirects_as_configured)
{
	char gateway[32], *limits[] = { "2", "9" };
	int i, max = atoi(limits[_i]);

	harness_option("max_redirects", limits[_i]);
	harness_initiate();
	for (i = 0; i <= max; i++)
	{
		snprintf(gateway, sizeof(gateway), "192.0.2.%d", i + 1);
		redirect_next(gateway);
		harness_expect_to(i < max ? gateway : NULL);
	}
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

START_TEST(goes_back_if_the_next_gateway_is_silent)
{
	harness_keyingtries(_i);
	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
	harness_drop();
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to(GATEWAY);
	ck_assert(harness_next_has(REDIRECT_SUPPORTED));
	ck_assert_uint_eq(harness_count(GUARD_SILENT), 1);
	ck_assert_uint_eq(harness_count(GUARD_RETURNED), 1);

	/* it is not sent there again, and is served then */
	redirect_next("192.0.2.9");
	harness_expect_to(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DEAD), 1);
	ck_assert_int_eq(harness_timers(3), 1);
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

START_TEST(goes_where_it_failed_again_after_a_while)
{
	redirect_to("192.0.2.9");
	harness_drop();
	harness_forward(10);
	harness_timers(10);
	harness_forward(61);
	redirect_next("192.0.2.9");
	harness_expect_to("192.0.2.9");
}
END_TEST

START_TEST(goes_back_if_the_next_gateway_refuses)
{
	chunk_t data = chunk_empty;

	harness_keyingtries(1);
	redirect_to("192.0.2.9");
	harness_inject(init_response, NO_PROPOSAL_CHOSEN, data, 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_exchange();
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

START_TEST(follows_a_redirect_to_a_name)
{
	harness_resolve("192.0.2.9");
	redirect_to("sun.example.org");
	harness_wait();
	harness_expect_to("192.0.2.9");
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
	ck_assert_int_eq(harness_lookups(), 1);
}
END_TEST

START_TEST(tries_all_addresses_of_a_name)
{
	harness_resolve("192.0.2.9, 192.0.2.10");
	redirect_to("sun.example.org");
	harness_wait();
	harness_expect_to("192.0.2.9");
	harness_drop();
	harness_forward(10);
	ck_assert_int_eq(harness_timers(10), 1);
	harness_expect_to("192.0.2.10");
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.10"), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

START_TEST(goes_back_if_a_name_does_not_resolve)
{
	harness_resolve("");
	redirect_to("sun.example.org");
	harness_wait();
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ck_assert_uint_eq(harness_count(GUARD_UNRESOLVED), 1);
}
END_TEST

START_TEST(goes_back_if_a_name_does_not_resolve_in_time)
{
	harness_resolve(NULL);
	redirect_to("sun.example.org");
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_timers(5), 1);
	harness_expect_to(GATEWAY);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}
END_TEST

START_TEST(takes_the_genuine_answer_while_a_name_is_looked_up)
{
	message_t *request;

	harness_resolve(NULL);
	harness_redirect_init("sun.example.org", 1);
	harness_initiate();
	request = harness_next();
	harness_put_back(request);
	harness_exchange();
	harness_expect_to(NULL);
	harness_timers(5);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

static const struct {
	char *accept, *deny, *gateway, *addresses;
	guard_count_t reason;
} lists[] = {
	{ "192.0.2.0/25", NULL, "192.0.2.200", "", GUARD_NOT_ACCEPTED },
	{ "192.0.2.1-192.0.2.5", NULL, "192.0.2.6", "", GUARD_NOT_ACCEPTED },
	{ "*.example.org", NULL, "192.0.2.6", "", GUARD_NOT_ACCEPTED },
	{ NULL, "192.0.2.200", "192.0.2.200", "", GUARD_DENIED },
	{ "192.0.2.0/24", "192.0.2.200", "192.0.2.200", "", GUARD_DENIED },
	{ NULL, NULL, "169.254.1.1", "", GUARD_MALFORMED },
	{ NULL, "*.example.net", "sun.example.net", "192.0.2.9", GUARD_DENIED },
	{ "*.example.org", NULL, "sun.example.net", "192.0.2.9",
	  GUARD_NOT_ACCEPTED },
	{ "*.example.org", "192.0.2.9", "sun.example.org", "192.0.2.9",
	  GUARD_DENIED },
	{ NULL, NULL, "sun.example.org", GATEWAY, GUARD_SAME },
	{ NULL, NULL, "sun.example.org", "127.0.0.1", GUARD_DENIED },
	{ NULL, NULL, "sun.example.org", "224.0.0.1", GUARD_DENIED },
};

START_TEST(refuses_targets_by_list)
{
	if (lists[_i].accept)
	{
		harness_option("accept", lists[_i].accept);
	}
	if (lists[_i].deny)
	{
		harness_option("deny", lists[_i].deny);
	}
	harness_resolve(lists[_i].addresses);
	redirect_to(lists[_i].gateway);
	/* either at once, or when its name was looked up */
	if (!harness_timers(3))
	{
		harness_wait();
	}
	harness_expect_to(GATEWAY);
	ck_assert(!harness_next_has(REDIRECT_SUPPORTED));
	ck_assert_uint_eq(harness_count(lists[_i].reason), 1);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}
END_TEST

START_TEST(accepts_targets_by_list_of_the_connection)
{
	harness_option("accept", "192.0.2.1");
	harness_option("connections.home.accept", "192.0.2.9, *.example.org");
	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
}
END_TEST

/* proves: R3-10 client */
START_TEST(may_be_redirected_again)
{
	redirect_to("192.0.2.9");
	redirect_next("192.0.2.10");
	harness_expect_to("192.0.2.10");
	expect_from(chunk_from_chars(1, 4, 192, 0, 2, 9));
}
END_TEST

/* proves: R3-11 client, R3-12 client, R3-13 client, R11-3 client */
START_TEST(uses_the_same_configuration_at_the_next_gateway)
{
	peer_cfg_t *before, *after;
	ike_cfg_t *ike_cfg;

	harness_initiate();
	before = harness_sa(TRUE)->get_peer_cfg(harness_sa(TRUE));
	harness_redirect_init("192.0.2.9", 1);
	harness_deliver_all(NULL);
	after = harness_sa(TRUE)->get_peer_cfg(harness_sa(TRUE));
	ck_assert_ptr_eq(before, after);
	ike_cfg = after->get_ike_cfg(after);
	ck_assert_str_eq(ike_cfg->get_other_addr(ike_cfg), GATEWAY);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.9"), 1);
}
END_TEST

/* proves: R3-8 client, R3-13 client: the gateway a client is sent to must be the
 * one that the connection expects, a REDIRECT changes nothing about that */
START_TEST(refuses_a_next_gateway_with_another_identity)
{
	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
	harness_authentication(AUTHENTICATE_EAP_OTHER);
	harness_deliver_all(GATEWAY);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 0);
	harness_expect_to(GATEWAY);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_init");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, follows_a_redirect_to_an_address);
	tcase_add_test(c, tells_where_it_comes_from_when_asked_again);
	tcase_add_test(c, takes_no_cookie_to_the_next_gateway);
	tcase_add_test(c, announces_support);
	tcase_add_test(c, announces_nothing_for_a_connection_that_does_not_follow);
	tcase_add_test(c, follows_nothing_for_a_connection_that_does_not_follow);
	tcase_add_test(c, sends_a_new_nonce_to_the_next_gateway);
	tcase_add_loop_test(c, discards_a_redirect_with_a_wrong_nonce_and_waits_on,
						0, 2);
	tcase_add_test(c, follows_five_redirects_and_then_asks_to_be_served);
	tcase_add_loop_test(c, follows_as_many_redirects_as_configured, 0, 2);
	tcase_add_loop_test(c, goes_back_if_the_next_gateway_is_silent, 0, 2);
	tcase_add_test(c, goes_where_it_failed_again_after_a_while);
	tcase_add_test(c, goes_back_if_the_next_gateway_refuses);
	tcase_add_test(c, follows_a_redirect_to_a_name);
	tcase_add_test(c, tries_all_addresses_of_a_name);
	tcase_add_test(c, goes_back_if_a_name_does_not_resolve);
	tcase_add_test(c, goes_back_if_a_name_does_not_resolve_in_time);
	tcase_add_test(c, takes_the_genuine_answer_while_a_name_is_looked_up);
	tcase_add_loop_test(c, refuses_targets_by_list, 0, countof(lists));
	tcase_add_test(c, accepts_targets_by_list_of_the_connection);
	tcase_add_test(c, may_be_redirected_again);
	tcase_add_test(c, uses_the_same_configuration_at_the_next_gateway);
	tcase_add_test(c, refuses_a_next_gateway_with_another_identity);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
