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
 * @defgroup departures departures
 * @{ @ingroup redirect_sessions
 */

#ifndef DEPARTURES_H_
#define DEPARTURES_H_

#include <library.h>

typedef struct departures_t departures_t;
typedef struct departure_gateway_t departure_gateway_t;
typedef struct session_t session_t;

/**
 * Clients that have sent a DELETE after they were redirected, and may come back:
 * who does so before the grace is over has not arrived elsewhere. A DELETE is no
 * proof of an arrival, for some clients delete before they ask the new gateway,
 * and some just log off (R5-7).
 *
 * A client is followed by its identity and address. Not thread-safe: guarded by
 * the mutex of the session table, that holds it for a look-up only.
 */
struct departures_t {

	/**
	 * Get what is kept of a gateway; it is never freed before destroy().
	 *
	 * @param name			name of the gateway
	 * @return				what is kept of it
	 */
	departure_gateway_t *(*get_gateway)(departures_t *this, const char *name);

	/**
	 * A client has left.
	 *
	 * @param session		its session, adopted; due is set to when it may be
	 *						told that it followed
	 * @return				session of the same client that left before, to be told
	 *						of and released; NULL if there is none
	 */
	session_t *(*add)(departures_t *this, session_t *session);

	/**
	 * Find out whether a client that is established has come back.
	 *
	 * @param session		its new session
	 * @return				session it left with, to be told of and released; NULL if
	 *						it did not leave, or its time is over
	 */
	session_t *(*take)(departures_t *this, const session_t *session);

	/**
	 * Get a client that has followed: its time is over, or its gateway was shown
	 * to be alive since it left.
	 *
	 * @param now			time_monotonic()
	 * @return				session, to be told of and released; NULL if none
	 */
	session_t *(*settle)(departures_t *this, time_t now);

	/**
	 * Get the gateways that clients left for and which are not known to be alive.
	 *
	 * @param index			position, from 0
	 * @param since			receives when the first of the clients left that are
	 *						not settled, 0 if there is none
	 * @return				gateway, NULL if there are no more
	 */
	departure_gateway_t *(*get_pending)(departures_t *this, u_int index,
										time_t *since);

	/**
	 * A gateway was shown to be alive.
	 *
	 * @param gateway		gateway
	 * @param when			time_monotonic() then
	 */
	void (*prove)(departures_t *this, departure_gateway_t *gateway,
				  time_t when);

	/**
	 * Number of clients that may come back.
	 */
	u_int (*get_count)(departures_t *this);

	/**
	 * Destroy it, and what is kept of clients and gateways.
	 */
	void (*destroy)(departures_t *this);
};

/**
 * Get the name of a gateway; needs no mutex.
 */
const char *departure_gateway_name(const departure_gateway_t *gateway);

/**
 * Create it.
 */
departures_t *departures_create();

#endif /** DEPARTURES_H_ @}*/
