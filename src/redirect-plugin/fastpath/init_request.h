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
 * @defgroup init_request init_request
 * @{ @ingroup redirect_fastpath
 */

#ifndef INIT_REQUEST_H_
#define INIT_REQUEST_H_

#include "wire/notify_data.h"

typedef struct init_request_t init_request_t;
typedef enum init_verdict_t init_verdict_t;

/**
 * What a look at a raw datagram says: either it is an IKE_SA_INIT request that
 * is sound throughout, or why it is better left to charon.
 */
enum init_verdict_t {
	/** sound IKE_SA_INIT request */
	INIT_OK,
	/** not an IKE_SA_INIT request: another exchange, a response, IKEv1, ESP */
	INIT_OTHER,
	/** shorter than an IKE header, or its length is not that of the datagram */
	INIT_LENGTH,
	/** header of an IKE_SA_INIT request that no initiator sends: message ID or
	 * responder SPI not zero, initiator SPI zero, flags or minor version wrong */
	INIT_HEADER,
	/** payload chain broken: a length below 4 or beyond the end, reserved bits
	 * set, too many payloads, data after the last */
	INIT_CHAIN,
	/** critical bit set: on an unknown payload it forbids to go on, and on a
	 * known one no initiator sets it (RFC 7296, section 3.2) */
	INIT_CRITICAL,
	/** no nonce, more than one, or not of 16 to 256 octets */
	INIT_NONCE,
	/** SA or KE payload missing, broken or more than one, or a payload that has
	 * no place in this message */
	INIT_PAYLOADS,
	/** notify payload broken, an error, a COOKIE that is not the first payload,
	 * or a redirect notify that wire/ refuses, twice or of the wrong kind */
	INIT_NOTIFY,
	/** number of verdicts */
	INIT_VERDICT_MAX,
};

/**
 * Names of verdicts, as logs and counters show them.
 */
extern enum_name_t *init_verdict_names;

/**
 * A sound IKE_SA_INIT request; chunks point into the datagram.
 */
struct init_request_t {

	/** initiator SPI as it stands in the header, in network order */
	uint64_t spi_i;

	/** nonce data of the Ni payload, 16 to 256 octets */
	chunk_t nonce;

	/** TRUE with REDIRECT_SUPPORTED or a valid REDIRECTED_FROM (R3-10) */
	bool supported;

	/** TRUE with a COOKIE notify */
	bool cookie;

	/** gateway that redirected the client here, or type NONE */
	gateway_identity_t redirected_from;
};

/**
 * Look into a raw IKE message, without non-ESP marker.
 *
 * Strict before fast: whatever is odd gets a verdict other than INIT_OK, and
 * then belongs to charon. Does not allocate and takes no locks.
 *
 * @param message		IKE message as it stands on the wire
 * @param loopback		TRUE to allow loopback addresses in REDIRECTED_FROM
 * @param request		filled in if INIT_OK is returned, undefined otherwise
 * @return				INIT_OK, or why it is left to charon
 */
init_verdict_t init_request_parse(chunk_t message, bool loopback,
								  init_request_t *request);

#endif /** INIT_REQUEST_H_ @}*/
