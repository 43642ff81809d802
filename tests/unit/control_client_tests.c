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


/* A client of the control socket whose answer comes from a source. */

#include "control/control_client.h"
#include "policy_fixture.h"

#include <vici_builder.h>

#include <check.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * Pieces of a long answer, of some octets each: more than may wait for a client
 * otherwise.
 */
#define PIECES 20000
#define OCTETS 1024

/**
 * Milliseconds until a test gives up to wait for something.
 */
#define PATIENCE 120000

/**
 * A client, its other end, and what happened.
 */
typedef struct {
	control_source_t source;
	control_client_t *client;
	int fd;
	size_t waiting, most;
	int given, destroyed, gone, slow;
	/* whether the source looks for a piece until it is told to go on */
	bool pause, pausing;
} fixture_t;

/**
 * Wait until something is so.
 */
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
 * Read atomically what a job writes.
 */
#define seen(field) __atomic_load_n(&this->field, __ATOMIC_SEQ_CST)

METHOD(control_source_t, next, vici_message_t*,
	fixture_t *this)
{
	vici_builder_t *builder;
	char text[OCTETS + 1];

	if (seen(waiting) > this->most)
	{
		this->most = seen(waiting);
	}
	if (seen(given) == PIECES)
	{
		return NULL;
	}
	if (seen(pause))
	{
		__atomic_store_n(&this->pausing, TRUE, __ATOMIC_SEQ_CST);
		wait_until(!seen(pause));
	}
	__atomic_fetch_add(&this->given, 1, __ATOMIC_SEQ_CST);
	memset(text, 'x', OCTETS);
	text[OCTETS] = '\0';
	builder = vici_builder_create();
	builder->add_kv(builder, "text", "%s", text);
	return builder->finalize(builder);
}

METHOD(control_source_t, destroy, void,
	fixture_t *this)
{
	__atomic_fetch_add(&this->destroyed, 1, __ATOMIC_SEQ_CST);
}

/**
 * Answers each request, the one named long from the source.
 */
static void on_message(void *data, control_client_t *client,
					   vici_operation_t op, char *name, chunk_t contents)
{
	fixture_t *this = data;

	if (streq(name, "long"))
	{
		client->set_source(client, "piece", &this->source);
	}
	client->answer(client, chunk_from_str("the response"));
}

static void on_gone(void *data, control_client_t *client, bool slow)
{
	fixture_t *this = data;

	__atomic_fetch_add(&this->slow, slow, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&this->gone, 1, __ATOMIC_SEQ_CST);
}

/**
 * @param patience		milliseconds the client has to read something
 */
static void fixture_init(fixture_t *this, uint32_t patience)
{
	control_client_owner_t owner = {
		.message = on_message,
		.gone = on_gone,
		.data = this,
		.waiting = &this->waiting,
		.patience = patience,
	};
	int fds[2];

	*this = (fixture_t){
		.source = {
			.next = _next,
			.destroy = _destroy,
		},
	};
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	lib->processor->set_threads(lib->processor, 8);
	this->fd = fds[0];
	this->client = control_client_create(fds[1], &owner);
	this->client->start(this->client);
}

/**
 * Disconnect, and see that nothing is left.
 */
static void fixture_deinit(fixture_t *this)
{
	close(this->fd);
	wait_until(seen(gone) == 1);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	this->client->put_ref(this->client);
	ck_assert_uint_eq(this->waiting, 0);
}

/**
 * Ask for something.
 */
static void ask(fixture_t *this, const char *name)
{
	uint8_t head[6];

	htoun32(head, 2 + strlen(name));
	head[4] = VICI_CMD_REQUEST;
	head[5] = strlen(name);
	ck_assert_int_eq(send(this->fd, head, sizeof(head), MSG_MORE), sizeof(head));
	ck_assert_int_eq(send(this->fd, name, strlen(name), 0), strlen(name));
}

/**
 * Receive a message.
 *
 * @return				its operation, -1 if the connection was closed
 */
static int receive(fixture_t *this)
{
	struct pollfd pfd = { .fd = this->fd, .events = POLLIN };
	uint8_t buf[2 * OCTETS];
	ssize_t len;

	ck_assert_int_eq(poll(&pfd, 1, PATIENCE), 1);
	len = recv(this->fd, buf, 4, MSG_WAITALL);
	if (len != 4)
	{
		return -1;
	}
	len = untoh32(buf);
	ck_assert_int_le(len, sizeof(buf));
	ck_assert_int_eq(recv(this->fd, buf, len, MSG_WAITALL), len);
	return buf[0];
}

