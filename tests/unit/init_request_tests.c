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

#include "ike_message.h"
#include "notify_corpus.h"
#include "wire/init_request.h"

/**
 * Cases of tests/corpus/notifies.
 */
static notify_case_t *cases;
static int case_count;

/**
 * Look at a message in memory of exactly its size, so that ASan sees who reads
 * too far.
 */
static init_verdict_t look(ike_message_t *message)
{
	init_request_t request;
	init_verdict_t verdict;
	chunk_t copy;

	copy = chunk_clone(ike_message_chunk(message));
	verdict = init_request_parse(copy, FALSE, &request);
	chunk_free(&copy);
	return verdict;
}

/**
 * Check the verdict on a message.
 */
#define assert_init(message, expected) ({ \
	init_verdict_t _verdict = look(message); \
	init_verdict_t _expected = (expected); \
	ck_assert_msg(_verdict == _expected, "%s instead of %s", \
				  enum_to_name(init_verdict_names, _verdict), \
				  enum_to_name(init_verdict_names, _expected)); \
})

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
	ck_assert_msg(look(&message) == headers[_i].verdict, "%s: %s",
				  headers[_i].name,
				  enum_to_name(init_verdict_names, look(&message)));
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

/**
 * Make a request with n SA, KE and nonce payloads.
 */
static void with_core(ike_message_t *this, int sa, int ke, int nonce)
{
	ike_message_t core;
	int count[] = { sa, ke, nonce }, i;
	uint8_t type = PLV2_SECURITY_ASSOCIATION;
	size_t at = IKE_HEADER_LENGTH, len;

	ike_message_init(&core);
	ike_message_add_core(&core);
	ike_message_init(this);
	for (i = 0; i < 3; i++)
	{
		len = untoh16(core.octets + at + 2);
		while (count[i]--)
		{
			ike_message_add(this, type,
							chunk_create(core.octets + at + 4, len - 4));
		}
		type = core.octets[at];
		at += len;
	}
}

START_TEST(wants_exactly_one_of_each_core_payload)
{
	static const struct {
		int sa, ke, nonce;
		init_verdict_t verdict;
	} counts[] = {
		{ 1, 1, 1, INIT_OK			},
		{ 0, 1, 1, INIT_PAYLOADS	},
		{ 1, 0, 1, INIT_PAYLOADS	},
		{ 1, 1, 0, INIT_NONCE		},
		{ 2, 1, 1, INIT_PAYLOADS	},
		{ 1, 2, 1, INIT_PAYLOADS	},
		{ 1, 1, 2, INIT_NONCE		},
		{ 0, 0, 0, INIT_NONCE		},
	};
	ike_message_t message;
	size_t i;

	for (i = 0; i < countof(counts); i++)
	{
		with_core(&message, counts[i].sa, counts[i].ke, counts[i].nonce);
		assert_init(&message, counts[i].verdict);
	}
}
END_TEST

START_TEST(refuses_nonces_of_other_lengths)
{
	uint8_t octets[512] = {};
	size_t lengths[] = { 0, 1, 15, 257, 512 }, i;
	ike_message_t message;

	for (i = 0; i < countof(lengths); i++)
	{
		with_core(&message, 1, 1, 0);
		ike_message_add(&message, PLV2_NONCE, chunk_create(octets, lengths[i]));
		assert_init(&message, INIT_NONCE);
	}
}
END_TEST

START_TEST(refuses_a_broken_ke)
{
	chunk_t broken[] = {
		chunk_empty, chunk_from_chars(0, 14), chunk_from_chars(0, 14, 0, 0),
		chunk_from_chars(0, 14, 1, 0, 42), chunk_from_chars(0, 14, 0, 1, 42),
	};
	ike_message_t message;
	size_t i;

	for (i = 0; i < countof(broken); i++)
	{
		with_core(&message, 1, 0, 1);
		ike_message_add(&message, PLV2_KEY_EXCHANGE, broken[i]);
		assert_init(&message, INIT_PAYLOADS);
	}
}
END_TEST

/**
 * Notifies that stand behind the core, beside those of the corpus.
 */
