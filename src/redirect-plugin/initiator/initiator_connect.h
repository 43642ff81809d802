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
 * @defgroup initiator_connect initiator_connect
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_CONNECT_H_
#define INITIATOR_CONNECT_H_

#include "initiator_context.h"

/**
 * Take tasks that make CHILD_SAs, or complete a reauthentication, off an IKE_SA
 * and keep them in its attempt. Must not be called while charon goes through its
 * tasks: the message hooks and ike_state_change() are fine.
 */
void initiator_connect_hold(ike_sa_t *ike_sa, initiator_attempt_t *attempt);

/**
 * Give the tasks that were held back to an IKE_SA, and destroy those of them
 * that begin a set-up, which is always made anew.
 *
 * @param ike_sa		the IKE_SA of the attempt, or one that goes on for it
 */
void initiator_connect_unhold(ike_sa_t *ike_sa, initiator_attempt_t *attempt);

/**
 * Make a redirect that leads back to the gateway that is configured.
 *
 * @param phase			phase in which the client was sent away
 * @return				redirect
 */
initiator_redirect_t *initiator_connect_back(guard_phase_t phase);

/**
 * Set an IKE_SA that is not connected to the next address of the redirect that
 * is usable: both hosts, with a route. The way back leads to where the
 * configuration says now, names in it are resolved as charon does when it
 * connects; so this is for jobs.
 *
 * @return				FALSE if no address is left
 */
bool initiator_connect_next(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *attempt);

/**
 * Begin the set-up of an IKE_SA anew with the next address of its redirect: new
 * SPI, nonce and key, as with any other gateway, but the same CHILD_SAs to make.
 * What happens if that address does not answer is taken care of.
 *
 * To be called from jobs, with the IKE_SA checked out.
 *
 * @return				NOT_FOUND if no address is left and nothing was done,
 *						DESTROY_ME or SUCCESS otherwise
 */
status_t initiator_connect_restart(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *attempt);

/**
 * Go back to the gateway that is configured, on the same IKE_SA: no redirect is
 * under way anymore, and what was received is forgotten.
 *
 * @return				DESTROY_ME or SUCCESS
 */
status_t initiator_connect_return(initiator_context_t *context, ike_sa_t *ike_sa,
							  initiator_attempt_t *attempt);

/**
 * Report how far a redirect got: with the gateway that sent it, not the one that
 * the IKE_SA talks to meanwhile.
 */
void initiator_connect_report(initiator_context_t *context, ike_sa_t *ike_sa,
						  initiator_redirect_t *redirect, guard_count_t count);

/**
 * Charon itself left the address of a target that was tried, and now asks the
 * configured gateway. If it gave it up: note that, and have a job try the next
 * address, if any. It also begins anew when an address of this host changes,
 * which is not the target's fault: a job begins with that again.
 * Does not block, for the message hook.
 */
void initiator_connect_strayed(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *attempt);

/**
 * Take care that an address that was just tried answers in time.
 */
void initiator_connect_watch(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *attempt);

#endif /** INITIATOR_CONNECT_H_ @}*/
