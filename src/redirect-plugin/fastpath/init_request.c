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

#include "init_request.h"
#include "proposals.h"

#include <encoding/payloads/ike_header.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/payload.h>

typedef struct raw_header_t raw_header_t;
typedef struct raw_payload_t raw_payload_t;
typedef struct raw_notify_t raw_notify_t;
typedef struct look_t look_t;

/**
 * IKE header, RFC 7296 section 3.1.
 */
struct raw_header_t {
	uint64_t spi_i;
	uint64_t spi_r;
	uint8_t next;
	uint8_t version;
	uint8_t exchange;
	uint8_t flags;
	uint32_t message_id;
	uint32_t length;
} __attribute__((packed));

/**
 * Generic payload header, RFC 7296 section 3.2.
 */
struct raw_payload_t {
	uint8_t next;
	uint8_t flags;
	uint16_t length;
} __attribute__((packed));

/**
 * What follows in a notify payload, RFC 7296 section 3.10.
 */
struct raw_notify_t {
	uint8_t protocol;
	uint8_t spi_size;
	uint16_t type;
} __attribute__((packed));

/**
 * Flags of the IKE header.
 */
#define FLAG_INITIATOR 0x08
#define FLAG_RESPONSE 0x20

/**
 * Flag of the generic payload header; all other bits are reserved.
 */
#define FLAG_CRITICAL 0x80

/**
 * Method and two reserved octets before the KE data.
 */
#define KE_HEADER_LEN 4

/**
 * Notify types below this one are errors.
 */
#define NOTIFY_STATUS_MIN 16384

/**
 * USE_AGGFRAG of RFC 9347, which the headers of older releases do not have.
 */
#define NOTIFY_USE_AGGFRAG 16442

/**
 * How many payloads of a kind a message may have; no more than charon takes.
 */
#define NOTIFY_MAX 20
#define VENDOR_ID_MAX 20
#define UNKNOWN_MAX 5

/**
 * State while looking through the payloads.
 */
struct look_t {

	/** what is filled in */
	init_request_t *request;

	/** TRUE to allow loopback addresses in REDIRECTED_FROM */
	bool loopback;

	/** payloads seen so far */
	u_int payloads;

	/** payloads seen so far, of each kind */
	u_int sa, ke, nonce, notify, vendor_id, unknown;

	/** redirect notifies seen so far */
	u_int redirect_supported, redirected_from;
};

ENUM(init_verdict_names, INIT_OK, INIT_NOTIFY,
	"ok",
	"other",
	"length",
	"header",
	"chain",
	"critical",
	"nonce",
	"payloads",
	"notify",
);

/**
 * Check the header of the message.
 */
static init_verdict_t check_header(chunk_t message)
{
	raw_header_t *header = (raw_header_t*)message.ptr;

	if (message.len < sizeof(*header))
	{
		return INIT_LENGTH;
	}
	if (header->version >> 4 != IKEV2_MAJOR_VERSION ||
		header->exchange != IKE_SA_INIT || header->flags & FLAG_RESPONSE)
	{
		return INIT_OTHER;
	}
	if (ntohl(header->length) != message.len)
	{
		return INIT_LENGTH;
	}
	if (header->version & 0x0f || header->flags != FLAG_INITIATOR ||
		header->message_id || header->spi_r || !header->spi_i)
	{
		return INIT_HEADER;
	}
	return INIT_OK;
}

/**
 * Whether the length of notification data is one that charon accepts for a
 * notify type; the redirect notifies are not among them.
 */
static bool notify_length_ok(uint16_t type, size_t len)
{
	switch (type)
	{
		case NAT_DETECTION_SOURCE_IP:
		case NAT_DETECTION_DESTINATION_IP:
		case ME_CONNECTAUTH:
			return len == HASH_SIZE_SHA1;
		case COOKIE:
			return len >= 1 && len <= 64;
		case ADDITIONAL_IP4_ADDRESS:
		case AUTH_LIFETIME:
		case DPD_R_U_THERE:
		case DPD_R_U_THERE_ACK:
			return len == 4;
		case ADDITIONAL_IP6_ADDRESS:
			return len == 16;
		case IPCOMP_SUPPORTED:
			return len == 3;
		case NOTIFY_USE_AGGFRAG:
			return len == 1;
		case SIGNATURE_HASH_ALGORITHMS:
			return len % 2 == 0;
		case ME_ENDPOINT:
			return len == 8 || len == 12 || len == 24;
		case ME_CONNECTID:
			return len >= 4 && len <= 16;
		case ME_CONNECTKEY:
			return len >= 16 && len <= 32;
		default:
			return TRUE;
	}
}

/**
 * Look at one of the notifies of RFC 5685.
 */
static init_verdict_t look_at_redirect(look_t *look, raw_notify_t *notify,
									   uint16_t type, chunk_t data)
{
	init_request_t *request = look->request;
	wire_verdict_t verdict;

	switch (type)
	{
		case REDIRECT_SUPPORTED:
			verdict = redirect_supported_parse(notify->protocol,
											   notify->spi_size, data);
			if (verdict != WIRE_OK || look->redirect_supported++)
			{
				return INIT_NOTIFY;
			}
			break;
		case REDIRECTED_FROM:
			verdict = redirected_from_parse(notify->protocol, notify->spi_size,
							data, look->loopback, &request->redirected_from);
			if (verdict != WIRE_OK || look->redirected_from++)
			{
				return INIT_NOTIFY;
			}
			break;
		default:
			/* a REDIRECT goes from the responder to the initiator (R10-1) */
			return INIT_NOTIFY;
	}
	request->supported = TRUE;
	return INIT_OK;
}

