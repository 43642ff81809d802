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
 * @defgroup initiator_move initiator_move
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_MOVE_H_
#define INITIATOR_MOVE_H_

#include "initiator_context.h"

/**
 * Make an IKE_SA that goes on for another one: checked out and current.
 *
 * @param history		redirects of the other one
 * @param replaces		unique ID of the IKE_SA that it replaces, 0 for none
 * @param attempt		receives its attempt
 * @return				IKE_SA, NULL if there is none to be had; then none is
 *						current
 */
ike_sa_t *initiator_move_create(initiator_context_t *context,
								peer_cfg_t *peer_cfg,
								initiator_history_t *history, uint32_t replaces,
								initiator_attempt_t **attempt);

/**
 * Go on from an established IKE_SA with a new one, which follows what the old
 * one received: with the same configuration (R3-11), all CHILD_SAs and the tasks
 * that were held back.
 *
 * A redirect in IKE_AUTH leaves nothing behind that is of use, so that the old
 * IKE_SA is deleted at once (R6-4). That of an active session is deleted when
 * the new one is established (R5-7).
 *
 * To be called from jobs, with the IKE_SA checked out.
 *
 * @return				NOT_FOUND if no address of the target is usable and
 *						FAILED if there is no other IKE_SA to be had, and
 *						nothing was done; DESTROY_ME to destroy the old IKE_SA,
 *						SUCCESS to keep it
 */
status_t initiator_move(initiator_context_t *context, ike_sa_t *ike_sa,
					initiator_attempt_t *attempt);

/**
 * Tell the observer and the script how far a redirect got.
 *
 * @param count			GUARD_FOLLOWED or GUARD_ARRIVED
 */
void initiator_move_tell(initiator_context_t *context, ike_sa_t *ike_sa,
					 initiator_attempt_t *attempt, guard_count_t count);

/**
 * An IKE_SA that replaces another is established: have a job delete that (R5-7),
 * which may have been rekeyed meanwhile.
 *
 * @param unique		unique ID of the IKE_SA that is replaced
 */
void initiator_move_done(initiator_context_t *context, uint32_t unique);

/**
 * The IKE_SA that was to replace another is gone, and so is the way back: have a
 * job see to it that the other one is kept, as if the redirect had been refused.
 *
 * @param unique		unique ID of the IKE_SA that was to be replaced
 */
void initiator_move_failed(initiator_context_t *context, uint32_t unique);

#endif /** INITIATOR_MOVE_H_ @}*/
