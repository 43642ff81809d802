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
 * @defgroup initiator_requests initiator_requests
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_REQUESTS_H_
#define INITIATOR_REQUESTS_H_

#include "initiator_context.h"

#include <encoding/message.h>

/**
 * Look at a message that goes out: note what it asks for, and announce what the
 * guard does (R3-1, R3-9).
 *
 * To be called from the message hook with the plain message.
 */
void initiator_requests_outgoing(initiator_context_t *context, ike_sa_t *ike_sa,
								 message_t *message);

#endif /** INITIATOR_REQUESTS_H_ @}*/
