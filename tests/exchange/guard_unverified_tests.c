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

static const place_t first = { IKE_AUTH, FALSE, FALSE, 1 };

static void inject(place_t place, char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_inject(place, REDIRECT, data, 1);
	free(data.ptr);
}

static void redirect_to(char *gateway)
{
	harness_redirect_init(gateway, 1);
	harness_initiate();
	harness_exchange();
}

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

/**
 * Make an unprotected IKE_SA_INIT response with REDIRECT and any message ID.
 */
static message_t *forge(uint64_t spi_i, uint64_t spi_r, host_t *from, host_t *to,
						uint32_t mid, chunk_t data)
{
	message_t *message;
	packet_t *packet;
	ike_sa_id_t *id;

	id = ike_sa_id_create(IKEV2_MAJOR_VERSION, spi_i, spi_r, FALSE);
	message = message_create(IKEV2_MAJOR_VERSION, IKEV2_MINOR_VERSION);
	message->set_ike_sa_id(message, id);
	message->set_source(message, from->clone(from));
	message->set_destination(message, to->clone(to));
	message->set_exchange_type(message, IKE_SA_INIT);
	message->set_request(message, FALSE);
	message->set_message_id(message, mid);
	message->add_notify(message, FALSE, REDIRECT, data);
	ck_assert_int_eq(message->generate(message, NULL, &packet), SUCCESS);
	message->destroy(message);
	id->destroy(id);
	message = message_create_from_packet(packet);
	ck_assert_int_eq(message->parse_header(message), SUCCESS);
	return message;
}

/* whatever goes wrong on the way costs nothing but time: the client goes back to
 * the gateway that is configured */
static const struct {
	authenticate_t auth;	/* how the target authenticates */
	char *redirect;			/* REDIRECT in the target's first IKE_AUTH response */
	bool strip_eap, spoil, deny;
} failing[] = {
	/* no REDIRECT from the target */
	{ AUTHENTICATE_PSK, NULL, FALSE, TRUE, FALSE },
	{ AUTHENTICATE_EAP_OTHER, NULL, FALSE, FALSE, FALSE },
	/* last response */
	{ AUTHENTICATE_PSK, "192.0.2.10", FALSE, TRUE, FALSE },
	{ AUTHENTICATE_PSK, "sun.example.org", FALSE, TRUE, FALSE },
	/* first response with EAP, the EAP payload left out */
	{ AUTHENTICATE_EAP_OTHER, "192.0.2.10", TRUE, FALSE, FALSE },
	/* the same, EAP payload still there */
	{ AUTHENTICATE_EAP_OTHER, "192.0.2.10", FALSE, FALSE, FALSE },
	/* REDIRECT that is refused */
	{ AUTHENTICATE_EAP_OTHER, "127.0.0.1", TRUE, FALSE, FALSE },
};

START_TEST(goes_back_from_a_target_that_is_not_authentic)
{
	harness_authentication(failing[_i].auth == AUTHENTICATE_PSK ?
						   AUTHENTICATE_PSK : AUTHENTICATE_EAP);
	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
	harness_authentication(failing[_i].auth);
	if (failing[_i].redirect)
	{
		inject(first, failing[_i].redirect);
	}
	else
	{
		harness_inject(first, 40000, chunk_empty, 1);
	}
	if (failing[_i].strip_eap)
	{
		harness_strip(PLV2_EAP, 0);
	}
	if (failing[_i].spoil)
	{
		harness_spoil_auth();
	}
	harness_deliver_all(GATEWAY);
	ck_assert_int_eq(harness_to_inject(), 0);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 0);
	harness_expect_to(GATEWAY);
}
END_TEST

/**
 * While the client waits for 192.0.2.9, redirect it to a name, which takes time,
 * by an answer with the nonce of its request.
 */
static void redirect_again(void)
{
	message_t *request, *forged;
	chunk_t nonce = next_nonce(), data;

	request = harness_next();
	data = harness_redirect_nonce("sun.example.org", nonce);
	forged = forge(request->get_initiator_spi(request), 0,
				   request->get_destination(request),
				   request->get_source(request), 0, data);
	harness_put_back(request);
	harness_resolve(NULL);
	harness_deliver(forged);
	free(nonce.ptr);
	free(data.ptr);
}

/* the answer of 192.0.2.9 comes meanwhile and is taken, but is not authentic */
START_TEST(goes_back_if_a_second_redirect_came_in_between)
{
	harness_authentication(AUTHENTICATE_EAP);
	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
	if (_i)
	{
		redirect_again();
	}
	harness_authentication(AUTHENTICATE_EAP_OTHER);
	harness_deliver_all(GATEWAY);
	harness_timers(5);
	harness_expect_to(GATEWAY);
}
END_TEST

/* as above, but 192.0.2.9 wants a COOKIE: R3-9 */
START_TEST(tells_where_it_comes_from_if_a_second_redirect_came_in_between)
{
	place_t init_response = { IKE_SA_INIT, FALSE, FALSE, -1 };

	redirect_to("192.0.2.9");
	harness_expect_to("192.0.2.9");
	ck_assert(harness_next_has(REDIRECTED_FROM));
	if (_i)
	{
		redirect_again();
	}
	harness_inject(init_response, COOKIE, chunk_from_chars(1, 2, 3, 4), 1);
	harness_strip(PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE);
	harness_deliver(NULL);
	harness_deliver(NULL);
	harness_expect_to("192.0.2.9");
	ck_assert(harness_next_has(COOKIE));
	ck_assert(harness_next_has(REDIRECTED_FROM));
}
END_TEST

