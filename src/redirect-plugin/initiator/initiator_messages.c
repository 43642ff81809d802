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

#include "initiator_messages.h"
#include "initiator_auth.h"
#include "initiator_connect.h"
#include "initiator_follow.h"
#include "initiator_rescue.h"
#include "initiator_wrap.h"

#include <daemon.h>

/**
 * Have charon not process an IKE_SA_INIT response, and wait for another: the
 * responder SPI in it must be forgotten, or another would not match (R3-7).
 */
static void discard(ike_sa_t *ike_sa, message_t *message)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
	id->set_responder_spi(id, 0);
}

/**
 * Decide about a REDIRECT in IKE_SA_INIT.
 */
static guard_count_t decide_init(initiator_context_t *context, ike_sa_t *ike_sa,
								 initiator_attempt_t *attempt,
								 const guard_scan_t *scan)
{
	if (scan->verdict != WIRE_OK)
	{
		return GUARD_MALFORMED;
	}
	if (!attempt)
	{
		return GUARD_FULL;
	}
	if (!chunk_equals(chunk_create(attempt->nonce, attempt->nonce_len),
					  chunk_create((u_char*)scan->nonce, scan->nonce_len)))
	{
		return GUARD_NONCE;
	}
	return initiator_follow_decide(context, ike_sa, attempt, GUARD_PHASE_INIT,
								   scan);
}

/**
 * An IKE_SA_INIT response with REDIRECT. Nothing in it is verified: what is
 * under way stays what it is until this is followed.
 */
static void init_redirect(initiator_context_t *context, ike_sa_t *ike_sa,
						  initiator_attempt_t *attempt, message_t *message,
						  const guard_scan_t *scan)
{
	guard_count_t result;

	result = decide_init(context, ike_sa, attempt, scan);
	if (result == GUARD_MALFORMED && scan->sa)
	{
		/* everything to go on without it is there */
		initiator_follow_refuse(context, ike_sa, GUARD_PHASE_INIT, result, scan);
		if (attempt)
		{
			attempt->waiting = 0;
		}
		return;
	}
	discard(ike_sa, message);
	if (result == GUARD_ACCEPTED)
	{
		if (initiator_step(&attempt->state,
						   INITIATOR_INVITE) == INITIATOR_QUEUE)
		{
			initiator_follow_keep(ike_sa, attempt, GUARD_PHASE_INIT, scan,
								  result);
			initiator_follow_tell(context, ike_sa, attempt);
			initiator_follow_start(context, ike_sa, attempt);
			return;
		}
		result = GUARD_BUSY;
	}
	initiator_follow_refuse(context, ike_sa, GUARD_PHASE_INIT, result, scan);
	switch (result)
	{
		case GUARD_NONCE:
		case GUARD_FULL:
		case GUARD_BUSY:
			break;
		default:
			if (attempt && initiator_step(&attempt->state,
										  INITIATOR_REFUSE) == INITIATOR_WAIT)
			{
				initiator_follow_retry(context, ike_sa, attempt);
			}
			break;
	}
}

/**
 * A response in a set-up that this host began.
 */
static void setup_response(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt, message_t *message,
						   const guard_scan_t *scan)
{
	bool auth = message->get_exchange_type(message) == IKE_AUTH;
	guard_phase_t phase = GUARD_PHASE_NONE;

	if (attempt)
	{
		initiator_unwrap(ike_sa, attempt);
	}
	if (!auth && scan->redirect)
	{
		init_redirect(context, ike_sa, attempt, message, scan);
		return;
	}
	if (auth && scan->redirect)
	{
		phase = initiator_auth_response(context, ike_sa, attempt, scan);
	}
	if (!attempt)
	{
		return;
	}
	attempt->waiting = 0;
	if (!auth && initiator_step(&attempt->state,
								INITIATOR_ANSWER) == INITIATOR_DROP)
	{
		/* a genuine answer came before the job that would have followed what
		 * may have been forged */
		initiator_follow_drop(ike_sa, attempt);
	}
	if (initiator_attempt_is_away(attempt) || phase == GUARD_PHASE_IDENTITY)
	{
		initiator_wrap(context, ike_sa, attempt,
					   auth ? TASK_IKE_AUTH : TASK_IKE_INIT);
	}
}

