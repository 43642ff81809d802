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
 * @defgroup session_queues session_queues
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_QUEUES_H_
#define SESSION_QUEUES_H_

#include "session.h"

typedef struct session_queues_t session_queues_t;

/**
 * Sessions by what they wait for, and how many there are of each: kept as they
 * change, so that nobody has to look at all of them.
 *
 * Sessions of a drain that can be moved are ready, in no order: each time one is
 * taken by chance, so that nobody can tell who is next, and nobody waits behind
 * one that cannot move. Others wait in the order they came.
 *
 * Plain data, guarded by the mutex of the session table.
 */
struct session_queues_t {

	/** sessions by state */
	u_int counts[SESSION_STATE_MAX];

	/** those of the drain by state, and those of them that are here by reason */
	u_int states[SESSION_STATE_MAX], stuck[SESSION_STUCK_MAX];

	/** sessions that are ready, how many, and for how many there is room */
	session_t **ready;
	u_int ready_count, ready_size;

	/** those of the drain that are here, by session_stuck_t */
	link_t parked[SESSION_STUCK_MAX];

	/** those on their way, by session_state_t */
	link_t moving[SESSION_STATE_MAX];
};

/**
 * Begin without sessions.
 */
void session_queues_init(session_queues_t *this);

/**
 * Count a session, and put it where it belongs.
 */
void session_queues_enter(session_queues_t *this, session_t *session);

/**
 * Do not count a session anymore, before anything of it changes.
 */
void session_queues_leave(session_queues_t *this, session_t *session);

/**
 * Take a session out of those that are ready.
 *
 * @return				session, still counted; NULL if there is none
 */
session_t *session_queues_take(session_queues_t *this);

/**
 * Free what it holds; no session may be counted.
 */
void session_queues_clear(session_queues_t *this);

#endif /** SESSION_QUEUES_H_ @}*/
