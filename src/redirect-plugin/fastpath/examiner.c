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

#include "examiner.h"
#include "charon_limits.h"
#include "init_response.h"
#include "wire/ike_probe.h"

#include <daemon.h>

/** octets in front of IKE messages that might be ESP otherwise, all zero */
#define NON_ESP_MARKER_LEN 4

/**
 * Datagrams received together from which on it pays to have the processor fetch
 * what is remembered of their senders.
 */
#define EXPECT_MIN 4

typedef struct private_examiner_t private_examiner_t;

ENUM(fast_path_result_names, FAST_PATH_ANSWERED, FAST_PATH_UNCONNECTED,
	"answered",
	"other",
	"unsupported",
	"not-redirected",
	"blocked",
	"cookie",
	"limited",
	"amplifies",
	"probed",
	"unconnected",
);

/**
 * Private data of an examiner_t object.
 */
struct private_examiner_t {

	/**
	 * Public interface.
	 */
	examiner_t public;

	/**
	 * Makes the decisions.
	 */
	policy_engine_t *engine;

	/**
	 * Answers by source network, shared.
	 */
	source_limit_t *sources;

	/**
	 * Options.
	 */
	const fast_path_config_t *config;

	/**
	 * What charon would do before us.
	 */
	charon_limits_t *limits;

	/**
	 * Counted since the last flush, and the shared counters.
	 */
	fast_path_counters_t counted, *counters;
};

/**
 * Find the IKE message in a datagram, as charon's receiver does it.
 */
static bool find_message(examined_t *question)
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
static fast_path_result_t check_limits(private_examiner_t *this,
									   redirect_request_t *request)
{
	if (this->limits->blocks(this->limits, &request->remote, &request->local))
	{
		return FAST_PATH_BLOCKED;
	}
	if (this->config->cookies == FAST_PATH_COOKIES_REQUIRE &&
		this->limits->demands_cookie(this->limits, &request->remote))
	{
		return FAST_PATH_COOKIE;
	}
	if (this->config->limit &&
		!this->sources->allow(this->sources, &request->remote,
							  this->config->limit, time_monotonic(NULL)))
	{
		return FAST_PATH_LIMITED;
	}
	return FAST_PATH_ANSWERED;
}

/**
 * Answer the probe of another gateway as charon would, that writes two lines in
 * its log for each; not while a client that is sent here would not be served.
 * Nobody else gets more octets from here than charon gives.
 *
 * @return				FAST_PATH_OTHER if it is no such probe
 */
static fast_path_result_t answer_probe(private_examiner_t *this,
									   examined_t *question, uint8_t *answer)
{
	fast_path_result_t result = FAST_PATH_OTHER;
	const policy_state_t *state;
	int token;

	if (!ike_probe_answer(question->message, answer))
	{
		return FAST_PATH_OTHER;
	}
	state = this->engine->acquire(this->engine, &token);
	if (state->policy && policy_find_gateway(state->policy,
											&question->request.remote) >= 0)
	{
		result = state->connected ? FAST_PATH_PROBED : FAST_PATH_UNCONNECTED;
	}
	this->engine->release(this->engine, token);
	return result;
}

/**
 * Find out what to do with a datagram and write the answer, if it gets one.
 */
static fast_path_result_t find_result(private_examiner_t *this,
									  examined_t *question, uint8_t *answer,
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
		this->counted.verdicts[INIT_OTHER]++;
		return FAST_PATH_OTHER;
	}
	if (question->marker)
	{
		marker = NON_ESP_MARKER_LEN;
		memset(answer, 0, marker);
	}
	result = answer_probe(this, question, answer + marker);
	if (result != FAST_PATH_OTHER)
	{
		*len = result == FAST_PATH_PROBED ? marker + IKE_PROBE_ANSWER_LEN : 0;
		return result;
	}
	verdict = init_request_parse(question->message, this->config->loopback,
								 &init);
	if (verdict != INIT_OK)
	{
		this->counted.verdicts[verdict]++;
		return FAST_PATH_OTHER;
	}
	request->phase = REDIRECT_PHASE_INIT;
	request->supported = init.supported;
	request->remote_port = question->remote_port;
	request->spi_i = init.spi_i;
	request->nonce = untoh64(init.nonce.ptr);
	request->redirected_from = ip_address_from_chunk(
								chunk_create(init.redirected_from.data,
											 init.redirected_from.len));
	this->engine->decide(this->engine, request, decision);
	if (decision->action != REDIRECT_REDIRECT)
	{
		return init.supported ? FAST_PATH_NOT_REDIRECTED : FAST_PATH_UNSUPPORTED;
	}
	result = check_limits(this, request);
	if (result != FAST_PATH_ANSWERED)
	{
		return result;
	}
	*len = init_response_write(&init, &decision->target, answer + marker);
	if (!*len || *len > question->message.len)
	{
		*len = 0;
		return FAST_PATH_AMPLIFIES;
	}
	*len += marker;
	this->engine->carry_out(this->engine, request, decision);
	return FAST_PATH_ANSWERED;
}

