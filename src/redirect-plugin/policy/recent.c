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

#include "recent.h"

#include <library.h>
#include <utils/utils/time.h>

/**
 * An entry is one word, written at once: gateway (32 bits), second of the
 * monotonic clock (16 bits) and the upper bits of the hash (16 bits), whose
 * lower bits are the position. Two attempts that are taken for each other
 * (2^-16 for those in one position) just get the same gateway.
 */
#define ENTRY(request, second, gateway) \
	((request) >> 48 << 48 | (uint64_t)(uint16_t)(second) << 32 | (gateway))

typedef struct private_recent_t private_recent_t;

/**
 * Private data
 */
struct private_recent_t {

	/**
	 * Public interface
	 */
	recent_t public;

	/**
	 * Entries, 0 if unused
	 */
	uint64_t *entries;

	/**
	 * Number of entries minus one
	 */
	uint64_t mask;

	/**
	 * Seconds an entry is valid
	 */
	uint16_t seconds;
};

METHOD(recent_t, get, bool,
	private_recent_t *this, uint64_t request, uint32_t *gateway)
{
	uint64_t entry;
	uint16_t age;

	entry = __atomic_load_n(&this->entries[request & this->mask],
							__ATOMIC_RELAXED);
	age = (uint16_t)time_monotonic(NULL) - (uint16_t)(entry >> 32);
	if (!entry || entry >> 48 != request >> 48 || age > this->seconds)
	{
		return FALSE;
	}
	*gateway = entry;
	return TRUE;
}

METHOD(recent_t, put, void,
	private_recent_t *this, uint64_t request, uint32_t gateway)
{
	__atomic_store_n(&this->entries[request & this->mask],
					 ENTRY(request, time_monotonic(NULL), gateway),
					 __ATOMIC_RELAXED);
}

METHOD(recent_t, destroy, void,
	private_recent_t *this)
{
	free(this->entries);
	free(this);
}

/*
 * Described in header
 */
recent_t *recent_create(unsigned bits, unsigned seconds)
{
	private_recent_t *this;

	INIT(this,
		.public = {
			.get = _get,
			.put = _put,
			.destroy = _destroy,
		},
		.entries = calloc(1UL << bits, sizeof(uint64_t)),
		.mask = (1UL << bits) - 1,
		.seconds = seconds,
	);
	return &this->public;
}
