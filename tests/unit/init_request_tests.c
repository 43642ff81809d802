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

#include <encoding/payloads/ike_header.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/payload.h>

#include "init_look.h"

START_TEST(accepts_a_typical_request)
{
	ike_message_t message;
	init_request_t request;
	chunk_t chunk;

	ike_message_typical(&message);
	chunk = ike_message_chunk(&message);
	ck_assert_int_eq(init_request_parse(chunk, FALSE, &request), INIT_OK);
	ck_assert_mem_eq(&request.spi_i, message.octets, sizeof(request.spi_i));
	ck_assert_uint_eq(request.nonce.len, 32);
	ck_assert(request.nonce.ptr > chunk.ptr);
	ck_assert(request.nonce.ptr + 32 < chunk.ptr + chunk.len);
	ck_assert_int_eq(request.nonce.ptr[0], 0xa5);
	ck_assert_int_eq(request.nonce.ptr[31], 0xa5);
	ck_assert(request.supported);
	ck_assert(!request.cookie);
	ck_assert_int_eq(request.redirected_from.type, GATEWAY_IDENTITY_NONE);
}
END_TEST

START_TEST(sees_that_a_client_announced_nothing)
{
	ike_message_t message;
	init_request_t request;

	ike_message_init(&message);
	ike_message_add_core(&message);
	ck_assert_int_eq(init_request_parse(ike_message_chunk(&message), FALSE,
										&request), INIT_OK);
	ck_assert(!request.supported);
	ck_assert(!request.cookie);
	ck_assert_int_eq(request.redirected_from.type, GATEWAY_IDENTITY_NONE);
}
END_TEST

START_TEST(takes_redirected_from_for_support)
{
	ike_message_t message;
	init_request_t request;
	gateway_identity_t expected;

	ike_message_init(&message);
	ike_message_add_core(&message);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECTED_FROM,
						   chunk_from_chars(1, 4, 192, 0, 2, 1));
	ck_assert_int_eq(init_request_parse(ike_message_chunk(&message), FALSE,
										&request), INIT_OK);
	ck_assert(request.supported);
	ck_assert(gateway_identity_from_string("192.0.2.1", &expected));
	ck_assert(gateway_identity_equals(&request.redirected_from, &expected));
}
END_TEST

START_TEST(allows_loopback_in_redirected_from_if_told_so)
{
	ike_message_t message;
	init_request_t request;

	ike_message_typical(&message);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECTED_FROM,
						   chunk_from_chars(1, 4, 127, 0, 0, 1));
	ck_assert_int_eq(init_request_parse(ike_message_chunk(&message), FALSE,
										&request), INIT_NOTIFY);
	ck_assert_int_eq(init_request_parse(ike_message_chunk(&message), TRUE,
										&request), INIT_OK);
	ck_assert(request.supported);
}
END_TEST

START_TEST(sees_a_cookie)
{
	ike_message_t message;
	init_request_t request;

	ike_message_init(&message);
	ike_message_add_notify(&message, 0, chunk_empty, COOKIE,
						   chunk_from_chars(1, 2, 3, 4));
	ike_message_add_core(&message);
	ck_assert_int_eq(init_request_parse(ike_message_chunk(&message), FALSE,
										&request), INIT_OK);
	ck_assert(request.cookie);
}
END_TEST

START_TEST(accepts_any_order_of_payloads)
{
	ike_message_t core, message;
	size_t order[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 },
		{ 2, 1, 0 },
	}, start[3], i;
	uint8_t type[3] = {
		PLV2_SECURITY_ASSOCIATION, PLV2_KEY_EXCHANGE, PLV2_NONCE,
	};
	size_t at, len;

	ike_message_init(&core);
	ike_message_add_core(&core);
	for (at = IKE_HEADER_LENGTH, i = 0; i < 3; i++)
	{
		start[i] = at;
		at += untoh16(core.octets + at + 2);
	}
	ike_message_init(&message);
	for (i = 0; i < 3; i++)
	{
		at = start[order[_i][i]];
		len = untoh16(core.octets + at + 2);
		ike_message_add(&message, type[order[_i][i]],
						chunk_create(core.octets + at + 4, len - 4));
	}
	assert_init(&message, INIT_OK);
}
END_TEST

static const size_t nonce_lengths[] = { 16, 17, 32, 255, 256 };

START_TEST(accepts_nonces_of_16_to_256_octets)
{
	ike_message_t core, message;
	uint8_t octets[256] = {};
	init_request_t request;

	ike_message_init(&core);
	ike_message_add_core(&core);
	message = core;
	/* the nonce is the last of the core */
	message.len -= 36;
	message.next = IKE_HEADER_LENGTH + untoh16(message.octets + 30);
	ike_message_add(&message, PLV2_NONCE,
					chunk_create(octets, nonce_lengths[_i]));
	ck_assert_int_eq(init_request_parse(ike_message_chunk(&message), FALSE,
										&request), INIT_OK);
	ck_assert_uint_eq(request.nonce.len, nonce_lengths[_i]);
}
END_TEST