METHOD(examiner_t, examine, fast_path_result_t,
	private_examiner_t *this, examined_t *question, uint8_t *answer, size_t *len)
{
	fast_path_result_t result;

	result = find_result(this, question, answer, len);
	this->counted.results[result]++;
	return result;
}

METHOD(examiner_t, hand_on, void,
	private_examiner_t *this, packet_t *packet, examined_t *question,
	fast_path_result_t result)
{
	decided_table_t *decided = this->engine->decided;

	if (result == FAST_PATH_OTHER)
	{
		decided->forget(decided, packet);
	}
	else
	{
		decided->put(decided, packet, &question->request, &question->decision);
	}
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
static void set_source(examined_t *question, ike_datagram_t *datagram)
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
 * Have the processor fetch what is remembered of the sender of a datagram, while
 * others are looked at.
 */
static void expect(private_examiner_t *this, ike_datagram_t *datagram)
{
	examined_t question;
	uint64_t spi_i;
	size_t marker;

	set_source(&question, datagram);
	marker = datagram->port == IKEV2_UDP_PORT ||
			 question.remote_port == IKEV2_UDP_PORT ? 0 : NON_ESP_MARKER_LEN;
	if (datagram->data.len >= marker + sizeof(spi_i))
	{
		memcpy(&spi_i, datagram->data.ptr + marker, sizeof(spi_i));
		datagram->place = this->engine->expect(this->engine,
								&question.request.remote, question.remote_port,
								spi_i);
	}
}

/**
 * Look at one datagram; TRUE if it is answered.
 */
static bool look_at_one(private_examiner_t *this, ike_datagram_t *datagram,
						linked_list_t *packets)
{
	fast_path_result_t result;
	packet_t *packet;
	examined_t question = {
		.message = datagram->data,
		.request.local = datagram->destination,
		.request.place = datagram->place,
		.local_port = datagram->port,
	};

	set_source(&question, datagram);
	result = examine(this, &question, datagram->answer, &datagram->answer_len);
	if (examiner_consumed(result))
	{
		return TRUE;
	}
	packet = create_packet(datagram);
	hand_on(this, packet, &question, result);
	packets->insert_last(packets, packet);
	return FALSE;
}

METHOD(examiner_t, look_at, int,
	private_examiner_t *this, ike_datagram_t *datagrams, int count,
	linked_list_t *packets)
{
	int i, answered = 0;

	/* a few are done before what they wait for is there */
	for (i = 0; count >= EXPECT_MIN && i < count; i++)
	{
		expect(this, &datagrams[i]);
	}
	for (i = 0; i < count; i++)
	{
		if (datagrams[i].data.len)
		{
			answered += look_at_one(this, &datagrams[i], packets);
		}
	}
	return answered;
}

METHOD(examiner_t, flush, void,
	private_examiner_t *this)
{
	uint64_t *from = (uint64_t*)&this->counted;
	uint64_t *to = (uint64_t*)this->counters;
	size_t i;

	for (i = 0; i < sizeof(this->counted) / sizeof(*from); i++)
	{
		if (from[i])
		{
			__atomic_fetch_add(&to[i], from[i], __ATOMIC_RELAXED);
			from[i] = 0;
		}
	}
}

METHOD(examiner_t, destroy, void,
	private_examiner_t *this)
{
	this->limits->destroy(this->limits);
	free(this);
}

/*
 * Described in header
 */
examiner_t *examiner_create(policy_engine_t *engine, source_limit_t *sources,
							const fast_path_config_t *config,
							fast_path_counters_t *counters)
{
	private_examiner_t *this;

	INIT(this,
		.public = {
			.examine = _examine,
			.hand_on = _hand_on,
			.look_at = _look_at,
			.flush = _flush,
			.destroy = _destroy,
		},
		.engine = engine,
		.sources = sources,
		.config = config,
		.limits = charon_limits_create(),
		.counters = counters,
	);
	return &this->public;
}
