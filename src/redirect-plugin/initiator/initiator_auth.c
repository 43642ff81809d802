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

#include "initiator_auth.h"
#include "initiator_connect.h"
#include "initiator_follow.h"

/**
 * When a REDIRECT came, NONE for an intermediate response (R6-9, R6-10). With
 * several rounds of authentication (RFC 4739) neither the last response nor the
 * request for it need have an AUTH payload: the last is the one after this host
 * sent its last, in which the gateway does not ask for more.
 */
static guard_phase_t get_phase(initiator_attempt_t *attempt,
							   const guard_scan_t *scan)
{
	switch (attempt->state)
	{
		case INITIATOR_FINISHING:
			return scan->eap || scan->another_auth ? GUARD_PHASE_NONE
												   : GUARD_PHASE_AUTH;
		case INITIATOR_OPENING:
			/* the server must include its AUTH payload (R6-8) */
			return scan->idr && scan->auth ? GUARD_PHASE_IDENTITY
										   : GUARD_PHASE_NONE;
		default:
			return GUARD_PHASE_NONE;
	}
}

/*
 * Described in header
 */
guard_phase_t initiator_auth_response(initiator_context_t *context,
									  ike_sa_t *ike_sa,
									  initiator_attempt_t *attempt,
									  const guard_scan_t *scan)
{
	guard_count_t result;
	guard_phase_t phase;

	phase = attempt ? get_phase(attempt, scan) : GUARD_PHASE_NONE;
	if (phase == GUARD_PHASE_NONE ||
		initiator_step(&attempt->state, INITIATOR_OFFER) != INITIATOR_KEEP)
	{
		initiator_follow_refuse(context, ike_sa, GUARD_PHASE_NONE,
								attempt ? GUARD_INTERMEDIATE : GUARD_FULL, scan);
		return GUARD_PHASE_NONE;
	}
	result = initiator_follow_decide(context, ike_sa, attempt, phase, scan);
	initiator_follow_keep(ike_sa, attempt, phase, scan, result);
	/* where it was sent instead of what the client needs to go on, the set-up
	 * has to go back if it is refused */
	if (result != GUARD_ACCEPTED && !scan->eap && !scan->another_auth &&
		!scan->sa)
	{
		attempt->received->back = TRUE;
		attempt->received->resolved = FALSE;
		attempt->received->count = 0;
	}
	if (phase == GUARD_PHASE_AUTH &&
		(result == GUARD_ACCEPTED || attempt->received->back))
	{
		/* let charon establish the IKE_SA, without the CHILD_SAs */
		initiator_connect_hold(ike_sa, attempt);
	}
	return phase;
}
