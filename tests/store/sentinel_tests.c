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
 * Stores whose server is where sentinels say: a master, a replica, and what is
 * done when they change places.
 */

static server_t *master, *replica, *sentinel;

/**
 * Wait until the answer to a command contains a text.
 */
#define wait_command(server, text, fmt, ...) ({ \
	char *_answer = NULL; \
	int _i; \
	for (_i = 0; _i < 2000; _i++) \
	{ \
		free(_answer); \
		_answer = server_command(server, fmt, ##__VA_ARGS__); \
		if (strstr(_answer, text)) \
		{ \
			break; \
		} \
		usleep(10000); \
	} \
	ck_assert_msg(strstr(_answer, text) != NULL, "%s", _answer); \
	free(_answer); \
})

static void setup(void)
{
	char text[256];

	master = server_start(NULL);
	snprintf(text, sizeof(text), "--replicaof 127.0.0.1 %u", master->port);
	replica = server_start(text);
	wait_command(master, "state=online", "INFO replication");
	snprintf(text, sizeof(text), "sentinel monitor cluster 127.0.0.1 %u 1\n"
			 "sentinel down-after-milliseconds cluster 500\n"
			 "sentinel failover-timeout cluster 3000\n", master->port);
	sentinel = sentinel_start(text);
	wait_command(sentinel, "slaves=1", "INFO sentinel");
}

static void teardown(void)
{
	server_destroy(sentinel);
	server_destroy(replica);
	server_destroy(master);
}

/**
 * Create a store that asks a sentinel which does not run, then others.
 */
static listener_t *create(const char *name, uint16_t port)
{
	redirect_store_options_t options;
	char url[64], dead[32], alive[32];
	const char *sentinels[] = { dead, alive, NULL };

	options = fixture_options(0, url);
	snprintf(url, sizeof(url), "redis://%s", name);
	snprintf(dead, sizeof(dead), "127.0.0.1:%u", fixture_port());
	snprintf(alive, sizeof(alive), "127.0.0.1:%u", port);
	options.sentinels = sentinels;
	return listener_create(&options);
}

/**
 * Wait until a store works at a server.
 */
static void wait_at(listener_t *listener, server_t *server)
{
	char words[64];

	snprintf(words, sizeof(words), "connected to 127.0.0.1:%u", server->port);
	listener_wait_state(listener, REDIRECT_STORE_UP, words);
}

START_TEST(follows_when_the_master_dies)
{
	listener_t *moon = create("cluster", sentinel->port);
	listener_t *sun = create("cluster", sentinel->port);

	wait_at(moon, master);
	wait_at(sun, master);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_list(sun, "order", "order sun drain;");
	/* else the master may die before it has told its replica */
	wait_command(replica, "drain", "HGET redirect:order sun");
	server_kill(master);
	listener_wait_down(moon, "");
	listener_put(moon, "order", "mars", "drain", 0, TRUE);
	wait_at(moon, replica);
	wait_at(sun, replica);
	listener_wait_list(sun, "order", "order mars drain;order sun drain;");
	ck_assert_uint_eq(listener_stats(moon).waiting, 0);
	listener_destroy(moon);
	listener_destroy(sun);
}
END_TEST

START_TEST(follows_when_the_master_is_changed_and_lives)
{
	listener_t *moon = create("cluster", sentinel->port);

	wait_at(moon, master);
	wait_command(sentinel, "OK", "SENTINEL FAILOVER cluster");
	/* by READONLY, by the sentinel, or as the connection is cut */
	wait_at(moon, replica);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_list(moon, "order", "order sun drain;");
	listener_destroy(moon);
}
END_TEST

START_TEST(says_that_no_sentinel_knows_a_master)
{
	listener_t *moon = create("other", sentinel->port);

	listener_wait_down(moon, "no sentinel knows other, the last: it says: "
					   "no such master");
	listener_destroy(moon);
	server_kill(sentinel);
	moon = create("cluster", sentinel->port);
	listener_wait_down(moon, "no sentinel knows cluster");
	listener_destroy(moon);
}
END_TEST

