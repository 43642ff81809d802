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
 * What the payloads of an IKE_SA_INIT request must have for the request to be
 * sound; header and chain are tested in init_request_tests.c.
 */

#include <check.h>
#include <stdlib.h>

#include <encoding/payloads/ike_header.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/payload.h>

#include "init_look.h"
#include "notify_corpus.h"

/**
 * Cases of tests/corpus/notifies.
 */
static notify_case_t *cases;
static int case_count;

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
	ck_assert_msg(init_look(&message) == notifies[_i].verdict, "%s: %s",
				  notifies[_i].name,
				  enum_to_name(init_verdict_names, init_look(&message)));
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

/**
 * Add the tests of what every request has.
 */
static TCase *core_payloads()
{
	TCase *tcase = tcase_create("core");

	tcase_add_test(tcase, wants_exactly_one_of_each_core_payload);
	tcase_add_test(tcase, refuses_nonces_of_other_lengths);
	tcase_add_test(tcase, refuses_a_broken_ke);
	return tcase;
}

/**
 * Add the tests of notifies.
 */
static TCase *notify_payloads()
{
	TCase *tcase = tcase_create("notify");

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
	Suite *suite = suite_create("init_payload");
	SRunner *runner;
	int failed;

	cases = notify_corpus_load(&case_count);
	suite_add_tcase(suite, core_payloads());
	suite_add_tcase(suite, notify_payloads());

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	free(cases);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
