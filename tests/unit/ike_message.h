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
 * Raw IKE messages for tests, right or wrong.
 */

#ifndef IKE_MESSAGE_H_
#define IKE_MESSAGE_H_

#include <library.h>

typedef struct ike_message_t ike_message_t;

/**
 * Longest message, in octets.
 */
#define IKE_MESSAGE_MAX 8192

/**
 * Offsets in the IKE header.
 */
#define IKE_SPI_R 8
#define IKE_NEXT 16
#define IKE_VERSION 17
#define IKE_EXCHANGE 18
#define IKE_FLAGS 19
#define IKE_MESSAGE_ID 20
#define IKE_LENGTH 24

/**
 * A message; octets may be changed as a test likes.
 */
struct ike_message_t {

	/** the message */
	uint8_t octets[IKE_MESSAGE_MAX];

	/** its length */
	size_t len;

	/** where the type of the next payload goes */
	size_t next;
};

/**
 * Start with the header of an IKE_SA_INIT request, without payloads.
 */
void ike_message_init(ike_message_t *this);

/**
 * Append a payload; the header's length is adjusted.
 *
 * @param type		payload type
 * @param data		what follows the generic header
 * @return			where the payload's generic header is
 */
size_t ike_message_add(ike_message_t *this, uint8_t type, chunk_t data);

/**
 * Append a notify payload.
 *
 * @return			where the payload's generic header is
 */
size_t ike_message_add_notify(ike_message_t *this, uint8_t protocol,
							  chunk_t spi, uint16_t type, chunk_t data);

/**
 * Append what every IKE_SA_INIT request has: SA (two proposals), KE and a nonce
 * of 32 octets.
 */
void ike_message_add_core(ike_message_t *this);

/**
 * Make a request as a client with redirect support sends it: the core,
 * NAT detection, REDIRECT_SUPPORTED, signature hashes and a vendor ID.
 */
void ike_message_typical(ike_message_t *this);

/**
 * Write the message's length to its header.
 */
void ike_message_set_length(ike_message_t *this);

/**
 * Get the message.
 */
chunk_t ike_message_chunk(ike_message_t *this);

#endif /** IKE_MESSAGE_H_ */
