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

#include "store_fixture.h"

#include <signal.h>
#include <unistd.h>

/**
 * Stores with a real redis-server: what they do when all is well, and what
 * becomes of them when it is not.
 */

static server_t *server;
static listener_t *moon, *sun;

/**
 * A server and two gateways that are connected to it.
 */
static void setup(void)
{
	server = server_start(NULL);
	moon = listener_at(server->port);
	sun = listener_at(server->port);
	listener_wait_state(moon, REDIRECT_STORE_UP, "connected to 127.0.0.1");
	listener_wait_state(sun, REDIRECT_STORE_UP, "connected to 127.0.0.1");
	server_wait_subscribers(server, 2);
}

static void teardown(void)
{
	listener_destroy(moon);
	listener_destroy(sun);
	server_destroy(server);
}

START_TEST(tells_each_gateway_what_the_others_put)
{
	listener_put(moon, "gateway", "moon", "up", 60000, FALSE);
	listener_put(sun, "gateway", "sun", "down", 60000, FALSE);
	listener_put(sun, "order", "moon", "drain", 0, FALSE);

	listener_wait_list(moon, "gateway", "gateway moon up;gateway sun down;");
	listener_wait_list(sun, "gateway", "gateway moon up;gateway sun down;");
	listener_wait_list(moon, "order", "order moon drain;");
}
END_TEST

START_TEST(replaces_and_removes_records)
{
	listener_put(moon, "order", "sun", "one", 0, FALSE);
	listener_wait_list(sun, "order", "order sun one;");
	listener_put(moon, "order", "sun", "two", 0, FALSE);
	listener_wait_list(sun, "order", "order sun two;");
	ck_assert(sun->store->remove(sun->store, "order", "sun"));
	listener_wait_list(moon, "order", "");
}
END_TEST

START_TEST(keeps_values_of_any_octets)
{
	const uint8_t value[] = { 0, ' ', '\r', '\n', 0xff, 0 };
	redirect_store_stats_t stats;

	ck_assert(moon->store->put(moon->store, "order", "sun", value, sizeof(value),
							   0, TRUE));
	/* printed up to the first zero */
	listener_wait_list(sun, "order", "order sun ;");
	listener_wait_changes(sun, "order sun ;");
	stats = listener_stats(sun);
	ck_assert_uint_eq(stats.ignored, 0);
}
END_TEST

START_TEST(tells_announced_changes_at_once)
{
	redirect_store_options_t options;
	listener_t *slow;
	char url[64];

	/* a list would come after ten minutes */
	options = fixture_options(server->port, url);
	options.interval = 600000;
	slow = listener_create(&options);
	listener_wait_list(slow, "order", "");
	listener_wait_stat(slow, lists, 2);
	server_wait_subscribers(server, 3);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_changes(slow, "order sun drain;");
	ck_assert(moon->store->remove(moon->store, "order", "sun"));
	listener_wait_changes(slow, "order sun drain;order sun (removed);");
	ck_assert_uint_eq(listener_stats(slow).lists, 2);
	slow->store->refresh(slow->store);
	listener_wait_stat(slow, lists, 4);
	listener_destroy(slow);
}
END_TEST

START_TEST(lets_records_expire_by_the_clock_of_the_server)
{
	listener_put(moon, "gateway", "moon", "up", 300, FALSE);
	listener_put(moon, "gateway", "sun", "up", 0, FALSE);
	listener_wait_list(sun, "gateway", "gateway moon up;gateway sun up;");
	listener_wait_list(sun, "gateway", "gateway sun up;");
}
END_TEST

START_TEST(removes_what_expired_long_ago)
{
	char *result;
	int i;

	ck_assert_uint_eq(listener_stats(sun).ignored, 0);
	result = server_command(server, "HSET redirect:gateway mars 1000");
	free(result);
	/* no value at all: left out, and left alone */
	listener_wait_stat(sun, ignored, 1);
	result = server_command(server, "HSET redirect:gateway mars %s", "1 up");
	free(result);
	for (i = 0; i < 2000; i++)
	{
		result = server_command(server, "HEXISTS redirect:gateway mars");
		if (streq(result, "0"))
		{
			break;
		}
		free(result);
		usleep(10000);
	}
	ck_assert_str_eq(result, "0");
	free(result);
}
END_TEST

START_TEST(refuses_what_is_not_within_the_limits)
{
	redirect_store_t *store = moon->store;
	char name[REDIRECT_STORE_NAME_MAX + 2];
	char value[REDIRECT_STORE_VALUE_MAX + 1];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memset(value, 'b', sizeof(value));
	ck_assert(!store->put(store, "order", name, "", 0, 0, FALSE));
	ck_assert(!store->put(store, "order", "", "", 0, 0, FALSE));
	ck_assert(!store->put(store, "order", "a b", "", 0, 0, FALSE));
	ck_assert(!store->put(store, "order", "a\n", "", 0, 0, FALSE));
	ck_assert(!store->put(store, "", "a", "", 0, 0, FALSE));
	ck_assert(!store->put(store, "order", "a", value, sizeof(value), 0, FALSE));
	ck_assert_uint_eq(listener_stats(moon).puts, 0);
	name[REDIRECT_STORE_NAME_MAX] = '\0';
	ck_assert(store->put(store, "order", name, value, sizeof(value) - 1, 0, TRUE));
	listener_wait_stat(sun, changes, 1);
	ck_assert_uint_eq(listener_stats(sun).ignored, 0);
}
END_TEST

