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
 * Holes of the unmodified core that the guard closes, docs/upstream.md: a test for
 * each says what should be, so it fails where the hole is open. No guard is loaded.
 * Not a part of the exchange tests, tests/exchange/core-holes runs it.
 */

#include "harness.h"

#include <encoding/payloads/nonce_payload.h>

static const place_t first_auth = { IKE_AUTH, FALSE, FALSE, 1 };
static const place_t second_auth = { IKE_AUTH, FALSE, FALSE, 2 };

/** Put a REDIRECT without nonce into messages of the gateway. */
static void inject(place_t place, char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_inject(place, REDIRECT, data, 1);
	free(data.ptr);
}

/** An IKE_SA_INIT response with nothing but a REDIRECT; data is freed. */
static message_t *forge(message_t *request, uint64_t spi_r, chunk_t data)
{
	message_t *forged;
	ike_sa_id_t *id;

	id = ike_sa_id_create(IKEV2_MAJOR_VERSION,
						  request->get_initiator_spi(request), spi_r, FALSE);
	forged = harness_redirect_forge(id, request->get_destination(request),
									request->get_source(request), IKE_SA_INIT,
									FALSE, data);
	id->destroy(id);
	free(data.ptr);
	return forged;
}

/** Key exchanges that were begun, and the function that begins them. */
static int key_exchanges;
static key_exchange_t *(*create_ke)(crypto_factory_t *this,
									key_exchange_method_t method, ...);

/** Count it. */
static key_exchange_t *count_ke(crypto_factory_t *this,
								key_exchange_method_t method, ...)
{
	key_exchanges++;
	return create_ke(this, method);
}

/** Count key exchanges from now on, until the library is gone. */
static void count_key_exchanges(void)
{
	create_ke = lib->crypto->create_ke;
	lib->crypto->create_ke = (void*)count_ke;
}

METHOD(listener_t, ignore_request, bool,
	listener_t *this, ike_sa_t *ike_sa, message_t *message, bool incoming,
	bool plain)
{
	if (incoming && plain && message->get_request(message))
	{
		message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
	}
	return TRUE;
}

/* R6-3: memory is freed twice */
START_TEST(client_survives_redirect_in_ike_auth)
{
	harness_redirect_auth("192.0.2.9", 1);
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	harness_expect_to("192.0.2.9");
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
}
END_TEST

/* R6-4 */
START_TEST(client_deletes_ike_sa_after_redirect_in_ike_auth)
{
	harness_redirect_auth("192.0.2.9", 1);
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	harness_drop();
	/* also if the new gateway does not answer */
	harness_deliver_all(NULL);
	ck_assert_int_ge(seen.deletes, 1);
}
END_TEST

/* R10-1 */
START_TEST(gateway_does_not_follow_its_client)
{
	chunk_t data = harness_redirect("192.0.2.66");

	harness_establish();
	harness_redirect_active(TRUE, data);
	free(data.ptr);
	harness_deliver_all("192.0.2.66");
	ck_assert_int_eq(seen.init_requests, 1);
}
END_TEST

/* R5-7 */
START_TEST(client_deletes_an_ike_sa_that_is_rekeyed_while_it_follows)
{
	message_t *init;
	ike_sa_t *ike_sa;
	chunk_t data;

	harness_establish();
	data = harness_redirect("192.0.2.9");
	harness_redirect_active(FALSE, data);
	free(data.ptr);
	harness_deliver_all("192.0.2.9");
	init = harness_next();
	ike_sa = harness_sa(TRUE);
	harness_call(TRUE, ike_sa->rekey);
	harness_deliver_all(NULL);
	harness_put_back(init);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, "192.0.2.9"), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

