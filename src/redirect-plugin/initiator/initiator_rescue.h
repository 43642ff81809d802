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
 * @defgroup initiator_rescue initiator_rescue
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_RESCUE_H_
#define INITIATOR_RESCUE_H_

#include "initiator_context.h"

/**
 * An IKE_SA is destroyed because charon itself gave up to wait for the target of
 * a redirect: have a job connect to the configured gateway instead, with the
 * CHILD_SAs that were to be made, also with keyingtries = 1.
 *
 * To be called from ike_state_change() with IKE_DESTROYING.
 *
 * @return				FALSE if there is nothing to connect for
 */
bool initiator_rescue_failed(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *attempt);

/**
 * A gateway deletes an IKE_SA after a REDIRECT that was refused or could not be
 * followed: have a job connect to the configured gateway, with the CHILD_SAs of
 * the IKE_SA, whatever close_action says.
 *
 * To be called from the message hook.
 */
void initiator_rescue_stranded(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt);

#endif /** INITIATOR_RESCUE_H_ @}*/
