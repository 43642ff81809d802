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
 * @defgroup initiator_wrap initiator_wrap
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_WRAP_H_
#define INITIATOR_WRAP_H_

#include "initiator_context.h"

#include <encoding/message.h>

/**
 * Be there while charon's task processes a response of a set-up, because it
 * gives up the IKE_SA in two cases where that is not called for:
 *
 * - A REDIRECT in the first of several IKE_AUTH responses comes without the EAP
 *   payload that charon waits for, after it has verified the gateway (R6-8).
 * - The set-up with the target of a redirect fails: the gateway where the client
 *   came from is still there.
 *
 * In both the set-up begins anew on the same IKE_SA, by a job. To be called from
 * the message hook for the plain message.
 *
 * What is needed until then is kept in a task of its own among those that the
 * IKE_SA has queued: it is not more than a place to keep it.
 *
 * @param type			TASK_IKE_INIT or TASK_IKE_AUTH
 */
void initiator_wrap(initiator_context_t *context, ike_sa_t *ike_sa,
					initiator_attempt_t *attempt, task_type_t type);

/**
 * Undo what was done for a response that was not processed.
 */
void initiator_unwrap(ike_sa_t *ike_sa, initiator_attempt_t *attempt);

/**
 * Note that an attempt is about to be destroyed.
 */
void initiator_wrap_forget(initiator_attempt_t *attempt);

/**
 * Note what charon says of an IKE_SA while a response is processed: that it has
 * authenticated the gateway, or failed to authenticate itself, or the gateway.
 */
void initiator_wrap_authorized(initiator_attempt_t *attempt);
void initiator_wrap_failed(initiator_attempt_t *attempt, bool local);

/**
 * Whether a first IKE_AUTH response with a REDIRECT is being processed and has
 * shown so far that it comes from a gateway that the configuration allows.
 */
bool initiator_wrap_is_authentic(ike_sa_t *ike_sa, initiator_attempt_t *attempt);

#endif /** INITIATOR_WRAP_H_ @}*/