START_TEST(asks_the_next_sentinel_when_one_hangs)
{
	redirect_store_options_t options;
	char url[64], hangs[32], alive[32];
	const char *sentinels[] = { hangs, alive, NULL };
	server_t *other = server_start(NULL);
	listener_t *moon;

	server_signal(other, SIGSTOP);
	options = fixture_options(0, url);
	strcpy(url, "redis://cluster");
	snprintf(hangs, sizeof(hangs), "127.0.0.1:%u", other->port);
	snprintf(alive, sizeof(alive), "127.0.0.1:%u", sentinel->port);
	options.sentinels = sentinels;
	moon = listener_create(&options);
	wait_at(moon, master);
	ck_assert_uint_eq(listener_stats(moon).failures, 0);
	listener_destroy(moon);
	server_destroy(other);
}
END_TEST

START_TEST(logs_in_at_sentinels_with_the_right_to_ask_only)
{
	redirect_store_options_t options;
	char text[512], url[64], at[32];
	const char *sentinels[] = { at, NULL };
	server_t *guarded;
	listener_t *moon;

	wait_command(master, "OK", "ACL SETUSER gateway on >spring ~* &* +@all");
	snprintf(text, sizeof(text), "user default off\nuser gateway on >spring "
			 "-@all +auth +sentinel|get-master-addr-by-name\n"
			 "sentinel monitor cluster 127.0.0.1 %u 1\n", master->port);
	guarded = sentinel_start(text);
	options = fixture_options(0, url);
	strcpy(url, "redis://cluster");
	snprintf(at, sizeof(at), "127.0.0.1:%u", guarded->port);
	options.sentinels = sentinels;
	moon = listener_create(&options);
	listener_wait_down(moon, "NOAUTH");
	listener_destroy(moon);
	options.username = "gateway";
	options.password = "spring";
	moon = listener_create(&options);
	wait_at(moon, master);
	listener_destroy(moon);
	server_destroy(guarded);
}
END_TEST

/**
 * A sentinel that answers a text, and what comes of it.
 */
static void try_sentinel(const char *text, const char *words)
{
	server_t *fake = fake_start("SENTINEL", text, strlen(text), 1);
	listener_t *moon = create("cluster", fake->port);

	listener_wait_down(moon, words);
	ck_assert_uint_eq(listener_stats(moon).connects, 0);
	listener_destroy(moon);
	server_destroy(fake);
}

START_TEST(takes_no_replica_for_the_master)
{
	char text[64], port[8];

	snprintf(port, sizeof(port), "%u", replica->port);
	snprintf(text, sizeof(text), "*2\r\n$9\r\n127.0.0.1\r\n$%zu\r\n%s\r\n",
			 strlen(port), port);
	try_sentinel(text, "not a master, but: slave");
}
END_TEST

START_TEST(believes_no_sentinel_that_talks_nonsense)
{
	try_sentinel("*2\r\n:1\r\n:2\r\n", "no sentinel knows cluster");
	try_sentinel("*2\r\n$1\r\n;\r\n$1\r\n1\r\n", "no sentinel knows cluster");
	try_sentinel("*2\r\n$1\r\na\r\n$6\r\n100000\r\n",
				 "no sentinel knows cluster");
	try_sentinel("*2\r\n$1\r\na\r\n$2\r\n-1\r\n", "no sentinel knows cluster");
	try_sentinel("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n",
				 "no sentinel knows cluster");
	try_sentinel("-ERR unknown command\r\n", "unknown command");
	try_sentinel("*1000000000\r\n", "no sentinel knows cluster");
	try_sentinel("nonsense\r\n", "no sentinel knows cluster");
}
END_TEST

/**
 * All tests.
 */
static Suite *suite(void)
{
	Suite *s = suite_create("sentinels");
	TCase *tc;

	tc = tcase_create("failover");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, follows_when_the_master_dies);
	tcase_add_test(tc, follows_when_the_master_is_changed_and_lives);
	tcase_add_test(tc, says_that_no_sentinel_knows_a_master);
	tcase_add_test(tc, asks_the_next_sentinel_when_one_hangs);
	tcase_add_test(tc, logs_in_at_sentinels_with_the_right_to_ask_only);
	tcase_add_test(tc, takes_no_replica_for_the_master);
	suite_add_tcase(s, tc);

	tc = tcase_create("lies");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, believes_no_sentinel_that_talks_nonsense);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return fixture_run(suite());
}
