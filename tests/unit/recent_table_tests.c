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

#include <utils/utils/time.h>

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
	recent_table_t *recent = recent_table_create(6, 100);
	time_t put, now;
	uint32_t value;
	bool known;

	recent->put(recent, 7, 1);
	put = time_monotonic(NULL);
	do
	{
		known = recent->get(recent, 7, 1, &value);
		now = time_monotonic(NULL);
	}
	while (known && now < put + 10);
	ck_assert_msg(!known && now >= put + 2, "after %d s", (int)(now - put));
	ck_assert(recent->get(recent, 7, 100, &value));
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

START_TEST(lets_a_client_it_never_saw_go_onward)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request("192.0.2.2", 500, 1);

	ck_assert_int_eq(hops->check(hops, &first, 3), HOP_FINE);
	hops->destroy(hops);
}
END_TEST

START_TEST(sees_a_client_that_comes_back_as_sent_in_a_circle)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request(NULL, 500, 1);
	redirect_request_t again = request("192.0.2.9", 4500, 2);

	hops->add(hops, &first);
	ck_assert_int_eq(hops->check(hops, &again, 3), HOP_CIRCLE);
	hops->destroy(hops);
}
END_TEST

START_TEST(sees_a_circle_the_client_was_led_into)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request("192.0.2.8", 500, 1);
	redirect_request_t again = request("192.0.2.9", 500, 2);

	hops->add(hops, &first);
	ck_assert_int_eq(hops->check(hops, &again, 3), HOP_CIRCLE);
	hops->destroy(hops);
}
END_TEST

START_TEST(gives_a_retransmission_the_same_verdict)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request("192.0.2.8", 500, 1);

	hops->add(hops, &first);
	ck_assert_int_eq(hops->check(hops, &first, 1), HOP_FINE);
	hops->destroy(hops);
}
END_TEST

START_TEST(tells_clients_behind_a_nat_apart)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t first = request(NULL, 1025, 1);
	redirect_request_t other = request("192.0.2.9", 1026, 2);

	hops->add(hops, &first);
	ck_assert_int_eq(hops->check(hops, &other, 3), HOP_FINE);
	hops->destroy(hops);
}
END_TEST

START_TEST(spends_the_budget_of_a_client)
{
	hop_table_t *hops = hop_table_create();
	redirect_request_t onward;
	uint64_t spi;

	for (spi = 1; spi <= 3; spi++)
	{
		onward = request("192.0.2.8", 500, spi);
		ck_assert_int_eq(hops->check(hops, &onward, 3), HOP_FINE);
		hops->add(hops, &onward);
		hops->add(hops, &onward);
	}
	onward = request("192.0.2.8", 500, spi);
	ck_assert_int_eq(hops->check(hops, &onward, 3), HOP_BUDGET);
	ck_assert_int_eq(hops->check(hops, &onward, 4), HOP_FINE);
	hops->destroy(hops);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("recent");
	TCase *tcase = tcase_create("recent");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, remembers_what_was_put);
	tcase_add_test(tcase, forgets_what_is_too_old);
	tcase_add_test(tcase, has_room_for_eight_in_a_set_and_counts_the_rest);
	tcase_add_test(tcase, keeps_half_of_its_room_without_much_loss);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("hop_table");
	tcase_add_test(tcase, lets_a_client_it_never_saw_go_onward);
	tcase_add_test(tcase, sees_a_client_that_comes_back_as_sent_in_a_circle);
	tcase_add_test(tcase, sees_a_circle_the_client_was_led_into);
	tcase_add_test(tcase, gives_a_retransmission_the_same_verdict);
	tcase_add_test(tcase, tells_clients_behind_a_nat_apart);
	tcase_add_test(tcase, spends_the_budget_of_a_client);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
