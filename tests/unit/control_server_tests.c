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
 * Clients of the control socket, among them some that never read.
 */

#include "control/control_server.h"
#include "policy_fixture.h"

#include <vici_builder.h>
#include <vici_dispatcher.h>

#include <check.h>
#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/**
 * Clients that never read, places there are, and events they would have to read.
 */
#define SILENT 100
#define PLACES (SILENT + 20)
#define EVENTS 20000

/**
 * Requests to find out how fast answers come.
 */
#define REQUESTS 500

/**
 * Milliseconds until a test gives up to wait for something.
 */
#define PATIENCE 120000

enum {
	TICK, ITEM,
};

static const char *const events[] = { "tick", "item", NULL };

/**
 * A server with its socket.
 */
typedef struct {
	control_server_t *server;
	char dir[32], path[64];
	int fds;
} fixture_t;

/**
 * Make a message of some length.
 */
static vici_message_t *create_message(int count)
{
	vici_builder_t *builder = vici_builder_create();
	int i;

	for (i = 0; i < count; i++)
	{
		builder->add_kv(builder, "key", "%064d", i);
	}
	return builder->finalize(builder);
}

/**
 * Answers with what it was asked.
 */
static vici_message_t *echo(void *data, control_client_t *client,
							vici_message_t *request)
{
	vici_builder_t *builder = vici_builder_create();

	builder->add_kv(builder, "echo", "%s",
					request->get_str(request, "nothing", "text"));
	return builder->finalize(builder);
}

/**
 * Streams many items.
 */
static vici_message_t *many(void *data, control_client_t *client,
							vici_message_t *request)
{
	control_server_t *server = ((fixture_t*)data)->server;
	int i;

	for (i = 0; i < EVENTS; i++)
	{
		server->stream(server, client, ITEM, create_message(1));
	}
	return create_message(0);
}

/**
 * Streams more than a socket holds, in few items.
 */
static vici_message_t *large(void *data, control_client_t *client,
							 vici_message_t *request)
{
	control_server_t *server = ((fixture_t*)data)->server;
	int i;

	for (i = 0; i < 40; i++)
	{
		server->stream(server, client, ITEM, create_message(600));
	}
	return create_message(0);
}

/**
 * Number of file descriptors that are open.
 */
static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
	{
		count++;
	}
	closedir(dir);
	return count;
}

/**
 * Wait until no more file descriptors are open: who had to go is gone.
 */
static void wait_for_fds(int most)
{
	int waited;

	for (waited = 0; count_fds() > most; waited += 10)
	{
		ck_assert_int_lt(waited, PATIENCE);
		usleep(10000);
	}
}

static void fixture_init(fixture_t *this)
{
	char uri[80];

	strcpy(this->dir, "/tmp/control-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(this->dir));
	snprintf(this->path, sizeof(this->path), "%s/socket", this->dir);
	snprintf(uri, sizeof(uri), "unix://%s", this->path);
	this->server = control_server_create(events, ITEM);
	this->server->add_command(this->server, "echo", echo, this);
	this->server->add_command(this->server, "many", many, this);
	this->server->add_command(this->server, "large", large, this);
	ck_assert(this->server->start(this->server, uri, PLACES));
	lib->processor->set_threads(lib->processor, 8);
	this->fds = count_fds();
}

static void fixture_deinit(fixture_t *this)
{
	/* libstrongswan destroys jobs of its watcher with its locks in another order */
	wait_for_fds(this->fds);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	this->server->destroy(this->server);
	unlink(this->path);
	rmdir(this->dir);
}

/**
 * Connect to the server.
 */
static int connect_client(fixture_t *this)
{
	struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
	};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(addr.sun_path, this->path);
	ck_assert_int_eq(connect(fd, (struct sockaddr*)&addr, sizeof(addr)), 0);
	return fd;
}

/**
 * Send a message.
 */
static void send_message(int fd, vici_operation_t op, const char *name,
						 vici_message_t *message)
{
	chunk_t contents = message ? message->get_encoding(message) : chunk_empty;
	uint8_t head[6];
	size_t len = strlen(name);

	htoun32(head, 2 + len + contents.len);
	head[4] = op;
	head[5] = len;
	ck_assert_int_eq(send(fd, head, sizeof(head), MSG_MORE), sizeof(head));
	ck_assert_int_eq(send(fd, name, len, contents.len ? MSG_MORE : 0), len);
	if (contents.len)
	{
		ck_assert_int_eq(send(fd, contents.ptr, contents.len, 0), contents.len);
	}
	DESTROY_IF(message);
}

/**
 * Receive a message.
 *
 * @return				its operation, -1 if the connection was closed
 */
