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
 * @defgroup session session
 * @{ @ingroup redirect_sessions
 *
 * The record of a session, only for session_table.c and what it is made of. The
 * mutex of the table guards all of it but what is said to be immutable.
 */

#ifndef SESSION_H_
#define SESSION_H_

#include "session_table.h"

typedef struct link_t link_t;

/**
 * Place of a session in a ring; the ring itself, and marks of those who walk
 * over it, have no session.
 */
struct link_t {

	/** neighbours, NULL if it is in no ring */
	link_t *prev, *next;

	/** session it belongs to, NULL for rings and marks */
	session_t *session;
};

/**
 * A session.
 */
struct session_t {

	/** who holds it, the table included */
	refcount_t refs;

	/** unique id of the IKE_SA */
	uint32_t unique_id;

	/** SPIs of the IKE_SA */
	uint64_t spi_i, spi_r;

	/** in the ring of all, in the order they were established */
	link_t all;

	/** in the queue of its state */
	link_t queue;

	/** place among those that are ready to be moved, counted from 1; or 0 */
	uint32_t ready;

	/** number of the run that moved it last */
	uint32_t run;

	/** when it was established, asked for last, when its grace is over (0 if it
	 * does not run): seconds of time_monotonic(), which begin at boot */
	uint32_t since, tried, due;

	/** when a redirect was sent last, 0 for never */
	uint32_t sent;

	/** grace of the redirect that was sent */
	uint32_t grace;

	/** gateway it is or was sent to, NULL if none; never freed before the
	 * table is */
	departure_gateway_t *gateway;

	/** name of the connection, immutable */
	char *connection;

	/** identities of the client, may be NULL; immutable */
	identification_t *id, *eap_id;

	/** addresses, and the gateway that redirected the client here */
	ip_address_t local, remote, from;

	/** redirects sent in this run */
	uint8_t tries;

	/** session_state_t */
	uint8_t state;

	/** session_stuck_t */
	uint8_t stuck;

	/** session_ignored_t of the redirect that was sent */
	uint8_t ignored;

	/** FALSE once the IKE_SA is gone */
	bool there : 1;

	/** TRUE if it belongs to the drain that goes on */
	bool member : 1;

	/** TRUE if the IKE_SA was rekeyed since the redirect, or went on with another
	 * address family: the client may not have been able to follow */
	bool missed : 1;

	/** TRUE if its task was built since */
	bool built : 1;

	/** what the IKE_SA tells; who rekeys it initiates the new one, whoever
	 * initiated the first */
	bool ikev2 : 1, supported : 1, responder : 1, initiates : 1;
};

/**
 * Make a session of an IKE_SA.
 *
 * @param ike_sa		IKE_SA, held by the caller
 * @param from			gateway that redirected the client here
 * @return				session with one reference
 */
session_t *session_create(ike_sa_t *ike_sa, const ip_address_t *from);

/**
 * Take over what an IKE_SA tells, that may be another one.
 */
void session_read(session_t *this, ike_sa_t *ike_sa);

/**
 * Copy what is known of a session, but for the identity's text.
 */
void session_copy(const session_t *this, session_info_t *info);

/**
 * Write the identity of a session as text; needs no mutex.
 */
void session_print_id(const session_t *this, session_info_t *info);

/**
 * Hash what a client is known by when it comes back: identity and address.
 */
uint64_t session_key(const session_t *this);

/**
 * Release a reference; needs no mutex.
 */
void session_put(session_t *this);

/**
 * Make a ring of a link.
 */
static inline void link_ring(link_t *ring)
{
	ring->prev = ring->next = ring;
}

/**
 * Put a link at the end of a ring.
 */
static inline void link_append(link_t *ring, link_t *link)
{
	link->prev = ring->prev;
	link->next = ring;
	ring->prev->next = link;
	ring->prev = link;
}

/**
 * Take a link out of its ring, if it is in one.
 */
static inline void link_remove(link_t *link)
{
	if (link->next)
	{
		link->prev->next = link->next;
		link->next->prev = link->prev;
		link->prev = link->next = NULL;
	}
}

#endif /** SESSION_H_ @}*/
