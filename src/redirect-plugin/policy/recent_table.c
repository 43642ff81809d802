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
#include "selectors/redirect_selector.h"
#include "utils/monotonic.h"

#include <library.h>

#include <sys/random.h>

/**
 * Entries of a set: two cache lines of them, that processors fetch together if
 * they begin at a multiple of both.
 */
#define WAYS 8
#define SET_SIZE (WAYS * sizeof(entry_t))

typedef struct private_recent_table_t private_recent_table_t;
typedef struct entry_t entry_t;

/**
 * An entry, all zero if unused.
 */
struct entry_t {

	/** key, exclusive or with data */
	uint64_t check;

	/** second it was put, from 1 on, and below it the number */
	uint64_t data;
};

/**
 * Private data
 */
struct private_recent_table_t {

	/**
	 * Public interface
	 */
	recent_table_t public;

	/**
	 * Entries, in sets of WAYS, and the memory they are in
	 */
	entry_t *entries;
	void *memory;

	/**
	 * Number of sets minus one
	 */
	uint64_t mask;

	/**
	 * Makes the places of keys a secret
	 */
	uint64_t salt;

	/**
	 * Seconds something is usually remembered
	 */
	uint32_t usual;

	/**
	 * Second that is the first one
	 */
	time_t begin;

	/**
	 * What had to go early, atomic
	 */
	uint64_t dropped;
};

/**
 * Seconds since the table was made, from 1 on.
 */
static uint32_t get_time(private_recent_table_t *this)
{
	return monotonic_noted() - this->begin + 1;
}

/**
 * Age of an entry; another thread may have put it later than now.
 */
static uint32_t get_age(uint64_t data, uint32_t now)
{
	uint32_t put = data >> 32;

	return put < now ? now - put : 0;
}

/**
 * Read the data of an entry, 0 if it is not that of the key.
 */
static uint64_t read_data(entry_t *entry, uint64_t key)
{
	uint64_t data = __atomic_load_n(&entry->data, __ATOMIC_RELAXED);

	return (__atomic_load_n(&entry->check, __ATOMIC_RELAXED) ^ data) == key
				? data : 0;
}

/**
 * Find the set of a key, which becomes what entries hold of it.
 */
static entry_t *get_set(private_recent_table_t *this, uint64_t *key)
{
	*key = redirect_selector_mix(this->salt, *key);
	return &this->entries[(*key & this->mask) * WAYS];
}

METHOD(recent_table_t, get, bool,
	private_recent_table_t *this, uint64_t key, uint32_t seconds, uint32_t *value)
{
	entry_t *set = get_set(this, &key);
	uint64_t data;
	int i;

	for (i = 0; i < WAYS; i++)
	{
		data = read_data(&set[i], key);
		if (!data && !__atomic_load_n(&set[i].data, __ATOMIC_RELAXED))
		{	/* they are filled from the first on and never emptied */
			break;
		}
		if (data && get_age(data, get_time(this)) <= seconds)
		{
			*value = data;
			return TRUE;
		}
	}
	return FALSE;
}

METHOD(recent_table_t, put, void,
	private_recent_table_t *this, uint64_t key, uint32_t value)
{
	uint32_t now = get_time(this), age, oldest = 0;
	entry_t *set = get_set(this, &key);
	uint64_t data;
	int i, place = 0;

	for (i = 0; i < WAYS; i++)
	{
		data = __atomic_load_n(&set[i].data, __ATOMIC_RELAXED);
		if (!data || read_data(&set[i], key))
		{
			place = i;
			oldest = UINT32_MAX;
			break;
		}
		age = get_age(data, now);
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
	data = (uint64_t)now << 32 | value;
	__atomic_store_n(&set[place].check, key ^ data, __ATOMIC_RELAXED);
	__atomic_store_n(&set[place].data, data, __ATOMIC_RELAXED);
}

METHOD(recent_table_t, expect, void,
	private_recent_table_t *this, uint64_t key)
{
	entry_t *set = get_set(this, &key);

	/* two cache lines */
	__builtin_prefetch(set, 1);
	__builtin_prefetch(set + WAYS / 2, 1);
}

METHOD(recent_table_t, get_dropped, uint64_t,
	private_recent_table_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(recent_table_t, destroy, void,
	private_recent_table_t *this)
{
	free(this->memory);
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
			.expect = _expect,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		/* not by aligned_alloc(), which does not leave pages out that are zero */
		.memory = calloc(1, (sizeof(entry_t) << bits) + SET_SIZE),
		.mask = (1UL << bits) / WAYS - 1,
		.usual = seconds,
		.begin = monotonic_noted(),
	);
	this->entries = (entry_t*)(((uintptr_t)this->memory + SET_SIZE - 1) /
							   SET_SIZE * SET_SIZE);
	/* without one places can be guessed, but keys still have to be the same */
	ignore_result(getrandom(&this->salt, sizeof(this->salt), GRND_NONBLOCK));
	return &this->public;
}
