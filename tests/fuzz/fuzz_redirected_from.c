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

/*
 * Any octets as notification data of REDIRECTED_FROM and REDIRECT_SUPPORTED.
 *
 * Input: an octet that selects loopback, Protocol ID, SPI size, data.
 */

#include "fuzz.h"
#include "wire/notify_data.h"

/**
 * Octets before the data.
 */
#define HEAD_LEN 3

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	gateway_identity_t id;
	uint8_t buf[18];
	bool loopback;
	chunk_t data;
	size_t written;

	if (len < HEAD_LEN)
	{
		return 0;
	}
	loopback = octets[0] & 1;
	data = chunk_skip(chunk_create((u_char*)octets, len), HEAD_LEN);
	if (redirect_supported_parse(octets[1], octets[2], data) == WIRE_OK)
	{
		fuzz_assert(!octets[1] && !octets[2] && !data.len);
	}
	if (redirected_from_parse(octets[1], octets[2], data, loopback,
							  &id) == WIRE_OK)
	{
		fuzz_assert(!octets[1] && !octets[2]);
		fuzz_assert(id.type == GATEWAY_IDENTITY_IPV4 ||
					id.type == GATEWAY_IDENTITY_IPV6);
		fuzz_assert(redirect_target_check(&id, loopback) == WIRE_OK);
		written = redirected_from_write(&id, buf);
		fuzz_assert(chunk_equals(data, chunk_create(buf, written)));
	}
	return 0;
}
