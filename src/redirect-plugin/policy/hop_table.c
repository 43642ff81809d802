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
 * What is remembered of a client: 14 bits of a hash of the gateway it came from
 * (0 for none), 14 bits of its connection attempt, and how often it was sent
 * onward.
 */
#define HOP(from, attempt, count) \
	((uint32_t)(from) << 18 | (uint32_t)(attempt) << 4 | (count))
#define HOP_FROM(hop) ((hop) >> 18)
#define HOP_ATTEMPT(hop) ((hop) >> 4 & HOP_MASK)
#define HOP_COUNT(hop) ((hop) & HOP_COUNT_MAX)
#define HOP_MASK 0x3fff
#define HOP_COUNT_MAX 15

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
	 * Clients
	 */
	recent_table_t *clients;
};

/**
 * Hash of what a client is known by.
 */
static uint64_t get_key(const redirect_request_t *request)
{
	uint16_t port = request->remote_port;

	if (port == IKE_PORT || port == NATT_PORT)
	{
		port = 0;
	}
	return redirect_selector_mix(
				gateway_hash(ip_address_chunk(&request->remote)), port);
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
			HOP_MASK) ?: 1;
}

/**
 * Some bits of a hash of the connection attempt.
 */
static uint32_t get_attempt(const redirect_request_t *request)
{
	return redirect_selector_mix(request->spi_i, 0) & HOP_MASK;
}

METHOD(hop_table_t, check, hop_verdict_t,
	private_hop_table_t *this, const redirect_request_t *request,
	uint32_t budget)
{
	uint32_t hop;

	if (!this->clients->get(this->clients, get_key(request), HOP_SECONDS,
							&hop) || HOP_ATTEMPT(hop) == get_attempt(request))
	{
		return HOP_FINE;
	}
	if (HOP_FROM(hop) != get_from(request))
	{
		return HOP_CIRCLE;
	}
	return HOP_COUNT(hop) < budget ? HOP_FINE : HOP_BUDGET;
}

METHOD(hop_table_t, add, void,
	private_hop_table_t *this, const redirect_request_t *request)
{
	uint32_t hop, from = get_from(request), attempt = get_attempt(request);
	uint32_t count = 0;
	uint64_t key = get_key(request);

	if (from && this->clients->get(this->clients, key, HOP_SECONDS, &hop))
	{
		count = HOP_COUNT(hop);
		if (HOP_ATTEMPT(hop) == attempt)
		{	/* the same redirect, sent again */
			return;
		}
	}
	count += from && count < HOP_COUNT_MAX;
	this->clients->put(this->clients, key, HOP(from, attempt, count));
}

METHOD(hop_table_t, get_dropped, uint64_t,
	private_hop_table_t *this)
{
	return this->clients->get_dropped(this->clients);
}

METHOD(hop_table_t, destroy, void,
	private_hop_table_t *this)
{
	this->clients->destroy(this->clients);
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
			.check = _check,
			.add = _add,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.clients = recent_table_create(HOP_BITS, HOP_SECONDS),
	);
	return &this->public;
}