/**
 * A change of a typical request, and what is said of it then.
 */
static const struct {
	const char *name;
	size_t offset;
	uint8_t octet;
	init_verdict_t verdict;
} headers[] = {
	{ "as it was",				IKE_VERSION,		0x20,	INIT_OK		},
	{ "IKEv1",					IKE_VERSION,		0x10,	INIT_OTHER	},
	{ "IKEv3",					IKE_VERSION,		0x30,	INIT_OTHER	},
	{ "version 0",				IKE_VERSION,		0x00,	INIT_OTHER	},
	{ "IKEv2.1",				IKE_VERSION,		0x21,	INIT_HEADER	},
	{ "Main Mode",				IKE_EXCHANGE,		2,		INIT_OTHER	},
	{ "IKE_AUTH",				IKE_EXCHANGE,		35,		INIT_OTHER	},
	{ "INFORMATIONAL",			IKE_EXCHANGE,		37,		INIT_OTHER	},
	{ "session resumption",		IKE_EXCHANGE,		38,		INIT_OTHER	},
	{ "response",				IKE_FLAGS,			0x20,	INIT_OTHER	},
	{ "initiator's response",	IKE_FLAGS,			0x28,	INIT_OTHER	},
	{ "not the initiator",		IKE_FLAGS,			0x00,	INIT_HEADER	},
	{ "higher version flag",	IKE_FLAGS,			0x18,	INIT_HEADER	},
	{ "IKEv1 encrypted flag",	IKE_FLAGS,			0x09,	INIT_HEADER	},
	{ "reserved flag",			IKE_FLAGS,			0x48,	INIT_HEADER	},
	{ "message ID 1",			IKE_MESSAGE_ID + 3,	1,		INIT_HEADER	},
	{ "message ID high",		IKE_MESSAGE_ID,		0x80,	INIT_HEADER	},
	{ "responder SPI",			IKE_SPI_R,			1,		INIT_HEADER	},
	{ "responder SPI, last",	IKE_SPI_R + 7,		1,		INIT_HEADER	},
	{ "longer than it is",		IKE_LENGTH + 2,		0x80,	INIT_LENGTH	},
	{ "far longer",				IKE_LENGTH,			0x80,	INIT_LENGTH	},
};

START_TEST(judges_the_header)
{
	ike_message_t message;

	ike_message_typical(&message);
	ck_assert_uint_eq(headers[_i].verdict == INIT_OK,
					  message.octets[headers[_i].offset] == headers[_i].octet);
	message.octets[headers[_i].offset] = headers[_i].octet;
	ck_assert_msg(init_look(&message) == headers[_i].verdict, "%s: %s",
				  headers[_i].name,
				  enum_to_name(init_verdict_names, init_look(&message)));
}
END_TEST

START_TEST(refuses_a_zero_initiator_spi)
{
	ike_message_t message;

	ike_message_typical(&message);
	memset(message.octets, 0, IKE_SPI_R);
	assert_init(&message, INIT_HEADER);
}
END_TEST

START_TEST(refuses_what_is_shorter_than_a_header)
{
	ike_message_t message;
	size_t len;

	ike_message_typical(&message);
	for (len = 0; len < IKE_HEADER_LENGTH; len++)
	{
		message.len = len;
		assert_init(&message, INIT_LENGTH);
	}
}
END_TEST

START_TEST(refuses_data_behind_the_message)
{
	ike_message_t message;

	ike_message_typical(&message);
	message.len += 4;
	assert_init(&message, INIT_LENGTH);
	/* and behind the last payload */
	ike_message_set_length(&message);
	assert_init(&message, INIT_CHAIN);
}
END_TEST

START_TEST(refuses_a_header_alone)
{
	ike_message_t message;

	ike_message_init(&message);
	assert_init(&message, INIT_NONCE);
}
END_TEST

static const uint16_t bad_lengths[] = { 0, 1, 3, 4, 8000, 65535 };

START_TEST(refuses_a_broken_chain)
{
	ike_message_t message;
	size_t at;

	ike_message_typical(&message);
	at = ike_message_add(&message, PLV2_VENDOR_ID, chunk_from_str("dave"));
	assert_init(&message, INIT_OK);
	htoun16(message.octets + at + 2, bad_lengths[_i]);
	assert_init(&message, INIT_CHAIN);
}
END_TEST

START_TEST(refuses_a_chain_that_goes_on_behind_the_end)
{
	ike_message_t message;

	ike_message_typical(&message);
	message.octets[message.next] = PLV2_VENDOR_ID;
	assert_init(&message, INIT_CHAIN);
	message.octets[message.next] = PLV2_NOTIFY;
	assert_init(&message, INIT_CHAIN);
}
END_TEST

