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

#include "guard_scan.h"
#include "wire/notify_spi.h"

#include <encoding/payloads/delete_payload.h>
#include <encoding/payloads/notify_payload.h>

typedef struct look_t look_t;

/**
 * A look that is going on.
 */
struct look_t {

	/** where to report, NULL to leave the message as it is */
	guard_report_t *report;

	/** TRUE to allow loopback addresses */
	bool loopback;

	/** TRUE if no REDIRECT may be in the message */
	bool late;

	/** IKE_SA */
	ike_sa_t *ike_sa;

	/** what is found */
	guard_scan_t *scan;

	/** exchange of the message */
	exchange_type_t exchange;

	/** TRUE for a request */
	bool request;

	/** TRUE if a notify of the kind was seen */
	bool supported, from;
};

/**
 * Report a notify that is refused.
 */
static void refuse(look_t *look, guard_count_t count, wire_verdict_t verdict,
				   const gateway_identity_t *gateway)
{
	guard_event_t event = {
		.count = count,
		.verdict = verdict,
	};

	if (gateway)
	{
		event.gateway = *gateway;
	}
	if (look->report)
	{
		look->report->report(look->report, look->ike_sa, event);
	}
}

/**
 * Where a REDIRECT may be; FALSE if it may not be in this message.
 */
static bool get_place(look_t *look, wire_place_t *place)
{
	switch (look->late ? EXCHANGE_TYPE_UNDEFINED : look->exchange)
	{
		case IKE_SA_INIT:
			*place = WIRE_IKE_SA_INIT;
			return !look->request;
		case IKE_AUTH:
			*place = WIRE_IKE_AUTH;
			return !look->request;
		case INFORMATIONAL:
			*place = WIRE_INFORMATIONAL;
			return look->request;
		default:
			return FALSE;
	}
}

/**
 * Look at a REDIRECT, which never stays.
 */
static void look_at_redirect(look_t *look, notify_payload_t *notify)
{
	guard_scan_t *scan = look->scan;
	chunk_t nonce = chunk_empty;
	wire_place_t place;

	if (!look->ike_sa->has_condition(look->ike_sa, COND_ORIGINAL_INITIATOR))
	{
		refuse(look, GUARD_ROLE, WIRE_OK, NULL);
		return;
	}
	if (!get_place(look, &place))
	{
		refuse(look, GUARD_MISPLACED, WIRE_OK, NULL);
		return;
	}
	if (scan->redirect)
	{
		refuse(look, GUARD_DUPLICATE, WIRE_OK, NULL);
		return;
	}
	scan->redirect = TRUE;
	scan->verdict = redirect_notify_parse(place,
							notify->get_protocol_id(notify),
							notify_spi_size(notify),
							notify->get_notification_data(notify),
							look->loopback, &scan->gateway, &nonce);
	if (scan->verdict == WIRE_OK)
	{
		scan->nonce_len = min(nonce.len, sizeof(scan->nonce));
		memcpy(scan->nonce, nonce.ptr, scan->nonce_len);
	}
	else
	{
		scan->gateway.type = GATEWAY_IDENTITY_NONE;
		redirect_name_print(notify->get_notification_data(notify),
							scan->refused);
	}
}

/**
 * Look at a notify that only IKE_SA_INIT requests have; FALSE to remove it.
 */
static bool look_at_announcement(look_t *look, notify_payload_t *notify,
								 bool *seen, bool from)
{
	gateway_identity_t gateway;
	wire_verdict_t verdict;
	size_t spi_size;
	uint8_t protocol;
	chunk_t data;

	if (look->exchange != IKE_SA_INIT || !look->request)
	{
		refuse(look, GUARD_MISPLACED, WIRE_OK, NULL);
		return FALSE;
	}
	if (*seen)
	{
		refuse(look, GUARD_DUPLICATE, WIRE_OK, NULL);
		return FALSE;
	}
	*seen = TRUE;
	protocol = notify->get_protocol_id(notify);
	spi_size = notify_spi_size(notify);
	data = notify->get_notification_data(notify);
	verdict = from ? redirected_from_parse(protocol, spi_size, data,
										   look->loopback, &gateway)
				   : redirect_supported_parse(protocol, spi_size, data);
	if (verdict != WIRE_OK)
	{
		refuse(look, GUARD_MALFORMED, verdict, NULL);
		return FALSE;
	}
	look->scan->supported = TRUE;
	if (from)
	{
		look->scan->redirected_from = ip_address_from_chunk(
									chunk_create(gateway.data, gateway.len));
	}
	return TRUE;
}

/**
 * Look at a notify; FALSE to remove it.
 */
static bool look_at_notify(look_t *look, notify_payload_t *notify)
{
	switch (notify->get_notify_type(notify))
	{
		case REDIRECT:
			look_at_redirect(look, notify);
			return FALSE;
		case REDIRECT_SUPPORTED:
			return look_at_announcement(look, notify, &look->supported, FALSE);
		case REDIRECTED_FROM:
			return look_at_announcement(look, notify, &look->from, TRUE);
		case ANOTHER_AUTH_FOLLOWS:
			look->scan->another_auth = TRUE;
			return TRUE;
		default:
			return TRUE;
	}
}

/**
 * Look at a payload; FALSE to remove it.
 */
static bool look_at_payload(look_t *look, payload_t *payload)
{
	guard_scan_t *scan = look->scan;

	switch (payload->get_type(payload))
	{
		case PLV2_NOTIFY:
			return look_at_notify(look, (notify_payload_t*)payload);
		case PLV2_AUTH:
			scan->auth = TRUE;
			return TRUE;
		case PLV2_EAP:
			scan->eap = TRUE;
			return TRUE;
		case PLV2_ID_RESPONDER:
			scan->idr = TRUE;
			return TRUE;
		case PLV2_SECURITY_ASSOCIATION:
			scan->sa = TRUE;
			return TRUE;
		case PLV2_DELETE:
			scan->deletes = scan->deletes ||
				((delete_payload_t*)payload)->get_protocol_id(
										(delete_payload_t*)payload) == PROTO_IKE;
			return TRUE;
		default:
			return TRUE;
	}
}

/*
 * Described in header
 */
void guard_scan(guard_report_t *report, bool loopback, bool late,
				ike_sa_t *ike_sa, message_t *message, guard_scan_t *scan)
{
	look_t look = {
		.report = report,
		.loopback = loopback,
		.late = late,
		.ike_sa = ike_sa,
		.scan = scan,
		.exchange = message->get_exchange_type(message),
		.request = message->get_request(message),
	};
	enumerator_t *enumerator;
	payload_t *payload;

	scan->redirect = scan->supported = FALSE;
	scan->redirected_from.version = 0;
	scan->auth = scan->eap = scan->another_auth = FALSE;
	scan->idr = scan->sa = scan->deletes = FALSE;
	scan->verdict = WIRE_OK;
	scan->nonce_len = 0;
	scan->refused[0] = '\0';
	scan->gateway.type = GATEWAY_IDENTITY_NONE;

	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		if (!look_at_payload(&look, payload) && report)
		{
			message->remove_payload_at(message, enumerator);
			payload->destroy(payload);
		}
	}
	enumerator->destroy(enumerator);
}
