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

#include "fast_path.h"
#include "fast_path_config.h"
#include "ike_sockets.h"
#include "socket_wrapper.h"
#include "source_limit.h"
#include "xdp_door.h"

#include <daemon.h>
#include <threading/thread.h>

#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct private_fast_path_t private_fast_path_t;

/**
 * Private data of a fast_path_t object.
 */
struct private_fast_path_t {

	/**
	 * Public interface.
	 */
	fast_path_t public;

	/**
	 * How packets come here.
	 */
	packet_filter_t filter;

	/**
	 * Keeps the thread that receives waiting while options change, and what ends
	 * that.
	 */
	packet_filter_t idle;
	int idle_event;

	/**
	 * Where packets come from, owned by charon; NULL if not started.
	 */
	socket_wrapper_t *wrapper;

	/**
	 * Charon's sockets, NULL if they were not found.
	 */
	ike_sockets_t *sockets;

	/**
	 * Door before the network stack, NULL if there is none; who uses it, and the
	 * interfaces it was made for.
	 */
	xdp_door_t *door;
	xdp_door_user_t door_user;
	char door_interfaces[FAST_PATH_XDP_LEN];

	/**
	 * Makes the decisions.
	 */
	policy_engine_t *engine;

	/**
	 * TRUE if there were answers among what was received last.
	 */
	bool flooded;

	/**
	 * Options; not changed while the filter is in use.
	 */
	fast_path_config_t config;

	/**
	 * Options that were read last; without a valid configuration all off.
	 */
	fast_path_config_t next;

	/**
	 * For the thread of charon's receiver.
	 */
	examiner_t *examiner;

	/**
	 * Answers by source network.
	 */
	source_limit_t *sources;

	/**
	 * Counters, written by atomic operations.
	 */
	fast_path_counters_t counters;
};

/**
 * Count answers that were not sent.
 */
static void count_failed(private_fast_path_t *this, int failed)
{
	__atomic_fetch_add(&this->counters.send_failed, failed, __ATOMIC_RELAXED);
}

/**
 * Close the door before the network stack, if there is one.
 */
static void close_door(private_fast_path_t *this)
{
	DESTROY_IF(this->door);
	__atomic_store_n(&this->door, NULL, __ATOMIC_RELEASE);
	this->door_interfaces[0] = '\0';
}

/**
 * Let the door do its work, if there is one; TRUE if there are packets for charon.
 */
static bool run_door(private_fast_path_t *this, linked_list_t *packets)
{
	xdp_door_t *door = __atomic_load_n(&this->door, __ATOMIC_ACQUIRE);

	if (door && !door->run(door))
	{
		DBG1(DBG_NET, "redirect: fast_path_xdp: redirect-xdp ended; requests are "
			 "received by sockets until the configuration is loaded again");
		/* what it took is for charon nevertheless */
		door->pause(door);
		door->take(door, packets);
		close_door(this);
	}
	else if (door)
	{
		door->take(door, packets);
	}
	return packets->get_count(packets) > 0;
}

CALLBACK(receive_, void,
	private_fast_path_t *this, linked_list_t *packets)
{
	ike_datagram_t *datagrams;
	int received, answered, failed;

	if (this->flooded)
	{	/* packets were passed on amidst answers: let charon's workers go first,
		 * they may have no other CPU than the one that keeps this thread busy */
		sched_yield();
	}
	if (run_door(this, packets))
	{
		return;
	}
	do
	{
		received = this->sockets->receive(this->sockets, &datagrams);
		answered = this->examiner->look_at(this->examiner, datagrams, received,
										   packets);
		this->examiner->flush(this->examiner);
		if (answered && (failed = this->sockets->answer(this->sockets)))
		{
			count_failed(this, failed);
		}
		this->flooded = answered > 0;
		run_door(this, packets);
	}
	while (received && !packets->get_count(packets));
	if (this->sockets->is_denied(this->sockets))
	{
		DBG1(DBG_NET, "redirect: receiving in batches is denied, the fast path "
			 "receives packets one by one");
		this->filter.receive = NULL;
		close_door(this);
	}
}

/**
 * Send an answer by charon's socket.
 */
static void send_answer(private_fast_path_t *this, packet_t *request,
						chunk_t data)
{
	socket_manager_t *original = this->wrapper->get_original(this->wrapper);
	host_t *source, *destination;
	packet_t *packet;

	source = request->get_destination(request);
	destination = request->get_source(request);
	packet = packet_create_from_data(source->clone(source),
									 destination->clone(destination),
									 chunk_clone(data));
	if (original->send(original, packet) != SUCCESS)
	{
		count_failed(this, 1);
	}
	packet->destroy(packet);
}

CALLBACK(consume, bool,
	private_fast_path_t *this, packet_t *packet)
{
	host_t *local = packet->get_destination(packet);
	host_t *remote = packet->get_source(packet);
	uint8_t answer[IKE_SOCKETS_ANSWER_MAX];
	examined_t question = {
		.message = packet->get_data(packet),
		.request.local = ip_address_from_host(local),
		.request.remote = ip_address_from_host(remote),
		.local_port = local->get_port(local),
		.remote_port = remote->get_port(remote),
	};
	fast_path_result_t result;
	size_t len = 0;

	result = this->examiner->examine(this->examiner, &question, answer, &len);
	this->examiner->flush(this->examiner);
	if (!examiner_consumed(result))
	{
		this->examiner->hand_on(this->examiner, packet, &question, result);
		return FALSE;
	}
	if (len)
	{
		send_answer(this, packet, chunk_create(answer, len));
	}
	return TRUE;
}

