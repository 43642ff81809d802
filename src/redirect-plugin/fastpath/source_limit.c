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

#include "source_limit.h"

/** entries of the table */
#define TABLE_SIZE 16384

/** octets of an address that make its network */
#define NETWORK_LEN_V4 3
#define NETWORK_LEN_V6 7

typedef struct private_source_limit_t private_source_limit_t;
typedef struct entry_t entry_t;

/**
 * Answers to one network, or to a few that share an entry.
 */
struct entry_t {

	/** second they are counted in */
	uint32_t second;

	/** answers in that second */
	uint32_t answers;
};

/**
 * Private data of a source_limit_t object.
 */
struct private_source_limit_t {

	/**
	 * Public interface.
	 */
	source_limit_t public;

	/**
	 * Table of entries.
	 */
	entry_t table[TABLE_SIZE];
};

METHOD(source_limit_t, allow, bool,
	private_source_limit_t *this, const ip_address_t *source, uint32_t limit,
	time_t now)
{
	chunk_t network = ip_address_chunk(source);
	entry_t *entry;

	network.len = min(network.len, source->version == 4 ? NETWORK_LEN_V4
														: NETWORK_LEN_V6);
	entry = &this->table[chunk_hash(network) % TABLE_SIZE];
	if (entry->second != (uint32_t)now)
	{
		entry->second = now;
		entry->answers = 0;
	}
	if (entry->answers >= limit)
	{
		return FALSE;
	}
	entry->answers++;
	return TRUE;
}

METHOD(source_limit_t, destroy, void,
	private_source_limit_t *this)
{
	free(this);
}

/*
 * Described in header
 */
source_limit_t *source_limit_create()
{
	private_source_limit_t *this;

	INIT(this,
		.public = {
			.allow = _allow,
			.destroy = _destroy,
		},
	);
	return &this->public;
}
