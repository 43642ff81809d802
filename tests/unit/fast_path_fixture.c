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

#include "fast_path_fixture.h"

#include <collections/linked_list.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

/** how long to wait for what has to come, in milliseconds */
#define PATIENCE 20000

/*
 * Described in header
 */
char *fast_path_fixture_plugins = "socket-default";

/** octets in front of IKE messages on other ports than 500 */
#define MARKER_LEN 4

/** half-open IKE_SAs that charon claims to have, of all and of each source */
static u_int half_open, half_open_ip;

/** the thread that receives, and what it received */
static thread_t *receiver;
static linked_list_t *packets;
static mutex_t *mutex;
static condvar_t *condvar;

static u_int get_half_open_count(ike_sa_manager_t *this, host_t *ip,
								 bool responder_only)
{
	return __atomic_load_n(ip ? &half_open_ip : &half_open, __ATOMIC_RELAXED);
}

/** all that is asked of charon's IKE_SA manager */
static ike_sa_manager_t manager = {
	.get_half_open_count = get_half_open_count,
};

/**
 * Receive as charon's receiver does, in a thread that may be canceled while it
 * waits only.
 */
static void *receive_packets(void *null)
{
	packet_t *packet;

	thread_cancelability(FALSE);
	while (TRUE)
	{
		if (charon->socket->receive(charon->socket, &packet) == SUCCESS)
		{
			mutex->lock(mutex);
			packets->insert_last(packets, packet);
			condvar->broadcast(condvar);
			mutex->unlock(mutex);
		}
	}
	return NULL;
}

/**
 * Load options of the plugin.
 */
static void load_options(const char *options)
{
	char *text;

	ck_assert(asprintf(&text, "charon { port = 0\n port_nat_t = 0\n"
					   "plugins { redirect { %s\n loopback = yes\n"
					   "gateways { sun { addresses = 192.0.2.2, 2001:db8::2 } }\n"
					   "rules { all { gateways = sun } } } } }", options) > 0);
	ck_assert(lib->settings->load_string(lib->settings, text, FALSE));
	free(text);
}

static void open_client(fast_path_fixture_t *this)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
	};
	int off = 0;

	this->client = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	ck_assert_int_ge(this->client, 0);
	ck_assert_int_eq(setsockopt(this->client, IPPROTO_IPV6, IPV6_V6ONLY, &off,
								sizeof(off)), 0);
	ck_assert_int_eq(bind(this->client, (struct sockaddr*)&addr, sizeof(addr)),
					 0);
}

/*
 * Described in header
 */
void fast_path_fixture_start(fast_path_fixture_t *this, const char *options)
{
	config_room_t room;

	ck_assert(library_init("", "charon"));
	ck_assert(libcharon_init());
	charon->ike_sa_manager = &manager;
	fast_path_fixture_half_open(0, 0);
	load_options(options);
	ck_assert(lib->plugins->load(lib->plugins, fast_path_fixture_plugins));
	ck_assert_int_ne(charon->socket->get_port(charon->socket, FALSE), 0);

	this->registry = selector_registry_create();
	this->table = gateway_table_create();
	this->log = decision_log_create();
	this->engine = policy_engine_create(this->table, this->log);
	this->loader = config_loader_create(this->engine, this->registry);
	this->fast_path = fast_path_create(this->engine);
	room = this->fast_path->get_room(this->fast_path);
	this->loader->add_room(this->loader, &room);
	ck_assert(this->loader->load(this->loader));
	this->fast_path->start(this->fast_path);

	open_client(this);
	packets = linked_list_create();
	mutex = mutex_create(MUTEX_TYPE_DEFAULT);
	condvar = condvar_create(CONDVAR_TYPE_DEFAULT);
	receiver = thread_create(receive_packets, NULL);
}

/*
 * Described in header
 */
void fast_path_fixture_half_open(u_int all, u_int source)
{
	__atomic_store_n(&half_open, all, __ATOMIC_RELAXED);
	__atomic_store_n(&half_open_ip, source, __ATOMIC_RELAXED);
}

/*
 * Described in header
 */
bool fast_path_fixture_reload(fast_path_fixture_t *this, const char *options)
{
	load_options(options);
	return this->loader->load(this->loader);
}

/*
 * Described in header
 */
void fast_path_fixture_stop(fast_path_fixture_t *this)
{
	this->fast_path->stop(this->fast_path);
	if (receiver)
	{
		fast_path_fixture_cancel_receiver();
	}
	packets->destroy_offset(packets, offsetof(packet_t, destroy));
	condvar->destroy(condvar);
	mutex->destroy(mutex);
	close(this->client);
	this->loader->destroy(this->loader);
	this->fast_path->destroy(this->fast_path);
	this->engine->destroy(this->engine);
	this->log->destroy(this->log);
	this->table->destroy(this->table);
	this->registry->destroy(this->registry);
	charon->ike_sa_manager = NULL;
	libcharon_deinit();
	library_deinit();
}

/*
 * Described in header
 */
void fast_path_fixture_send(fast_path_fixture_t *this, const char *to,
							bool nat_t, chunk_t message)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(charon->socket->get_port(charon->socket, nat_t)),
	};
	chunk_t data = chunk_cata("cc", chunk_from_chars(0, 0, 0, 0), message);

	ck_assert_int_eq(inet_pton(AF_INET6, to, &addr.sin6_addr), 1);
	ck_assert_int_eq(sendto(this->client, data.ptr, data.len, 0,
							(struct sockaddr*)&addr, sizeof(addr)), data.len);
}

