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
 * A drain with the real table, waves and engine, and a mover whose clients behave
 * as a test wants, in virtual time.
 */

#ifndef DRAIN_FIXTURE_H_
#define DRAIN_FIXTURE_H_

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "sessions/drain.h"
#include "sessions/rebalance.h"

typedef struct drain_fixture_t drain_fixture_t;

/**
 * What is tested.
 */
struct drain_fixture_t {

	/** engine and gateways */
	policy_fixture_t policy;

	/** sessions */
	session_table_t *table;

	/** moves them when they are told to, without charon */
	session_mover_t mover;

	/** empties this gateway */
	drain_t *drain;

	/** moves some of them */
	rebalance_t *rebalance;

	/** options of both */
	session_config_t config;

	/** whether a client can be moved, NULL for always */
	session_stuck_t (*check)(drain_fixture_t *this, const session_info_t *info,
							 const session_scope_t *scope);

	/** what a client does that was redirected, NULL to stay */
	void (*client)(drain_fixture_t *this, session_t *session,
				   const session_info_t *info);

	/** gateway that clients are sent to */
	const char *gateway;

	/** by outcome, SESSION_SENT and SESSION_DEPARTED as well */
	u_int outcomes[SESSION_DEPARTED + 1];

	/** times that clients were asked for, by unique id; IKE_SAs that were deleted */
	u_int asked[512], deleted;

	/** unique ids in the order they were asked for first */
	u_int order[512], asked_first;
};

/**
 * Create it: moon, sun and mars, this is moon; or another one, that sends its
 * clients to moon then.
 */
drain_fixture_t *drain_fixture_create(void);
drain_fixture_t *drain_fixture_create_other(const char *self);

/**
 * Destroy it.
 */
void drain_fixture_destroy(drain_fixture_t *this);

/**
 * Establish a client.
 *
 * @param unique_id		unique id, also last octet of its address
 * @param net			first three octets of it, "203.0.113"
 */
void drain_fixture_add(drain_fixture_t *this, uint32_t unique_id,
					   const char *net);

/**
 * Establish a client that others redirected here.
 *
 * @param from			address of who did
 */
void drain_fixture_add_from(drain_fixture_t *this, uint32_t unique_id,
							const char *net, const ip_address_t *from);

/**
 * Begin a drain.
 *
 * @param id			identities it is limited to, NULL for all clients
 * @return				why it was refused, NULL if it was not
 */
const char *drain_fixture_drain(drain_fixture_t *this, const char *id);

/**
 * Let seconds pass, with all that happens once a second.
 */
void drain_fixture_pass(drain_fixture_t *this, u_int seconds);

/**
 * Do all that happens once a second, without that it passes.
 */
void drain_fixture_tick(drain_fixture_t *this);

/**
 * Get how the drain goes.
 */
drain_progress_t drain_fixture_progress(drain_fixture_t *this);

/**
 * Get the number of a client's redirects in the run that sent it.
 */
session_info_t drain_fixture_info(drain_fixture_t *this, uint32_t unique_id);

/**
 * A client that leaves as soon as it is redirected.
 */
void drain_fixture_leave(drain_fixture_t *this, session_t *session,
						 const session_info_t *info);

#endif /** DRAIN_FIXTURE_H_ */
