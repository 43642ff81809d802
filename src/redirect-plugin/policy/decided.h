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
 * @defgroup decided decided
 * @{ @ingroup redirect_policy
 *
 * What a door in front of charon decided about an IKE_SA_INIT request travels
 * with the packet to the door inside of charon, so that a request is read and
 * decided once.
 */

#ifndef DECIDED_H_
#define DECIDED_H_

#include "redirect_decision.h"

#include <encoding/message.h>

typedef struct decided_t decided_t;
typedef struct decided_table_t decided_table_t;

/**
 * A request with what was decided about it.
 */
struct decided_t {

	/** what was asked; names and identities are not part of it */
	redirect_request_t request;

	/** what was decided, not carried out yet */
	redirect_decision_t decision;
};

/**
 * Keeps decisions while their packets are on the way to the hooks. Metadata of
 * packets would do the same at the price of copies: charon clones and frees it
 * with each packet and message.
 *
 * A packet is known by the object that tells its sender, which its message has
 * as well, and by the SPI in it. Space is limited: what has to give way to
 * another one is decided again.
 *
 * Thread-safe, the lock is held for a copy only.
 */
struct decided_table_t {

	/**
	 * Keep a decision for a packet that goes to charon.
	 *
	 * @param packet		packet
	 * @param request		what was asked, copied; must not point to anything
	 * @param decision		what was decided, copied
	 */
	void (*put)(decided_table_t *this, packet_t *packet,
				const redirect_request_t *request,
				const redirect_decision_t *decision);

	/**
	 * Tell that nothing was decided about a packet that goes to charon, so that
	 * it does not get what an earlier one in its place in memory left.
	 *
	 * @param packet		packet
	 */
	void (*forget)(decided_table_t *this, packet_t *packet);

	/**
	 * Take the decision that came with a message.
	 *
	 * @param message		message, as charon made it of the packet, its header
	 *						parsed
	 * @param decided		receives the decision
	 * @return				FALSE if there is none
	 */
	bool (*take)(decided_table_t *this, message_t *message, decided_t *decided);

	/**
	 * Destroy a decided_table_t.
	 */
	void (*destroy)(decided_table_t *this);
};

/**
 * Create a decided_table_t.
 *
 * @return				empty table
 */
decided_table_t *decided_table_create();

#endif /** DECIDED_H_ @}*/
