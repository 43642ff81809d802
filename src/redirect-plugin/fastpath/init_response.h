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
 * @defgroup init_response init_response
 * @{ @ingroup redirect_fastpath
 */

#ifndef INIT_RESPONSE_H_
#define INIT_RESPONSE_H_

#include "init_request.h"

/**
 * Longest response, in octets: IKE header, notify header, notification data.
 */
#define INIT_RESPONSE_MAX (28 + 8 + WIRE_REDIRECT_MAX)

/**
 * Write an IKE_SA_INIT response with a REDIRECT notify and nothing else,
 * octet by octet what charon sends (RFC 5685 section 3): responder SPI zero
 * (R3-5), the nonce of this request (R3-3).
 *
 * Does not allocate and takes no locks, may be called from any thread.
 *
 * @param request		request it answers, as init_request_parse() returned it
 * @param gateway		gateway to redirect to, not of type NONE
 * @param buf			receives the message, INIT_RESPONSE_MAX octets, without
 *						non-ESP marker
 * @return				octets written, 0 if there is no gateway
 */
size_t init_response_write(const init_request_t *request,
						   const gateway_identity_t *gateway, uint8_t *buf);

#endif /** INIT_RESPONSE_H_ @}*/