static int receive_message(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint8_t header[4];
	char buf[65536];
	size_t len, got = 0;
	ssize_t ret;

	ck_assert_int_eq(poll(&pfd, 1, PATIENCE), 1);
	if (recv(fd, header, sizeof(header), MSG_WAITALL) != sizeof(header))
	{
		return -1;
	}
	len = untoh32(header);
	ck_assert_uint_le(len, sizeof(buf));
	while (got < len)
	{
		ret = recv(fd, buf + got, len - got, 0);
		ck_assert_int_gt(ret, 0);
		got += ret;
	}
	return (uint8_t)buf[0];
}

/**
 * Register a client for an event, or not.
 */
static void listen_for(int fd, const char *event)
{
	send_message(fd, VICI_EVENT_REGISTER, event, NULL);
	ck_assert_int_eq(receive_message(fd), VICI_EVENT_CONFIRM);
}

/**
 * Seconds of CPU time that a number of requests cost, whatever else runs on the
 * machine.
 */
static double ask(int fd, int count)
{
	struct timespec begin, end;
	int i;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (i = 0; i < count; i++)
	{
		send_message(fd, VICI_CMD_REQUEST, "echo", create_message(1));
		ck_assert_int_eq(receive_message(fd), VICI_CMD_RESPONSE);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	return end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9;
}

START_TEST(answers_commands_and_refuses_what_it_does_not_know)
{
	fixture_t this;
	int fd;

	fixture_init(&this);
	fd = connect_client(&this);
	ask(fd, 3);
	send_message(fd, VICI_CMD_REQUEST, "nonsense", NULL);
	ck_assert_int_eq(receive_message(fd), VICI_CMD_UNKNOWN);
	send_message(fd, VICI_EVENT_REGISTER, "nonsense", NULL);
	ck_assert_int_eq(receive_message(fd), VICI_EVENT_UNKNOWN);
	close(fd);
	fixture_deinit(&this);
}
END_TEST

START_TEST(sends_events_to_those_who_listen)
{
	fixture_t this;
	int fd, other;

	fixture_init(&this);
	fd = connect_client(&this);
	other = connect_client(&this);
	ck_assert(!this.server->has_listeners(this.server, TICK));
	listen_for(fd, "tick");
	ck_assert(this.server->has_listeners(this.server, TICK));
	this.server->raise(this.server, TICK, create_message(1));
	ck_assert_int_eq(receive_message(fd), VICI_EVENT);
	ask(other, 1);
	send_message(fd, VICI_EVENT_UNREGISTER, "tick", NULL);
	ck_assert_int_eq(receive_message(fd), VICI_EVENT_CONFIRM);
	ck_assert(!this.server->has_listeners(this.server, TICK));
	close(fd);
	close(other);
	fixture_deinit(&this);
}
END_TEST

START_TEST(streams_more_than_a_socket_holds_to_who_reads)
{
	fixture_t this;
	int fd, op, count = 0;

	fixture_init(&this);
	fd = connect_client(&this);
	listen_for(fd, "item");
	listen_for(fd, "tick");
	send_message(fd, VICI_CMD_REQUEST, "many", NULL);
	while ((op = receive_message(fd)) == VICI_EVENT)
	{
		count++;
	}
	ck_assert_int_eq(op, VICI_CMD_RESPONSE);
	ck_assert_int_eq(count, EVENTS);
	ck_assert_uint_eq(this.server->get_dropped(this.server), 0);
	close(fd);
	fixture_deinit(&this);
}
END_TEST

START_TEST(is_neither_slowed_nor_grown_by_clients_that_never_read)
{
	fixture_t this;
	int fds[SILENT], fd, i, waited;
	size_t before, after, end;
	double alone, crowded;

	fixture_init(&this);
	fd = connect_client(&this);
	alone = ask(fd, REQUESTS);
	for (i = 0; i < SILENT; i++)
	{
		fds[i] = connect_client(&this);
		listen_for(fds[i], "tick");
	}
	before = mallinfo2().uordblks;
	for (i = 0; i < EVENTS; i++)
	{
		this.server->raise(this.server, TICK, create_message(4));
	}
	after = mallinfo2().uordblks;
	/* far more was raised than all of them may hold: they are gone */
	for (waited = 0; this.server->get_clients(this.server) > 1; waited += 10)
	{
		ck_assert_int_lt(waited, PATIENCE);
		usleep(10000);
	}
	ck_assert_uint_eq(this.server->get_dropped(this.server), SILENT);
	ck_assert(!this.server->has_listeners(this.server, TICK));
	end = mallinfo2().uordblks;
	crowded = ask(fd, REQUESTS);
	printf("%d requests: %.3f s alone, %.3f s after %d silent clients; grown by "
		   "%zd octets with them, %zd after\n", REQUESTS, alone, crowded, SILENT,
		   (ssize_t)(after - before), (ssize_t)(end - before));
	ck_assert_int_lt((ssize_t)(end - before), 1024 * 1024);
	ck_assert_int_lt((ssize_t)(after - before),
					 SILENT * (CONTROL_EVENTS_MAX + 65536));
	ck_assert(crowded < alone * 10);
	for (i = 0; i < SILENT; i++)
	{
		close(fds[i]);
	}
	close(fd);
	fixture_deinit(&this);
}
END_TEST

START_TEST(disconnects_who_sends_nonsense)
{
	static const uint8_t nonsense[][8] = {
		{ 0xff, 0xff, 0xff, 0xff },
		{ 0, 0, 0, 0 },
		{ 0, 0, 0, 3, 0, 200, 'x' },
		{ 0, 0, 0, 3, 99, 1, 'x' },
	};
	fixture_t this;
	size_t i;
	int fd;

	fixture_init(&this);
	for (i = 0; i < countof(nonsense); i++)
	{
		fd = connect_client(&this);
		ck_assert_int_gt(send(fd, nonsense[i], sizeof(nonsense[i]), 0), 0);
		ck_assert_int_eq(receive_message(fd), -1);
		close(fd);
	}
	fd = connect_client(&this);
	ask(fd, 1);
	close(fd);
	fixture_deinit(&this);
}
END_TEST

START_TEST(lets_the_longest_idle_client_give_way_to_a_new_one)
{
	fixture_t this;
	int fds[PLACES], fd, i;

	fixture_init(&this);
	for (i = 0; i < (int)countof(fds); i++)
	{
		fds[i] = connect_client(&this);
		ask(fds[i], 1);
	}
	/* the first one has answers to read, so it is not idle; nor is the second */
	listen_for(fds[0], "item");
	send_message(fds[0], VICI_CMD_REQUEST, "large", NULL);
	ck_assert_int_eq(receive_message(fds[0]), VICI_EVENT);
	ask(fds[1], 1);
	fd = connect_client(&this);
	ask(fd, 1);
	ck_assert_int_eq(receive_message(fds[2]), -1);
	ck_assert_int_eq(receive_message(fds[0]), VICI_EVENT);
	ask(fds[1], 1);
	ask(fds[3], 1);
	ck_assert_uint_eq(this.server->get_dropped(this.server), 1);
	ck_assert_uint_eq(this.server->get_clients(this.server), PLACES);
	for (i = 0; i < (int)countof(fds); i++)
	{
		close(fds[i]);
	}
	close(fd);
	fixture_deinit(&this);
}
END_TEST

START_TEST(serves_a_new_client_though_300_others_never_close_theirs)
{
	fixture_t this;
	int fds[300], fd, i, waited;

	fixture_init(&this);
	for (i = 0; i < (int)countof(fds); i++)
	{
		fds[i] = connect_client(&this);
	}
	/* no more than all places may be about to be free, then new ones are refused:
	 * wait until those that had to go are gone */
	for (waited = 0; this.server->get_dropped(this.server) !=
											countof(fds) - PLACES; waited += 10)
	{
		ck_assert_int_lt(waited, PATIENCE);
		usleep(10000);
	}
	wait_for_fds(this.fds + countof(fds) + PLACES);
	fd = connect_client(&this);
	ask(fd, 3);
	ck_assert_uint_le(this.server->get_clients(this.server), PLACES);
	for (i = 0; i < (int)countof(fds); i++)
	{
		close(fds[i]);
	}
	close(fd);
	fixture_deinit(&this);
}
END_TEST

START_TEST(keeps_places_from_those_who_follow_events)
{
	const int kept = PLACES / 8;
	fixture_t this;
	int fds[PLACES], fd, i;

	fixture_init(&this);
	for (i = 0; i < (int)countof(fds); i++)
	{
		fds[i] = connect_client(&this);
		send_message(fds[i], VICI_EVENT_REGISTER, "tick", NULL);
		ck_assert_int_eq(receive_message(fds[i]),
						 i < (int)countof(fds) - kept ? VICI_EVENT_CONFIRM : -1);
	}
	fd = connect_client(&this);
	/* streamed events last as long as their request */
	listen_for(fd, "item");
	ask(fd, 3);
	/* nobody who follows events had to go */
	this.server->raise(this.server, TICK, create_message(1));
	for (i = 0; i < (int)countof(fds) - kept; i++)
	{
		ck_assert_int_eq(receive_message(fds[i]), VICI_EVENT);
	}
	for (i = 0; i < (int)countof(fds); i++)
	{
		close(fds[i]);
	}
	close(fd);
	fixture_deinit(&this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control_server");
	TCase *tcase = tcase_create("control_server");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, answers_commands_and_refuses_what_it_does_not_know);
	tcase_add_test(tcase, sends_events_to_those_who_listen);
	tcase_add_test(tcase, streams_more_than_a_socket_holds_to_who_reads);
	tcase_add_test(tcase,
				   is_neither_slowed_nor_grown_by_clients_that_never_read);
	tcase_add_test(tcase, disconnects_who_sends_nonsense);
	tcase_add_test(tcase, lets_the_longest_idle_client_give_way_to_a_new_one);
	tcase_add_test(tcase,
				   serves_a_new_client_though_300_others_never_close_theirs);
	tcase_add_test(tcase, keeps_places_from_those_who_follow_events);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
