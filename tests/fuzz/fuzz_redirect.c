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
 * Any octets as notification data of a REDIRECT: what is accepted is a gateway
 * clients can be sent to, and is written again as it was read.
 *
 * Input: an octet that selects place and loopback, Protocol ID, SPI size, data.
 */

#include <ctype.h>

#include "fuzz.h"
#include "wire/notify_data.h"

/**
 * Octets before the data.
 */
#define HEAD_LEN 3

/**
 * Bit that allows loopback addresses; the rest is the place.
 */
#define LOOPBACK 0x80

/**
 * Check that a name is one that may go to a resolver.
 */
static void check_name(const gateway_identity_t *id)
{
	size_t i;

	fuzz_assert(id->len > 0 && id->len <= GATEWAY_IDENTITY_FQDN_MAX);
	fuzz_assert(strlen((const char*)id->data) == id->len);
	for (i = 0; i < id->len; i++)
	{
		fuzz_assert(islower(id->data[i]) || isdigit(id->data[i]) ||
					id->data[i] == '.' || id->data[i] == '-' ||
					id->data[i] == '_');
	}
}

/**
 * Check that writing gives what was read, but for the case of names and a dot at
 * their end.
 */
static void check_round_trip(const gateway_identity_t *id, chunk_t nonce,
							 chunk_t data)
{
	bool name = id->type == GATEWAY_IDENTITY_FQDN;
	uint8_t buf[WIRE_REDIRECT_MAX];
	size_t len, dot, i;

	/* type and length are an octet each */
	dot = name && data.ptr[1] == id->len + 1;
	fuzz_assert(!dot || data.ptr[2 + id->len] == '.');
	len = redirect_notify_write(id, nonce, buf);
	fuzz_assert(len + dot == data.len);
	fuzz_assert(buf[0] == data.ptr[0] && buf[1] + dot == data.ptr[1]);
	for (i = 2; i < 2u + id->len; i++)
	{
		fuzz_assert(buf[i] == (name ? tolower(data.ptr[i]) : data.ptr[i]));
	}
	for (; i < len; i++)
	{
		fuzz_assert(buf[i] == data.ptr[i + dot]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	gateway_identity_t id;
	wire_verdict_t verdict;
	wire_place_t place;
	chunk_t data, nonce;
	bool loopback;

	if (len < HEAD_LEN)
	{
		return 0;
	}
	place = (octets[0] & ~LOOPBACK) % (WIRE_INFORMATIONAL + 1);
	loopback = octets[0] & LOOPBACK;
	data = chunk_skip(chunk_create((u_char*)octets, len), HEAD_LEN);
	verdict = redirect_notify_parse(place, octets[1], octets[2], data,
									loopback, &id, &nonce);
	fuzz_assert(verdict < WIRE_VERDICT_MAX);
	if (verdict != WIRE_OK)
	{
		return 0;
	}
	fuzz_assert(!octets[1] && !octets[2]);
	fuzz_assert(redirect_target_check(&id, loopback) == WIRE_OK);
	if (place == WIRE_IKE_SA_INIT)
	{
		fuzz_assert(nonce.len >= WIRE_NONCE_MIN && nonce.len <= WIRE_NONCE_MAX);
		fuzz_assert(nonce.ptr + nonce.len == data.ptr + data.len);
	}
	else
	{
		fuzz_assert(!nonce.len);
	}
	if (id.type == GATEWAY_IDENTITY_FQDN)
	{
		check_name(&id);
	}
	check_round_trip(&id, nonce, data);
	return 0;
}
