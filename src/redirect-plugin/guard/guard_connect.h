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
 * @defgroup guard_connect guard_connect
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_CONNECT_H_
#define GUARD_CONNECT_H_

#include "guard_context.h"

/**
 * Take tasks that make CHILD_SAs, or complete a reauthentication, off an IKE_SA
 * and keep them in its session. Must not be called while charon goes through its
 * tasks: the message hooks and ike_state_change() are fine.
 */
void guard_connect_hold(ike_sa_t *ike_sa, guard_session_t *session);

/**
 * Give the tasks that were held back to an IKE_SA, and destroy those of them
 * that begin a set-up, which is always made anew.
 *
 * @param ike_sa		the IKE_SA of the session, or one that goes on for it
 */
void guard_connect_unhold(ike_sa_t *ike_sa, guard_session_t *session);

/**
 * Make a redirect that leads back to where the set-up began.
 *
 * @param ike_sa		IKE_SA that goes back
 * @param phase			phase it is in
 * @return				redirect
 */
guard_redirect_t *guard_connect_back(ike_sa_t *ike_sa, guard_session_t *session,
									 guard_phase_t phase);

/**
 * Set an IKE_SA that is not connected to the next address of the redirect that
 * is usable: both hosts, with a route.
 *
 * @return				FALSE if no address is left
 */
bool guard_connect_next(guard_context_t *context, ike_sa_t *ike_sa,
						guard_session_t *session);

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
status_t guard_connect_restart(guard_context_t *context, ike_sa_t *ike_sa,
							   guard_session_t *session);

/**
 * Go back to the gateway where the set-up began, on the same IKE_SA.
 *
 * @return				DESTROY_ME or SUCCESS
 */
status_t guard_connect_return(guard_context_t *context, ike_sa_t *ike_sa,
							  guard_session_t *session);

/**
 * Report how far a redirect got: with the gateway that sent it, not the one that
 * the IKE_SA talks to meanwhile.
 */
void guard_connect_report(guard_context_t *context, ike_sa_t *ike_sa,
						  guard_redirect_t *redirect, guard_count_t count);

/**
 * Take care that an address that was just tried answers in time.
 */
void guard_connect_watch(guard_context_t *context, ike_sa_t *ike_sa,
						 guard_session_t *session);

#endif /** GUARD_CONNECT_H_ @}*/