/**
 * Look at a notify payload.
 */
static init_verdict_t look_at_notify(look_t *look, chunk_t data)
{
	raw_notify_t *notify = (raw_notify_t*)data.ptr;
	uint16_t type;

	if (data.len < sizeof(*notify))
	{
		return INIT_NOTIFY;
	}
	data = chunk_skip(data, sizeof(*notify));
	type = ntohs(notify->type);
	if (notify->protocol > PROTO_ESP || notify->spi_size ||
		type < NOTIFY_STATUS_MIN || !notify_length_ok(type, data.len))
	{
		return INIT_NOTIFY;
	}
	switch (type)
	{
		case COOKIE:
			if (look->payloads > 1)
			{
				return INIT_NOTIFY;
			}
			look->request->cookie = TRUE;
			return INIT_OK;
		case REDIRECT_SUPPORTED:
		case REDIRECT:
		case REDIRECTED_FROM:
			return look_at_redirect(look, notify, type, data);
		default:
			return INIT_OK;
	}
}

/**
 * Look at the Ni payload.
 */
static init_verdict_t look_at_nonce(look_t *look, chunk_t data)
{
	if (look->nonce++ ||
		data.len < WIRE_NONCE_MIN || data.len > WIRE_NONCE_MAX)
	{
		return INIT_NONCE;
	}
	look->request->nonce = data;
	return INIT_OK;
}

/**
 * Check the KE payload: a method, no reserved bits, and some data.
 */
static bool ke_sound(chunk_t data)
{
	return data.len > KE_HEADER_LEN && !data.ptr[2] && !data.ptr[3];
}

/**
 * Whether charon knows a payload type, see payload_is_known().
 */
static bool is_known(uint8_t type)
{
#ifdef ME
	if (type == PLV2_ID_PEER)
	{
		return TRUE;
	}
#endif
	return (type >= PLV2_SECURITY_ASSOCIATION && type <= PLV2_EAP) ||
			type == PLV2_FRAGMENT;
}

/**
 * Look at a payload, data is what follows its generic header.
 */
static init_verdict_t look_at_payload(look_t *look, uint8_t type, chunk_t data)
{
	look->payloads++;
	switch (type)
	{
		case PLV2_SECURITY_ASSOCIATION:
			return look->sa++ || !proposals_sound(data) ? INIT_PAYLOADS
														: INIT_OK;
		case PLV2_KEY_EXCHANGE:
			return look->ke++ || !ke_sound(data) ? INIT_PAYLOADS : INIT_OK;
		case PLV2_NONCE:
			return look_at_nonce(look, data);
		case PLV2_NOTIFY:
			return ++look->notify > NOTIFY_MAX ? INIT_CHAIN
											   : look_at_notify(look, data);
		case PLV2_VENDOR_ID:
			return ++look->vendor_id > VENDOR_ID_MAX ? INIT_CHAIN : INIT_OK;
		default:
			break;
	}
	if (is_known(type))
	{
		return INIT_PAYLOADS;
	}
	return ++look->unknown > UNKNOWN_MAX ? INIT_CHAIN : INIT_OK;
}

/**
 * Look through the chain of payloads.
 */
static init_verdict_t look_at_chain(look_t *look, uint8_t type, chunk_t data)
{
	init_verdict_t verdict;
	raw_payload_t *payload;
	chunk_t body;
	size_t len;

	while (type != PL_NONE)
	{
		payload = (raw_payload_t*)data.ptr;
		if (data.len < sizeof(*payload))
		{
			return INIT_CHAIN;
		}
		len = ntohs(payload->length);
		if (len < sizeof(*payload) || len > data.len ||
			payload->flags & ~FLAG_CRITICAL)
		{
			return INIT_CHAIN;
		}
		if (payload->flags & FLAG_CRITICAL)
		{
			return INIT_CRITICAL;
		}
		body = chunk_create(data.ptr + sizeof(*payload),
							len - sizeof(*payload));
		verdict = look_at_payload(look, type, body);
		if (verdict != INIT_OK)
		{
			return verdict;
		}
		type = payload->next;
		data = chunk_skip(data, len);
	}
	return data.len ? INIT_CHAIN : INIT_OK;
}

/*
 * Described in header
 */
init_verdict_t init_request_parse(chunk_t message, bool loopback,
								  init_request_t *request)
{
	raw_header_t *header = (raw_header_t*)message.ptr;
	init_verdict_t verdict;
	look_t look = {
		.request = request,
		.loopback = loopback,
	};

	verdict = check_header(message);
	if (verdict != INIT_OK)
	{
		return verdict;
	}
	*request = (init_request_t){
		.spi_i = header->spi_i,
	};
	verdict = look_at_chain(&look, header->next,
							chunk_skip(message, sizeof(*header)));
	if (verdict != INIT_OK)
	{
		return verdict;
	}
	if (!look.nonce)
	{
		return INIT_NONCE;
	}
	return look.sa && look.ke ? INIT_OK : INIT_PAYLOADS;
}
