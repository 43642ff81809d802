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

#include "proposals.h"

#include <crypto/proposal/proposal.h>

typedef struct proposal_header_t proposal_header_t;
typedef struct transform_header_t transform_header_t;

/**
 * Head of a proposal substructure, RFC 7296 section 3.3.1.
 */
struct proposal_header_t {
	uint8_t more;
	uint8_t reserved;
	uint16_t length;
	uint8_t number;
	uint8_t protocol;
	uint8_t spi_size;
	uint8_t transforms;
} __attribute__((packed));

/**
 * Head of a transform substructure, RFC 7296 section 3.3.2.
 */
struct transform_header_t {
	uint8_t more;
	uint8_t reserved;
	uint16_t length;
	uint8_t type;
	uint8_t reserved2;
	uint16_t id;
} __attribute__((packed));

/**
 * Values of more if another substructure follows.
 */
#define MORE_PROPOSALS 2
#define MORE_TRANSFORMS 3

/**
 * Type and value, or length of the value, of an attribute.
 */
#define ATTRIBUTE_HEADER_LEN 4

/**
 * Bit in an attribute's type: the value stands in place of the length.
 */
#define ATTRIBUTE_SHORT 0x8000

/**
 * Check the attributes of a transform, RFC 7296 section 3.3.5.
 */
static bool attributes_sound(chunk_t data)
{
	size_t len;

	while (data.len)
	{
		if (data.len < ATTRIBUTE_HEADER_LEN)
		{
			return FALSE;
		}
		len = ATTRIBUTE_HEADER_LEN;
		if (!(untoh16(data.ptr) & ATTRIBUTE_SHORT))
		{
			len += untoh16(data.ptr + 2);
		}
		if (len > data.len)
		{
			return FALSE;
		}
		data = chunk_skip(data, len);
	}
	return TRUE;
}

/**
 * Check the transforms of a proposal.
 */
static bool transforms_sound(chunk_t data, u_int count)
{
	transform_header_t *header;
	chunk_t transform;
	size_t len;

	while (data.len)
	{
		if (!count-- || data.len < sizeof(*header))
		{
			return FALSE;
		}
		header = (transform_header_t*)data.ptr;
		len = ntohs(header->length);
		if (len < sizeof(*header) || len > data.len ||
			header->reserved || header->reserved2 ||
			header->more != (len < data.len ? MORE_TRANSFORMS : 0))
		{
			return FALSE;
		}
		transform = chunk_create(data.ptr, len);
		if (!attributes_sound(chunk_skip(transform, sizeof(*header))))
		{
			return FALSE;
		}
		data = chunk_skip(data, len);
	}
	return count == 0;
}

/*
 * Described in header
 */
bool proposals_sound(chunk_t data)
{
	proposal_header_t *header;
	chunk_t proposal;
	u_int number = 0;
	size_t len;

	while (data.len)
	{
		if (data.len < sizeof(*header))
		{
			return FALSE;
		}
		header = (proposal_header_t*)data.ptr;
		len = ntohs(header->length);
		if (len < sizeof(*header) || len > data.len || header->reserved ||
			header->more != (len < data.len ? MORE_PROPOSALS : 0) ||
			header->number != ++number || header->protocol != PROTO_IKE ||
			header->spi_size || !header->transforms)
		{
			return FALSE;
		}
		proposal = chunk_create(data.ptr, len);
		if (!transforms_sound(chunk_skip(proposal, sizeof(*header)),
							  header->transforms))
		{
			return FALSE;
		}
		data = chunk_skip(data, len);
	}
	return number > 0;
}