CALLBACK(wake, void,
	private_fast_path_t *this)
{
	if (this->sockets)
	{
		this->sockets->wake(this->sockets);
	}
}

CALLBACK(create_examiner, examiner_t*,
	private_fast_path_t *this)
{
	return examiner_create(this->engine, this->sources, &this->config,
						   &this->counters);
}

CALLBACK(ring, void,
	private_fast_path_t *this)
{
	this->sockets->ring(this->sockets);
}

CALLBACK(wait_idle, void,
	private_fast_path_t *this, linked_list_t *packets)
{
	struct pollfd pfd = {
		.fd = this->idle_event,
		.events = POLLIN,
	};
	bool old;

	old = thread_cancelability(TRUE);
	poll(&pfd, 1, -1);
	thread_cancelability(old);
}

CALLBACK(consume_nothing, bool,
	private_fast_path_t *this, packet_t *packet)
{
	return FALSE;
}

CALLBACK(end_idle, void,
	private_fast_path_t *this)
{
	ignore_result(eventfd_write(this->idle_event, 1));
}

/**
 * Open the door, if it is configured and not open already.
 */
static void open_door(private_fast_path_t *this)
{
	socket_manager_t *sockets = this->wrapper->get_original(this->wrapper);
	xdp_door_t *door;

	if (!this->config.xdp[0] || streq(this->config.xdp, this->door_interfaces))
	{
		return;
	}
	if (!this->filter.receive)
	{	/* what is for charon has to get to the thread that receives */
		DBG1(DBG_NET, "redirect: fast_path_xdp needs a fast path that receives in "
			 "batches");
		return;
	}
	door = xdp_door_create(this->config.xdp, sockets->get_port(sockets, FALSE),
						   sockets->get_port(sockets, TRUE), &this->door_user);
	if (door)
	{
		strcpy(this->door_interfaces, this->config.xdp);
		__atomic_store_n(&this->door, door, __ATOMIC_RELEASE);
		ring(this);
	}
}

/**
 * Let packets come here or not, as configured.
 */
static void configure(private_fast_path_t *this)
{
	eventfd_t value;

	/* packets wait for this moment, or go to charon as ever */
	this->wrapper->set_filter(this->wrapper, &this->idle);
	if (this->door)
	{	/* its threads use the options */
		this->door->pause(this->door);
	}
	this->config = this->next;
	this->filter.receive = this->config.batch && this->sockets &&
						   !this->sockets->is_denied(this->sockets)
								? receive_ : NULL;
	if (!this->config.enabled || !this->filter.receive ||
		!streq(this->config.xdp, this->door_interfaces))
	{	/* but not to open the same again: drivers may reset their queues */
		close_door(this);
	}
	this->wrapper->set_filter(this->wrapper,
							  this->config.enabled ? &this->filter : NULL);
	ignore_result(eventfd_read(this->idle_event, &value));
	if (this->config.enabled)
	{
		open_door(this);
	}
}

CALLBACK(apply_config, void,
	private_fast_path_t *this, void *config)
{
	this->next = *(fast_path_config_t*)config;
	free(config);
	if (this->wrapper)
	{
		configure(this);
	}
}

METHOD(fast_path_t, start, void,
	private_fast_path_t *this)
{
	this->sources = source_limit_create();
	this->examiner = create_examiner(this);
	this->wrapper = socket_wrapper_install();
	this->sockets = ike_sockets_create(
								this->wrapper->get_original(this->wrapper));
	if (!this->sockets)
	{
		DBG1(DBG_NET, "redirect: charon's sockets not found, the fast path "
			 "receives packets one by one");
	}
	configure(this);
}

METHOD(fast_path_t, stop, void,
	private_fast_path_t *this)
{
	this->wrapper->set_filter(this->wrapper, NULL);
	close_door(this);
	this->wrapper = NULL;
	this->examiner->destroy(this->examiner);
	this->sources->destroy(this->sources);
	DESTROY_IF(this->sockets);
	this->sockets = NULL;
}

METHOD(fast_path_t, get_room, config_room_t,
	private_fast_path_t *this)
{
	return (config_room_t){
		.read = (void*)fast_path_config_create,
		.apply = apply_config,
		.discard = free,
		.data = this,
	};
}

METHOD(fast_path_t, get_counters, void,
	private_fast_path_t *this, fast_path_counters_t *counters)
{
	uint64_t *from = (uint64_t*)&this->counters, *to = (uint64_t*)counters;
	size_t i;

	for (i = 0; i < sizeof(*counters) / sizeof(*to); i++)
	{
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	}
}

METHOD(fast_path_t, destroy, void,
	private_fast_path_t *this)
{
	close(this->idle_event);
	free(this);
}

/*
 * Described in header
 */
fast_path_t *fast_path_create(policy_engine_t *engine)
{
	private_fast_path_t *this;

	INIT(this,
		.public = {
			.start = _start,
			.stop = _stop,
			.get_counters = _get_counters,
			.get_room = _get_room,
			.destroy = _destroy,
		},
		.filter = {
			.consume = consume,
			.wake = wake,
		},
		.idle = {
			.receive = wait_idle,
			.consume = consume_nothing,
			.wake = end_idle,
		},
		.idle_event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.engine = engine,
		.door_user = {
			.create_examiner = create_examiner,
			.ring = ring,
		},
	);
	this->filter.data = this;
	this->idle.data = this;
	this->door_user.data = this;
	this->door_user.counters = &this->counters;
	return &this->public;
}