/* section 5: the first gateway is slow, so the client is told another one */
START_TEST(client_has_one_ike_sa_if_it_is_told_twice)
{
	message_t *first;
	chunk_t data;

	harness_establish();
	data = harness_redirect("192.0.2.9");
	harness_redirect_active(FALSE, data);
	free(data.ptr);
	harness_deliver_all("192.0.2.9");
	first = harness_next();
	data = harness_redirect("192.0.2.10");
	harness_redirect_active(FALSE, data);
	free(data.ptr);
	harness_deliver_all(NULL);
	harness_put_back(first);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

/* R7-1 */
START_TEST(client_limits_redirects_of_an_active_session)
{
	message_t *message;
	chunk_t data;
	char gateway[32];
	int i;

	harness_establish();
	for (i = 1; i <= 12; i++)
	{
		snprintf(gateway, sizeof(gateway), "192.0.2.%d", i);
		data = harness_redirect(gateway);
		harness_redirect_active(FALSE, data);
		free(data.ptr);
		/* the client asks each new gateway, none of which answers */
		while ((message = harness_next()))
		{
			if (message->get_exchange_type(message) == IKE_SA_INIT)
			{
				message->destroy(message);
				continue;
			}
			harness_deliver(message);
		}
	}
	/* the first IKE_SA, and five redirects */
	ck_assert_int_le(seen.init_requests, 1 + 5);
}
END_TEST

/* R6-9, R6-10 */
START_TEST(client_refuses_redirect_in_an_intermediate_response)
{
	harness_authentication(AUTHENTICATE_EAP);
	inject(second_auth, "192.0.2.66");
	harness_initiate();
	harness_deliver_all("192.0.2.66");
	ck_assert_int_eq(harness_to_inject(), 0);
	harness_expect_to(NULL);
}
END_TEST

/* R6-8 */
START_TEST(client_follows_redirect_in_the_first_response)
{
	harness_authentication(AUTHENTICATE_EAP);
	inject(first_auth, "192.0.2.9");
	harness_strip(PLV2_EAP, 0);
	harness_initiate();
	harness_deliver_all("192.0.2.9");
	harness_expect_to("192.0.2.9");
}
END_TEST

/* section 3: the client may still be served by the gateway it asked */
START_TEST(client_keeps_its_ike_sa_if_a_name_does_not_resolve)
{
	harness_redirect_init("sun.example.org", 1);
	harness_initiate();
	harness_deliver(NULL);
	harness_deliver(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

/* R9.2-7 */
START_TEST(client_refuses_an_address_of_three_octets)
{
	message_t *request, *forged;
	nonce_payload_t *payload;
	chunk_t nonce, data;

	harness_initiate();
	request = harness_look();
	payload = (nonce_payload_t*)request->get_payload(request, PLV2_NONCE);
	nonce = payload->get_nonce(payload);
	request->destroy(request);
	data = chunk_cat("cm", chunk_from_chars(1, 3, 192, 0, 2), nonce);
	request = harness_next();
	forged = forge(request, 0, data);
	harness_put_back(request);
	harness_deliver(forged);
	ck_assert_int_eq(harness_lookups(), 0);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

/* R3-7 */
START_TEST(client_waits_on_after_a_wrong_nonce)
{
	message_t *request, *forged;

	harness_initiate();
	request = harness_next();
	forged = forge(request, 0x1234567812345678ULL,
				   harness_redirect_nonce("192.0.2.66",
						chunk_from_chars(1,2,3,4,5,6,7,8,9,8,7,6,5,4,3,2)));
	harness_put_back(request);
	harness_deliver(forged);
	harness_jobs();
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}
END_TEST

/* the gateway is to save the work it sends the client away for */
START_TEST(gateway_redirects_before_the_key_exchange)
{
	harness_redirect_init("192.0.2.9", 1);
	count_key_exchanges();
	harness_initiate();
	/* the client's own */
	ck_assert_int_eq(key_exchanges, 1);
	harness_deliver(NULL);
	ck_assert_int_eq(key_exchanges, 1);
}
END_TEST

/* a hook is to be able to drop a request */
START_TEST(gateway_keeps_nothing_of_a_request_that_a_hook_drops)
{
	listener_t listener = {
		.message = (void*)_ignore_request,
	};
	u_int before;

	harness_initiate();
	before = charon->ike_sa_manager->get_count(charon->ike_sa_manager);
	charon->bus->add_listener(charon->bus, &listener);
	harness_deliver(NULL);
	charon->bus->remove_listener(charon->bus, &listener);
	harness_jobs();
	ck_assert_uint_eq(charon->ike_sa_manager->get_count(charon->ike_sa_manager),
					  before);
}
END_TEST

/* B16: a retransmission is to get the answer that was lost */
START_TEST(gateway_decides_once_about_a_retransmitted_request)
{
	message_t *request, *again;
	packet_t *packet;

	harness_redirect_init("192.0.2.9", 1);
	harness_initiate();
	request = harness_next();
	packet = request->get_packet(request);
	again = message_create_from_packet(packet);
	ck_assert_int_eq(again->parse_header(again), SUCCESS);
	harness_deliver(request);
	/* the answer is lost */
	harness_drop();
	/* asked again the provider would serve the client */
	harness_deliver(again);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("core_holes");
	TCase *c = tcase_create("holes");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, client_survives_redirect_in_ike_auth);
	tcase_add_test(c, client_deletes_ike_sa_after_redirect_in_ike_auth);
	tcase_add_test(c, gateway_does_not_follow_its_client);
	tcase_add_test(c, client_deletes_an_ike_sa_that_is_rekeyed_while_it_follows);
	tcase_add_test(c, client_has_one_ike_sa_if_it_is_told_twice);
	tcase_add_test(c, client_limits_redirects_of_an_active_session);
	tcase_add_test(c, client_refuses_redirect_in_an_intermediate_response);
	tcase_add_test(c, client_follows_redirect_in_the_first_response);
	tcase_add_test(c, client_keeps_its_ike_sa_if_a_name_does_not_resolve);
	tcase_add_test(c, client_refuses_an_address_of_three_octets);
	tcase_add_test(c, client_waits_on_after_a_wrong_nonce);
	tcase_add_test(c, gateway_redirects_before_the_key_exchange);
	tcase_add_test(c, gateway_keeps_nothing_of_a_request_that_a_hook_drops);
	tcase_add_test(c, gateway_decides_once_about_a_retransmitted_request);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
