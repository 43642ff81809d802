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
 * IKE_SA_INIT requests as strongSwan sends them, and a strict look at what
 * comes back. Shared by the generator and the bare responder, free of
 * strongSwan so that it measures all gateways with the same measure.
 */

#ifndef INIT_MESSAGE_H_
#define INIT_MESSAGE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** octets of a nonce in the requests sent */
#define INIT_NONCE_LEN 32

/** room for any message built here, in octets */
#define INIT_MESSAGE_MAX 512

/** octets of an IKE header */
#define IKE_HEADER_LEN 28

/** octets in front of IKE messages on port 4500, all zero */
#define NON_ESP_MARKER_LEN 4

typedef struct init_message_t init_message_t;
typedef struct init_random_t init_random_t;
typedef enum init_answer_t init_answer_t;

/**
 * Fast pseudo random numbers (xorshift64*), not for cryptography.
 */
struct init_random_t {

	/** anything but zero */
	uint64_t state;
};

/**
 * A request with the places that change from one to the next.
 */
struct init_message_t {

	/** message as it goes on the wire, without non-ESP marker */
	uint8_t data[INIT_MESSAGE_MAX];

	/** octets used in data */
	size_t len;

	/** offset of the nonce in data */
	size_t nonce;

	/** offset of the X25519 public value in data, 32 octets */
	size_t ke;
};

/**
 * What a response turned out to be.
 */
enum init_answer_t {
	/** REDIRECT with the nonce of the request and responder SPI zero */
	ANSWER_REDIRECT,
	/** REDIRECT with another nonce (R3-3) */
	ANSWER_BAD_NONCE,
	/** REDIRECT to another gateway than expected, or with a responder SPI */
	ANSWER_BAD_REDIRECT,
	/** IKE_SA_INIT response that continues the exchange */
	ANSWER_SERVED,
	/** COOKIE */
	ANSWER_COOKIE,
	/** any other notify, such as NO_PROPOSAL_CHOSEN */
	ANSWER_NOTIFY,
	/** broken, or no answer to an IKE_SA_INIT request at all */
	ANSWER_BROKEN,
	/** number of answers */
	ANSWER_MAX,
};

/**
 * Get the next random number.
 *
 * @param random	state, not shared between threads
 * @return			64 random bits
 */
uint64_t init_random_next(init_random_t *random);

/**
 * Build a request: SA with one proposal (AES-CBC-256, HMAC-SHA2-256, X25519),
 * KE, Ni, and the notifies a strongSwan client sends: NAT detection,
 * fragmentation, signature hash algorithms, REDIRECT_SUPPORTED.
 *
 * @param message	request to fill in
 * @param supported	TRUE to announce REDIRECT_SUPPORTED
 * @param random	source of what is random in it
 */
void init_message_build(init_message_t *message, bool supported,
						init_random_t *random);

/**
 * Give a built request a new SPI, nonce and public value.
 *
 * @param message	request that was built
 * @param slot		stored in the first 16 bits of the initiator SPI, to find
 *					the request an answer belongs to
 * @param random	source of the rest
 */
void init_message_renew(init_message_t *message, uint16_t slot,
						init_random_t *random);

/**
 * Get the slot out of the initiator SPI of a message.
 *
 * @param data		at least IKE_HEADER_LEN octets
 * @return			slot
 */
uint16_t init_message_slot(const uint8_t *data);

/**
 * Check a response.
 *
 * @param message	request it answers
 * @param data		response, without non-ESP marker
 * @param len		octets in data
 * @param gateway	address redirects must lead to, in network order
 * @param glen		4, 16, or 0 to accept any
 * @return			what it is
 */
init_answer_t init_message_check(const init_message_t *message,
								 const uint8_t *data, size_t len,
								 const uint8_t *gateway, size_t glen);

/**
 * Write a REDIRECT response, the way the bare responder does it: it trusts
 * the request and looks for the nonce only.
 *
 * @param data		request, without non-ESP marker
 * @param len		octets in data
 * @param gateway	IPv4 address, in network order
 * @param out		receives the response, INIT_MESSAGE_MAX octets
 * @return			octets written, 0 if there is no nonce
 */
size_t init_message_answer(const uint8_t *data, size_t len,
						   const uint8_t gateway[4], uint8_t *out);

#endif /** INIT_MESSAGE_H_ */
