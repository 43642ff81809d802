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
#include "initiator_follow.h"
#include "initiator_rescue.h"
#include "guard/guard_scan.h"
#include "initiator_wrap.h"

#include <encoding/payloads/nonce_payload.h>
#include <encoding/payloads/notify_payload.h>

/**
 * Report a REDIRECT that is refused.
 */
static void refuse(initiator_context_t *context, ike_sa_t *ike_sa,
				   guard_phase_t phase, guard_count_t reason,
				   const guard_scan_t *scan)
{
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = reason,
		.verdict = scan->verdict,
		.phase = phase,
		.authenticated = phase == GUARD_PHASE_ACTIVE,
		.gateway = scan->gateway,
	});
}

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
 * Decide about a valid REDIRECT in IKE_SA_INIT.
 */
static guard_count_t decide_init(initiator_context_t *context, ike_sa_t *ike_sa,
								 initiator_attempt_t *session,
								 const guard_scan_t *scan)
{
	if (!session)
	{
		return GUARD_FULL;
	}
	if (!chunk_equals(chunk_create(session->nonce, session->nonce_len),
					  chunk_create((u_char*)scan->nonce, scan->nonce_len)))
	{
		return GUARD_NONCE;
	}
	if (session->redirect && session->redirect->step == INITIATOR_STEP_PENDING)
	{
		return GUARD_BUSY;
	}
	return initiator_follow_decide(context, ike_sa, session, GUARD_PHASE_INIT,
							   &scan->gateway);
}

/**
 * An IKE_SA_INIT response with REDIRECT.
 */
static void init_redirect(initiator_context_t *context, ike_sa_t *ike_sa,
						  initiator_attempt_t *session, message_t *message,
						  const guard_scan_t *scan)
{
	guard_count_t result;

	if (scan->verdict != WIRE_OK)
	{
		refuse(context, ike_sa, GUARD_PHASE_INIT, GUARD_MALFORMED, scan);
		if (scan->sa)
		{
			/* everything to go on without it is there */
			if (session)
			{
				session->waiting = FALSE;
			}
			return;
		}
		discard(ike_sa, message);
		if (session)
		{
			initiator_follow_retry(context, ike_sa, session);
		}
		return;
	}
	discard(ike_sa, message);
	result = decide_init(context, ike_sa, session, scan);
	switch (result)
	{
		case GUARD_ACCEPTED:
			initiator_follow_note(context, ike_sa, session, GUARD_PHASE_INIT,
							  &scan->gateway);
			initiator_follow_start(context, ike_sa, session);
			break;
		case GUARD_NONCE:
		case GUARD_FULL:
		case GUARD_BUSY:
			refuse(context, ike_sa, GUARD_PHASE_INIT, result, scan);
			break;
		default:
			refuse(context, ike_sa, GUARD_PHASE_INIT, result, scan);
			initiator_follow_retry(context, ike_sa, session);
			break;
	}
}

/**
 * A response in a set-up that this host began.
 */
static void setup_response(initiator_context_t *context, ike_sa_t *ike_sa,
						   message_t *message, const guard_scan_t *scan)
{
	initiator_redirect_t *redirect;
	initiator_attempt_t *session;
	bool auth;

	auth = message->get_exchange_type(message) == IKE_AUTH;
	session = context->sessions->get(context->sessions, ike_sa);
	if (session)
	{
		initiator_unwrap(ike_sa, session);
	}
	if (!auth && scan->redirect)
	{
		init_redirect(context, ike_sa, session, message, scan);
		return;
	}
	if (session)
	{
		session->waiting = FALSE;
		redirect = session->redirect;
		if (redirect && redirect->step == INITIATOR_STEP_PENDING)
		{
			/* a genuine answer came before the job that would have followed
			 * what may have been forged */
			session->redirect = NULL;
			free(redirect);
		}
		else if (redirect && !redirect->back && !scan->redirect)
		{
			initiator_wrap(ike_sa, session, auth ? TASK_IKE_AUTH : TASK_IKE_INIT);
		}
	}
	if (auth)
	{
		initiator_auth_response(context, ike_sa, session, message, scan);
	}
}

