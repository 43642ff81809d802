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
 * Whoever is taken for a sound request must be one for charon, too: the look at
 * raw messages is compared with libcharon's own parser, of the version that
 * this is built for.
 */

#include <check.h>
#include <stdlib.h>

#include <daemon.h>
#include <encoding/message.h>
#include <encoding/payloads/nonce_payload.h>

#include "ike_message.h"
#include "notify_corpus.h"
#include "fastpath/init_request.h"

/**
 * Messages made by chance.
 */
#define RANDOM_MESSAGES 50000

/**
 * Octets of a message that are changed at most, by chance.
 */
#define RANDOM_CHANGES 4

/**
 * Parse a message as charon does when it comes out of the socket.
 *
 * @param octets	message
 * @param nonce		receives a copy of the nonce
 * @return			TRUE if charon takes it for an IKE_SA_INIT request
 */
static bool charon_accepts(chunk_t octets, chunk_t *nonce)
{
	nonce_payload_t *payload;
	message_t *message;
	packet_t *packet;
	bool accepted;

	*nonce = chunk_empty;
	packet = packet_create_from_data(
				host_create_from_string("192.0.2.1", 500),
				host_create_from_string("192.0.2.2", 500), chunk_clone(octets));
	message = message_create_from_packet(packet);
	accepted = message->parse_header(message) == SUCCESS &&
			   message->get_major_version(message) == IKEV2_MAJOR_VERSION &&
			   message->get_exchange_type(message) == IKE_SA_INIT &&
			   message->get_request(message) &&
			   message->parse_body(message, NULL) == SUCCESS;
	if (accepted)
	{
		payload = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
		*nonce = payload->get_nonce(payload);
	}
	message->destroy(message);
	return accepted;
}

/**
 * Check that a message that is taken for sound is one for charon, too.
 *
 * @return			TRUE if it is
 */
static bool compare(ike_message_t *message)
{
	init_request_t request;
	chunk_t copy, nonce;
	bool sound;

	copy = chunk_clone(ike_message_chunk(message));
	sound = init_request_parse(copy, TRUE, &request) == INIT_OK;
	if (sound)
	{
		ck_assert(charon_accepts(copy, &nonce));
		ck_assert(chunk_equals(nonce, request.nonce));
		chunk_free(&nonce);
	}
	chunk_free(&copy);
	return sound;
}

/**
 * Make a request that has all that a request can have.
 */
static void redirected_request(ike_message_t *this)
{
	ike_message_init(this);
	ike_message_add_notify(this, 0, chunk_empty, COOKIE,
						   chunk_from_chars(1, 2, 3, 4, 5, 6, 7, 8));
	ike_message_add_core(this);
	ike_message_add_notify(this, 0, chunk_empty, REDIRECT_SUPPORTED,
						   chunk_empty);
	ike_message_add_notify(this, 0, chunk_empty, REDIRECTED_FROM,
						   chunk_from_chars(1, 4, 192, 0, 2, 1));
	ike_message_add(this, 200, chunk_from_str("unknown"));
}

/**
 * Sound requests that the tests begin with.
 */
static void (*requests[])(ike_message_t *this) = {
	ike_message_typical,
	redirected_request,
};

START_TEST(both_accept_a_sound_request)
{
	ike_message_t message;

	requests[_i](&message);
	ck_assert(compare(&message));
}
END_TEST

START_TEST(no_flipped_bit_is_accepted_against_charon)
{
	ike_message_t message;
	int sound = 0;
	size_t i;

	requests[_i](&message);
	for (i = 0; i < message.len * 8; i++)
	{
		message.octets[i / 8] ^= 1 << (i % 8);
		sound += compare(&message);
		message.octets[i / 8] ^= 1 << (i % 8);
	}
	/* bits of values may change, most bits of structure may not */
	ck_assert_int_gt(sound, 0);
	ck_assert_int_lt(sound, message.len * 8);
}
END_TEST

START_TEST(no_truncated_request_is_accepted)
{
	ike_message_t message;
	init_request_t request;
	chunk_t copy;
	size_t len;

	requests[_i](&message);
	len = message.len;
	while (message.len--)
	{
		copy = chunk_clone(ike_message_chunk(&message));
		ck_assert_int_ne(init_request_parse(copy, TRUE, &request), INIT_OK);
		chunk_free(&copy);
	}
	/* the same with a header that fits */
	for (message.len = IKE_HEADER_LENGTH; message.len < len; message.len++)
	{
		ike_message_set_length(&message);
		copy = chunk_clone(ike_message_chunk(&message));
		ck_assert_int_ne(init_request_parse(copy, TRUE, &request), INIT_OK);
		chunk_free(&copy);
	}
}
END_TEST

START_TEST(no_change_by_chance_is_accepted_against_charon)
{
	ike_message_t message;
	int i, j, changes, sound = 0;
	size_t at;

	/* the same changes each time */
	srandom(5685 + _i);
	for (i = 0; i < RANDOM_MESSAGES; i++)
	{
		requests[_i](&message);
		changes = 1 + random() % RANDOM_CHANGES;
		for (j = 0; j < changes; j++)
		{
			at = random() % message.len;
			/* small values make more sense of lengths and types */
			message.octets[at] = random() % 2 ? random() : random() % 48;
		}
		sound += compare(&message);
	}
	ck_assert_int_gt(sound, 0);
	ck_assert_int_lt(sound, RANDOM_MESSAGES);
}
END_TEST

START_TEST(no_notify_of_the_corpus_is_accepted_against_charon)
{
	uint8_t buf[NOTIFY_CASE_DATA_MAX];
	notify_case_t *cases;
	ike_message_t message;
	int count, i, sound = 0;

	cases = notify_corpus_load(&count);
	for (i = 0; i < count; i++)
	{
		ike_message_typical(&message);
		ike_message_add_notify(&message, cases[i].protocol,
							   chunk_create(cases[i].spi, cases[i].spi_size),
							   cases[i].type,
							   notify_case_data(&cases[i], chunk_empty, buf));
		sound += compare(&message);
	}
	free(cases);
	ck_assert_int_gt(sound, 0);
	ck_assert_int_lt(sound, count);
}
END_TEST

int main()
{
	Suite *suite = suite_create("init_request_charon");
	TCase *tcase = tcase_create("charon");
	SRunner *runner;
	int failed;

	library_init(NULL, "init_request_charon_tests");
	libcharon_init();

	tcase_set_timeout(tcase, 0);
	tcase_add_loop_test(tcase, both_accept_a_sound_request,
						0, countof(requests));
	tcase_add_loop_test(tcase, no_flipped_bit_is_accepted_against_charon,
						0, countof(requests));
	tcase_add_loop_test(tcase, no_truncated_request_is_accepted,
						0, countof(requests));
	tcase_add_loop_test(tcase, no_change_by_chance_is_accepted_against_charon,
						0, countof(requests));
	tcase_add_test(tcase, no_notify_of_the_corpus_is_accepted_against_charon);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	libcharon_deinit();
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