START_TEST(leaves_out_what_is_too_large_or_too_much)
{
	char *result;

	result = server_command(server, "EVAL %s 2 redirect:gateway redirect:order",
		"for i = 1, 4200 do redis.call('hset', KEYS[1], 'gw'..i, '0 up') end "
		"redis.call('hset', KEYS[2], 'large', '0 '..string.rep('x', 4097))");
	ck_assert_str_eq(result, "");
	free(result);
	/* 104 of the list are beyond 4096, and the large one */
	listener_wait_stat(sun, ignored, 105);
	listener_wait_list(sun, "order", "");
	ck_assert_uint_eq(listener_stats(sun).failures, 0);
}
END_TEST

START_TEST(sends_the_last_value_of_each_record_after_it_was_away)
{
	redirect_store_stats_t stats;

	server_kill(server);
	listener_wait_state(moon, REDIRECT_STORE_DOWN, "");
	listener_put(moon, "gateway", "moon", "1", 1, FALSE);
	listener_put(moon, "order", "sun", "1", 0, FALSE);
	listener_put(moon, "order", "sun", "2", 0, FALSE);
	listener_put(moon, "order", "mars", "1", 0, FALSE);
	listener_put(moon, "order", "sun", "3", 0, FALSE);
	usleep(2000);
	server_restart(server);
	listener_wait_list(sun, "order", "order mars 1;order sun 3;");
	stats = listener_stats(moon);
	ck_assert_uint_eq(stats.puts, 5);
	ck_assert_uint_eq(stats.sent, 2);
	ck_assert_uint_eq(stats.replaced, 2);
	ck_assert_uint_eq(stats.expired, 1);
	ck_assert_uint_eq(stats.waiting, 0);
	ck_assert_uint_eq(stats.dropped, 0);
}
END_TEST

START_TEST(bounds_what_waits_and_counts_what_is_dropped)
{
	redirect_store_stats_t stats;
	char name[16];
	int i, taken = 0;

	server_kill(server);
	listener_wait_state(moon, REDIRECT_STORE_DOWN, "");
	for (i = 0; i < 2000; i++)
	{
		snprintf(name, sizeof(name), "gw%d", i);
		taken += moon->store->put(moon->store, "order", name, "x", 1, 0, FALSE);
	}
	stats = listener_stats(moon);
	ck_assert_uint_eq(taken, 1024);
	ck_assert_uint_eq(stats.puts, 2000);
	ck_assert_uint_eq(stats.waiting, 1024);
	ck_assert_uint_eq(stats.dropped, 976);
}
END_TEST

START_TEST(does_not_wait_for_a_server_that_hangs)
{
	server_signal(server, SIGSTOP);
	listener_put(moon, "order", "sun", "drain", 0, FALSE);
	listener_wait_state(moon, REDIRECT_STORE_DOWN, "within 1000 ms");
	server_signal(server, SIGCONT);
	listener_wait_state(moon, REDIRECT_STORE_UP, "");
	listener_wait_list(sun, "order", "order sun drain;");
	ck_assert_uint_ge(listener_stats(moon).failures, 1);
}
END_TEST

START_TEST(says_that_a_full_server_refuses_and_tries_again)
{
	char *result;

	result = server_command(server, "CONFIG SET maxmemory 1");
	ck_assert_str_eq(result, "OK");
	free(result);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_state(moon, REDIRECT_STORE_DEGRADED, "OOM");
	/* it still tells what it has, and who puts nothing does not notice */
	listener_wait_lists(moon, 4);
	listener_wait_state(sun, REDIRECT_STORE_UP, "");
	ck_assert_uint_eq(listener_stats(moon).waiting, 1);
	ck_assert_uint_ge(listener_stats(moon).refused, 1);
	result = server_command(server, "CONFIG SET maxmemory 0");
	free(result);
	listener_wait_list(sun, "order", "order sun drain;");
	listener_wait_state(moon, REDIRECT_STORE_UP, "");
	ck_assert_uint_eq(listener_stats(moon).sent, 1);
}
END_TEST

