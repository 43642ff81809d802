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

#include "recent_table.h"

#include <library.h>
#include <utils/utils/time.h>

/**
 * Entries of a set: a cache line of them.
 */
#define WAYS 8

/**
 * Units of time that ages are told apart in, half of what 16 bits hold.
 */
#define UNITS 16384

/**
 * An entry is one word, written at once: 16 bits of the hash that are not part
 * of its position, 16 bits of time and the number. 0 if unused.
 */
#define ENTRY(key, time, value) \
	((key) >> 48 << 48 | (uint64_t)(uint16_t)(time) << 32 | (value))
#define SAME_KEY(entry, key) ((entry) >> 48 == (key) >> 48)
#define AGE(entry, now) ((uint16_t)((now) - (uint16_t)((entry) >> 32)))

typedef struct private_recent_table_t private_recent_table_t;

/**
 * Private data
 */
struct private_recent_table_t {

	/**
	 * Public interface
	 */
	recent_table_t public;

	/**
	 * Entries, in sets of WAYS
	 */
	uint64_t *entries;

	/**
	 * Number of sets minus one
	 */
	uint64_t mask;

	/**
	 * Seconds of a unit of time
	 */
	uint32_t unit;

	/**
	 * Units something is usually remembered
	 */
	uint16_t usual;

	/**
	 * What had to go early, atomic
	 */
	uint64_t dropped;
};

/**
 * Time in units, never 0 so that no entry in use is.
 */
static uint16_t get_time(private_recent_table_t *this)
{
	uint16_t now = time_monotonic(NULL) / this->unit;

	return now ?: 1;
}

/**
 * First entry of the set of a key.
 */
static uint64_t *get_set(private_recent_table_t *this, uint64_t key)
{
	return &this->entries[(key & this->mask) * WAYS];
}

/**
 * Read an entry.
 */
static uint64_t read_entry(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

METHOD(recent_table_t, get, bool,
	private_recent_table_t *this, uint64_t key, uint32_t seconds, uint32_t *value)
{
	uint64_t *set = get_set(this, key), entry;
	uint16_t now = get_time(this);
	int i;

	for (i = 0; i < WAYS; i++)
	{
		entry = read_entry(&set[i]);
		if (entry && SAME_KEY(entry, key) &&
			(uint64_t)AGE(entry, now) * this->unit <= seconds)
		{
			*value = entry;
			return TRUE;
		}
	}
	return FALSE;
}

METHOD(recent_table_t, put, void,
	private_recent_table_t *this, uint64_t key, uint32_t value)
{
	uint64_t *set = get_set(this, key), entry;
	uint16_t now = get_time(this), age, oldest = 0;
	int i, place = 0;

	for (i = 0; i < WAYS; i++)
	{
		entry = read_entry(&set[i]);
		if (!entry || SAME_KEY(entry, key))
		{
			place = i;
			oldest = UINT16_MAX;
			break;
		}
		age = AGE(entry, now);
		if (age >= oldest)
		{
			oldest = age;
			place = i;
		}
	}
	if (oldest < this->usual)
	{
		__atomic_fetch_add(&this->dropped, 1, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&set[place], ENTRY(key, now, value), __ATOMIC_RELAXED);
}

METHOD(recent_table_t, get_dropped, uint64_t,
	private_recent_table_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(recent_table_t, destroy, void,
	private_recent_table_t *this)
{
	free(this->entries);
	free(this);
}

/*
 * Described in header
 */
recent_table_t *recent_table_create(unsigned bits, uint32_t seconds)
{
	private_recent_table_t *this;

	INIT(this,
		.public = {
			.get = _get,
			.put = _put,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.entries = calloc(1UL << bits, sizeof(uint64_t)),
		.mask = (1UL << bits) / WAYS - 1,
		.unit = (seconds + UNITS - 1) / UNITS ?: 1,
	);
	this->usual = seconds / this->unit;
	return &this->public;
}
