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

#include "init_message.h"

#include <string.h>

#include <arpa/inet.h>

/** values of RFC 7296 and RFC 5685 */
enum {
	PAYLOAD_NONE = 0,
	PAYLOAD_SA = 33,
	PAYLOAD_KE = 34,
	PAYLOAD_NONCE = 40,
	PAYLOAD_NOTIFY = 41,
	EXCHANGE_IKE_SA_INIT = 34,
	FLAG_INITIATOR = 0x08,
	FLAG_RESPONSE = 0x20,
	NOTIFY_NAT_SOURCE = 16388,
	NOTIFY_NAT_DESTINATION = 16389,
	NOTIFY_COOKIE = 16390,
	NOTIFY_REDIRECT_SUPPORTED = 16406,
	NOTIFY_REDIRECT = 16407,
	NOTIFY_FRAGMENTATION = 16430,
	NOTIFY_HASH_ALGORITHMS = 16431,
	GROUP_X25519 = 31,
};

/** octets of a generic payload header */
#define PAYLOAD_HEADER_LEN 4

/** octets of a notify payload before its data, without SPI */
#define NOTIFY_HEADER_LEN 8

/** one proposal: ENCR_AES_CBC 256, PRF and AUTH HMAC_SHA2_256, CURVE_25519 */
static const uint8_t proposal[] = {
	0x00, 0x00, 0x00, 0x2c, 0x01, 0x01, 0x00, 0x04,
	0x03, 0x00, 0x00, 0x0c, 0x01, 0x00, 0x00, 0x0c, 0x80, 0x0e, 0x01, 0x00,
	0x03, 0x00, 0x00, 0x08, 0x03, 0x00, 0x00, 0x0c,
	0x03, 0x00, 0x00, 0x08, 0x02, 0x00, 0x00, 0x05,
	0x00, 0x00, 0x00, 0x08, 0x04, 0x00, 0x00, 0x1f,
};

/** SHA2-256, SHA2-384, SHA2-512, Identity */
static const uint8_t hash_algorithms[] = {
	0x00, 0x02, 0x00, 0x03, 0x00, 0x04, 0x00, 0x05,
};

uint64_t init_random_next(init_random_t *random)
{
	uint64_t x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d);
}

static uint16_t get16(const uint8_t *ptr)
{
	return (uint16_t)(ptr[0] << 8 | ptr[1]);
}

static uint32_t get32(const uint8_t *ptr)
{
	return (uint32_t)get16(ptr) << 16 | get16(ptr + 2);
}

static void put16(uint8_t *ptr, uint16_t value)
{
	ptr[0] = value >> 8;
	ptr[1] = value & 0xff;
}

static void put32(uint8_t *ptr, uint32_t value)
{
	put16(ptr, value >> 16);
	put16(ptr + 2, value & 0xffff);
}

/**
 * Fill with random octets
 */
static void fill(uint8_t *ptr, size_t len, init_random_t *random)
{
	uint64_t value;

	for (; len >= sizeof(value); ptr += sizeof(value), len -= sizeof(value))
	{
		value = init_random_next(random);
		memcpy(ptr, &value, sizeof(value));
	}
	value = init_random_next(random);
	memcpy(ptr, &value, len);
}

/**
 * Append a payload, returns where its body goes. The type of a payload stands
 * in the one before it: next remembers where.
 */
static uint8_t *add_payload(init_message_t *message, uint8_t **next,
							uint8_t type, size_t body)
{
	uint8_t *payload = message->data + message->len;

	**next = type;
	*next = payload;
	put16(payload + 2, PAYLOAD_HEADER_LEN + body);
	message->len += PAYLOAD_HEADER_LEN + body;
	return payload + PAYLOAD_HEADER_LEN;
}

/**
 * Append a notify without protocol and SPI, returns where its data goes
 */
static uint8_t *add_notify(init_message_t *message, uint8_t **next,
						   uint16_t type, size_t len)
{
	uint8_t *body;

	body = add_payload(message, next, PAYLOAD_NOTIFY,
					   NOTIFY_HEADER_LEN - PAYLOAD_HEADER_LEN + len);
	put16(body + 2, type);
	return body + 4;
}

void init_message_build(init_message_t *message, bool supported,
						init_random_t *random)
{
	uint8_t *next, *body;

	memset(message, 0, sizeof(*message));
	message->data[17] = 0x20;
	message->data[18] = EXCHANGE_IKE_SA_INIT;
	message->data[19] = FLAG_INITIATOR;
	message->len = IKE_HEADER_LEN;
	next = &message->data[16];

	body = add_payload(message, &next, PAYLOAD_SA, sizeof(proposal));
	memcpy(body, proposal, sizeof(proposal));
	body = add_payload(message, &next, PAYLOAD_KE, 4 + 32);
	put16(body, GROUP_X25519);
	message->ke = body + 4 - message->data;
	body = add_payload(message, &next, PAYLOAD_NONCE, INIT_NONCE_LEN);
	message->nonce = body - message->data;
	/* hashes that match nothing: both ends look like behind a NAT */
	fill(add_notify(message, &next, NOTIFY_NAT_SOURCE, 20), 20, random);
	fill(add_notify(message, &next, NOTIFY_NAT_DESTINATION, 20), 20, random);
	add_notify(message, &next, NOTIFY_FRAGMENTATION, 0);
	body = add_notify(message, &next, NOTIFY_HASH_ALGORITHMS,
					  sizeof(hash_algorithms));
	memcpy(body, hash_algorithms, sizeof(hash_algorithms));
	if (supported)
	{
		add_notify(message, &next, NOTIFY_REDIRECT_SUPPORTED, 0);
	}
	put32(message->data + 24, message->len);
	init_message_renew(message, 0, random);
}

