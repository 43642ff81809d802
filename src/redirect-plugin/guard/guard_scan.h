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
 * @defgroup guard_scan guard_scan
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_SCAN_H_
#define GUARD_SCAN_H_

#include "guard_report.h"
#include "utils/ip_address.h"
#include "wire/notify_data.h"

#include <encoding/message.h>

typedef struct guard_scan_t guard_scan_t;

/**
 * What one look at an incoming message found.
 */
struct guard_scan_t {

	/** TRUE if there was a REDIRECT where one may be, to the initiator */
	bool redirect;

	/** what wire/ says of it */
	wire_verdict_t verdict;

	/** gateway it names, if the verdict is WIRE_OK */
	gateway_identity_t gateway;

	/** otherwise the name for the log, as redirect_name_print() writes it */
	char refused[WIRE_NAME_PRINT_MAX];

	/** nonce of it, in IKE_SA_INIT */
	uint8_t nonce[WIRE_NONCE_MAX];
	size_t nonce_len;

	/** TRUE if a client announced support, in an IKE_SA_INIT request */
	bool supported;

	/** gateway that redirected the client, version 0 if it did not tell; who
	 * tells supports redirects, too (R3-9) */
	ip_address_t redirected_from;

	/** payloads and notifies that tell how far a set-up is */
	bool auth, eap, another_auth, idr, sa, deletes;
};

/**
 * Look at an incoming message: take every REDIRECT out of it, and those
 * REDIRECT_SUPPORTED and REDIRECTED_FROM notifies that charon must not see.
 *
 * Reports all that is refused but the first REDIRECT, about which the initiator
 * decides. Does not allocate unless something is found.
 *
 * @param report		where to report, NULL to leave the message as it is
 * @param loopback		TRUE to allow loopback addresses
 * @param late			TRUE if no REDIRECT may be in it
 * @param ike_sa		IKE_SA, in its message hook
 * @param message		message, parsed
 * @param scan			receives what was found
 */
void guard_scan(guard_report_t *report, bool loopback, bool late,
				ike_sa_t *ike_sa, message_t *message, guard_scan_t *scan);

#endif /** GUARD_SCAN_H_ @}*/
