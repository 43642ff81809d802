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

/**
 * @defgroup hop_table hop_table
 * @{ @ingroup redirect_policy
 */

#ifndef HOP_TABLE_H_
#define HOP_TABLE_H_

#include "redirect_decision.h"

typedef struct hop_table_t hop_table_t;
typedef struct hop_t hop_t;

/**
 * Seconds that redirects of a client count, as at clients (section 7, and
 * strongSwan's redirect loop detection).
 */
#define HOP_SECONDS 300

/**
 * What is remembered of a client; all zero if nothing is.
 */
struct hop_t {

	/** TRUE if it was redirected lately, by another connection attempt */
	bool known;

	/** TRUE if it was redirected by this connection attempt */
	bool again;

	/** TRUE if it is known under its proven address: it was sent away, nobody
	 * made it look so */
	bool proven;

	/** TRUE if it was here with the same nonce before and came from another
	 * gateway then, or from none: it went in a circle. As nobody else knows the
	 * nonce, nobody else can make it look so. */
	bool circle;

	/** where it was sent to last, see hop_target() */
	uint16_t target;

	/** how often it was sent onward after others had redirected it here */
	uint8_t onward;

	/** how often it was sent away when it came of itself, by attempts that were
	 * not in the same second */
	uint8_t tries;
};

/**
 * Knows which clients this gateway redirected lately, so that none is sent in a
 * circle, or to a gateway again and again that it always comes back from.
 *
 * Clients are known by source address and port (500 and 4500 count as one), so
 * that those behind a NAT are told apart. What an IKE_SA_INIT request claims
 * about its sender is kept apart from what clients did whose address is proven,
 * and not looked at if there is the latter.
 *
 * Of fixed size, no locks, any thread. Hashes have a key of the process.
 */
struct hop_table_t {

	/**
	 * Get the hash that an address is known by.
	 *
	 * @param address	address of a client
	 * @return			hash, nobody outside can tell it
	 */
	uint64_t (*get_place)(hop_table_t *this, const ip_address_t *address);

	/**
	 * Have the processor fetch what is remembered of a client, for a get() and add()
	 * that come soon.
	 *
	 * @param place		hash of its address
	 * @param port		its UDP port
	 */
	void (*expect)(hop_table_t *this, uint64_t place, uint16_t port);

	/**
	 * Get what is remembered of a client.
	 *
	 * @param place		hash of its address
	 * @param request	its request
	 * @return			what is remembered
	 */
	hop_t (*get)(hop_table_t *this, uint64_t place,
				 const redirect_request_t *request);

	/**
	 * Note that a client is redirected.
	 *
	 * @param place		hash of its address
	 * @param request	its request
	 * @param gateway	id of the gateway it is sent to
	 */
	void (*add)(hop_table_t *this, uint64_t place,
				const redirect_request_t *request, uint64_t gateway);

	/**
	 * Get how many clients were forgotten early for want of room.
	 */
	uint64_t (*get_dropped)(hop_table_t *this);

	/**
	 * Destroy the table.
	 */
	void (*destroy)(hop_table_t *this);
};

/**
 * What is remembered of a gateway that a client was sent to: not zero.
 *
 * @param gateway	id of the gateway
 */
static inline uint16_t hop_target(uint64_t gateway)
{
	return (gateway & 0xfff) ?: 1;
}

/**
 * Create an empty table.
 */
hop_table_t *hop_table_create();

#endif /** HOP_TABLE_H_ @}*/