static const struct {
	const char *name;
	uint8_t protocol;
	size_t spi;
	uint16_t type;
	size_t len;
	init_verdict_t verdict;
} notifies[] = {
	{ "unknown status",			0, 0, 40000,						7, INIT_OK },
	{ "unknown, for IKE",		1, 0, 40000,						0, INIT_OK },
	{ "unknown, for ESP",		3, 0, 40000,						0, INIT_OK },
	{ "unknown protocol",		4, 0, 40000,						0, INIT_NOTIFY },
	{ "with SPI",				3, 4, 40000,						0, INIT_NOTIFY },
	{ "SPI too long",			3, 255, 40000,						0, INIT_NOTIFY },
	{ "lowest status",			0, 0, INITIAL_CONTACT,				0, INIT_OK },
	{ "highest error",			0, 0, 16383,						0, INIT_NOTIFY },
	{ "error",					0, 0, NO_PROPOSAL_CHOSEN,			0, INIT_NOTIFY },
	{ "type 0",					0, 0, 0,							0, INIT_NOTIFY },
	{ "NAT detection",			0, 0, NAT_DETECTION_SOURCE_IP,		20, INIT_OK },
	{ "NAT detection, short",	0, 0, NAT_DETECTION_SOURCE_IP,		19, INIT_NOTIFY },
	{ "NAT detection, long",	0, 0, NAT_DETECTION_DESTINATION_IP,	21, INIT_NOTIFY },
	{ "hashes",					0, 0, SIGNATURE_HASH_ALGORITHMS,	8, INIT_OK },
	{ "half a hash",			0, 0, SIGNATURE_HASH_ALGORITHMS,	7, INIT_NOTIFY },
	{ "lifetime",				0, 0, AUTH_LIFETIME,				4, INIT_OK },
	{ "lifetime, short",		0, 0, AUTH_LIFETIME,				3, INIT_NOTIFY },
	{ "IPv4 address",			0, 0, ADDITIONAL_IP4_ADDRESS,		4, INIT_OK },
	{ "IPv4 address, long",		0, 0, ADDITIONAL_IP4_ADDRESS,		5, INIT_NOTIFY },
	{ "IPv6 address",			0, 0, ADDITIONAL_IP6_ADDRESS,		16, INIT_OK },
	{ "IPv6 address, short",	0, 0, ADDITIONAL_IP6_ADDRESS,		15, INIT_NOTIFY },
	{ "IPComp",					0, 0, IPCOMP_SUPPORTED,				3, INIT_OK },
	{ "IPComp, short",			0, 0, IPCOMP_SUPPORTED,				2, INIT_NOTIFY },
	{ "AGGFRAG",				0, 0, 16442,						1, INIT_OK },
	{ "AGGFRAG, long",			0, 0, 16442,						2, INIT_NOTIFY },
	{ "ME endpoint",			0, 0, ME_ENDPOINT,					12, INIT_OK },
	{ "ME endpoint, odd",		0, 0, ME_ENDPOINT,					9, INIT_NOTIFY },
	{ "ME ID",					0, 0, ME_CONNECTID,					4, INIT_OK },
	{ "ME ID, short",			0, 0, ME_CONNECTID,					3, INIT_NOTIFY },
	{ "ME key",					0, 0, ME_CONNECTKEY,				16, INIT_OK },
	{ "ME key, long",			0, 0, ME_CONNECTKEY,				33, INIT_NOTIFY },
	{ "late cookie",			0, 0, COOKIE,						8, INIT_NOTIFY },
	{ "supported",				0, 0, REDIRECT_SUPPORTED,			0, INIT_OK },
};

START_TEST(judges_notifies)
{
	uint8_t octets[256] = {};
	ike_message_t message;
	size_t at;

	ike_message_init(&message);
	ike_message_add_core(&message);
	at = ike_message_add_notify(&message, notifies[_i].protocol, chunk_empty,
				notifies[_i].type, chunk_create(octets, notifies[_i].len));
	message.octets[at + 5] = notifies[_i].spi;
	ck_assert_msg(look(&message) == notifies[_i].verdict, "%s: %s",
				  notifies[_i].name,
				  enum_to_name(init_verdict_names, look(&message)));
}
END_TEST

