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
#include "charon_limits.h"
#include "fast_path_config.h"
#include "ike_sockets.h"
#include "socket_wrapper.h"
#include "source_limit.h"
#include "fastpath/init_response.h"
#include "policy/decided.h"
#include "wire/ike_probe.h"

#include <daemon.h>

#include <sched.h>

/** octets in front of IKE messages that might be ESP otherwise, all zero */
#define NON_ESP_MARKER_LEN 4

typedef struct private_fast_path_t private_fast_path_t;
typedef struct question_t question_t;

ENUM(fast_path_result_names, FAST_PATH_ANSWERED, FAST_PATH_PROBED,
	"answered",
	"other",
	"unsupported",
	"not-redirected",
	"blocked",
	"cookie",
	"limited",
	"amplifies",
	"probed",
);

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
	 * Where packets come from, owned by charon; NULL if not started.
	 */
	socket_wrapper_t *wrapper;

	/**
	 * Charon's sockets, NULL if they were not found.
	 */
	ike_sockets_t *sockets;

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
	 * What charon would do before us.
	 */
	charon_limits_t *limits;

	/**
	 * Answers by source network.
	 */
	source_limit_t *sources;

	/**
	 * Counters, one thread writes.
	 */
	fast_path_counters_t counters;
};

/**
 * A datagram with an IKE message in it, on its way to an answer.
 */
struct question_t {

	/** IKE message, with or without marker before it */
	chunk_t message;

	/** TRUE if there is a non-ESP marker before the message */
	bool marker;

	/** what is asked of decide(), and its answer if it was asked */
	redirect_request_t request;
	redirect_decision_t decision;

	/** ports, in host order */
	uint16_t local_port, remote_port;
};

/**
 * Increase a counter that only this thread writes.
 */
static void count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/**
 * Find the IKE message in a datagram, as charon's receiver does it.
 */
static bool find_message(question_t *question)
{
	if (question->local_port != IKEV2_UDP_PORT &&
		question->remote_port != IKEV2_UDP_PORT)
	{
		if (question->message.len < NON_ESP_MARKER_LEN ||
			untoh32(question->message.ptr) != 0)
		{	/* ESP, or a NAT keepalive */
			return FALSE;
		}
		question->marker = TRUE;
		question->message = chunk_skip(question->message, NON_ESP_MARKER_LEN);
	}
	return TRUE;
}

/**
 * Check whether charon would leave the request without an answer, or the
 * operator does not want one from here.
 */
static fast_path_result_t check_limits(private_fast_path_t *this,
									   redirect_request_t *request)
{
	if (this->limits->blocks(this->limits, &request->remote, &request->local))
	{
		return FAST_PATH_BLOCKED;
	}
	if (this->config.cookies == FAST_PATH_COOKIES_REQUIRE &&
		this->limits->demands_cookie(this->limits, &request->remote))
	{
		return FAST_PATH_COOKIE;
	}
	if (this->config.limit &&
		!this->sources->allow(this->sources, &request->remote,
							  this->config.limit, time_monotonic(NULL)))
	{
		return FAST_PATH_LIMITED;
	}
	return FAST_PATH_ANSWERED;
}

/**
 * Answer the probe of another gateway as charon would, that writes two lines in
 * its log for each. Nobody else gets more octets from here than charon gives.
 */
static bool answer_probe(private_fast_path_t *this, question_t *question,
						 uint8_t *answer)
{
	const policy_state_t *state;
	bool known;
	int token;

	if (!ike_probe_answer(question->message, answer))
	{
		return FALSE;
	}
	state = this->engine->acquire(this->engine, &token);
	known = state->policy && policy_find_gateway(state->policy,
											&question->request.remote) >= 0;
	this->engine->release(this->engine, token);
	return known;
}

/**
 * Find out what to do with a datagram and write the answer, if it gets one:
 * IKE_SOCKETS_ANSWER_MAX octets.
 */
static fast_path_result_t examine(private_fast_path_t *this,
								  question_t *question, uint8_t *answer,
								  size_t *len)
{
	redirect_request_t *request = &question->request;
	redirect_decision_t *decision = &question->decision;
	fast_path_result_t result;
	init_verdict_t verdict;
	init_request_t init;
	size_t marker = 0;

	if (!find_message(question))
	{
		count(&this->counters.verdicts[INIT_OTHER], 1);
		return FAST_PATH_OTHER;
	}
	if (question->marker)
	{
		marker = NON_ESP_MARKER_LEN;
		memset(answer, 0, marker);
	}
	if (answer_probe(this, question, answer + marker))
	{
		*len = marker + IKE_PROBE_ANSWER_LEN;
		return FAST_PATH_PROBED;
	}
	verdict = init_request_parse(question->message, this->config.loopback,
								 &init);
	if (verdict != INIT_OK)
	{
		count(&this->counters.verdicts[verdict], 1);
		return FAST_PATH_OTHER;
	}
	if (!init.supported)
	{
		return FAST_PATH_UNSUPPORTED;
	}
	request->phase = REDIRECT_PHASE_INIT;
	request->supported = TRUE;
	request->remote_port = question->remote_port;
	request->spi_i = init.spi_i;
	request->nonce = untoh64(init.nonce.ptr);
	request->redirected_from = ip_address_from_chunk(
								chunk_create(init.redirected_from.data,
											 init.redirected_from.len));
	this->engine->decide(this->engine, request, decision);
	if (decision->action != REDIRECT_REDIRECT)
	{
		return FAST_PATH_NOT_REDIRECTED;
	}
	result = check_limits(this, request);
	if (result != FAST_PATH_ANSWERED)
	{
		return result;
	}
	*len = init_response_write(&init, &decision->target, answer + marker);
	if (*len > question->message.len)
	{
		*len = 0;
		return FAST_PATH_AMPLIFIES;
	}
	*len += marker;
	this->engine->carry_out(this->engine, request, decision);
	return FAST_PATH_ANSWERED;
}

