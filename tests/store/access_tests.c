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
#include "redis_store.h"

/**
 * Who is let in by a server, and which servers are let in on: passwords, names of
 * ACLs, TLS.
 */

/**
 * A name that may do what the plugin does, and nothing else
 */
#define ACL "--user gateway on '>spring' resetkeys '~redirect:*' resetchannels " \
	"'&redirect:*' -@all +auth +select +role +ping +time +hset +hdel +hgetall " \
	"+publish +subscribe"

/**
 * One server with a password or an ACL, and how stores do with it.
 */
static void try_login(const char *arguments, const char *username,
					  const char *password, redirect_store_state_t state,
					  const char *words)
{
	redirect_store_options_t options;
	server_t *server = server_start(arguments);
	listener_t *moon;
	char url[64];

	options = fixture_options(server->port, url);
	options.username = username;
	options.password = password;
	moon = listener_create(&options);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_state(moon, state, words);
	if (state == REDIRECT_STORE_UP)
	{
		listener_wait_list(moon, "order", "order sun drain;");
		listener_wait_stat(moon, sent, 1);
		ck_assert_uint_eq(listener_stats(moon).failures, 0);
		ck_assert_uint_eq(listener_stats(moon).refused, 0);
	}
	/* a password is told to nobody */
	ck_assert(!password || !strstr(moon->words, password));
	listener_destroy(moon);
	server_destroy(server);
}

START_TEST(logs_in_with_a_password)
{
	try_login("--requirepass spring", NULL, "spring", REDIRECT_STORE_UP, "");
}
END_TEST

START_TEST(says_that_a_password_is_wrong_or_missing)
{
	try_login("--requirepass spring", NULL, "autumn", REDIRECT_STORE_DOWN,
			  "WRONGPASS");
	try_login("--requirepass spring", NULL, NULL, REDIRECT_STORE_DOWN, "NOAUTH");
	try_login("", NULL, "autumn", REDIRECT_STORE_DOWN, "does not let us in");
}
END_TEST

START_TEST(needs_no_right_but_those_the_manual_names)
{
	try_login(ACL, "gateway", "spring", REDIRECT_STORE_UP, "");
	try_login(ACL " -role", "gateway", "spring", REDIRECT_STORE_UP, "");
	try_login(ACL, "gateway", "autumn", REDIRECT_STORE_DOWN, "WRONGPASS");
	try_login(ACL, "someone", "spring", REDIRECT_STORE_DOWN, "WRONGPASS");
}
END_TEST

START_TEST(says_which_right_is_missing)
{
	try_login(ACL " -hset", "gateway", "spring", REDIRECT_STORE_DEGRADED,
			  "refuses what is put: NOPERM");
	try_login(ACL " -publish", "gateway", "spring", REDIRECT_STORE_DEGRADED,
			  "refuses announcements: NOPERM");
	try_login(ACL " -hgetall", "gateway", "spring", REDIRECT_STORE_DEGRADED,
			  "refuses lists: NOPERM");
	try_login(ACL " -time", "gateway", "spring", REDIRECT_STORE_DEGRADED,
			  "does not tell the time: NOPERM");
	try_login(ACL " -subscribe", "gateway", "spring", REDIRECT_STORE_DEGRADED,
			  "announcements do not come");
}
END_TEST

/**
 * A server with TLS, and its files.
 */
static server_t *server;
static uint16_t tls_port;
static char ca[96], other[96], cert[96], key[96];

/**
 * Make an authority, another one, and certificates for a host and a client.
 */
static const char make[] =
	"cd %s && exec > openssl.log 2>&1 && "
	"for ca in ca other; do openssl req -x509 -newkey ec -pkeyopt "
	"ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem -days 2 "
	"-subj /CN=$ca; done && "
	"for name in server client; do openssl req -newkey ec -pkeyopt "
	"ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.csr "
	"-subj /CN=$name && printf 'subjectAltName=DNS:%s' > $name.ext && "
	"openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
	"-days 2 -extfile $name.ext -out $name.pem || exit 1; done";

/**
 * Start a server whose certificate has a name.
 */
static void start_tls(const char *name)
{
	server_t *files = server_create(0);
	char arguments[512], *command;

	ck_assert(asprintf(&command, make, files->dir, name) > 0);
	ck_assert_msg(system(command) == 0, "%s/openssl.log", files->dir);
	free(command);
	tls_port = fixture_port();
	snprintf(arguments, sizeof(arguments), "--tls-port %u --tls-cert-file "
			 "%s/server.pem --tls-key-file %s/server.key --tls-ca-cert-file "
			 "%s/ca.pem", tls_port, files->dir, files->dir, files->dir);
	server = server_start(arguments);
	snprintf(ca, sizeof(ca), "%s/ca.pem", files->dir);
	snprintf(other, sizeof(other), "%s/other.pem", files->dir);
	snprintf(cert, sizeof(cert), "%s/client.pem", files->dir);
	snprintf(key, sizeof(key), "%s/client.key", files->dir);
	/* server_destroy() of the files comes first in teardown */
	server->files = files;
}

static void setup_tls(void)
{
	start_tls("store.example.org,IP:127.0.0.1");
}

static void teardown_tls(void)
{
	server_destroy(server->files);
	server_destroy(server);
}

/**
 * Options with which everything is good.
 */
static redirect_store_options_t tls_options(char url[64])
{
	redirect_store_options_t options = fixture_options(tls_port, url);

	snprintf(url, 64, "rediss://127.0.0.1:%u", tls_port);
	options.tls_ca = ca;
	options.tls_certificate = cert;
	options.tls_key = key;
	return options;
}

