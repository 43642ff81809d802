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

#include <netdb.h>
#include <signal.h>
#include <unistd.h>

/**
 * Servers that are none: whatever they answer, a store says that it is of no
 * use, takes bounded memory, and goes away when it is to.
 */

/**
 * Names that are never looked up to the end
 */
#define HANGS "hangs.test"

/**
 * Set once such a name is being looked up
 */
static volatile bool looking_up;

/**
 * Takes the place of the C library's.
 */
int getaddrinfo(const char *node, const char *service,
				const struct addrinfo *hints, struct addrinfo **res)
{
	struct sockaddr_in *addr;

	if (streq(node, HANGS))
	{
		looking_up = TRUE;
		while (TRUE)
		{
			pause();
		}
	}
	*res = calloc(1, sizeof(**res) + sizeof(*addr));
	addr = (struct sockaddr_in*)(*res + 1);
	addr->sin_family = AF_INET;
	addr->sin_port = htons(atoi(service));
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(*res)->ai_addr = (struct sockaddr*)addr;
	(*res)->ai_addrlen = sizeof(*addr);
	return 0;
}

void freeaddrinfo(struct addrinfo *res)
{
	free(res);
}

/**
 * See what a store makes of an answer to a command, and that it tries again.
 */
static void try(const char *command, const void *answer, size_t len,
				size_t times, redirect_store_state_t state, const char *words)
{
	server_t *server = fake_start(command, answer, len, times);
	listener_t *moon = listener_at(server->port);

	listener_put(moon, "gateway", "moon", "up", 0, TRUE);
	listener_wait_state(moon, state, words);
	if (state == REDIRECT_STORE_DOWN)
	{
		listener_wait_stat(moon, failures, 2);
	}
	ck_assert_str_ne(moon->lists[1], "order sun drain;");
	listener_destroy(moon);
	server_destroy(server);
}

/**
 * The same for a text, after which the server is given up.
 */
static void try_down(const char *command, const char *answer, const char *words)
{
	try(command, answer, strlen(answer), 1, REDIRECT_STORE_DOWN, words);
}

START_TEST(works_with_the_fake_when_it_does_not_lie)
{
	try("NOTHING", "", 0, 0, REDIRECT_STORE_UP, "");
}
END_TEST

START_TEST(gives_up_what_speaks_another_protocol)
{
	try_down("ROLE", "220 mail.example.org ESMTP\r\n", "not understood");
	try_down("ROLE", "HTTP/1.1 400 Bad Request\r\n\r\n", "not understood");
	try_down("PING", "$x\r\n", "not understood");
	try_down("HGETALL", "*-7\r\n", "not understood");
	try("TIME", "\0\0\0\0", 4, 1, REDIRECT_STORE_DOWN, "not understood");
}
END_TEST

START_TEST(gives_up_what_answers_too_much)
{
	char block[65536];

	memset(block, 'x', sizeof(block));
	/* more elements than memory has room for, deep in each other, or flat */
	try_down("HGETALL", "*1000000000\r\n", "");
	try_down("HGETALL", "*30000\r\n*30000\r\n*30000\r\n", "");
	try("HGETALL", "*1\r\n", 4, 1000, REDIRECT_STORE_DOWN, "");
	/* a string that does not end: 64 MiB of it, however long they take */
	fixture_timeout = 60000;
	memcpy(block, "$2000000000\r\n", 13);
	try("HGETALL", block, sizeof(block), 1024, REDIRECT_STORE_DOWN, "too large");
	fixture_timeout = 1000;
	/* an answer that is not one to any question */
	try_down("TIME", "+a\r\n+b\r\n+c\r\n+d\r\n+e\r\n+f\r\n+g\r\n+h\r\n+i\r\n"
			 "+j\r\n+k\r\n+l\r\n", "not asked");
}
END_TEST

START_TEST(gives_up_what_is_silent_or_ends)
{
	try("ROLE", "", 0, 1, REDIRECT_STORE_DOWN, "");
	try("HGETALL", "", 0, 1, REDIRECT_STORE_DOWN, "");
	try_down("PING", "$100\r\nhalf an answ", "within 1000 ms");
	try_down("HGETALL", "*2\r\n$3\r\nsun\r\n", "within 1000 ms");
}
END_TEST

/**
 * Wait until there were so many failures.
 *
 * @return				when that was, in milliseconds
 */
static int64_t wait_failures(listener_t *moon, u_int count)
{
	timeval_t now;

	listener_wait_stat(moon, failures, count);
	time_monotonic(&now);
	return now.tv_sec * 1000LL + now.tv_usec / 1000;
}