/*
 * Described in header
 */
void fast_path_fixture_send_from(fast_path_fixture_t *this, const char *from,
								 const char *to, chunk_t message)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} ancillary = {
		.align = {
			.cmsg_level = SOL_IPV6,
			.cmsg_type = IPV6_PKTINFO,
			.cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo)),
		},
	};
	struct in6_pktinfo info = {};
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(charon->socket->get_port(charon->socket, FALSE)),
	};
	chunk_t data = chunk_cata("cc", chunk_from_chars(0, 0, 0, 0), message);
	struct iovec iov = { data.ptr, data.len };
	struct msghdr msg = {
		.msg_name = &addr,
		.msg_namelen = sizeof(addr),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = ancillary.buf,
		.msg_controllen = sizeof(ancillary.buf),
	};

	ck_assert_int_eq(inet_pton(AF_INET6, to, &addr.sin6_addr), 1);
	ck_assert_int_eq(inet_pton(AF_INET6, from, &info.ipi6_addr), 1);
	memcpy(CMSG_DATA(&ancillary.align), &info, sizeof(info));
	ck_assert_int_eq(sendmsg(this->client, &msg, 0), data.len);
}

/*
 * Described in header
 */
void fast_path_fixture_wait(fast_path_fixture_t *this)
{
	struct pollfd pfd = {
		.fd = this->client,
		.events = POLLIN,
	};

	ck_assert_msg(poll(&pfd, 1, PATIENCE) == 1, "no answer");
}

/*
 * Described in header
 */
size_t fast_path_fixture_answer(fast_path_fixture_t *this, uint8_t *buf,
								size_t len)
{
	socklen_t addrlen = sizeof(this->from);
	ssize_t received;

	fast_path_fixture_wait(this);
	received = recvfrom(this->client, buf, len, 0,
						(struct sockaddr*)&this->from, &addrlen);
	ck_assert_int_gt(received, 0);
	return received;
}

/**
 * Wait for an answer to a message and check that it redirects.
 */
static void check_redirected(fast_path_fixture_t *this, ike_message_t *message)
{
	uint8_t buf[2048], nonce[32];
	chunk_t data;

	memset(nonce, 0xa5, sizeof(nonce));
	data = chunk_create(buf, fast_path_fixture_answer(this, buf, sizeof(buf)));
	ck_assert_int_gt(data.len, MARKER_LEN + IKE_HEADER_LENGTH + 8 + 2);
	ck_assert_uint_eq(untoh32(data.ptr), 0);
	data = chunk_skip(data, MARKER_LEN);
	ck_assert_uint_eq(untoh32(data.ptr + IKE_LENGTH), data.len);
	ck_assert(memeq(data.ptr, message->octets, IKE_SPI_R));
	ck_assert_uint_eq(untoh64(data.ptr + IKE_SPI_R), 0);
	ck_assert_uint_eq(data.ptr[IKE_EXCHANGE], IKE_SA_INIT);
	ck_assert_uint_eq(data.ptr[IKE_FLAGS], 0x20);
	ck_assert_uint_eq(untoh16(data.ptr + IKE_HEADER_LENGTH + 6), REDIRECT);
	/* the nonce of the request at the end */
	ck_assert(memeq(data.ptr + data.len - sizeof(nonce), nonce, sizeof(nonce)));
}

/*
 * Described in header
 */
packet_t *fast_path_fixture_passed()
{
	packet_t *packet = NULL;
	bool timeout = FALSE;

	mutex->lock(mutex);
	while (packets->remove_first(packets, (void**)&packet) != SUCCESS &&
		   !timeout)
	{
		timeout = condvar->timed_wait(condvar, mutex, PATIENCE);
	}
	mutex->unlock(mutex);
	ck_assert_msg(packet != NULL, "charon did not get the packet");
	return packet;
}

/*
 * Described in header
 */
void fast_path_fixture_passed_is(chunk_t message)
{
	packet_t *packet = fast_path_fixture_passed();
	chunk_t data = packet->get_data(packet);

	ck_assert_uint_eq(data.len, MARKER_LEN + message.len);
	ck_assert_uint_eq(untoh32(data.ptr), 0);
	ck_assert(chunk_equals(chunk_skip(data, MARKER_LEN), message));
	packet->destroy(packet);
}

/*
 * Described in header
 */
int fast_path_fixture_waiting()
{
	int count;

	mutex->lock(mutex);
	count = packets->get_count(packets);
	mutex->unlock(mutex);
	return count;
}

/*
 * Described in header
 */
uint64_t fast_path_fixture_counted(fast_path_fixture_t *this,
								   fast_path_result_t result)
{
	fast_path_counters_t counters;

	this->fast_path->get_counters(this->fast_path, &counters);
	return counters.results[result];
}

/*
 * Described in header
 */
void fast_path_fixture_check_answered(fast_path_fixture_t *this, const char *to,
									  bool nat_t, ike_message_t *message)
{
	uint64_t before = fast_path_fixture_counted(this, FAST_PATH_ANSWERED);

	fast_path_fixture_send(this, to, nat_t, ike_message_chunk(message));
	check_redirected(this, message);
	ck_assert_uint_eq(fast_path_fixture_counted(this, FAST_PATH_ANSWERED),
					  before + 1);
	ck_assert_int_eq(fast_path_fixture_waiting(), 0);
}

/*
 * Described in header
 */
void fast_path_fixture_cancel_receiver()
{
	receiver->cancel(receiver);
	receiver->join(receiver);
	receiver = NULL;
}
