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
 * @defgroup initiator_follow initiator_follow
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_FOLLOW_H_
#define INITIATOR_FOLLOW_H_

#include "initiator_context.h"

/**
 * Decide whether a client follows a REDIRECT, and if it does, have a job do so.
 *
 * Does not block, for the message hook. The redirect counts for the loop
 * detection only if it is followed (R7-1).
 *
 * @param ike_sa		IKE_SA the REDIRECT came on, checked out
 * @param session		its session, without a redirect that is pending
 * @param phase			when it came
 * @param gateway		gateway it names, a valid one
 * @return				GUARD_ACCEPTED, or why it is refused
 */
guard_count_t initiator_follow_decide(initiator_context_t *context, ike_sa_t *ike_sa,
								  initiator_attempt_t *session,
								  guard_phase_t phase,
								  const gateway_identity_t *gateway);

/**
 * Note a redirect that was accepted, without following it yet.
 */
void initiator_follow_note(initiator_context_t *context, ike_sa_t *ike_sa,
					   initiator_attempt_t *session, guard_phase_t phase,
					   const gateway_identity_t *gateway);

/**
 * Have a job follow the redirect of a session, which is pending: resolve its
 * name first, if it has one.
 *
 * Does not block, for hooks.
 */
void initiator_follow_start(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session);

/**
 * Have a job ask the configured gateway again, without announcing support, if
 * no other answer comes within retry_delay.
 *
 * Does not block, for the message hook.
 */
void initiator_follow_retry(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session);

#endif /** INITIATOR_FOLLOW_H_ @}*/
