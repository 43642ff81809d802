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

#include <check.h>
#include <stdlib.h>

#include <daemon.h>
#include <encoding/message.h>
#include <sa/redirect_manager.h>

#include "fastpath/init_response.h"

/**
 * Gateways clients are sent to.
 */
static const char *gateways[] = {
	"192.0.2.1", "2001:db8::1", "sun.example.org", "s",
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg",
};

static const size_t nonces[] = { 16, 32, 256 };

/**
 * A request with a nonce of some length.
 */
static init_request_t request_with_nonce(size_t len)
{
	static uint8_t octets[WIRE_NONCE_MAX];

	memset(octets, 0xa5, sizeof(octets));
	return (init_request_t){
		.spi_i = htobe64(0x0102030405060708),
		.nonce = chunk_create(octets, len),
		.supported = TRUE,
	};
}

/**
 * The response that charon writes to redirect a client.
 */
static chunk_t charon_response(const init_request_t *request,
							   const gateway_identity_t *id)
{
	identification_t *gateway = gateway_identity_to_id(id);
	ike_sa_id_t *sa_id;
	message_t *message;
	packet_t *packet;
	chunk_t data;

	message = message_create(IKEV2_MAJOR_VERSION, IKEV2_MINOR_VERSION);
	message->set_exchange_type(message, IKE_SA_INIT);
	message->set_request(message, FALSE);
	message->set_message_id(message, 0);
	message->set_source(message, host_create_from_string("192.0.2.9", 500));
	message->set_destination(message, host_create_from_string("192.0.2.8", 500));
	sa_id = ike_sa_id_create(IKEV2_MAJOR_VERSION, request->spi_i, 0, FALSE);
	message->set_ike_sa_id(message, sa_id);
	sa_id->destroy(sa_id);
	data = redirect_data_create(gateway, request->nonce);
	message->add_notify(message, FALSE, REDIRECT, data);
	chunk_free(&data);
	gateway->destroy(gateway);
	ck_assert_int_eq(message->generate(message, NULL, &packet), SUCCESS);
	data = chunk_clone(packet->get_data(packet));
	packet->destroy(packet);
	message->destroy(message);
	return data;
}

START_TEST(writes_what_charon_would_write)
{
	uint8_t buf[INIT_RESPONSE_MAX];
	init_request_t request;
	gateway_identity_t id;
	chunk_t expected;
	size_t len, i;

	ck_assert(gateway_identity_from_string(gateways[_i], &id));
	for (i = 0; i < countof(nonces); i++)
	{
		request = request_with_nonce(nonces[i]);
		expected = charon_response(&request, &id);
		memset(buf, 0xff, sizeof(buf));
		len = init_response_write(&request, &id, buf);
		ck_assert_uint_eq(len, expected.len);
		ck_assert_mem_eq(buf, expected.ptr, len);
		chunk_free(&expected);
	}
}
END_TEST

START_TEST(fits_into_the_longest_response)
{
	uint8_t *buf;
	init_request_t request = request_with_nonce(WIRE_NONCE_MAX);
	gateway_identity_t id;

	/* of exactly this size, so that ASan sees who writes too far */
	buf = malloc(INIT_RESPONSE_MAX);
	ck_assert(gateway_identity_from_string(gateways[countof(gateways) - 1],
										   &id));
	ck_assert_int_eq(id.len, GATEWAY_IDENTITY_FQDN_MAX);
	ck_assert_uint_eq(init_response_write(&request, &id, buf),
					  INIT_RESPONSE_MAX);
	free(buf);
}
END_TEST

START_TEST(writes_nothing_without_gateway)
{
	uint8_t buf[INIT_RESPONSE_MAX] = { 0x5a };
	init_request_t request = request_with_nonce(32);
	gateway_identity_t id = {};

	ck_assert_uint_eq(init_response_write(&request, &id, buf), 0);
}
END_TEST

START_TEST(writes_nothing_with_a_nonce_nobody_may_send)
{
	uint8_t buf[INIT_RESPONSE_MAX];
	init_request_t request = request_with_nonce(WIRE_NONCE_MIN - 1);
	gateway_identity_t id;

	ck_assert(gateway_identity_from_string("192.0.2.1", &id));
	ck_assert_uint_eq(init_response_write(&request, &id, buf), 0);
}
END_TEST

int main()
{
	Suite *suite = suite_create("init_response");
	TCase *tcase = tcase_create("write");
	SRunner *runner;
	int failed;

	library_init(NULL, "init_response_tests");
	libcharon_init();

	tcase_add_loop_test(tcase, writes_what_charon_would_write,
						0, countof(gateways));
	tcase_add_test(tcase, fits_into_the_longest_response);
	tcase_add_test(tcase, writes_nothing_without_gateway);
	tcase_add_test(tcase, writes_nothing_with_a_nonce_nobody_may_send);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	libcharon_deinit();
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
