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

#include "initiator_requests.h"
#include "initiator_connect.h"
#include "initiator_follow.h"
#include "initiator_wrap.h"

#include <daemon.h>
#include <encoding/payloads/nonce_payload.h>
#include <encoding/payloads/notify_payload.h>

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
void initiator_requests_outgoing(initiator_context_t *context, ike_sa_t *ike_sa,
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