START_TEST(asks_less_and_less_what_answers_and_ends)
{
	server_t *server = fake_start("HSET", "", 0, 1);
	listener_t *moon = listener_at(server->port);
	int64_t at[7];
	u_int i;

	listener_put(moon, "gateway", "moon", "up", 0, FALSE);
	for (i = 1; i < countof(at); i++)
	{
		at[i] = wait_failures(moon, i);
	}
	ck_assert_int_gt(at[6] - at[4], 2 * (at[3] - at[1]));
	listener_destroy(moon);
	server_destroy(server);
}
END_TEST

START_TEST(gives_up_what_cannot_serve_now)
{
	try_down("PING", "-LOADING Redis is loading the dataset in memory\r\n",
			 "LOADING");
	try_down("HSET", "-READONLY You can't write against a replica.\r\n",
			 "READONLY");
	try_down("HGETALL", "-MASTERDOWN Link with MASTER is down\r\n",
			 "MASTERDOWN");
	try_down("HGETALL", "-NOAUTH Authentication required.\r\n", "NOAUTH");
	try_down("ROLE", "*2\r\n$5\r\nslave\r\n$1\r\nx\r\n", "not a master");
}
END_TEST

START_TEST(says_what_is_odd_about_answers_of_another_type)
{
	static const char *const odd[] = {
		":7\r\n", "$-1\r\n", "*-1\r\n", "+\r\n", "*3\r\n:1\r\n:2\r\n:3\r\n",
		"-\r\n", "*2\r\n*0\r\n*0\r\n", "*2\r\n$-1\r\n$-1\r\n",
	};
	size_t i;

	for (i = 0; i < countof(odd); i++)
	{
		try("TIME", odd[i], strlen(odd[i]), 1, REDIRECT_STORE_DEGRADED,
			"does not tell the time");
	}
	for (i = 0; i < 5; i++)
	{
		try("HGETALL", odd[i], strlen(odd[i]), 1, REDIRECT_STORE_DEGRADED,
			"refuses lists");
	}
	try("HSET", "+OK\r\n", 5, 1, REDIRECT_STORE_DEGRADED,
		"refuses what is put: an odd answer");
	/* words of a server go to logs: no character of a terminal */
	try("HGETALL", "-\33[2Jbad\r\n", 10, 1, REDIRECT_STORE_DEGRADED,
		"?[2Jbad");
}
END_TEST

START_TEST(ignores_messages_that_are_odd)
{
	static const char messages[] =
		"*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n"
		"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n:1\r\n"
		"*3\r\n$7\r\nmessage\r\n*0\r\n$-1\r\n"
		"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$0\r\n\r\n"
		"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$6\r\norder \r\n"
		"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$9\r\nother a b\r\n"
		"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$15\r\norder sun drain\r\n";
	server_t *server = fake_start("SUBSCRIBE", messages, strlen(messages), 1);
	listener_t *moon = listener_at(server->port);

	listener_wait_changes(moon, "order sun drain;");
	ck_assert_uint_eq(listener_stats(moon).ignored, 5);
	ck_assert_uint_eq(listener_stats(moon).changes, 1);
	listener_destroy(moon);
	server_destroy(server);
}
END_TEST

START_TEST(is_destroyed_while_a_name_is_looked_up)
{
	redirect_store_options_t options;
	timeval_t begin, end;
	listener_t *moon;
	char url[64];
	int i;

	options = fixture_options(0, url);
	strcpy(url, "redis://" HANGS);
	moon = listener_create(&options);
	for (i = 0; i < 2000 && !looking_up; i++)
	{
		usleep(10000);
	}
	ck_assert(looking_up);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	time_monotonic(&begin);
	listener_destroy(moon);
	time_monotonic(&end);
	ck_assert_int_lt(end.tv_sec - begin.tv_sec, 10);
}
END_TEST

/**
 * All tests.
 */
static Suite *suite(void)
{
	Suite *s = suite_create("hostile");
	TCase *tc;

	tc = tcase_create("answers");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, works_with_the_fake_when_it_does_not_lie);
	tcase_add_test(tc, gives_up_what_speaks_another_protocol);
	tcase_add_test(tc, gives_up_what_answers_too_much);
	tcase_add_test(tc, gives_up_what_is_silent_or_ends);
	tcase_add_test(tc, asks_less_and_less_what_answers_and_ends);
	tcase_add_test(tc, gives_up_what_cannot_serve_now);
	tcase_add_test(tc, says_what_is_odd_about_answers_of_another_type);
	tcase_add_test(tc, ignores_messages_that_are_odd);
	tcase_add_test(tc, is_destroyed_while_a_name_is_looked_up);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return fixture_run(suite());
}
