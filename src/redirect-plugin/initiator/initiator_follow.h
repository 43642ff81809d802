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
#include "guard/guard_scan.h"

/**
 * Decide whether a client follows a REDIRECT. Does not block and changes
 * nothing: whether the message is genuine may not be known yet.
 *
 * @param ike_sa		IKE_SA the REDIRECT came on, checked out
 * @param attempt		its attempt
 * @param phase			when it came
 * @param scan			what the guard found
 * @return				GUARD_ACCEPTED, or why it is refused
 */
guard_count_t initiator_follow_decide(initiator_context_t *context,
									  ike_sa_t *ike_sa,
									  initiator_attempt_t *attempt,
									  guard_phase_t phase,
									  const guard_scan_t *scan);

/**
 * Keep a REDIRECT as what was received last, without a word and without
 * following it yet.
 *
 * @param reason		what was decided
 */
void initiator_follow_keep(ike_sa_t *ike_sa, initiator_attempt_t *attempt,
						   guard_phase_t phase, const guard_scan_t *scan,
						   guard_count_t reason);

/**
 * Count, log and tell what was decided about what was received.
 */
void initiator_follow_tell(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt);

/**
 * Report a REDIRECT that is refused at once.
 */
void initiator_follow_refuse(initiator_context_t *context, ike_sa_t *ike_sa,
							 guard_phase_t phase, guard_count_t reason,
							 const guard_scan_t *scan);

/**
 * Have a job follow what was received: resolve its name first, if it has one.
 *
 * Does not block, for hooks.
 */
void initiator_follow_start(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *attempt);

/**
 * Forget what was received, and give back the tasks that were held for it. Does
 * not block, for hooks.
 */
void initiator_follow_drop(ike_sa_t *ike_sa, initiator_attempt_t *attempt);

/**
 * Have a job ask the configured gateway again, without announcing support, if
 * no other answer comes within retry_delay.
 *
 * Does not block, for the message hook.
 */
void initiator_follow_retry(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *attempt);

/**
 * A redirect of an established IKE_SA is not followed: until when the gateway
 * deletes it for that.
 */
void initiator_follow_stay(initiator_context_t *context,
						   initiator_attempt_t *attempt);

#endif /** INITIATOR_FOLLOW_H_ @}*/
