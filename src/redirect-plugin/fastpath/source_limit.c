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

/**
 * Private data of a source_limit_t object.
 */
struct private_source_limit_t {

	/**
	 * Public interface.
	 */
	source_limit_t public;

	/**
	 * Answers to one network, or to a few that share an entry: the second they
	 * are counted in above, their number below.
	 */
	uint64_t table[TABLE_SIZE];
};

METHOD(source_limit_t, allow, bool,
	private_source_limit_t *this, const ip_address_t *source, uint32_t limit,
	time_t now)
{
	chunk_t network = ip_address_chunk(source);
	uint64_t *entry, old, new;

	network.len = min(network.len, source->version == 4 ? NETWORK_LEN_V4
														: NETWORK_LEN_V6);
	entry = &this->table[chunk_hash(network) % TABLE_SIZE];
	old = __atomic_load_n(entry, __ATOMIC_RELAXED);
	do
	{
		new = old >> 32 == (uint32_t)now ? old : (uint64_t)(uint32_t)now << 32;
		if ((uint32_t)new >= limit)
		{
			return FALSE;
		}
	}
	while (!__atomic_compare_exchange_n(entry, &old, new + 1, TRUE,
										__ATOMIC_RELAXED, __ATOMIC_RELAXED));
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