/* IKE_SA_INIT is over, IKE_AUTH goes on; whoever saw IKE_SA_INIT sends an
 * unprotected IKE_SA_INIT response with the message ID of IKE_AUTH */
START_TEST(takes_no_unprotected_redirect_in_ike_auth)
{
	message_t *request, *forged;
	chunk_t nonce, data;
	int i, rounds = _i ? 4 : 2;

	harness_authentication(AUTHENTICATE_EAP);
	harness_initiate();
	nonce = next_nonce();
	for (i = 0; i < rounds; i++)
	{
		harness_deliver(NULL);
	}
	request = harness_next();
	ck_assert_int_eq(request->get_exchange_type(request), IKE_AUTH);
	data = harness_redirect_nonce("192.0.2.66", nonce);
	forged = forge(request->get_initiator_spi(request),
				   request->get_responder_spi(request),
				   request->get_destination(request),
				   request->get_source(request),
				   request->get_message_id(request), data);
	harness_put_back(request);
	free(nonce.ptr);
	free(data.ptr);
	harness_deliver(forged);
	harness_jobs();
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.66"), 0);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
}
END_TEST

/* the same in an active session; _i 0: with the nonce, 1: with any */
START_TEST(takes_no_unprotected_redirect_in_an_active_session)
{
	ike_sa_t *ike_sa;
	ike_sa_id_t *id;
	message_t *forged;
	chunk_t nonce, data, any = chunk_from_chars(1,2,3,4,5,6,7,8,1,2,3,4,5,6,7,8);
	uint64_t spi_i, spi_r;
	int i;

	harness_initiate();
	nonce = next_nonce();
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
	ike_sa = harness_sa(TRUE);
	id = ike_sa->get_id(ike_sa);
	spi_i = id->get_initiator_spi(id);
	spi_r = id->get_responder_spi(id);
	data = harness_redirect_nonce("192.0.2.66", _i ? any : nonce);
	free(nonce.ptr);
	/* the second one finds what the first one left */
	for (i = 0; i < 2; i++)
	{
		forged = forge(spi_i, spi_r, ike_sa->get_other_host(ike_sa),
					   ike_sa->get_my_host(ike_sa), 2, data);
		harness_deliver(forged);
		harness_jobs();
	}
	free(data.ptr);
	/* charon alone destroys the IKE_SA here */
	ck_assert_int_eq(harness_count_sas(TRUE, GATEWAY), 1);
	ike_sa = harness_sa(TRUE);
	id = ike_sa->get_id(ike_sa);
	ck_assert(id->get_responder_spi(id) == spi_r);
	/* the gateway still understands what the client sends */
	harness_delete(TRUE);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 0);
}
END_TEST

/* five such messages use up what a session may be redirected */
START_TEST(follows_the_gateway_after_unprotected_redirects)
{
	ike_sa_t *ike_sa;
	ike_sa_id_t *id;
	message_t *forged;
	chunk_t nonce, data;
	uint64_t spi_i, spi_r;
	char to[32];
	int i;

	harness_initiate();
	nonce = next_nonce();
	harness_deliver_all(NULL);
	ike_sa = harness_sa(TRUE);
	id = ike_sa->get_id(ike_sa);
	spi_i = id->get_initiator_spi(id);
	spi_r = id->get_responder_spi(id);
	for (i = 0; i < _i; i++)
	{
		snprintf(to, sizeof(to), "192.0.2.%d", 100 + i);
		data = harness_redirect_nonce(to, nonce);
		forged = forge(spi_i, spi_r, ike_sa->get_other_host(ike_sa),
					   ike_sa->get_my_host(ike_sa), 2, data);
		free(data.ptr);
		harness_deliver(forged);
		harness_jobs();
	}
	free(nonce.ptr);
	data = harness_redirect("192.0.2.9");
	harness_redirect_active(FALSE, data);
	free(data.ptr);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.9"), 1);
}
END_TEST

/* R6-3, R6-6: the name of the first gateway is not, that of the second is */
START_TEST(looks_up_no_name_that_is_not_authentic)
{
	harness_resolve("192.0.2.9");
	inject(first, "evil.example.org");
	harness_spoil_auth();
	harness_initiate();
	harness_deliver_all(NULL);
	harness_expect_to(NULL);
	ck_assert_int_eq(harness_to_inject(), 0);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	harness_redirect_auth("sun.example.org", 1);
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	harness_wait();
	harness_expect_to("192.0.2.9");
	ck_assert_int_eq(harness_lookups(), 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_unverified");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 240);
	tcase_add_loop_test(c, goes_back_from_a_target_that_is_not_authentic, 0,
						countof(failing));
	tcase_add_loop_test(c, goes_back_if_a_second_redirect_came_in_between, 0, 2);
	tcase_add_loop_test(c,
			tells_where_it_comes_from_if_a_second_redirect_came_in_between, 0, 2);
	tcase_add_loop_test(c, takes_no_unprotected_redirect_in_ike_auth, 0, 2);
	tcase_add_loop_test(c, takes_no_unprotected_redirect_in_an_active_session,
						0, 2);
	tcase_add_loop_test(c, follows_the_gateway_after_unprotected_redirects, 0, 6);
	tcase_add_test(c, looks_up_no_name_that_is_not_authentic);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
