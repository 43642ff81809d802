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
 * @defgroup gateway_health gateway_health
 * @{ @ingroup redirect_gateways
 *
 * Whether a gateway is up, from what several witnesses say. Values without locks:
 * who owns one guards it. Times are seconds of the table of gateways.
 */

#ifndef GATEWAY_HEALTH_H_
#define GATEWAY_HEALTH_H_

#include <library.h>

typedef struct gateway_health_t gateway_health_t;
typedef struct gateway_testimony_t gateway_testimony_t;
typedef enum gateway_witness_t gateway_witness_t;
typedef enum gateway_verdict_t gateway_verdict_t;

/**
 * Who may know whether a gateway is up.
 */
enum gateway_witness_t {
	/** the operator, or a script of the operator's */
	GATEWAY_WITNESS_OPERATOR,
	/** clients that a drain moved there: they come back, or arrived */
	GATEWAY_WITNESS_DRAIN,
	/** clients sent there before they were established: they come back */
	GATEWAY_WITNESS_RETURNS,
	/** the gateway itself, through the store of the cluster */
	GATEWAY_WITNESS_HEARTBEAT,
	/** most of the gateways that probe it, this one included */
	GATEWAY_WITNESS_PEERS,
	/** probes of this gateway */
	GATEWAY_WITNESS_PROBE,
	/** number of witnesses; as a witness, that nobody knows */
	GATEWAY_WITNESS_MAX,
};

/**
 * Words for gateway_witness_t.
 */
extern enum_name_t *gateway_witness_names;

/**
 * What a witness says.
 */
enum gateway_verdict_t {
	/** nothing, or nothing anymore */
	GATEWAY_UNKNOWN,
	/** it works */
	GATEWAY_UP,
	/** it does not */
	GATEWAY_DOWN,
};

/**
 * Words for gateway_verdict_t.
 */
extern enum_name_t *gateway_verdict_names;

/**
 * What one witness said last.
 */
struct gateway_testimony_t {

	/** gateway_verdict_t */
	uint8_t verdict;

	/** second it was said */
	uint32_t time;

	/** seconds it holds, 0 until something else is said */
	uint32_t ttl;
};

/**
 * What all witnesses say of a gateway; all zero if nobody said anything.
 */
struct gateway_health_t {

	/** by gateway_witness_t */
	gateway_testimony_t said[GATEWAY_WITNESS_MAX];

	/** second it was last shown to work, 0 if never */
	uint32_t alive;

	/** gateway_witness_t that showed it */
	uint8_t alive_by;
};

/**
 * Let a witness speak.
 *
 * @param health		what is known, changed
 * @param witness		who speaks
 * @param verdict		what is said, GATEWAY_UNKNOWN to take it back
 * @param ttl			seconds it holds, 0 until something else is said
 * @param now			second that it is
 */
void gateway_health_testify(gateway_health_t *health, gateway_witness_t witness,
							gateway_verdict_t verdict, uint32_t ttl, uint32_t now);

/**
 * What a witness says now.
 *
 * @return				verdict, GATEWAY_UNKNOWN once it expired
 */
gateway_verdict_t gateway_health_said(const gateway_health_t *health,
									  gateway_witness_t witness, uint32_t now);

/**
 * Whether a gateway is up, all in all. In this order:
 *
 *  1. What the operator says, holds.
 *  2. Clients that come back from there are a sign that it does not serve, though
 *     it may answer: it is down.
 *  3. A heartbeat outweighs the failing probe of one gateway, but not those of
 *     most that probe it (SWIM: Das, Gupta, Motivala: SWIM, 2002).
 *  4. Probes of this gateway, then those of most others.
 *  5. A heartbeat that stopped while the store works: it is down.
 *  6. Clients that arrived there.
 *
 * @param by			receives who decided, GATEWAY_WITNESS_MAX if nobody knows;
 *						may be NULL
 * @return				GATEWAY_UNKNOWN if nobody knows: it is given clients then
 */
gateway_verdict_t gateway_health_verdict(const gateway_health_t *health,
										 uint32_t now, gateway_witness_t *by);

#endif /** GATEWAY_HEALTH_H_ @}*/
