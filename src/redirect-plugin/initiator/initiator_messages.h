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
 * @defgroup initiator_messages initiator_messages
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_MESSAGES_H_
#define INITIATOR_MESSAGES_H_

#include "initiator_context.h"

#include <encoding/message.h>

/**
 * Look at a message that came in: every redirect notify is taken out of it, or
 * the message is dropped where charon must not see any of it.
 *
 * To be called from the message hook with the plain message.
 */
void initiator_messages_incoming(initiator_context_t *context, ike_sa_t *ike_sa,
							 message_t *message);

#endif /** INITIATOR_MESSAGES_H_ @}*/
