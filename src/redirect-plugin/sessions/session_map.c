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

#include "session_map.h"

#include <collections/hashtable.h>

/**
 * Number of hashtables, a power of two
 */
#define SHARDS 256

typedef struct private_session_map_t private_session_map_t;

/**
 * Private data
 */
struct private_session_map_t {

	/**
	 * Public interface
	 */
	session_map_t public;

	/**
	 * Hashtables, created when they are needed
	 */
	hashtable_t *shards[SHARDS];

	/**
	 * Number of sessions
	 */
	u_int count;
};

METHOD(session_map_t, get, session_t*,
	private_session_map_t *this, uint64_t key)
{
	hashtable_t *shard = this->shards[key % SHARDS];

	return shard ? shard->get(shard, (void*)(uintptr_t)key) : NULL;
}

METHOD(session_map_t, put, session_t*,
	private_session_map_t *this, uint64_t key, session_t *session)
{
	hashtable_t **shard = &this->shards[key % SHARDS];
	session_t *old;

	if (!*shard)
	{
		*shard = hashtable_create(hashtable_hash_ptr, hashtable_equals_ptr, 8);
	}
	old = (*shard)->put(*shard, (void*)(uintptr_t)key, session);
	this->count += !old;
	return old;
}

METHOD(session_map_t, remove_, session_t*,
	private_session_map_t *this, uint64_t key)
{
	hashtable_t *shard = this->shards[key % SHARDS];
	session_t *old;

	old = shard ? shard->remove(shard, (void*)(uintptr_t)key) : NULL;
	this->count -= old != NULL;
	return old;
}

METHOD(session_map_t, get_count, u_int,
	private_session_map_t *this)
{
	return this->count;
}

METHOD(session_map_t, destroy, void,
	private_session_map_t *this)
{
	int i;

	for (i = 0; i < SHARDS; i++)
	{
		DESTROY_IF(this->shards[i]);
	}
	free(this);
}

/*
 * Described in header
 */
session_map_t *session_map_create()
{
	private_session_map_t *this;

	INIT(this,
		.public = {
			.get = _get,
			.put = _put,
			.remove = _remove_,
			.get_count = _get_count,
			.destroy = _destroy,
		},
	);
	return &this->public;
}
