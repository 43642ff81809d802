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
#include <encoding/payloads/nonce_payload.h>
#include <encoding/payloads/notify_payload.h>

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

/**
 * Remove notifies of a type from a message.
 */
static bool remove_notifies(message_t *message, notify_type_t type)
{
	enumerator_t *enumerator;
	payload_t *payload;
	bool removed = FALSE;

	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		if (payload->get_type(payload) == PLV2_NOTIFY &&
			((notify_payload_t*)payload)->get_notify_type(
										(notify_payload_t*)payload) == type)
		{
			message->remove_payload_at(message, enumerator);
			payload->destroy(payload);
			removed = TRUE;
		}
	}
	enumerator->destroy(enumerator);
	return removed;
}

/**
 * Note the nonce of an IKE_SA_INIT request.
 */
static void note_nonce(initiator_attempt_t *attempt, message_t *message)
{
	nonce_payload_t *payload;
	chunk_t nonce;

	attempt->nonce_len = 0;
	payload = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
	if (payload)
	{
		nonce = payload->get_nonce(payload);
		attempt->nonce_len = min(nonce.len, sizeof(attempt->nonce));
		memcpy(attempt->nonce, nonce.ptr, attempt->nonce_len);
		chunk_free(&nonce);
	}
}

/**
 * Announce support, or where the client comes from, or neither (R3-1, R3-9):
 * the core knows nothing of what the guard decides.
 */
static void announce(initiator_attempt_t *attempt, message_t *message,
					 ip_address_t *other, bool follow)
{
	initiator_redirect_t *redirect = attempt->redirect;
	gateway_identity_t from = {};
	uint8_t buf[WIRE_REDIRECT_MAX];
	chunk_t address;
	bool willing;
	size_t len;

	willing = remove_notifies(message, REDIRECT_SUPPORTED);
	willing = remove_notifies(message, REDIRECTED_FROM) || willing;
	attempt->announced = willing && follow && !attempt->silent;
	if (!attempt->announced)
	{
		return;
	}
	if (redirect && !redirect->back &&
		ip_address_equals(&redirect->target, other))
	{
		address = ip_address_chunk(&redirect->from);
		from.type = redirect->from.version == 4 ? GATEWAY_IDENTITY_IPV4
												: GATEWAY_IDENTITY_IPV6;
		from.len = address.len;
		memcpy(from.data, address.ptr, address.len);
		len = redirected_from_write(&from, buf);
		message->add_notify(message, FALSE, REDIRECTED_FROM,
							chunk_create(buf, len));
		return;
	}
	message->add_notify(message, FALSE, REDIRECT_SUPPORTED, chunk_empty);
}

/**
 * Find the attempt of an IKE_SA_INIT request. Events of an IKE_SA that charon
 * makes in place of another come under the name of that one.
 */
static initiator_attempt_t *attempt_of_init(initiator_context_t *context,
											ike_sa_t *ike_sa, message_t *message,
											uint32_t period)
{
	initiator_attempts_t *attempts = context->attempts;
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	uint64_t spi = message->get_initiator_spi(message);

	if (id->get_initiator_spi(id) == spi)
	{
		return attempts->add(attempts, ike_sa, NULL, period);
	}
	return attempts->add_early(attempts, ike_sa, spi, period);
}

/**
 * Note that a request of the set-up goes out.
 */
static void note_request(ike_sa_t *ike_sa, initiator_attempt_t *attempt,
						 initiator_event_t event)
{
	if (initiator_step(&attempt->state, event) == INITIATOR_DROP)
	{
		initiator_follow_drop(ike_sa, attempt);
	}
	attempt->waiting = time_monotonic(NULL);
}

/**
 * An IKE_SA_INIT request goes out.
 */
static void init_request(initiator_context_t *context, ike_sa_t *ike_sa,
						 message_t *message)
{
	initiator_attempt_t *attempt;
	initiator_times_t times;
	ip_address_t other;

	times = initiator_context_times(context, ike_sa->get_name(ike_sa));
	attempt = attempt_of_init(context, ike_sa, message,
							  times.connection.loop_detect_period);
	if (!attempt)
	{
		remove_notifies(message, REDIRECT_SUPPORTED);
		remove_notifies(message, REDIRECTED_FROM);
		return;
	}
	other = ip_address_from_host(message->get_destination(message));
	if (initiator_attempt_is_away(attempt) &&
		!ip_address_equals(&attempt->redirect->target, &other))
	{
		initiator_connect_strayed(context, ike_sa, attempt);
	}
	if (attempt->silent && attempt->waiting)
	{
		/* some gateways drop requests of who does not support redirects: the
		 * answer to one who does may be another one by now */
		DBG1(DBG_IKE, "redirect: %H did not answer a request that does not "
			 "announce support, announcing it again",
			 message->get_destination(message));
		attempt->silent = FALSE;
	}
	note_request(ike_sa, attempt, INITIATOR_INIT);
	note_nonce(attempt, message);
	announce(attempt, message, &other, times.connection.follow);
	if (!attempt->redirect)
	{
		attempt->history->set_origin(attempt->history, other);
	}
}

/**
 * An INFORMATIONAL request goes out: charon tells the gateway that it failed to
 * authenticate, which is not so while a first IKE_AUTH response that ends with a
 * REDIRECT is processed.
 */
static void informational_request(ike_sa_t *ike_sa, message_t *message,
								  initiator_attempt_t *attempt)
{
	if (message->get_notify(message, AUTHENTICATION_FAILED) &&
		initiator_wrap_is_authentic(ike_sa, attempt))
	{
		message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
	}
}

/**
 * Another request of the set-up goes out.
 */
static void setup_request(ike_sa_t *ike_sa, message_t *message,
						  initiator_attempt_t *attempt)
{
	switch (message->get_exchange_type(message))
	{
		case INFORMATIONAL:
			informational_request(ike_sa, message, attempt);
			break;
		case IKE_AUTH:
			note_request(ike_sa, attempt,
						 message->get_payload(message, PLV2_AUTH) &&
						 !message->get_notify(message, ANOTHER_AUTH_FOLLOWS)
							? INITIATOR_LAST : INITIATOR_AUTH);
			break;
		default:
			note_request(ike_sa, attempt, INITIATOR_SECURE);
			break;
	}
}

/*
 * Described in header
 */
void initiator_messages_outgoing(initiator_context_t *context, ike_sa_t *ike_sa,
								 message_t *message)
{
	initiator_attempt_t *attempt;

	if (!message->get_request(message))
	{
		return;
	}
	if (message->get_exchange_type(message) == IKE_SA_INIT)
	{
		init_request(context, ike_sa, message);
	}
	else if (ike_sa->get_state(ike_sa) == IKE_CONNECTING)
	{
		attempt = context->attempts->get(context->attempts, ike_sa);
		if (attempt)
		{
			setup_request(ike_sa, message, attempt);
		}
	}
}