/**
 * A REDIRECT in an active session: it is acknowledged by charon at once, as the
 * message is empty now, and a job follows it (R5-4).
 */
static void active_redirect(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *session, const guard_scan_t *scan)
{
	guard_count_t result;

	if (scan->verdict != WIRE_OK)
	{
		result = GUARD_MALFORMED;
	}
	else if (!session)
	{
		result = GUARD_FULL;
	}
	else if (session->redirect)
	{
		result = GUARD_BUSY;
	}
	else
	{
		result = initiator_follow_decide(context, ike_sa, session,
									 GUARD_PHASE_ACTIVE, &scan->gateway);
	}
	if (result != GUARD_ACCEPTED)
	{
		refuse(context, ike_sa, GUARD_PHASE_ACTIVE, result, scan);
		if (session)
		{
			session->stranded = TRUE;
		}
		return;
	}
	initiator_follow_note(context, ike_sa, session, GUARD_PHASE_ACTIVE,
					  &scan->gateway);
	if (context->sessions->hand_over(context->sessions, ike_sa,
									 session->redirect))
	{
		/* it is about to be replaced, that one will follow */
		session->redirect = NULL;
		return;
	}
	initiator_follow_start(context, ike_sa, session);
}

/**
 * An INFORMATIONAL request of the gateway.
 */
static void active_request(initiator_context_t *context, ike_sa_t *ike_sa,
						   const guard_scan_t *scan)
{
	initiator_times_t times;
	initiator_attempt_t *session;

	if (!scan->redirect && !scan->deletes)
	{
		return;
	}
	session = context->sessions->get(context->sessions, ike_sa);
	if (scan->deletes)
	{
		/* a REDIRECT beside DELETE comes too late for this IKE_SA */
		if (scan->redirect)
		{
			refuse(context, ike_sa, GUARD_PHASE_ACTIVE, GUARD_STATE, scan);
		}
		if (session && (session->stranded || scan->redirect))
		{
			initiator_rescue_stranded(context, ike_sa, session);
		}
		return;
	}
	if (!session)
	{
		times = initiator_context_times(context, ike_sa->get_name(ike_sa));
		session = context->sessions->add(context->sessions, ike_sa, NULL,
										 times.connection.loop_detect_period);
	}
	active_redirect(context, ike_sa, session, scan);
}

/*
 * Described in header
 */