/**
 * A REDIRECT in an active session: it is acknowledged by charon at once, as the
 * message is empty now, and a job follows it (R5-4).
 */
static void active_redirect(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *attempt,
							const guard_scan_t *scan)
{
	guard_count_t result = GUARD_FULL;

	if (attempt)
	{
		result = initiator_follow_decide(context, ike_sa, attempt,
										 GUARD_PHASE_ACTIVE, scan);
	}
	if (result == GUARD_ACCEPTED &&
		initiator_step(&attempt->state, INITIATOR_ORDER) != INITIATOR_QUEUE)
	{
		result = attempt->received ? GUARD_BUSY : GUARD_STATE;
	}
	if (result != GUARD_ACCEPTED)
	{
		initiator_follow_refuse(context, ike_sa, GUARD_PHASE_ACTIVE, result,
								scan);
		if (attempt)
		{
			initiator_follow_stay(context, attempt);
		}
		return;
	}
	initiator_follow_keep(ike_sa, attempt, GUARD_PHASE_ACTIVE, scan, result);
	initiator_follow_tell(context, ike_sa, attempt);
	if (context->attempts->hand_over(context->attempts, attempt))
	{
		/* it is about to be replaced, that one will follow */
		initiator_step(&attempt->state, INITIATOR_FOLLOW);
		return;
	}
	initiator_follow_start(context, ike_sa, attempt);
}

/**
 * The gateway deletes an IKE_SA.
 */
static void active_delete(initiator_context_t *context, ike_sa_t *ike_sa,
						  initiator_attempt_t *attempt, const guard_scan_t *scan)
{
	if (scan->redirect)
	{
		/* beside DELETE it comes too late for this IKE_SA */
		initiator_follow_refuse(context, ike_sa, GUARD_PHASE_ACTIVE, GUARD_STATE,
								scan);
	}
	if (!attempt)
	{
		return;
	}
	if (scan->redirect)
	{
		initiator_follow_stay(context, attempt);
	}
	else if (attempt->stranded < time_monotonic(NULL))
	{
		initiator_step(&attempt->state, INITIATOR_EXPIRE);
	}
	if (initiator_step(&attempt->state, INITIATOR_DELETE) == INITIATOR_RESCUE)
	{
		initiator_rescue_stranded(context, ike_sa, attempt);
	}
}

/**
 * An INFORMATIONAL request of the gateway.
 */
static void active_request(initiator_context_t *context, ike_sa_t *ike_sa,
						   const guard_scan_t *scan)
{
	initiator_attempts_t *attempts = context->attempts;
	initiator_attempt_t *attempt;
	initiator_times_t times;

	if (!scan->redirect && !scan->deletes)
	{
		return;
	}
	attempt = attempts->get(attempts, ike_sa);
	if (scan->deletes)
	{
		active_delete(context, ike_sa, attempt, scan);
		return;
	}
	if (!attempt)
	{
		times = initiator_context_times(context, ike_sa->get_name(ike_sa));
		attempt = attempts->add(attempts, ike_sa, NULL,
								times.connection.loop_detect_period);
	}
	active_redirect(context, ike_sa, attempt, scan);
}

/*
 * Described in header
 */
void initiator_messages_incoming(initiator_context_t *context, ike_sa_t *ike_sa,
								 message_t *message)
{
	const guard_scan_t *scan = context->guard->get(context->guard, message);
	initiator_attempt_t *attempt;

	if (!scan)
	{
		return;
	}
	if (message->get_request(message))
	{
		if (message->get_exchange_type(message) == INFORMATIONAL &&
			ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR))
		{
			active_request(context, ike_sa, scan);
		}
		return;
	}
	switch (message->get_exchange_type(message))
	{
		case IKE_SA_INIT:
		case IKE_AUTH:
			attempt = context->attempts->get(context->attempts, ike_sa);
			setup_response(context, ike_sa, attempt, message, scan);
			break;
		case EXCHANGE_TYPE_UNDEFINED:
			break;
		default:
			if (ike_sa->get_state(ike_sa) == IKE_CONNECTING)
			{
				attempt = context->attempts->get(context->attempts, ike_sa);
				if (attempt)
				{
					attempt->waiting = 0;
				}
			}
			break;
	}
}
