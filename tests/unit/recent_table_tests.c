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

#include "policy_fixture.h"

#include "utils/monotonic.h"

/**
 * Seconds by which the clock of what is tested is ahead.
 */
static time_t ahead;

/**
 * Stands in for clock_gettime(), by an option of the linker.
 */
int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	int result = __real_clock_gettime(clock, ts);

	ts->tv_sec += ahead;
	return result;
}

/**
 * Ages of what is remembered for 300 seconds: just too old, and those whose lower
 * bits alone are those of something younger.
 */
static const time_t too_old[] = {
	302, 400, 0x8000, 0x8000 + 100, 0xffff, 0x10000, 0x10000 + 100,
	0x20000 + 299, 0xffffff, 0x1000000, 0x1000000 + 100, 0x7fffff00,
};

/**
 * A request of a client with a port, redirected from a gateway or not.
 */
static redirect_request_t request(const char *from, uint16_t port, uint64_t spi)
{
	redirect_request_t request = policy_fixture_init("198.51.100.7", spi);

	request.remote_port = port;
	if (from)
	{
		request.redirected_from = policy_fixture_address(from);
	}
	return request;
}

START_TEST(remembers_what_was_put)
{
	recent_table_t *recent = recent_table_create(6, 100);
	uint64_t key = 0x1234567890abcdefULL;
	uint32_t value = 0;

	ck_assert(!recent->get(recent, key, 100, &value));
	recent->put(recent, key, 42);
	ck_assert(recent->get(recent, key, 100, &value));
	ck_assert_uint_eq(value, 42);
	recent->put(recent, key, 43);
	ck_assert(recent->get(recent, key, 100, &value));
	ck_assert_uint_eq(value, 43);
	ck_assert(!recent->get(recent, ~key, 100, &value));
	ck_assert(!recent->get(recent, key ^ 1ULL << 63, 100, &value));
	ck_assert_uint_eq(recent->get_dropped(recent), 0);
	recent->destroy(recent);
}
END_TEST

START_TEST(forgets_what_is_too_old)
{
	recent_table_t *recent = recent_table_create(6, 300);
	uint32_t value;

	recent->put(recent, 7, 1);
	ahead = 299;
	ck_assert(recent->get(recent, 7, 300, &value));
	ck_assert(!recent->get(recent, 7, 297, &value));
	ahead = too_old[_i];
	ck_assert(!recent->get(recent, 7, 300, &value));
	ahead = 0;
	recent->destroy(recent);
}
END_TEST

START_TEST(has_room_for_eight_in_a_set_and_counts_the_rest)
{
	/* one set of eight: only the upper bits of the keys differ */
	recent_table_t *recent = recent_table_create(3, 100);
	uint32_t value;
	uint64_t i;

	for (i = 1; i <= 8; i++)
	{
		recent->put(recent, i << 48, i);
	}
	ck_assert_uint_eq(recent->get_dropped(recent), 0);
	for (i = 1; i <= 8; i++)
	{
		ck_assert(recent->get(recent, i << 48, 100, &value));
		ck_assert_uint_eq(value, i);
	}
	recent->put(recent, 9ULL << 48, 9);
	ck_assert_uint_eq(recent->get_dropped(recent), 1);
	ck_assert(recent->get(recent, 9ULL << 48, 100, &value));
	recent->destroy(recent);
}
END_TEST

START_TEST(keeps_half_of_its_room_without_much_loss)
{
	/* random keys: a set of eight overflows seldom at half the load */
	recent_table_t *recent = recent_table_create(16, 100);
	uint32_t value, known = 0;
	uint64_t i;

	for (i = 0; i < 32768; i++)
	{
		recent->put(recent, redirect_selector_mix(i, 0), i);
	}
	for (i = 0; i < 32768; i++)
	{
		known += recent->get(recent, redirect_selector_mix(i, 0), 100, &value) &&
				 value == i;
	}
	ck_assert_uint_ge(known, 32768 * 95 / 100);
	recent->destroy(recent);
}
END_TEST

/**
 * Ids of gateways.
 */
#define SUN_ID 0x1234567812345678ULL
#define MARS_ID 0x8765432187654321ULL

/**
 * What is remembered of the client of a request.
 */
static hop_t get(hop_table_t *hops, redirect_request_t request)
{
	return hops->get(hops, hops->get_place(hops, &request.remote), &request);
}

/**
 * Note that the client of a request is redirected.
 */
static void add(hop_table_t *hops, redirect_request_t request, uint64_t gateway)
{
	hops->add(hops, hops->get_place(hops, &request.remote), &request, gateway);
}

START_TEST(knows_nothing_of_a_client_it_never_saw)
{
	hop_table_t *hops = hop_table_create();

	ck_assert(!get(hops, request("192.0.2.2", 500, 1)).known);
	ck_assert(!get(hops, request(NULL, 500, 1)).known);
	hops->destroy(hops);
}
END_TEST

START_TEST(knows_where_a_client_was_sent_to)
{
	hop_table_t *hops = hop_table_create();
	hop_t hop;

	add(hops, request(NULL, 500, 1), SUN_ID);
	hop = get(hops, request("192.0.2.9", 4500, 2));
	ck_assert(hop.known);
	ck_assert_uint_eq(hop.target, hop_target(SUN_ID));
	ck_assert_uint_ne(hop.target, hop_target(MARS_ID));
	ck_assert_uint_eq(hop.onward, 0);
	ck_assert_uint_eq(hop.tries, 1);
	hops->destroy(hops);
}
END_TEST