void initiator_messages_incoming(initiator_context_t *context, ike_sa_t *ike_sa,
							 message_t *message)
{
	guard_scan_t scan;

	guard_scan(context, ike_sa, message, &scan);
	if (message->get_request(message))
	{
		if (message->get_exchange_type(message) == INFORMATIONAL &&
			ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR))
		{
			active_request(context, ike_sa, &scan);
		}
		return;
	}
	switch (message->get_exchange_type(message))
	{
		case IKE_SA_INIT:
		case IKE_AUTH:
			setup_response(context, ike_sa, message, &scan);
			break;
		default:
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
static void note_nonce(initiator_attempt_t *session, message_t *message)
{
	nonce_payload_t *payload;
	chunk_t nonce;

	session->nonce_len = 0;
	payload = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
	if (payload)
	{
		nonce = payload->get_nonce(payload);
		session->nonce_len = min(nonce.len, sizeof(session->nonce));
		memcpy(session->nonce, nonce.ptr, session->nonce_len);
		chunk_free(&nonce);
	}
}

/**
 * Announce support, or where the client comes from, or neither (R3-1, R3-9):
 * the core knows nothing of what the guard decides.
 */
static void announce(initiator_attempt_t *session, message_t *message,
					 ip_address_t *other, bool follow)
{
	initiator_redirect_t *redirect = session->redirect;
	gateway_identity_t from = {};
	uint8_t buf[WIRE_REDIRECT_MAX];
	chunk_t address;
	bool willing;
	size_t len;

	willing = remove_notifies(message, REDIRECT_SUPPORTED);
	willing = remove_notifies(message, REDIRECTED_FROM) || willing;
	session->announced = willing && follow && !session->silent;
	if (!session->announced)
	{
		return;
	}
	if (redirect && redirect->step == INITIATOR_STEP_FOLLOWING &&
		!redirect->back && ip_address_equals(&redirect->target, other))
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
 * Find the session of an IKE_SA_INIT request. Events of an IKE_SA that charon
 * makes in place of another come under the name of that one.
 */
static initiator_attempt_t *session_of_init(initiator_context_t *context,
										ike_sa_t *ike_sa, message_t *message,
										uint32_t period)
{
	initiator_attempts_t *sessions = context->sessions;
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	uint64_t spi = message->get_initiator_spi(message);

	if (id->get_initiator_spi(id) == spi)
	{
		return sessions->add(sessions, ike_sa, NULL, period);
	}
	return sessions->add_early(sessions, ike_sa, spi, period);
}

/**
 * An IKE_SA_INIT request goes out.
 */
static void init_request(initiator_context_t *context, ike_sa_t *ike_sa,
						 message_t *message)
{
	initiator_attempt_t *session;
	ip_address_t other;
	initiator_times_t times;

	times = initiator_context_times(context, ike_sa->get_name(ike_sa));
	session = session_of_init(context, ike_sa, message,
							  times.connection.loop_detect_period);
	if (!session)
	{
		remove_notifies(message, REDIRECT_SUPPORTED);
		remove_notifies(message, REDIRECTED_FROM);
		return;
	}
	other = ip_address_from_host(message->get_destination(message));
	note_nonce(session, message);
	announce(session, message, &other, times.connection.follow);
	if (!session->redirect)
	{
		session->history->set_origin(session->history, other);
	}
	session->first_auth = 0;
	session->auth_sent = FALSE;
	session->waiting = TRUE;
	session->waiting_since = time_monotonic(NULL);
}

/**
 * An IKE_AUTH request goes out.
 */
static void auth_request(initiator_context_t *context, ike_sa_t *ike_sa,
						 message_t *message)
{
	initiator_attempt_t *session;

	session = context->sessions->get(context->sessions, ike_sa);
	if (!session)
	{
		return;
	}
	if (!session->first_auth)
	{
		session->first_auth = message->get_message_id(message);
	}
	session->auth_sent = message->get_payload(message, PLV2_AUTH) &&
						 !message->get_notify(message, ANOTHER_AUTH_FOLLOWS);
	session->waiting = TRUE;
	session->waiting_since = time_monotonic(NULL);
}

/**
 * An INFORMATIONAL request goes out: charon tells the gateway that it failed to
 * authenticate, which is not so while a first IKE_AUTH response that ends with a
 * REDIRECT is processed.
 */
static void informational_request(initiator_context_t *context, ike_sa_t *ike_sa,
								  message_t *message)
{
	initiator_attempt_t *session;

	if (!message->get_notify(message, AUTHENTICATION_FAILED))
	{
		return;
	}
	session = context->sessions->get(context->sessions, ike_sa);
	if (session && session->processing &&
		initiator_wrap_is_authentic(ike_sa, session))
	{
		message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
	}
}

/*
 * Described in header
 */
void initiator_messages_outgoing(initiator_context_t *context, ike_sa_t *ike_sa,
							 message_t *message)
{
	if (!message->get_request(message))
	{
		return;
	}
	switch (message->get_exchange_type(message))
	{
		case IKE_SA_INIT:
			init_request(context, ike_sa, message);
			break;
		case IKE_AUTH:
			auth_request(context, ike_sa, message);
			break;
		case INFORMATIONAL:
			informational_request(context, ike_sa, message);
			break;
		default:
			break;
	}
}
