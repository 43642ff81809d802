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


#include "ike_probe.h"

#include <encoding/payloads/ike_header.h>
#include <encoding/payloads/notify_payload.h>

/**
 * Where fields of the IKE header are (RFC 7296, section 3.1)
 */
#define NEXT_PAYLOAD 16
#define VERSION_OFFSET 17
#define EXCHANGE 18
#define FLAGS 19
#define LENGTH 24

/** flags of the IKE header */
#define FLAG_INITIATOR 0x08
#define FLAG_RESPONSE 0x20

/** a major version that nobody has */
#define MAJOR_NOBODY 3

/*
 * Described in header
 */
void ike_probe_write(ike_probe_kind_t kind, uint64_t spi, uint8_t *buf)
{
	memset(buf, 0, IKE_PROBE_LEN);
	memcpy(buf, &spi, sizeof(spi));
	buf[VERSION_OFFSET] = (kind == IKE_PROBE_PORT ? MAJOR_NOBODY
												  : IKEV2_MAJOR_VERSION) << 4;
	buf[EXCHANGE] = IKE_SA_INIT;
	buf[FLAGS] = FLAG_INITIATOR;
	htoun32(buf + LENGTH, IKE_PROBE_LEN);
}

/*
 * Described in header
 */
bool ike_probe_parse_answer(chunk_t data, uint64_t *spi)
{
	if (data.len < IKE_PROBE_LEN || !(data.ptr[FLAGS] & FLAG_RESPONSE) ||
		untoh32(data.ptr + LENGTH) != data.len)
	{
		return FALSE;
	}
	memcpy(spi, data.ptr, sizeof(*spi));
	return *spi != 0;
}

/*
 * Described in header
 */
bool ike_probe_answer(chunk_t data, uint8_t *buf)
{
	uint8_t probe[IKE_PROBE_LEN], *notify = buf + IKE_PROBE_LEN;
	uint64_t spi;

	if (data.len != IKE_PROBE_LEN)
	{
		return FALSE;
	}
	memcpy(&spi, data.ptr, sizeof(spi));
	ike_probe_write(IKE_PROBE_PORT, spi, probe);
	if (!spi || !memeq(data.ptr, probe, sizeof(probe)))
	{
		return FALSE;
	}
	memcpy(buf, probe, sizeof(probe));
	buf[NEXT_PAYLOAD] = PLV2_NOTIFY;
	buf[VERSION_OFFSET] = IKEV2_MAJOR_VERSION << 4;
	buf[FLAGS] = FLAG_RESPONSE;
	htoun32(buf + LENGTH, IKE_PROBE_ANSWER_LEN);
	memset(notify, 0, IKE_PROBE_ANSWER_LEN - IKE_PROBE_LEN);
	htoun16(notify + 2, IKE_PROBE_ANSWER_LEN - IKE_PROBE_LEN);
	htoun16(notify + 6, INVALID_MAJOR_VERSION);
	return TRUE;
}