/**
 * Hand on what was decided, if anything was, with the packet for charon.
 */
static void hand_on(packet_t *packet, question_t *question,
					fast_path_result_t result)
{
	if (result != FAST_PATH_OTHER && result != FAST_PATH_UNSUPPORTED)
	{
		decided_attach(packet, &question->request, &question->decision);
	}
}

/**
 * Whether charon shall not get a datagram, as it has its answer.
 */
static bool is_answered(fast_path_result_t result)
{
	return result == FAST_PATH_ANSWERED || result == FAST_PATH_PROBED;
}

/**
 * Make the packet that charon's socket would have made of a datagram.
 */
static packet_t *create_packet(ike_datagram_t *datagram)
{
	host_t *source, *destination;

	source = host_create_from_sockaddr(&datagram->source.addr);
	destination = ip_address_to_host(&datagram->destination, datagram->port);
	DBG3(DBG_NET, "received packet %b", datagram->data.ptr,
		 (u_int)datagram->data.len);
	DBG2(DBG_NET, "received packet: from %#H to %#H", source, destination);
	return packet_create_from_data(source, destination,
								   chunk_clone(datagram->data));
}

/**
 * Set the addresses of a question from the sender of a datagram.
 */
static void set_source(question_t *question, ike_datagram_t *datagram)
{
	struct sockaddr_in6 *in6 = &datagram->source.in6;
	struct sockaddr_in *in = &datagram->source.in;
	ip_address_t *remote = &question->request.remote;

	if (datagram->source.addr.sa_family == AF_INET)
	{
		*remote = ip_address_from_chunk(chunk_from_thing(in->sin_addr));
		question->remote_port = ntohs(in->sin_port);
	}
	else
	{
		*remote = ip_address_from_chunk(chunk_from_thing(in6->sin6_addr));
		question->remote_port = ntohs(in6->sin6_port);
	}
}

/**
 * Look at a received datagram; TRUE if it is answered.
 */
static bool look_at(private_fast_path_t *this, ike_datagram_t *datagram,
					linked_list_t *packets)
{
	fast_path_result_t result;
	packet_t *packet;
	question_t question = {
		.message = datagram->data,
		.request.local = datagram->destination,
		.local_port = datagram->port,
	};

	set_source(&question, datagram);
	result = examine(this, &question, datagram->answer,
					 &datagram->answer_len);
	count(&this->counters.results[result], 1);
	if (is_answered(result))
	{
		return TRUE;
	}
	packet = create_packet(datagram);
	hand_on(packet, &question, result);
	packets->insert_last(packets, packet);
	return FALSE;
}

CALLBACK(receive_, void,
	private_fast_path_t *this, linked_list_t *packets)
{
	ike_datagram_t *datagram;
	int i, received, answered, failed;

	if (this->flooded)
	{	/* packets were passed on amidst answers: let charon's workers go first,
		 * they may have no other CPU than the one that keeps this thread busy */
		sched_yield();
	}
	do
	{
		answered = 0;
		received = this->sockets->receive(this->sockets);
		for (i = 0; i < received; i++)
		{
			datagram = this->sockets->get(this->sockets, i);
			if (datagram->data.len)
			{
				answered += look_at(this, datagram, packets);
			}
		}
		failed = answered ? this->sockets->answer(this->sockets) : 0;
		if (failed)
		{
			count(&this->counters.send_failed, failed);
		}
		this->flooded = answered > 0;
	}
	while (received && !packets->get_count(packets));
	if (this->sockets->is_denied(this->sockets))
	{
		DBG1(DBG_NET, "redirect: receiving in batches is denied, the fast path "
			 "receives packets one by one");
		this->filter.receive = NULL;
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
		count(&this->counters.send_failed, 1);
	}
	packet->destroy(packet);
}

CALLBACK(consume, bool,
	private_fast_path_t *this, packet_t *packet)
{
	host_t *local = packet->get_destination(packet);
	host_t *remote = packet->get_source(packet);
	uint8_t answer[IKE_SOCKETS_ANSWER_MAX];
	question_t question = {
		.message = packet->get_data(packet),
		.request.local = ip_address_from_host(local),
		.request.remote = ip_address_from_host(remote),
		.local_port = local->get_port(local),
		.remote_port = remote->get_port(remote),
	};
	fast_path_result_t result;
	size_t len = 0;

	result = examine(this, &question, answer, &len);
	count(&this->counters.results[result], 1);
	if (!is_answered(result))
	{
		hand_on(packet, &question, result);
		return FALSE;
	}
	send_answer(this, packet, chunk_create(answer, len));
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

/**
 * Let packets come here or not, as configured.
 */
static void configure(private_fast_path_t *this)
{
	/* without a filter packets go to charon as ever, for this moment */
	this->wrapper->set_filter(this->wrapper, NULL);
	this->config = this->next;
	if (this->config.enabled)
	{
		this->filter.receive = this->config.batch && this->sockets &&
							   !this->sockets->is_denied(this->sockets)
									? receive_ : NULL;
		this->wrapper->set_filter(this->wrapper, &this->filter);
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
	this->limits = charon_limits_create();
	this->sources = source_limit_create();
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
	this->wrapper = NULL;
	this->limits->destroy(this->limits);
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
		.engine = engine,
	);
	this->filter.data = this;
	return &this->public;
}
