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
 * @defgroup redirected_children redirected_children
 * @{ @ingroup redirect_responder
 */

#ifndef REDIRECTED_CHILDREN_H_
#define REDIRECTED_CHILDREN_H_

#include "clients/client_table.h"

#include <bus/listeners/listener.h>

typedef struct redirected_children_t redirected_children_t;

/**
 * CHILD_SAs offered to a client.
 */
#define REDIRECTED_CHILDREN_OFFERS 16

/**
 * Gives clients their CHILD_SAs that another gateway redirected here while they
 * were active, if that one has other pools of virtual IPs.
 *
 * Clients of charon 6.0.2 and later want their CHILD_SAs back with the selectors
 * they had, that is with the virtual IP of the other gateway, though this one
 * assigns them another in the same message. Charon refuses that with
 * TS_UNACCEPTABLE before any hook could narrow the selectors, and rightly so:
 * the client would not take another address in the answer, only the old one. It
 * stays without CHILD_SA then, and does not try again. What it does accept is a
 * CHILD_SA that the gateway initiates, which either peer may do (RFC 7296, 1.3),
 * because it answers that by its configuration and its new virtual IP. So this
 * initiates each CHILD_SA that was refused, some milliseconds after the answer.
 * Should that come before the client is established, which then ignores it, it is
 * sent once more a tenth of a second later.
 *
 * The client has to be authenticated and to have come with REDIRECTED_FROM (of
 * which AUTH covers the octets). It may have made that up, and gains nothing: it
 * gets CHILD_SAs of the configuration of its connection only, with the virtual
 * IP assigned in this IKE_SA, both of which it can have by just asking. What it
 * costs is one exchange for one of the client's own, and there are no more than
 * REDIRECTED_CHILDREN_OFFERS of them.
 *
 * Hooks are called with the bus mutex and the IKE_SA held; nothing in them
 * waits. CHILD_SAs are initiated by jobs.
 */
struct redirected_children_t {

	/**
	 * To be registered with the bus
	 */
	listener_t listener;

	/**
	 * Get the number of CHILD_SAs that were offered.
	 */
	uint64_t (*get_offered)(redirected_children_t *this);

	/**
	 * Get the number of CHILD_SAs that clients refused though they asked for
	 * the like of it: they have an IKE_SA here, but no tunnel.
	 */
	uint64_t (*get_refused)(redirected_children_t *this);

	/**
	 * Destroy it, after it was removed from the bus.
	 */
	void (*destroy)(redirected_children_t *this);
};

/**
 * Create the listener.
 *
 * @param clients		knows which clients came with REDIRECTED_FROM, has
 *						to outlive the listener
 */
redirected_children_t *redirected_children_create(client_table_t *clients);

#endif /** REDIRECTED_CHILDREN_H_ @}*/
