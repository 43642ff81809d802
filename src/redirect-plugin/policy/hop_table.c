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

#include "hop_table.h"
#include "recent_table.h"

#include <sys/random.h>

/**
 * Ports a client uses that is not behind a NAT.
 */
#define IKE_PORT 500
#define NATT_PORT 4500

/**
 * Clients that are known, as power of two.
 */
#define HOP_BITS 14

/**
 * What is remembered of a client: 12 bits of the gateway it was sent to, 12 bits
 * of its connection attempt, and how often it was sent onward and away.
 */
#define HOP(target, attempt, onward, tries) \
	((uint32_t)(target) << 20 | (attempt) >> 20 << 8 | (onward) << 4 | (tries))
#define HOP_TARGET(hop) ((hop) >> 20)
#define HOP_ATTEMPT(hop) ((hop) >> 8 & 0xfff)
#define HOP_ONWARD(hop) ((hop) >> 4 & HOP_MAX)
#define HOP_TRIES(hop) ((hop) & HOP_MAX)
#define HOP_MAX 15

/**
 * What is remembered of a nonce: 18 bits of the attempt, 14 of the gateway it
 * came from.
 */
#define VISIT(attempt, from) (((attempt) & ~VISIT_MASK) | (from))
#define VISIT_SAME(visit, attempt) (!(((visit) ^ (attempt)) & ~VISIT_MASK))
#define VISIT_FROM(visit) ((visit) & VISIT_MASK)
#define VISIT_MASK 0x3fffU

typedef struct private_hop_table_t private_hop_table_t;

/**
 * Private data
 */
struct private_hop_table_t {

	/**
	 * Public interface
	 */
	hop_table_t public;

	/**
	 * Clients, first what is claimed, then what is proven
	 */
	recent_table_t *clients[2];

	/**
	 * Visits by nonces of clients
	 */
	recent_table_t *nonces;

	/**
	 * Key of the hash of addresses
	 */
	u_char key[16];
};

METHOD(hop_table_t, get_place, uint64_t,
	private_hop_table_t *this, const ip_address_t *address)
{
	return chunk_mac(ip_address_chunk(address), this->key);
}

/**
 * Hash of what a client is known by.
 */
static uint64_t get_client(uint64_t place, uint16_t port)
{
	if (port == IKE_PORT || port == NATT_PORT)
	{
		port = 0;
	}
	return redirect_selector_mix(place, port);
}

/**
 * Some bits of a hash of the connection attempt, the upper ones are the best.
 */
static uint32_t get_attempt(const redirect_request_t *request)
{
	return redirect_selector_mix(request->spi_i, 0) >> 32;
}

/**
 * Some bits of a hash of the gateway a client came from, 0 if from none.
 */
static uint32_t get_from(const redirect_request_t *request)
{
	if (!request->redirected_from.version)
	{
		return 0;
	}
	return (gateway_hash(ip_address_chunk(&request->redirected_from)) &
			VISIT_MASK) ?: 1;
}

/**
 * Check whether a redirect was of this connection attempt.
 */
static bool same_attempt(uint32_t hop, uint32_t attempt)
{
	return HOP_ATTEMPT(hop) == attempt >> 20;
}

METHOD(hop_table_t, expect, void,
	private_hop_table_t *this, uint64_t place, uint16_t port)
{
	uint64_t client = get_client(place, port);

	this->clients[TRUE]->expect(this->clients[TRUE], client);
	this->clients[FALSE]->expect(this->clients[FALSE], client);
}

METHOD(hop_table_t, get, hop_t,
	private_hop_table_t *this, uint64_t place,
	const redirect_request_t *request)
{
	uint64_t client = get_client(place, request->remote_port);
	uint32_t hop, attempt = get_attempt(request);
	uint32_t seconds = request->lately ?: HOP_SECONDS;
	hop_t found = {};

	if (request->nonce)
	{	/* add() needs it later */
		this->nonces->expect(this->nonces,
							 redirect_selector_mix(place, request->nonce));
	}
	found.proven = this->clients[TRUE]->get(this->clients[TRUE], client, seconds,
											&hop);
	if (found.proven ||
		this->clients[FALSE]->get(this->clients[FALSE], client, seconds, &hop))
	{
		found.again = same_attempt(hop, attempt);
		found.known = !found.again;
		found.target = HOP_TARGET(hop);
		found.onward = HOP_ONWARD(hop);
		found.tries = HOP_TRIES(hop);
	}
	/* only of interest when the client comes from another gateway */
	found.circle = request->nonce && request->redirected_from.version &&
				   this->nonces->get(this->nonces,
									 redirect_selector_mix(place, request->nonce),
									 HOP_SECONDS, &hop) &&
				   !VISIT_SAME(hop, attempt) &&
				   VISIT_FROM(hop) != get_from(request);
	return found;
}

METHOD(hop_table_t, add, void,
	private_hop_table_t *this, uint64_t place,
	const redirect_request_t *request, uint64_t gateway)
{
	recent_table_t *clients;
	uint64_t client = get_client(place, request->remote_port);
	uint32_t hop, onward = 0, tries = 0, attempt = get_attempt(request);

	clients = this->clients[redirect_request_is_proven(request)];
	if (clients->get(clients, client, HOP_SECONDS, &hop))
	{
		if (same_attempt(hop, attempt))
		{	/* the same redirect, sent again */
			return;
		}
		onward = HOP_ONWARD(hop);
		tries = HOP_TRIES(hop);
	}
	if (request->redirected_from.version)
	{
		onward = min(onward + 1, HOP_MAX);
	}
	else if (!tries || !clients->get(clients, client, 0, &hop))
	{	/* a host that sets up several IKE_SAs at once does not come back */
		tries = min(tries + 1, HOP_MAX);
	}
	clients->put(clients, client,
				 HOP(hop_target(gateway), attempt, onward, tries));
	if (request->nonce)
	{
		this->nonces->put(this->nonces,
						  redirect_selector_mix(place, request->nonce),
						  VISIT(attempt, get_from(request)));
	}
}

METHOD(hop_table_t, get_dropped, uint64_t,
	private_hop_table_t *this)
{
	return this->clients[FALSE]->get_dropped(this->clients[FALSE]) +
		   this->clients[TRUE]->get_dropped(this->clients[TRUE]) +
		   this->nonces->get_dropped(this->nonces);
}

METHOD(hop_table_t, destroy, void,
	private_hop_table_t *this)
{
	this->clients[FALSE]->destroy(this->clients[FALSE]);
	this->clients[TRUE]->destroy(this->clients[TRUE]);
	this->nonces->destroy(this->nonces);
	free(this);
}

/*
 * Described in header
 */
hop_table_t *hop_table_create()
{
	private_hop_table_t *this;

	INIT(this,
		.public = {
			.get_place = _get_place,
			.expect = _expect,
			.get = _get,
			.add = _add,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.clients = {
			recent_table_create(HOP_BITS, HOP_SECONDS),
			recent_table_create(HOP_BITS, HOP_SECONDS),
		},
		.nonces = recent_table_create(HOP_BITS, HOP_SECONDS),
	);
	/* tables have a secret of their own, should there be no random octets yet */
	ignore_result(getrandom(this->key, sizeof(this->key), GRND_NONBLOCK));
	return &this->public;
}
