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

#include "ike_message.h"

#include <encoding/payloads/ike_header.h>
#include <encoding/payloads/notify_payload.h>
#include <encoding/payloads/payload.h>

#include <assert.h>

/*
 * Described in header
 */
void ike_message_init(ike_message_t *this)
{
	memset(this, 0, sizeof(*this));
	memset(this->octets, 0xc1, IKE_SPI_R);
	this->octets[IKE_VERSION] = 0x20;
	this->octets[IKE_EXCHANGE] = IKE_SA_INIT;
	this->octets[IKE_FLAGS] = 0x08;
	this->len = IKE_HEADER_LENGTH;
	this->next = IKE_NEXT;
	ike_message_set_length(this);
}

/*
 * Described in header
 */
void ike_message_set_length(ike_message_t *this)
{
	htoun32(this->octets + IKE_LENGTH, this->len);
}

/*
 * Described in header
 */
size_t ike_message_add(ike_message_t *this, uint8_t type, chunk_t data)
{
	size_t start = this->len;

	assert(this->len + 4 + data.len <= sizeof(this->octets));
	this->octets[this->next] = type;
	this->next = start;
	this->octets[start] = PL_NONE;
	this->octets[start + 1] = 0;
	htoun16(this->octets + start + 2, 4 + data.len);
	if (data.len)
	{
		memcpy(this->octets + start + 4, data.ptr, data.len);
	}
	this->len += 4 + data.len;
	ike_message_set_length(this);
	return start;
}

/*
 * Described in header
 */
size_t ike_message_add_notify(ike_message_t *this, uint8_t protocol,
							  chunk_t spi, uint16_t type, chunk_t data)
{
	uint8_t head[4] = { protocol, spi.len };
	chunk_t body;
	size_t start;

	htoun16(head + 2, type);
	body = chunk_cat("ccc", chunk_from_thing(head), spi, data);
	start = ike_message_add(this, PLV2_NOTIFY, body);
	chunk_free(&body);
	return start;
}

/*
 * Described in header
 */
void ike_message_add_core(ike_message_t *this)
{
	chunk_t sa = chunk_from_chars(
		/* AES-CBC-256, HMAC-SHA2-256-128, PRF-HMAC-SHA2-256, MODP-2048 */
		2, 0, 0, 44, 1, 1, 0, 4,
		3, 0, 0, 12, 1, 0, 0, 12, 0x80, 0x0e, 0x01, 0x00,
		3, 0, 0, 8, 3, 0, 0, 12,
		3, 0, 0, 8, 2, 0, 0, 5,
		0, 0, 0, 8, 4, 0, 0, 14,
		/* AES-GCM-128, PRF-HMAC-SHA2-256, MODP-2048 */
		0, 0, 0, 36, 2, 1, 0, 3,
		3, 0, 0, 12, 1, 0, 0, 20, 0x80, 0x0e, 0x00, 0x80,
		3, 0, 0, 8, 2, 0, 0, 5,
		0, 0, 0, 8, 4, 0, 0, 14,
	);
	uint8_t ke[4 + 256] = { 0, 14 }, nonce[32];

	memset(ke + 4, 0x5a, sizeof(ke) - 4);
	memset(nonce, 0xa5, sizeof(nonce));
	ike_message_add(this, PLV2_SECURITY_ASSOCIATION, sa);
	ike_message_add(this, PLV2_KEY_EXCHANGE, chunk_from_thing(ke));
	ike_message_add(this, PLV2_NONCE, chunk_from_thing(nonce));
}

/*
 * Described in header
 */
void ike_message_typical(ike_message_t *this)
{
	uint8_t hash[20] = { 1, 2, 3 };

	ike_message_init(this);
	ike_message_add_core(this);
	ike_message_add_notify(this, 0, chunk_empty, NAT_DETECTION_SOURCE_IP,
						   chunk_from_thing(hash));
	ike_message_add_notify(this, 0, chunk_empty, NAT_DETECTION_DESTINATION_IP,
						   chunk_from_thing(hash));
	ike_message_add_notify(this, 0, chunk_empty, FRAGMENTATION_SUPPORTED,
						   chunk_empty);
	ike_message_add_notify(this, 0, chunk_empty, SIGNATURE_HASH_ALGORITHMS,
						   chunk_from_chars(0, 2, 0, 3, 0, 4));
	ike_message_add_notify(this, 0, chunk_empty, REDIRECT_SUPPORTED,
						   chunk_empty);
	ike_message_add(this, PLV2_VENDOR_ID, chunk_from_str("carol"));
}

/*
 * Described in header
 */
chunk_t ike_message_chunk(ike_message_t *this)
{
	return chunk_create(this->octets, this->len);
}