START_TEST(sees_a_circle_by_the_nonce)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request(NULL, 500, 1);
	redirect_request_t again = request("192.0.2.9", 61234, 2);

	first.nonce = again.nonce = 0x0123456789abcdefULL;
	add(hops, first, SUN_ID);
	ck_assert(get(hops, again).circle);
	/* a retransmission is not a client that comes back */
	again.spi_i = 1;
	ck_assert(!get(hops, again).circle);
	/* nor is one that starts anew at the gateway it came from */
	again.spi_i = 2;
	again.redirected_from.version = 0;
	ck_assert(!get(hops, again).circle);
	again = request("192.0.2.9", 61234, 2);
	/* who does not know the nonce makes nobody look like it */
	again.nonce = first.nonce + 1;
	ck_assert(!get(hops, again).circle);
	again.nonce = 0;
	ck_assert(!get(hops, again).circle);
	hops->destroy(hops);
}
END_TEST

START_TEST(does_not_know_a_retransmission)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request("192.0.2.8", 500, 1);

	add(hops, first, SUN_ID);
	ck_assert(!get(hops, first).known);
	hops->destroy(hops);
}
END_TEST

START_TEST(tells_clients_behind_a_nat_apart)
{
	hop_table_t *hops = hop_table_create();

	add(hops, request(NULL, 1025, 1), SUN_ID);
	ck_assert(!get(hops, request("192.0.2.9", 1026, 2)).known);
	ck_assert(get(hops, request("192.0.2.9", 1025, 2)).known);
	hops->destroy(hops);
}
END_TEST

START_TEST(counts_how_often_a_client_is_sent_onward)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t onward;
	uint64_t spi;

	for (spi = 1; spi <= 20; spi++)
	{
		onward = request("192.0.2.8", 500, spi);
		ck_assert_uint_eq(get(hops, onward).onward, min(spi - 1, 15));
		add(hops, onward, SUN_ID);
		add(hops, onward, SUN_ID);
	}
	hops->destroy(hops);
}
END_TEST

START_TEST(forgets_what_a_client_did_long_ago)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t client = request("192.0.2.8", 500, 1);

	client.nonce = 7;
	add(hops, client, SUN_ID);
	client.spi_i = 2;
	client.redirected_from = policy_fixture_address("192.0.2.9");
	ahead = 299;
	ck_assert(get(hops, client).known && get(hops, client).circle);
	ahead = too_old[_i];
	ck_assert(!get(hops, client).known && !get(hops, client).circle);
	ck_assert_uint_eq(get(hops, client).onward, 0);
	ahead = 0;
	hops->destroy(hops);
}
END_TEST

START_TEST(takes_attempts_of_one_second_for_one)
{
	hop_table_t *hops = hop_table_create();
	time_t begin, end;
	uint64_t spi;

	/* a host that sets up many tunnels at once */
	begin = monotonic_noted();
	for (spi = 1; spi <= 20; spi++)
	{
		add(hops, request(NULL, 500, spi), SUN_ID);
	}
	end = monotonic_noted();
	ck_assert_int_le(get(hops, request(NULL, 500, spi)).tries,
					 1 + end - begin);
	hops->destroy(hops);
}
END_TEST

START_TEST(prefers_what_is_proven_to_what_is_claimed)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t proven = request(NULL, 500, 1);

	/* a stranger that uses the client's address */
	proven.phase = REDIRECT_PHASE_AUTH;
	add(hops, proven, SUN_ID);
	add(hops, request("192.0.2.8", 500, 2), MARS_ID);
	add(hops, request("192.0.2.8", 500, 3), MARS_ID);
	ck_assert_uint_eq(get(hops, request(NULL, 500, 4)).target,
					  hop_target(SUN_ID));
	ck_assert_uint_eq(get(hops, request(NULL, 500, 4)).onward, 0);
	hops->destroy(hops);
}
END_TEST

START_TEST(hashes_addresses_with_a_key_of_its_own)
{
	hop_table_t *hops = hop_table_create(), *others = hop_table_create();
	redirect_request_t client = request(NULL, 500, 1);

	/* a collision that was calculated for one process is none in another */
	ck_assert(hops->get_place(hops, &client.remote) !=
			  others->get_place(others, &client.remote));
	ck_assert(hops->get_place(hops, &client.remote) !=
			  gateway_hash(ip_address_chunk(&client.remote)));
	hops->destroy(hops);
	others->destroy(others);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("recent");
	TCase *tcase = tcase_create("recent");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, remembers_what_was_put);
	tcase_add_loop_test(tcase, forgets_what_is_too_old, 0, countof(too_old));
	tcase_add_test(tcase, has_room_for_eight_in_a_set_and_counts_the_rest);
	tcase_add_test(tcase, keeps_half_of_its_room_without_much_loss);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("hop_table");
	tcase_add_test(tcase, knows_nothing_of_a_client_it_never_saw);
	tcase_add_test(tcase, knows_where_a_client_was_sent_to);
	tcase_add_test(tcase, sees_a_circle_by_the_nonce);
	tcase_add_test(tcase, does_not_know_a_retransmission);
	tcase_add_test(tcase, tells_clients_behind_a_nat_apart);
	tcase_add_test(tcase, counts_how_often_a_client_is_sent_onward);
	tcase_add_loop_test(tcase, forgets_what_a_client_did_long_ago, 0,
						countof(too_old));
	tcase_add_test(tcase, takes_attempts_of_one_second_for_one);
	tcase_add_test(tcase, prefers_what_is_proven_to_what_is_claimed);
	tcase_add_test(tcase, hashes_addresses_with_a_key_of_its_own);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
