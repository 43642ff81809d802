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

/* Many sessions for a client of the control socket. */

#include "control/control_client.h"
#include "control/control_commands.h"
#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include <vici_builder.h>

#include <check.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * Sessions when they are listed, and those that come meanwhile.
 */
#define SESSIONS 50000
#define MORE 5000

/**
 * Octets the client reads at a time.
 */
#define PORTION (128 * 1024)

/**
 * Milliseconds until a test gives up to wait for something.
 */
#define PATIENCE 120000

/**
 * Sessions, a client that asks for them, and the source of its answer.
 */
static struct {
	control_source_t public;
	control_source_t *source;
	redirect_sessions_t sessions;
	control_server_t server;
	control_context_t context;
	control_client_t *client;
	char *id;
	int fd;
	size_t waiting;
	/* most octets that waited when a piece was taken, and what happened */
	size_t most;
	int asked, ended, gone;
} this;

#define seen(field) __atomic_load_n(&this.field, __ATOMIC_SEQ_CST)
#define wait_until(what) \
({ \
	int _waited; \
	for (_waited = 0; !(what); _waited++) \
	{ \
		ck_assert_msg(_waited < PATIENCE, "not in time: " #what); \
		usleep(1000); \
	} \
})

/**
 * Ask the source, and see that the client can be sent something meanwhile.
 */
static vici_message_t *next(control_source_t *public)
{
	this.most = max(this.most, seen(waiting));
	__atomic_fetch_add(&this.asked, 1, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(this.client->get_idle(this.client), -1);
	return this.source->next(this.source);
}

static void end(control_source_t *public)
{
	this.source->destroy(this.source);
	__atomic_fetch_add(&this.ended, 1, __ATOMIC_SEQ_CST);
}

static void feed(control_server_t *server, control_client_t *client, int event,
				 control_source_t *source)
{
	ck_assert_int_eq(event, CONTROL_LIST_SESSION);
	this.source = source;
	client->set_source(client, "list-session", &this.public);
}

/**
 * List the sessions of an identity, or all.
 */
static void on_message(void *data, control_client_t *client,
					   vici_operation_t op, char *name, chunk_t contents)
{
	vici_builder_t *builder = vici_builder_create();
	vici_message_t *request, *answer;

	if (this.id)
	{
		builder->add_kv(builder, "id", "%s", this.id);
	}
	request = builder->finalize(builder);
	answer = control_sessions(&this.context, client, request);
	client->answer(client, answer->get_encoding(answer));
	answer->destroy(answer);
	request->destroy(request);
}

static void on_gone(void *data, control_client_t *client, bool slow)
{
	__atomic_fetch_add(&this.gone, 1, __ATOMIC_SEQ_CST);
}

/**
 * Establish sessions with unique ids from FIRST on.
 */
static void establish(uint32_t first, uint32_t count)
{
	static const ip_address_t nowhere;
	session_table_t *table = this.sessions.table;
	mock_ike_sa_t *ike_sa;

	ike_sa = mock_ike_sa_create(first, "198.51.100.7", "carol@example.org");
	for (; count--; ike_sa->unique_id++)
	{
		table->add(table, &ike_sa->public, &nowhere);
	}
	mock_ike_sa_destroy(ike_sa);
}

static void setup(void)
{
	control_client_owner_t owner = {
		.message = on_message,
		.gone = on_gone,
		.waiting = &this.waiting,
		.patience = PATIENCE,
	};
	int fds[2];

	memset(&this, 0, sizeof(this));
	this.public.next = next;
	this.public.destroy = end;
	this.server.feed = feed;
	this.sessions.table = session_table_create();
	this.context.parts.sessions = &this.sessions;
	this.context.server = &this.server;
	establish(1, SESSIONS);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	lib->processor->set_threads(lib->processor, 8);
	this.fd = fds[0];
	this.client = control_client_create(fds[1], &owner);
	this.client->start(this.client);
}

static void teardown(void)
{
	close(this.fd);
	wait_until(seen(gone) == 1);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	this.client->put_ref(this.client);
	ck_assert_uint_eq(this.waiting, 0);
	ck_assert_int_eq(this.ended, 1);
	this.sessions.table->destroy(this.sessions.table);
}

/**
 * Ask for the sessions of an identity, or of all.
 */
static void ask(char *id)
{
	static const uint8_t request[] = { 0, 0, 0, 3, VICI_CMD_REQUEST, 1, 's' };

	this.id = id;
	ck_assert_int_eq(send(this.fd, request, sizeof(request), 0),
					 sizeof(request));
}

/**
 * Read octets.
 */
static void receive(uint8_t *buf, size_t len)
{
	struct pollfd pfd = { .fd = this.fd, .events = POLLIN };

	ck_assert_int_eq(poll(&pfd, 1, PATIENCE), 1);
	ck_assert_int_eq(recv(this.fd, buf, len, MSG_WAITALL), len);
}

/**
 * Receive a message.
 *
 * @return				its octets, with the length in front
 */
static size_t receive_message(uint8_t buf[PORTION])
{
	size_t len;

	receive(buf, 4);
	len = untoh32(buf);
	ck_assert_uint_le(len, PORTION);
	receive(buf, len);
	return 4 + len;
}

START_TEST(lists_those_there_were_to_a_slow_reader_without_a_copy_of_all)
{
	uint8_t buf[PORTION];
	size_t total = 0, portion = 0;
	int count = 0;

	ask(NULL);
	do
	{
		if (portion == 0)
		{	/* it reads only when all waits that may */
			wait_until(seen(waiting) >= CONTROL_FEED || seen(ended));
		}
		portion += receive_message(buf);
		count += buf[0] == VICI_EVENT;
		if (count == SESSIONS / 2)
		{
			establish(SESSIONS + 1, MORE);
		}
		if (portion >= PORTION || buf[0] != VICI_EVENT)
		{
			total += portion;
			portion = 0;
		}
	}
	while (buf[0] == VICI_EVENT);
	ck_assert_int_eq(buf[0], VICI_CMD_RESPONSE);
	ck_assert_int_eq(count, SESSIONS);
	ck_assert_uint_eq(this.sessions.table->get_count(this.sessions.table,
										SESSION_HERE), SESSIONS + MORE);
	ck_assert_uint_lt(this.most, CONTROL_FEED);
	printf("%d sessions to a slow reader: %zu octets, at most %zu of them "
		   "waiting\n", count, total, this.most);
}
END_TEST

START_TEST(looks_for_sessions_nobody_has_without_holding_up_anybody)
{
	uint8_t buf[PORTION];

	ask("dave@example.org");
	receive_message(buf);
	ck_assert_int_eq(buf[0], VICI_CMD_RESPONSE);
	ck_assert_int_eq(this.asked, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control_sessions");
	TCase *tcase = tcase_create("control_sessions");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
				lists_those_there_were_to_a_slow_reader_without_a_copy_of_all);
	tcase_add_test(tcase,
				looks_for_sessions_nobody_has_without_holding_up_anybody);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