START_TEST(refuses_reserved_bits_of_a_payload)
{
	ike_message_t message;
	int bit;

	for (bit = 0; bit < 7; bit++)
	{
		ike_message_typical(&message);
		message.octets[message.next + 1] = 1 << bit;
		assert_init(&message, INIT_CHAIN);
	}
}
END_TEST

START_TEST(refuses_the_critical_bit)
{
	ike_message_t message;
	size_t at;

	ike_message_typical(&message);
	message.octets[message.next + 1] = 0x80;
	assert_init(&message, INIT_CRITICAL);

	ike_message_typical(&message);
	at = ike_message_add(&message, 200, chunk_from_str("unknown"));
	assert_init(&message, INIT_OK);
	message.octets[at + 1] = 0x80;
	assert_init(&message, INIT_CRITICAL);
}
END_TEST

/**
 * Payloads of which a message may have some, but not any number.
 */
static const struct {
	uint8_t type;
	int max;
} limits[] = {
	{ PLV2_NOTIFY,		20	},
	{ PLV2_VENDOR_ID,	20	},
	{ 200,				5	},
	{ 1,				5	},
};

START_TEST(bounds_the_number_of_payloads)
{
	chunk_t data = chunk_from_chars(0, 0, 0x9c, 0x40);
	ike_message_t message;
	int i;

	ike_message_init(&message);
	ike_message_add_core(&message);
	for (i = 0; i < limits[_i].max; i++)
	{
		ike_message_add(&message, limits[_i].type, data);
		assert_init(&message, INIT_OK);
	}
	ike_message_add(&message, limits[_i].type, data);
	assert_init(&message, INIT_CHAIN);
}
END_TEST

/**
 * Payloads without a place in an IKE_SA_INIT request.
 */
static const uint8_t misplaced[] = {
	PLV2_ID_INITIATOR, PLV2_ID_RESPONDER, PLV2_CERTIFICATE, PLV2_CERTREQ,
	PLV2_AUTH, PLV2_DELETE, PLV2_TS_INITIATOR, PLV2_TS_RESPONDER,
	PLV2_ENCRYPTED, PLV2_CONFIGURATION, PLV2_EAP, PLV2_FRAGMENT,
};

START_TEST(refuses_payloads_of_other_messages)
{
	ike_message_t message;

	ike_message_typical(&message);
	ike_message_add(&message, misplaced[_i], chunk_from_str("misplaced"));
	assert_init(&message, INIT_PAYLOADS);
}
END_TEST

START_TEST(gives_each_verdict_a_name)
{
	int i, j;

	for (i = 0; i < INIT_VERDICT_MAX; i++)
	{
		ck_assert_ptr_nonnull(enum_to_name(init_verdict_names, i));
		for (j = 0; j < i; j++)
		{
			ck_assert_str_ne(enum_to_name(init_verdict_names, i),
							 enum_to_name(init_verdict_names, j));
		}
	}
	ck_assert_ptr_null(enum_to_name(init_verdict_names, INIT_VERDICT_MAX));
}
END_TEST

/**
 * Add the tests of what is accepted.
 */
static TCase *sound_messages()
{
	TCase *tcase = tcase_create("sound");

	tcase_add_test(tcase, accepts_a_typical_request);
	tcase_add_test(tcase, sees_that_a_client_announced_nothing);
	tcase_add_test(tcase, takes_redirected_from_for_support);
	tcase_add_test(tcase, allows_loopback_in_redirected_from_if_told_so);
	tcase_add_test(tcase, sees_a_cookie);
	tcase_add_loop_test(tcase, accepts_any_order_of_payloads, 0, 6);
	tcase_add_loop_test(tcase, accepts_nonces_of_16_to_256_octets,
						0, countof(nonce_lengths));
	return tcase;
}

/**
 * Add the tests of header and chain.
 */
static TCase *odd_messages()
{
	TCase *tcase = tcase_create("odd");

	tcase_add_loop_test(tcase, judges_the_header, 0, countof(headers));
	tcase_add_test(tcase, refuses_a_zero_initiator_spi);
	tcase_add_test(tcase, refuses_what_is_shorter_than_a_header);
	tcase_add_test(tcase, refuses_data_behind_the_message);
	tcase_add_test(tcase, refuses_a_header_alone);
	tcase_add_loop_test(tcase, refuses_a_broken_chain,
						0, countof(bad_lengths));
	tcase_add_test(tcase, refuses_a_chain_that_goes_on_behind_the_end);
	tcase_add_test(tcase, refuses_reserved_bits_of_a_payload);
	tcase_add_test(tcase, refuses_the_critical_bit);
	tcase_add_loop_test(tcase, bounds_the_number_of_payloads,
						0, countof(limits));
	tcase_add_loop_test(tcase, refuses_payloads_of_other_messages,
						0, countof(misplaced));
	tcase_add_test(tcase, gives_each_verdict_a_name);
	return tcase;
}

int main()
{
	Suite *suite = suite_create("init_request");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, sound_messages());
	suite_add_tcase(suite, odd_messages());

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
