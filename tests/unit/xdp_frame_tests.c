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
 * Frames as the door before the network stack takes them apart, and those it
 * sends back.
 */

#include <check.h>
#include <stdlib.h>

#include <library.h>

#include "fastpath/xdp_frame.h"

/** octets of the message in frames */
#define MESSAGE_LEN 61

/** what frames differ in; tests that loop run with each */
static const struct {
	bool ipv6;
	bool vlan;
} kinds[] = {
	{ FALSE, FALSE }, { FALSE, TRUE }, { TRUE, FALSE }, { TRUE, TRUE },
};

/** a frame that is made, 1 octet more than any of them has */
static uint8_t data[256];
static size_t ip, udp, len;

/**
 * Add 16 bits to a frame.
 */
static void add16(uint16_t value)
{
	data[len++] = value >> 8;
	data[len++] = value;
}

/**
 * Sum of 16 bit words in network order, RFC 1071 as it stands there.
 */
static uint32_t words(uint32_t sum, const uint8_t *from, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
	{
		sum += i % 2 ? from[i] : from[i] << 8;
	}
	while (sum >> 16)
	{
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/**
 * Sum of a datagram with its pseudo header, 0xffff if the checksum is right.
 */
static uint32_t words_of_datagram(const uint8_t *frame, size_t total)
{
	bool ipv4 = udp - ip == 20;

	return words(words(IPPROTO_UDP + total - udp,
					   frame + ip + (ipv4 ? 12 : 8), ipv4 ? 8 : 32),
				 frame + udp, total - udp);
}

/**
 * Write a checksum.
 */
static void put(size_t where, uint32_t value)
{
	data[where] = value >> 8;
	data[where + 1] = value;
}

/**
 * Make a frame from port 4500 of 192.0.2.1 or 2001:db8::1 to port 500 of
 * 198.51.100.2 or 2001:db8::2.
 */
static void make(int kind)
{
	static const uint8_t ipv4[] = { 192, 0, 2, 1, 198, 51, 100, 2 };
	static const uint8_t net[] = { 0x20, 1, 0x0d, 0xb8 };
	size_t i;

	memset(data, 0, sizeof(data));
	for (len = 0; len < 12; len++)
	{
		data[len] = 2 * len;
	}
	if (kinds[kind].vlan)
	{
		add16(0x8100);
		add16(0x6007);
	}
	add16(kinds[kind].ipv6 ? 0x86dd : 0x0800);
	ip = len;
	udp = ip + (kinds[kind].ipv6 ? 40 : 20);
	if (kinds[kind].ipv6)
	{
		add16(0x6b81);
		add16(0x2345);
		add16(8 + MESSAGE_LEN);
		add16(17 << 8 | 3);
		memcpy(data + ip + 8, net, sizeof(net));
		memcpy(data + ip + 24, net, sizeof(net));
		data[ip + 23] = 1;
		data[ip + 39] = 2;
	}
	else
	{
		add16(0x45b8);
		add16(28 + MESSAGE_LEN);
		add16(0x1234);
		add16(0);
		add16(3 << 8 | 17);
		add16(0);
		memcpy(data + len, ipv4, sizeof(ipv4));
		put(ip + 10, ~words(0, data + ip, 20));
	}
	len = udp;
	add16(4500);
	add16(500);
	add16(8 + MESSAGE_LEN);
	add16(0);
	for (i = 0; i < MESSAGE_LEN; i++)
	{
		data[len++] = 0xa0 + i;
	}
	put(udp + 6, ~words_of_datagram(data, len));
}

/**
 * Take apart what was made, from memory that ends where it does.
 */
static bool parse(size_t length, ike_datagram_t *datagram)
{
	xdp_frame_t frame;
	chunk_t copy;
	bool parsed;

	copy = chunk_clone(chunk_create(data, length));
	memset(datagram, 0, sizeof(*datagram));
	parsed = xdp_frame_parse(copy, &frame, datagram);
	if (parsed)
	{
		ck_assert_uint_eq(frame.ip, ip);
		ck_assert_uint_eq(frame.udp, udp);
		ck_assert(chunk_equals(datagram->data,
							   chunk_create(data + udp + 8, MESSAGE_LEN)));
		datagram->data = chunk_empty;
	}
	free(copy.ptr);
	return parsed;
}

static void check_refused(const char *why)
{
	ike_datagram_t datagram;

	ck_assert_msg(!parse(len, &datagram), "%s", why);
}

START_TEST(takes_datagrams_with_their_addresses)
{
	ike_datagram_t datagram;
	ip_address_t expected;
	host_t *source;

	make(_i);
	ck_assert(parse(len, &datagram));
	ck_assert(ip_address_from_string(kinds[_i].ipv6 ? "2001:db8::2"
													: "198.51.100.2", &expected));
	ck_assert(ip_address_equals(&datagram.destination, &expected));
	ck_assert_uint_eq(datagram.port, 500);
	source = host_create_from_sockaddr(&datagram.source.addr);
	ck_assert(ip_address_from_string(kinds[_i].ipv6 ? "2001:db8::1"
													: "192.0.2.1", &expected));
	ck_assert(memeq(source->get_address(source).ptr, expected.data,
					kinds[_i].ipv6 ? 16 : 4));
	ck_assert_uint_eq(source->get_port(source), 4500);
	source->destroy(source);
}
END_TEST

START_TEST(cuts_off_padding)
{
	ike_datagram_t datagram;

	make(_i);
	ck_assert(parse(len + 1, &datagram));
}
END_TEST

START_TEST(refuses_frames_that_end_early)
{
	ike_datagram_t datagram;
	size_t length;

	make(_i);
	for (length = 0; length < len; length++)
	{
		ck_assert(!parse(length, &datagram));
	}
}
END_TEST

START_TEST(refuses_damage_anywhere)
{
	ike_datagram_t datagram;
	size_t from = kinds[_i].ipv6 ? 4 : 0;
	size_t i;

	/* IPv6 has no checksum for version, class, flow label and hop limit */
	make(_i);
	for (i = ip + from; i < len; i++)
	{
		if (kinds[_i].ipv6 && i == ip + 7)
		{
			continue;
		}
		make(_i);
		data[i] ^= 0x10;
		ck_assert_msg(!parse(len, &datagram), "octet %zu", i);
	}
}
END_TEST

START_TEST(accepts_checksums_that_were_not_filled_in)
{
	ike_datagram_t datagram;

	make(_i);
	put(udp + 6, 0);
	/* RFC 8200, section 8.1: never without one */
	ck_assert(parse(len, &datagram) != kinds[_i].ipv6);
	/* the sum of the pseudo header, that the hardware would go on from */
	make(_i);
	put(udp + 6, 0);
	put(udp + 6, words(IPPROTO_UDP + len - udp,
					   data + ip + (kinds[_i].ipv6 ? 8 : 12),
					   kinds[_i].ipv6 ? 32 : 8));
	ck_assert(parse(len, &datagram));
}
END_TEST

START_TEST(refuses_fragments_and_options)
{
	make(0);
	data[ip + 6] = 0x20;
	put(ip + 10, 0);
	put(ip + 10, ~words(0, data + ip, 20));
	check_refused("first fragment");
	make(0);
	data[ip + 7] = 1;
	put(ip + 10, 0);
	put(ip + 10, ~words(0, data + ip, 20));
	check_refused("other fragment");
	make(0);
	data[ip] = 0x46;
	put(ip + 10, 0);
	put(ip + 10, ~words(0, data + ip, 24));
	check_refused("options");
	make(2);
	data[ip + 6] = 44;
	check_refused("fragment header");
	make(0);
	data[12] = 0x88;
	data[13] = 0xa8;
	check_refused("other protocol");
}
END_TEST

START_TEST(answers_the_way_it_came)
{
	uint8_t answer[MESSAGE_LEN], before[sizeof(data)];
	ike_datagram_t datagram = {};
	size_t length, half = kinds[_i].ipv6 ? 16 : 4, addresses;
	xdp_frame_t frame;
	chunk_t sent;

	memset(answer, 0x5a, sizeof(answer));
	/* of even and odd length */
	for (length = MESSAGE_LEN - 2; length <= MESSAGE_LEN; length++)
	{
		make(_i);
		memcpy(before, data, sizeof(before));
		ck_assert(xdp_frame_parse(chunk_create(data, len), &frame, &datagram));
		sent = xdp_frame_answer(&frame, chunk_create(answer, length));
		ck_assert_ptr_eq(sent.ptr, data);
		ck_assert_uint_eq(sent.len, udp + 8 + length);
		/* neighbours and addresses changed places, VLAN and type did not */
		ck_assert(memeq(data, before + 6, 6) && memeq(data + 6, before, 6));
		ck_assert(memeq(data + 12, before + 12, ip - 12));
		addresses = ip + (kinds[_i].ipv6 ? 8 : 12);
		ck_assert(memeq(data + addresses, before + addresses + half, half));
		ck_assert(memeq(data + addresses + half, before + addresses, half));
		ck_assert(memeq(data + udp, before + udp + 2, 2));
		ck_assert(memeq(data + udp + 2, before + udp, 2));
		ck_assert(memeq(data + udp + 8, answer, length));
		/* no DSCP, hop limit 64, not to be fragmented */
		if (kinds[_i].ipv6)
		{
			ck_assert(memeq(data + ip, ((uint8_t[]){ 0x60, 0, 0, 0 }), 4));
			ck_assert_uint_eq(data[ip + 7], 64);
		}
		else
		{
			ck_assert_uint_eq(data[ip + 1], 0);
			ck_assert_uint_eq(data[ip + 6], 0x40);
			ck_assert_uint_eq(data[ip + 8], 64);
			ck_assert_uint_eq(words(0, data + ip, 20), 0xffff);
		}
		ck_assert(untoh16(data + udp + 6) != 0);
		ck_assert_uint_eq(words_of_datagram(data, sent.len), 0xffff);
		ck_assert(xdp_frame_parse(sent, &frame, &datagram));
	}
}
END_TEST

START_TEST(never_sends_a_checksum_of_zero)
{
	ike_datagram_t datagram = {};
	uint8_t answer[2] = {};
	xdp_frame_t frame;
	chunk_t sent;
	uint32_t value;
	bool seen = FALSE;

	/* among all answers of two octets one has that sum */
	for (value = 0; value <= 0xffff; value++)
	{
		make(_i);
		ck_assert(xdp_frame_parse(chunk_create(data, len), &frame, &datagram));
		htoun16(answer, value);
		sent = xdp_frame_answer(&frame, chunk_from_thing(answer));
		ck_assert(untoh16(data + udp + 6) != 0);
		ck_assert_uint_eq(words_of_datagram(data, sent.len), 0xffff);
		seen |= untoh16(data + udp + 6) == 0xffff;
	}
	ck_assert(seen);
}
END_TEST

int main()
{
	Suite *suite = suite_create("xdp_frame");
	TCase *tcase = tcase_create("parse");
	SRunner *runner;
	int failed;

	if (!library_init("", "charon"))
	{
		return EXIT_FAILURE;
	}
	tcase_add_loop_test(tcase, takes_datagrams_with_their_addresses, 0,
						countof(kinds));
	tcase_add_loop_test(tcase, cuts_off_padding, 0, countof(kinds));
	tcase_add_loop_test(tcase, refuses_frames_that_end_early, 0, countof(kinds));
	tcase_add_loop_test(tcase, refuses_damage_anywhere, 0, countof(kinds));
	tcase_add_loop_test(tcase, accepts_checksums_that_were_not_filled_in, 0,
						countof(kinds));
	tcase_add_test(tcase, refuses_fragments_and_options);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("answer");
	tcase_add_loop_test(tcase, answers_the_way_it_came, 0, countof(kinds));
	tcase_add_loop_test(tcase, never_sends_a_checksum_of_zero, 0, countof(kinds));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