/**
 * Wait until the client is given nothing more, as nobody reads.
 *
 * @return				pieces it was given
 */
static int wait_until_full(fixture_t *this)
{
	int before;

	wait_until(seen(given));
	do
	{
		before = seen(given);
		/* many times what the job waits until it tries again */
		usleep(200000);
	}
	while (before != seen(given));
	return before;
}

START_TEST(gives_a_long_answer_as_fast_as_it_is_read)
{
	fixture_t fixture, *this = &fixture;
	int op, count = 0;

	fixture_init(this, PATIENCE);
	ask(this, "long");
	/* what waits, and what the sockets hold */
	ck_assert_int_lt(wait_until_full(this), PIECES / 10);
	while ((op = receive(this)) == VICI_EVENT)
	{
		count++;
	}
	ck_assert_int_eq(op, VICI_CMD_RESPONSE);
	ck_assert_int_eq(count, PIECES);
	ck_assert_int_eq(this->destroyed, 1);
	ck_assert_uint_lt(this->most, CONTROL_FEED);
	ask(this, "short");
	ck_assert_int_eq(receive(this), VICI_CMD_RESPONSE);
	ck_assert_int_eq(this->destroyed, 1);
	fixture_deinit(this);
	ck_assert_int_eq(this->slow, 0);
}
END_TEST

START_TEST(ends_the_source_of_who_goes_in_between)
{
	fixture_t fixture, *this = &fixture;

	fixture_init(this, PATIENCE);
	ask(this, "long");
	ck_assert_int_eq(receive(this), VICI_EVENT);
	close(this->fd);
	wait_until(seen(destroyed) == 1 && seen(gone) == 1);
	this->fd = -1;
	fixture_deinit(this);
	ck_assert_int_lt(this->given, PIECES);
}
END_TEST

START_TEST(sends_events_while_the_source_looks_for_a_piece)
{
	fixture_t fixture, *this = &fixture;

	fixture_init(this, PATIENCE);
	this->pause = TRUE;
	ask(this, "long");
	wait_until(seen(pausing));
	ck_assert(this->client->accepts_event(this->client));
	this->client->send(this->client, VICI_EVENT, "event", chunk_empty);
	ck_assert_int_eq(seen(given), 0);
	__atomic_store_n(&this->pause, FALSE, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(receive(this), VICI_EVENT);
	fixture_deinit(this);
}
END_TEST

START_TEST(ends_the_source_of_who_goes_while_it_looks_for_a_piece)
{
	fixture_t fixture, *this = &fixture;

	fixture_init(this, PATIENCE);
	this->pause = TRUE;
	ask(this, "long");
	wait_until(seen(pausing));
	close(this->fd);
	wait_until(seen(gone) == 1);
	ck_assert_int_eq(seen(destroyed), 0);
	__atomic_store_n(&this->pause, FALSE, __ATOMIC_SEQ_CST);
	wait_until(seen(destroyed) == 1);
	this->fd = -1;
	fixture_deinit(this);
	ck_assert_int_eq(this->given, 1);
}
END_TEST

START_TEST(disconnects_who_asks_again_before_the_end)
{
	fixture_t fixture, *this = &fixture;

	fixture_init(this, PATIENCE);
	ask(this, "long");
	wait_until_full(this);
	ask(this, "short");
	wait_until(seen(gone) == 1);
	ck_assert_int_eq(this->destroyed, 1);
	fixture_deinit(this);
	ck_assert_int_lt(this->given, PIECES);
}
END_TEST

START_TEST(disconnects_who_stops_to_read)
{
	fixture_t fixture, *this = &fixture;

	fixture_init(this, 500);
	ask(this, "long");
	wait_until(seen(gone) == 1);
	ck_assert_int_eq(this->slow, 1);
	ck_assert_int_eq(this->destroyed, 1);
	fixture_deinit(this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control_client");
	TCase *tcase = tcase_create("control_client");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, gives_a_long_answer_as_fast_as_it_is_read);
	tcase_add_test(tcase, ends_the_source_of_who_goes_in_between);
	tcase_add_test(tcase, sends_events_while_the_source_looks_for_a_piece);
	tcase_add_test(tcase, ends_the_source_of_who_goes_while_it_looks_for_a_piece);
	tcase_add_test(tcase, disconnects_who_asks_again_before_the_end);
	tcase_add_test(tcase, disconnects_who_stops_to_read);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