START_TEST(refuses_a_notify_without_head)
{
	uint8_t octets[3] = {};
	ike_message_t message;
	size_t len;

	for (len = 0; len <= sizeof(octets); len++)
	{
		ike_message_typical(&message);
		ike_message_add(&message, PLV2_NOTIFY, chunk_create(octets, len));
		assert_init(&message, INIT_NOTIFY);
	}
}
END_TEST

START_TEST(judges_cookies)
{
	static const struct {
		size_t len;
		init_verdict_t verdict;
	} cookies[] = {
		{ 0, INIT_NOTIFY }, { 1, INIT_OK }, { 64, INIT_OK },
		{ 65, INIT_NOTIFY },
	};
	uint8_t octets[65] = {};
	ike_message_t message;
	size_t i;

	for (i = 0; i < countof(cookies); i++)
	{
		ike_message_init(&message);
		ike_message_add_notify(&message, 0, chunk_empty, COOKIE,
							   chunk_create(octets, cookies[i].len));
		ike_message_add_core(&message);
		assert_init(&message, cookies[i].verdict);
	}
}
END_TEST

START_TEST(refuses_a_redirect_from_the_initiator)
{
	ike_message_t message;

	ike_message_typical(&message);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECT,
						   chunk_from_chars(1, 4, 192, 0, 2, 1));
	assert_init(&message, INIT_NOTIFY);
}
END_TEST

START_TEST(refuses_a_redirect_notify_twice)
{
	chunk_t from = chunk_from_chars(1, 4, 192, 0, 2, 1);
	ike_message_t message;

	ike_message_typical(&message);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECTED_FROM, from);
	assert_init(&message, INIT_OK);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECTED_FROM, from);
	assert_init(&message, INIT_NOTIFY);

	ike_message_typical(&message);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECT_SUPPORTED,
						   chunk_empty);
	assert_init(&message, INIT_NOTIFY);
}
END_TEST

/* proves: R9.1-2 gateway, R9.1-3 gateway, R9.3-4 gateway, R9.3-5 gateway,
 * R9.3-7 gateway */
START_TEST(refuses_the_malformed_notifies_of_the_corpus)
{
	notify_case_t *this = &cases[_i];
	uint8_t buf[NOTIFY_CASE_DATA_MAX];
	ike_message_t message;
	chunk_t spi, data;
	bool valid;

	ike_message_init(&message);
	ike_message_add_core(&message);
	spi = chunk_create(this->spi, this->spi_size);
	data = notify_case_data(this, chunk_empty, buf);
	ike_message_add_notify(&message, this->protocol, spi, this->type, data);
	valid = (this->places & NOTIFY_IN_REQUEST) && this->verdict == WIRE_OK;
	assert_init(&message, valid ? INIT_OK : INIT_NOTIFY);
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

/**
 * Add the tests of what is in the payloads.
 */
static TCase *odd_payloads()
{
	TCase *tcase = tcase_create("payloads");

	tcase_add_test(tcase, wants_exactly_one_of_each_core_payload);
	tcase_add_test(tcase, refuses_nonces_of_other_lengths);
	tcase_add_test(tcase, refuses_a_broken_ke);
	tcase_add_loop_test(tcase, judges_notifies, 0, countof(notifies));
	tcase_add_test(tcase, refuses_a_notify_without_head);
	tcase_add_test(tcase, judges_cookies);
	tcase_add_test(tcase, refuses_a_redirect_from_the_initiator);
	tcase_add_test(tcase, refuses_a_redirect_notify_twice);
	tcase_add_loop_test(tcase, refuses_the_malformed_notifies_of_the_corpus,
						0, case_count);
	return tcase;
}

int main()
{
	Suite *suite = suite_create("init_request");
	SRunner *runner;
	int failed;

	cases = notify_corpus_load(&case_count);
	suite_add_tcase(suite, sound_messages());
	suite_add_tcase(suite, odd_messages());
	suite_add_tcase(suite, odd_payloads());

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	free(cases);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
