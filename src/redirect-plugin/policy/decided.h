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
 * Attach a decision to a packet that goes to charon.
 *
 * @param packet		packet
 * @param request		what was asked, copied; must not point to anything
 * @param decision		what was decided, copied
 */
void decided_attach(packet_t *packet, const redirect_request_t *request,
					const redirect_decision_t *decision);

/**
 * Get the decision that came with a message.
 *
 * @param message		message, as charon made it of the packet
 * @return				decision, part of the message; NULL if there is none
 */
const decided_t *decided_get(message_t *message);

#endif /** DECIDED_H_ @}*/