/**
 * Expect that a server is not let in on.
 */
static void expect_down(redirect_store_options_t *options, const char *words)
{
	listener_t *moon = listener_create(options);

	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_down(moon, words);
	ck_assert_uint_eq(listener_stats(moon).connects, 0);
	ck_assert_uint_eq(listener_stats(moon).sent, 0);
	listener_destroy(moon);
}

START_TEST(shares_records_over_tls)
{
	redirect_store_options_t options;
	listener_t *moon, *sun;
	char url[64], value[REDIRECT_STORE_VALUE_MAX];
	int i;

	options = tls_options(url);
	moon = listener_create(&options);
	options.tls_name = "store.example.org";
	sun = listener_create(&options);
	listener_wait_up(moon);
	server_wait_subscribers(server, 2);
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	listener_wait_changes(sun, "order sun drain;");
	listener_wait_list(sun, "order", "order sun drain;");
	/* more than fits into sockets at once */
	memset(value, 'x', sizeof(value));
	for (i = 0; i < 500; i++)
	{
		char name[16];

		snprintf(name, sizeof(name), "gw%d", i);
		ck_assert(moon->store->put(moon->store, "gateway", name, value,
								   sizeof(value), 0, FALSE));
	}
	listener_wait_stat(moon, sent, 501);
	listener_wait_lists(sun, 4);
	ck_assert_uint_eq(listener_stats(moon).failures, 0);
	ck_assert_uint_eq(listener_stats(sun).failures, 0);
	listener_destroy(moon);
	listener_destroy(sun);
}
END_TEST

START_TEST(outlives_a_server_with_tls_that_ends)
{
	redirect_store_options_t options;
	listener_t *moon;
	char url[64];

	options = tls_options(url);
	moon = listener_create(&options);
	listener_wait_up(moon);
	server_kill(server);
	listener_wait_down(moon, "");
	listener_put(moon, "order", "sun", "drain", 0, TRUE);
	server_restart(server);
	listener_wait_list(moon, "order", "order sun drain;");
	listener_destroy(moon);
}
END_TEST

START_TEST(takes_no_certificate_of_another_authority_or_name)
{
	redirect_store_options_t options;
	char url[64];

	options = tls_options(url);
	options.tls_ca = other;
	expect_down(&options, "certificate is not accepted");
	options.tls_ca = NULL;
	expect_down(&options, "certificate is not accepted");
	options.tls_ca = ca;
	options.tls_name = "other.example.org";
	expect_down(&options, "ostname mismatch");
	options.tls_name = "127.0.0.2";
	expect_down(&options, "IP address mismatch");
}
END_TEST

START_TEST(says_that_a_server_wants_a_certificate)
{
	redirect_store_options_t options;
	char url[64];

	options = tls_options(url);
	options.tls_certificate = options.tls_key = NULL;
	expect_down(&options, "TLS");
}
END_TEST

START_TEST(says_that_only_one_of_both_uses_tls)
{
	redirect_store_options_t options;
	char url[64];

	options = tls_options(url);
	snprintf(url, sizeof(url), "rediss://127.0.0.1:%u", server->port);
	/* such a server waits for the end of what TLS begins with */
	expect_down(&options, "not connected within 1000 ms");
	options = fixture_options(tls_port, url);
	expect_down(&options, "");
}
END_TEST

START_TEST(refuses_files_it_cannot_use)
{
	redirect_store_sink_t sink = {};
	redirect_store_options_t options;
	char url[64], why[REDIRECT_STORE_WHY_MAX];

	options = tls_options(url);
	options.tls_ca = "/nonexistent/ca.pem";
	ck_assert(!redis_store_create(&options, &sink, why));
	ck_assert_msg(strstr(why, "/nonexistent/ca.pem"), "%s", why);
	options = tls_options(url);
	options.tls_key = ca;
	ck_assert(!redis_store_create(&options, &sink, why));
	ck_assert_msg(strstr(why, ca), "%s", why);
	options = tls_options(url);
	options.tls_key = NULL;
	ck_assert(!redis_store_create(&options, &sink, why));
	ck_assert_msg(strstr(why, "needs its key"), "%s", why);
	options = tls_options(url);
	snprintf(url, sizeof(url), "redis://127.0.0.1:%u", tls_port);
	ck_assert(!redis_store_create(&options, &sink, why));
	ck_assert_msg(strstr(why, "rediss://"), "%s", why);
}
END_TEST

/**
 * All tests.
 */
static Suite *suite(void)
{
	Suite *s = suite_create("access");
	TCase *tc;

	tc = tcase_create("passwords");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, logs_in_with_a_password);
	tcase_add_test(tc, says_that_a_password_is_wrong_or_missing);
	tcase_add_test(tc, needs_no_right_but_those_the_manual_names);
	tcase_add_test(tc, says_which_right_is_missing);
	suite_add_tcase(s, tc);

#ifdef HAVE_OPENSSL
	tc = tcase_create("tls");
	tcase_add_checked_fixture(tc, setup_tls, teardown_tls);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, shares_records_over_tls);
	tcase_add_test(tc, outlives_a_server_with_tls_that_ends);
	tcase_add_test(tc, takes_no_certificate_of_another_authority_or_name);
	tcase_add_test(tc, says_that_a_server_wants_a_certificate);
	tcase_add_test(tc, says_that_only_one_of_both_uses_tls);
	tcase_add_test(tc, refuses_files_it_cannot_use);
	suite_add_tcase(s, tc);
#endif
	return s;
}

int main(void)
{
	return fixture_run(suite());
}
