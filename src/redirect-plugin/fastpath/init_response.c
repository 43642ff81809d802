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

#include "init_response.h"

#include <encoding/payloads/ike_header.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/payload.h>

/** flag of the IKE header */
#define FLAG_RESPONSE 0x20

/** octets of the notify payload before its data */
#define NOTIFY_HEADER_LEN 8

/*
 * Described in header
 */
size_t init_response_write(const init_request_t *request,
						   const gateway_identity_t *gateway, uint8_t *buf)
{
	uint8_t *notify = buf + IKE_HEADER_LENGTH;
	size_t len;

	len = redirect_notify_write(gateway, request->nonce,
								notify + NOTIFY_HEADER_LEN);
	if (!len)
	{
		return 0;
	}
	len += NOTIFY_HEADER_LEN;

	memset(buf, 0, IKE_HEADER_LENGTH + NOTIFY_HEADER_LEN);
	memcpy(buf, &request->spi_i, sizeof(request->spi_i));
	buf[16] = PLV2_NOTIFY;
	buf[17] = IKEV2_MAJOR_VERSION << 4;
	buf[18] = IKE_SA_INIT;
	buf[19] = FLAG_RESPONSE;
	htoun32(buf + 24, IKE_HEADER_LENGTH + len);

	/* last payload, not critical; neither protocol nor SPI */
	htoun16(notify + 2, len);
	htoun16(notify + 6, REDIRECT);
	return IKE_HEADER_LENGTH + len;
}
