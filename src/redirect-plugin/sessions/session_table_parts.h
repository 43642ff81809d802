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
 * @defgroup session_table_parts session_table_parts
 * @{ @ingroup redirect_sessions
 *
 * What the files share that the table of sessions is made of: session_table.c has
 * the sessions, session_walk.c walks over them, session_members.c knows whose turn
 * it is, session_redirects.c what became of redirects.
 */

#ifndef SESSION_TABLE_PARTS_H_
#define SESSION_TABLE_PARTS_H_

#include "session_map.h"
#include "session_queues.h"

#include <threading/mutex.h>

typedef struct private_session_table_t private_session_table_t;

/**
 * Sessions that are looked at before hooks get their turn.
 */
#define SESSION_BATCH 64

/**
 * Private data
 */
struct private_session_table_t {

	/**
	 * Public interface
	 */
	session_table_t public;

	/**
	 * Sessions by unique id
	 */
	session_map_t *sessions;

	/**
	 * All in the order they were established
	 */
	link_t all;

	/**
	 * Sessions by what they wait for
	 */
	session_queues_t queues;

	/**
	 * Clients that left and may come back
	 */
	departures_t *departures;

	/**
	 * The drain that has members, 0 if none; whether all are, and how many of
	 * them left and may come back
	 */
	uint32_t run;
	bool everybody;
	u_int departed;

	/**
	 * Redirects by outcome
	 */
	uint64_t outcomes[SESSION_OUTCOME_MAX];

	/**
	 * IKE_SAs deleted by reason
	 */
	uint64_t deleted[SESSION_DELETED_MAX];

	/**
	 * Sessions there was no room for
	 */
	uint64_t dropped;

	/**
	 * Told of outcomes
	 */
	void (*told)(void *data, const session_info_t *info,
				 session_outcome_t outcome);

	/**
	 * Passed to told
	 */
	void *data;

	/**
	 * Guards sessions
	 */
	mutex_t *mutex;
};

/**
 * Change state and reason of a session; the mutex is held.
 */
void session_table_change(private_session_table_t *this, session_t *session,
						  session_state_t state, session_stuck_t stuck);

/**
 * Begin to count for a run; the mutex is held.
 */
void session_table_set_run(session_t *session, uint32_t run);

/**
 * A session is here again after it was redirected: it has its turn in the drain
 * that goes on, unless that has sent it; the mutex is held.
 */
void session_table_back(private_session_table_t *this, session_t *session,
						session_stuck_t stuck);

/**
 * Tell the outcome of a redirect; the mutex is not held.
 *
 * @param session		session, to write its identity
 */
void session_table_tell(private_session_table_t *this, const session_t *session,
						session_info_t *info, session_outcome_t outcome);

/**
 * Make a session a member of the drain that goes on; the mutex is held.
 */
void session_table_join(private_session_table_t *this, session_t *session,
						bool member);

/**
 * A client that left is not waited for anymore; the mutex is held.
 *
 * @param session		session it left with, may be NULL
 */
void session_table_forget(private_session_table_t *this, session_t *session,
						  session_info_t *info);

/**
 * Get a reference to the next sessions of a ring; the mutex is held.
 *
 * @param end			where they end: the ring, or a mark in it
 * @param mark			behind which they are, in the ring; is moved
 * @param batch			receives up to SESSION_BATCH sessions
 * @return				how many they are
 */
u_int session_table_get_batch(link_t *end, link_t *mark,
							  session_t *batch[SESSION_BATCH]);

/**
 * Offer methods that are in a file of their own.
 */
void session_table_add_walk(private_session_table_t *this);
void session_table_add_members(private_session_table_t *this);
void session_table_add_redirects(private_session_table_t *this);

#endif /** SESSION_TABLE_PARTS_H_ @}*/
