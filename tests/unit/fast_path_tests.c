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
 * The fast path between real sockets: who is answered, who is passed on to
 * charon.
 */

#include <stdlib.h>

#include "fast_path_fixture.h"
#include "fastpath/ike_sockets.h"
#include "wire/ike_probe.h"

#include <arpa/inet.h>
#include <sched.h>

#define LOCAL "::ffff:127.0.0.1"

static fast_path_fixture_t gateway;

/**
 * Options of the ways to receive; tests that loop run with each. The last does not
 * work here, as there is no redirect-xdp beside the program: it falls back.
 */
static const char *const ways[] = {
	"fast_path_batch = yes",
	"fast_path_batch = no",
	"fast_path_xdp = lo, eth0",
};

/**
 * Counter of a result.
 */
static uint64_t counted(fast_path_result_t result)
{
	return fast_path_fixture_counted(&gateway, result);
}

/**
 * Send a message and check that charon gets it.
 */
static void check_passed(ike_message_t *message, fast_path_result_t result)
{
	uint64_t before = counted(result);

	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(message));
	fast_path_fixture_passed_is(ike_message_chunk(message));
	ck_assert_uint_eq(counted(result), before + 1);
}

START_TEST(answers_on_both_ports_and_families)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_check_answered(&gateway, LOCAL, TRUE, &message);
	fast_path_fixture_check_answered(&gateway, "::1", FALSE, &message);
	fast_path_fixture_check_answered(&gateway, "::1", TRUE, &message);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(answers_from_the_address_it_was_sent_to)
{
	struct in6_addr expected;
	ike_message_t message;

	/* R4-2: any address of 127.0.0.0/8 is one of this host's */
	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, "::ffff:127.0.0.77", TRUE, &message);
	inet_pton(AF_INET6, "::ffff:127.0.0.77", &expected);
	ck_assert(memeq(&gateway.from.sin6_addr, &expected, sizeof(expected)));
	ck_assert_uint_eq(ntohs(gateway.from.sin6_port),
					  charon->socket->get_port(charon->socket, TRUE));
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(passes_packets_with_their_addresses)
{
	packet_t *packet;
	host_t *host;

	fast_path_fixture_start(&gateway, ways[_i]);
	fast_path_fixture_send(&gateway, "::ffff:127.0.0.78", TRUE,
						   chunk_from_str("not IKE at all"));
	packet = fast_path_fixture_passed();
	host = packet->get_destination(packet);
	ck_assert(chunk_equals(host->get_address(host),
						   chunk_from_chars(127, 0, 0, 78)));
	ck_assert_uint_eq(host->get_port(host),
					  charon->socket->get_port(charon->socket, TRUE));
	host = packet->get_source(packet);
	ck_assert(chunk_equals(host->get_address(host),
						   chunk_from_chars(127, 0, 0, 1)));
	packet->destroy(packet);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(passes_what_is_not_a_sound_request)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_typical(&message);
	message.octets[IKE_EXCHANGE] = IKE_AUTH;
	check_passed(&message, FAST_PATH_OTHER);

	ike_message_typical(&message);
	message.octets[IKE_SPI_R] = 1;
	check_passed(&message, FAST_PATH_OTHER);

	ike_message_typical(&message);
	message.len--;
	check_passed(&message, FAST_PATH_OTHER);

	message.len = IKE_HEADER_LENGTH;
	check_passed(&message, FAST_PATH_OTHER);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(redirects_only_clients_that_announced_support)
{
	ike_message_t message;

	/* R3-4 */
	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_init(&message);
	ike_message_add_core(&message);
	check_passed(&message, FAST_PATH_UNSUPPORTED);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(takes_redirected_from_for_support)
{
	ike_message_t message;

	/* R3-10, but a client is not sent onward unless a rule asks for it */
	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_init(&message);
	ike_message_add_core(&message);
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECTED_FROM,
						   chunk_from_chars(1, 4, 192, 0, 2, 9));
	check_passed(&message, FAST_PATH_NOT_REDIRECTED);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(passes_sources_that_charon_blocks)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_typical(&message);
	fast_path_fixture_half_open(100, 4);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_half_open(100, 5);
	check_passed(&message, FAST_PATH_BLOCKED);
	fast_path_fixture_half_open(100, 0);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_stop(&gateway);
}
END_TEST

/**
 * Make the message of the packet that charon got, as its receiver does.
 */
static message_t *parse_passed()
{
	packet_t *packet = fast_path_fixture_passed();
	message_t *message;

	packet->skip_bytes(packet, 4); /* non-ESP marker */
	message = message_create_from_packet(packet);
	ck_assert_int_eq(message->parse_header(message), SUCCESS);
	return message;
}

/**
 * Take what was decided about a message, as hooks do.
 */
static bool take_decided(message_t *message, decided_t *decided)
{
	decided_table_t *table = gateway.engine->decided;

	return table->take(table, message, decided);
}

START_TEST(hands_on_what_it_decided_with_the_packet)
{
	decided_t decided;
	ike_message_t message;
	message_t *parsed;

	fast_path_fixture_start(&gateway, ways[_i]);
	ike_message_typical(&message);
	fast_path_fixture_half_open(10, 5);
	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(&message));
	parsed = parse_passed();
	ck_assert(take_decided(parsed, &decided));
	ck_assert(!take_decided(parsed, &decided));
	ck_assert_int_eq(decided.decision.action, REDIRECT_REDIRECT);
	ck_assert(decided.request.supported);
	ck_assert_uint_eq(decided.request.spi_i,
					  untoh64(message.octets));
	parsed->destroy(parsed);

	/* a client without support is decided as well */
	ike_message_init(&message);
	ike_message_add_core(&message);
	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(&message));
	parsed = parse_passed();
	ck_assert(take_decided(parsed, &decided));
	ck_assert_int_eq(decided.decision.action, REDIRECT_SERVE);
	ck_assert(!decided.request.supported);
	parsed->destroy(parsed);

	/* nothing is decided about what is not a sound request */
	message.octets[IKE_FLAGS] = 0;
	fast_path_fixture_send(&gateway, LOCAL, FALSE, ike_message_chunk(&message));
	parsed = parse_passed();
	ck_assert(!take_decided(parsed, &decided));
	parsed->destroy(parsed);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(keeps_a_decision_for_its_packet_alone)
{
	redirect_request_t request = {};
	redirect_decision_t decision = {};
	decided_t decided;
	decided_table_t *table;
	ike_message_t octets;
	message_t *message;
	packet_t *packet;

	fast_path_fixture_start(&gateway, ways[0]);
	table = gateway.engine->decided;
	ike_message_typical(&octets);
	packet = packet_create_from_data(
						host_create_from_string("192.0.2.1", 500),
						host_create_from_string("192.0.2.2", 500),
						chunk_clone(ike_message_chunk(&octets)));
	memcpy(&request.spi_i, octets.octets, sizeof(request.spi_i));
	table->put(table, packet, &request, &decision);
	table->forget(table, packet);
	message = message_create_from_packet(packet);
	ck_assert_int_eq(message->parse_header(message), SUCCESS);
	ck_assert(!table->take(table, message, &decided));

	/* one that an earlier packet at this place in memory left */
	request.spi_i++;
	table->put(table, packet, &request, &decision);
	ck_assert(!table->take(table, message, &decided));
	request.spi_i--;
	table->put(table, packet, &request, &decision);
	ck_assert(table->take(table, message, &decided));
	message->destroy(message);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(leaves_cookies_to_charon_if_they_are_required)
{
	ike_message_t message;

	fast_path_fixture_start(&gateway, "fast_path_cookies = require");
	ike_message_typical(&message);
	fast_path_fixture_half_open(29, 0);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_half_open(30, 0);
	check_passed(&message, FAST_PATH_COOKIE);
	/* charon goes on to demand them for ten seconds */
	fast_path_fixture_half_open(0, 0);
	check_passed(&message, FAST_PATH_COOKIE);

	ck_assert(fast_path_fixture_reload(&gateway, "fast_path_cookies = ignore"));
	fast_path_fixture_half_open(30, 0);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(passes_what_is_above_the_limit_of_a_network)
{
	int i, answered = 0, passed = 0;
	ike_message_t message;
	uint8_t buf[2048];
	time_t begin, end;

	fast_path_fixture_start(&gateway, "fast_path_limit = 5");
	ike_message_typical(&message);
	begin = time_monotonic(NULL);
	for (i = 0; i < 20; i++)
	{
		uint64_t before = counted(FAST_PATH_ANSWERED);

		fast_path_fixture_send(&gateway, LOCAL, FALSE,
							   ike_message_chunk(&message));
		while (counted(FAST_PATH_ANSWERED) == before &&
			   counted(FAST_PATH_LIMITED) == (uint64_t)passed)
		{
			sched_yield();
		}
		if (counted(FAST_PATH_ANSWERED) > before)
		{
			fast_path_fixture_answer(&gateway, buf, sizeof(buf));
			answered++;
		}
		else
		{
			fast_path_fixture_passed_is(ike_message_chunk(&message));
			passed++;
		}
	}
	end = time_monotonic(NULL);
	/* five for each second that was touched, no matter how slow this is */
	ck_assert_int_ge(answered, 5);
	ck_assert_int_le(answered, 5 * (end - begin + 1));
	ck_assert_int_eq(answered + passed, 20);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(never_answers_with_more_than_was_asked)
{
	char options[512];
	ike_message_t message;

	snprintf(options, sizeof(options), "selector = rendezvous\n"
		"gateways { moon { addresses = %s.%s.%s.%s.example.org } }\n"
		"rules { long { gateways = moon } }",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee");
	fast_path_fixture_start(&gateway, options);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);

	/* as short as it gets: one proposal, a small group */
	ike_message_init(&message);
	ike_message_add(&message, PLV2_SECURITY_ASSOCIATION, chunk_from_chars(
		0, 0, 0, 44, 1, 1, 0, 4,
		3, 0, 0, 12, 1, 0, 0, 12, 0x80, 0x0e, 0x01, 0x00,
		3, 0, 0, 8, 3, 0, 0, 12,
		3, 0, 0, 8, 2, 0, 0, 5,
		0, 0, 0, 8, 4, 0, 0, 31));
	ike_message_add(&message, PLV2_KEY_EXCHANGE, chunk_cata("cc",
		chunk_from_chars(0, 31, 0, 0),
		chunk_from_str("0123456789abcdef0123456789abcdef")));
	ike_message_add(&message, PLV2_NONCE, chunk_from_str("0123456789abcdef"));
	ike_message_add_notify(&message, 0, chunk_empty, REDIRECT_SUPPORTED,
						   chunk_empty);
	check_passed(&message, FAST_PATH_AMPLIFIES);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(answers_probes_of_gateways_only)
{
	uint8_t datagram[IKE_PROBE_LEN], answer[IKE_SOCKETS_ANSWER_MAX];
	chunk_t probe = chunk_from_thing(datagram), found;
	uint64_t spi;

	fast_path_fixture_start(&gateway, ways[_i]);
	/* charon answers others, as it answers anybody */
	ike_probe_write(IKE_PROBE_PORT, 7, datagram);
	fast_path_fixture_send(&gateway, LOCAL, FALSE, probe);
	fast_path_fixture_passed_is(probe);
	ck_assert(fast_path_fixture_reload(&gateway,
							"gateways { mars { addresses = 127.0.0.1 } }\n"));
	fast_path_fixture_send(&gateway, LOCAL, FALSE, probe);
	found = chunk_create(answer, fast_path_fixture_answer(&gateway, answer,
														  sizeof(answer)));
	found = chunk_skip(found, 4);
	ck_assert(ike_probe_parse_answer(found, &spi));
	ck_assert(spi == 7);
	ck_assert_uint_eq(found.len, IKE_PROBE_ANSWER_LEN);
	ck_assert_uint_eq(counted(FAST_PATH_PROBED), 1);
	/* a worker has to answer this one */
	ike_probe_write(IKE_PROBE_INIT, 7, datagram);
	fast_path_fixture_send(&gateway, LOCAL, FALSE, probe);
	fast_path_fixture_passed_is(probe);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(answers_nobody_as_mere_initiator)
{
	ike_message_t message;
	fast_path_fixture_start(&gateway, "} } initiator_only = yes\n"
							"plugins { redirect {");
	ike_message_typical(&message);
	check_passed(&message, FAST_PATH_BLOCKED);
	fast_path_fixture_stop(&gateway);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("fast_path");
	TCase *tcase;

	tcase = tcase_create("who");
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, answers_on_both_ports_and_families, 0,
						countof(ways));
	tcase_add_loop_test(tcase, answers_from_the_address_it_was_sent_to, 0,
						countof(ways));
	tcase_add_loop_test(tcase, passes_packets_with_their_addresses, 0,
						countof(ways));
	tcase_add_loop_test(tcase, passes_what_is_not_a_sound_request, 0,
						countof(ways));
	tcase_add_loop_test(tcase, redirects_only_clients_that_announced_support,
						0, countof(ways));
	tcase_add_loop_test(tcase, takes_redirected_from_for_support, 0,
						countof(ways));
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("limits");
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, passes_sources_that_charon_blocks, 0,
						countof(ways));
	tcase_add_loop_test(tcase, hands_on_what_it_decided_with_the_packet, 0,
						countof(ways));
	tcase_add_test(tcase, keeps_a_decision_for_its_packet_alone);
	tcase_add_test(tcase, leaves_cookies_to_charon_if_they_are_required);
	tcase_add_test(tcase, passes_what_is_above_the_limit_of_a_network);
	tcase_add_test(tcase, never_answers_with_more_than_was_asked);
	tcase_add_loop_test(tcase, answers_probes_of_gateways_only, 0,
						countof(ways));
	tcase_add_test(tcase, answers_nobody_as_mere_initiator);
	suite_add_tcase(suite, tcase);

	return suite;
}

int main()
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
