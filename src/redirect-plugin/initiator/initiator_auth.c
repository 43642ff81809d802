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
#include "initiator_wrap.h"

#include <daemon.h>

/**
 * A REDIRECT in the last response: let charon establish the IKE_SA, without the
 * CHILD_SAs, then have a job move on.
 */
static void act_on_last(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session)
{
	initiator_connect_hold(ike_sa, session);
	initiator_follow_start(context, ike_sa, session);
}

/**
 * When a REDIRECT came, NONE for an intermediate response (R6-9, R6-10).
 */
static guard_phase_t get_phase(initiator_attempt_t *session, message_t *message,
							   const guard_scan_t *scan)
{
	if (session->auth_sent && scan->auth && !scan->eap && !scan->another_auth)
	{
		return GUARD_PHASE_AUTH;
	}
	/* the server must include its AUTH payload (R6-8) */
	if (message->get_message_id(message) == session->first_auth &&
		scan->idr && scan->auth)
	{
		return GUARD_PHASE_IDENTITY;
	}
	return GUARD_PHASE_NONE;
}

/**
 * A REDIRECT is refused. Where it was sent instead of what the client needs the
 * set-up goes back to the configured gateway, otherwise it just goes on.
 */
static void refuse(initiator_context_t *context, ike_sa_t *ike_sa,
				   initiator_attempt_t *session, guard_phase_t phase,
				   guard_count_t reason, const guard_scan_t *scan)
{
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = reason,
		.verdict = scan->verdict,
		.phase = phase,
		.gateway = scan->gateway,
	});
	if (!session || phase == GUARD_PHASE_NONE ||
		scan->eap || scan->another_auth || scan->sa)
	{
		return;
	}
	free(session->redirect);
	session->redirect = initiator_connect_back(ike_sa, session, phase);
	session->attempt++;
	if (phase == GUARD_PHASE_AUTH)
	{
		act_on_last(context, ike_sa, session);
	}
	else
	{
		session->silent = TRUE;
		initiator_wrap(ike_sa, session, TASK_IKE_AUTH);
	}
}

/*
 * Described in header
 */
void initiator_auth_response(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *session, message_t *message,
						 const guard_scan_t *scan)
{
	guard_phase_t phase;
	guard_count_t result;

	if (!scan->redirect)
	{
		return;
	}
	if (!session)
	{
		refuse(context, ike_sa, NULL, GUARD_PHASE_NONE, GUARD_FULL, scan);
		return;
	}
	phase = get_phase(session, message, scan);
	if (phase == GUARD_PHASE_NONE)
	{
		refuse(context, ike_sa, session, phase, GUARD_INTERMEDIATE, scan);
		return;
	}
	if (scan->verdict != WIRE_OK)
	{
		refuse(context, ike_sa, session, phase, GUARD_MALFORMED, scan);
		return;
	}
	result = initiator_follow_decide(context, ike_sa, session, phase,
								 &scan->gateway);
	if (result != GUARD_ACCEPTED)
	{
		refuse(context, ike_sa, session, phase, result, scan);
		return;
	}
	initiator_follow_note(context, ike_sa, session, phase, &scan->gateway);
	if (phase == GUARD_PHASE_AUTH)
	{
		act_on_last(context, ike_sa, session);
	}
	else
	{
		initiator_wrap(ike_sa, session, TASK_IKE_AUTH);
	}
}