void init_message_renew(init_message_t *message, uint16_t slot,
						init_random_t *random)
{
	fill(message->data, 8, random);
	put16(message->data, slot);
	fill(message->data + message->nonce, INIT_NONCE_LEN, random);
	fill(message->data + message->ke, 32, random);
}

uint16_t init_message_slot(const uint8_t *data)
{
	return get16(data);
}

/**
 * Check the data of a REDIRECT notify
 */
static init_answer_t check_redirect(const init_message_t *message,
									const uint8_t *data, size_t len,
									const uint8_t *gateway, size_t glen)
{
	size_t id_len;

	if (len < 2 || len < 2 + (size_t)data[1])
	{
		return ANSWER_BROKEN;
	}
	id_len = data[1];
	if (glen && (id_len != glen || memcmp(data + 2, gateway, glen)))
	{
		return ANSWER_BAD_REDIRECT;
	}
	if (len - 2 - id_len != INIT_NONCE_LEN ||
		memcmp(data + 2 + id_len, message->data + message->nonce,
			   INIT_NONCE_LEN))
	{
		return ANSWER_BAD_NONCE;
	}
	return ANSWER_REDIRECT;
}

/**
 * Check the header of a response, the responder SPI is left to the caller
 */
static bool check_header(const init_message_t *message, const uint8_t *data,
						 size_t len)
{
	return len >= IKE_HEADER_LEN && get32(data + 24) == len &&
		   memcmp(data, message->data, 8) == 0 && data[17] == 0x20 &&
		   data[18] == EXCHANGE_IKE_SA_INIT && data[19] == FLAG_RESPONSE &&
		   get32(data + 20) == 0;
}

init_answer_t init_message_check(const init_message_t *message,
								 const uint8_t *data, size_t len,
								 const uint8_t *gateway, size_t glen)
{
	static const uint8_t no_spi[8];
	init_answer_t answer = ANSWER_BROKEN;
	bool spi_r;
	uint8_t type;
	size_t pos, plen;

	if (!check_header(message, data, len))
	{
		return ANSWER_BROKEN;
	}
	spi_r = memcmp(data + 8, no_spi, sizeof(no_spi)) != 0;
	type = data[16];
	for (pos = IKE_HEADER_LEN; type != PAYLOAD_NONE; pos += plen)
	{
		if (len - pos < PAYLOAD_HEADER_LEN)
		{
			return ANSWER_BROKEN;
		}
		plen = get16(data + pos + 2);
		if (plen < PAYLOAD_HEADER_LEN || plen > len - pos)
		{
			return ANSWER_BROKEN;
		}
		if (type == PAYLOAD_SA && spi_r)
		{
			answer = ANSWER_SERVED;
		}
		else if (type == PAYLOAD_NOTIFY && plen >= NOTIFY_HEADER_LEN)
		{
			switch (get16(data + pos + 6))
			{
				case NOTIFY_REDIRECT:
					if (spi_r)
					{
						return ANSWER_BAD_REDIRECT;
					}
					return check_redirect(message,
										  data + pos + NOTIFY_HEADER_LEN,
										  plen - NOTIFY_HEADER_LEN, gateway,
										  glen);
				case NOTIFY_COOKIE:
					return ANSWER_COOKIE;
				default:
					if (answer == ANSWER_BROKEN)
					{
						answer = ANSWER_NOTIFY;
					}
					break;
			}
		}
		type = data[pos];
	}
	return answer;
}

size_t init_message_answer(const uint8_t *data, size_t len,
						   const uint8_t gateway[4], uint8_t *out)
{
	size_t pos, plen, notify;
	uint8_t type;

	if (len < IKE_HEADER_LEN)
	{
		return 0;
	}
	type = data[16];
	for (pos = IKE_HEADER_LEN; len - pos >= PAYLOAD_HEADER_LEN; pos += plen)
	{
		plen = get16(data + pos + 2);
		if (type == PAYLOAD_NONE || plen < PAYLOAD_HEADER_LEN ||
			plen > len - pos)
		{
			return 0;
		}
		if (type == PAYLOAD_NONCE)
		{
			plen -= PAYLOAD_HEADER_LEN;
			notify = NOTIFY_HEADER_LEN + 2 + 4 + plen;
			if (plen > 256)
			{
				return 0;
			}
			memset(out, 0, IKE_HEADER_LEN + NOTIFY_HEADER_LEN);
			memcpy(out, data, 8);
			out[16] = PAYLOAD_NOTIFY;
			out[17] = 0x20;
			out[18] = EXCHANGE_IKE_SA_INIT;
			out[19] = FLAG_RESPONSE;
			put32(out + 24, IKE_HEADER_LEN + notify);
			out += IKE_HEADER_LEN;
			put16(out + 2, notify);
			put16(out + 6, NOTIFY_REDIRECT);
			out[8] = 1;
			out[9] = 4;
			memcpy(out + 10, gateway, 4);
			memcpy(out + 14, data + pos + PAYLOAD_HEADER_LEN, plen);
			return IKE_HEADER_LEN + notify;
		}
		type = data[pos];
	}
	return 0;
}
