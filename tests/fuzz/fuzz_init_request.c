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
 * Any octets as raw IKE message: whoever is taken for a sound request is one
 * for charon's own parser, too, with the same nonce.
 *
 * Input: the message.
 */

#include <daemon.h>
#include <encoding/message.h>
#include <encoding/payloads/nonce_payload.h>

#include "fuzz.h"
#include "fastpath/init_request.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	library_init(NULL, "fuzz_init_request");
	fuzz_assert(libcharon_init());
	return 0;
}

/**
 * Check that charon takes a message for a request with this nonce.
 */
static void check_charon(chunk_t octets, chunk_t expected)
{
	nonce_payload_t *payload;
	message_t *message;
	chunk_t nonce;

	message = message_create_from_packet(packet_create_from_data(
				host_create_any(AF_INET), host_create_any(AF_INET),
				chunk_clone(octets)));
	fuzz_assert(message->parse_header(message) == SUCCESS);
	fuzz_assert(message->get_exchange_type(message) == IKE_SA_INIT);
	fuzz_assert(message->get_request(message));
	fuzz_assert(message->parse_body(message, NULL) == SUCCESS);
	payload = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
	fuzz_assert(payload);
	nonce = payload->get_nonce(payload);
	fuzz_assert(chunk_equals(nonce, expected));
	chunk_free(&nonce);
	message->destroy(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	chunk_t message = chunk_create((u_char*)octets, len);
	init_request_t request, lenient;
	init_verdict_t verdict;

	verdict = init_request_parse(message, FALSE, &request);
	fuzz_assert(verdict < INIT_VERDICT_MAX);
	if (verdict != INIT_OK)
	{
		return 0;
	}
	/* what the strict look accepts, the one that allows loopback does */
	fuzz_assert(init_request_parse(message, TRUE, &lenient) == INIT_OK);

	fuzz_assert(request.spi_i);
	fuzz_assert(memeq(&request.spi_i, octets, sizeof(request.spi_i)));
	fuzz_assert(request.nonce.len >= WIRE_NONCE_MIN &&
				request.nonce.len <= WIRE_NONCE_MAX);
	fuzz_assert(request.nonce.ptr > octets &&
				request.nonce.ptr + request.nonce.len <= octets + len);
	if (request.redirected_from.type != GATEWAY_IDENTITY_NONE)
	{
		fuzz_assert(request.supported);
		fuzz_assert(redirect_target_check(&request.redirected_from,
										  FALSE) == WIRE_OK);
	}
	check_charon(message, request.nonce);
	return 0;
}