START_TEST(sends_the_others_at_once_when_one_is_refused)
{
	redirect_store_options_t options;
	listener_t *slow;
	char url[64], *result;

	result = server_command(server, "SET redirect:order broken");
	free(result);
	/* what is refused is sent again after ten minutes */
	options = fixture_options(server->port, url);
	options.interval = 600000;
	slow = listener_create(&options);
	server_wait_subscribers(server, 3);
	listener_put(slow, "order", "sun", "drain", 0, FALSE);
	listener_wait_state(slow, REDIRECT_STORE_DEGRADED, "WRONGTYPE");
	listener_wait_stat(slow, refused, 1);
	listener_put(slow, "gateway", "moon", "up", 0, FALSE);
	listener_wait_list(sun, "gateway", "gateway moon up;");
	/* a later value of the same record is tried, and counts in its place */
	listener_put(slow, "order", "sun", "active", 0, FALSE);
	listener_wait_stat(slow, refused, 2);
	ck_assert_uint_eq(listener_stats(slow).waiting, 1);
	ck_assert_uint_eq(listener_stats(slow).replaced, 1);
	result = server_command(server, "DEL redirect:order");
	free(result);
	slow->store->refresh(slow->store);
	listener_wait_list(sun, "order", "order sun active;");
	listener_wait_stat(slow, sent, 2);
	ck_assert_uint_eq(listener_stats(slow).waiting, 0);
	listener_destroy(slow);
}
END_TEST

START_TEST(tells_an_empty_list_after_a_restart_or_a_flush)
{
	char *result;

	listener_put(moon, "order", "sun", "drain", 0, FALSE);
	listener_wait_list(sun, "order", "order sun drain;");
	result = server_command(server, "FLUSHALL");
	free(result);
	listener_wait_list(sun, "order", "");
	ck_assert_uint_eq(listener_stats(sun).failures, 0);
	listener_put(moon, "order", "sun", "drain", 0, FALSE);
	listener_wait_list(sun, "order", "order sun drain;");
	server_restart(server);
	listener_wait_list(sun, "order", "");
	ck_assert_uint_ge(listener_stats(sun).failures, 1);
	listener_wait_state(sun, REDIRECT_STORE_UP, "");
}
END_TEST

START_TEST(sends_what_waits_before_it_is_destroyed)
{
	listener_t *mars = listener_at(server->port);

	listener_wait_state(mars, REDIRECT_STORE_UP, "");
	listener_put(mars, "order", "mars", "gone", 0, FALSE);
	listener_destroy(mars);
	listener_wait_list(sun, "order", "order mars gone;");
}
END_TEST

START_TEST(is_destroyed_at_once_while_the_server_hangs)
{
	timeval_t begin, end;

	server_signal(server, SIGSTOP);
	listener_put(moon, "order", "sun", "drain", 0, FALSE);
	listener_wait_state(moon, REDIRECT_STORE_DOWN, "");
	time_monotonic(&begin);
	listener_destroy(moon);
	time_monotonic(&end);
	/* the deadline of an exchange, and a machine that is busy */
	ck_assert_int_lt(end.tv_sec - begin.tv_sec, 10);
	moon = listener_at(server->port);
	server_signal(server, SIGCONT);
}
END_TEST

START_TEST(keeps_databases_and_prefixes_apart)
{
	redirect_store_options_t options;
	listener_t *other, *apart;
	char url[64], *all;

	options = fixture_options(server->port, url);
	all = url + strlen(url);
	strcpy(all, "/3");
	other = listener_create(&options);
	*all = '\0';
	options.prefix = "apart";
	apart = listener_create(&options);
	listener_wait_list(other, "order", "");
	listener_wait_list(apart, "order", "");
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_changes(sun, "order sun drain;");
	listener_wait_list(sun, "order", "order sun drain;");
	listener_wait_lists(other, 4);
	listener_wait_lists(apart, 4);
	listener_wait_list(other, "order", "");
	listener_wait_list(apart, "order", "");
	ck_assert_str_eq(other->changes, "");
	ck_assert_str_eq(apart->changes, "");
	listener_destroy(other);
	listener_destroy(apart);
}
END_TEST

/**
 * All tests.
 */
static Suite *suite(void)
{
	Suite *s = suite_create("store");
	TCase *tc;

	tc = tcase_create("records");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, tells_each_gateway_what_the_others_put);
	tcase_add_test(tc, replaces_and_removes_records);
	tcase_add_test(tc, keeps_values_of_any_octets);
	tcase_add_test(tc, tells_announced_changes_at_once);
	tcase_add_test(tc, lets_records_expire_by_the_clock_of_the_server);
	tcase_add_test(tc, removes_what_expired_long_ago);
	tcase_add_test(tc, refuses_what_is_not_within_the_limits);
	tcase_add_test(tc, leaves_out_what_is_too_large_or_too_much);
	tcase_add_test(tc, keeps_databases_and_prefixes_apart);
	suite_add_tcase(s, tc);

	tc = tcase_create("failures");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, sends_the_last_value_of_each_record_after_it_was_away);
	tcase_add_test(tc, bounds_what_waits_and_counts_what_is_dropped);
	tcase_add_test(tc, does_not_wait_for_a_server_that_hangs);
	tcase_add_test(tc, says_that_a_full_server_refuses_and_tries_again);
	tcase_add_test(tc, sends_the_others_at_once_when_one_is_refused);
	tcase_add_test(tc, tells_an_empty_list_after_a_restart_or_a_flush);
	tcase_add_test(tc, sends_what_waits_before_it_is_destroyed);
	tcase_add_test(tc, is_destroyed_at_once_while_the_server_hangs);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return fixture_run(suite());
}
