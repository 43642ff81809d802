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

#include "client_table.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>

typedef struct private_client_table_t private_client_table_t;

/**
 * Private data
 */
struct private_client_table_t {

	/**
	 * Public interface
	 */
	client_table_t public;

	/**
	 * unique id => client_t
	 */
	hashtable_t *clients;

	/**
	 * Guards clients
	 */
	mutex_t *mutex;

	/**
	 * Clients that could not be remembered, atomic
	 */
	uint64_t dropped;
};

/**
 * Unique ids are keys by value.
 */
static void *key(uint32_t unique_id)
{
	return (void*)(uintptr_t)unique_id;
}

METHOD(client_table_t, put, bool,
	private_client_table_t *this, uint32_t unique_id, const client_t *client)
{
	client_t *known;
	bool room = TRUE;

	this->mutex->lock(this->mutex);
	known = this->clients->get(this->clients, key(unique_id));
	if (known)
	{
		*known = *client;
	}
	else if (this->clients->get_count(this->clients) < CLIENT_TABLE_MAX)
	{
		known = malloc_thing(client_t);
		*known = *client;
		this->clients->put(this->clients, key(unique_id), known);
	}
	else
	{
		room = FALSE;
		__atomic_fetch_add(&this->dropped, 1, __ATOMIC_RELAXED);
	}
	this->mutex->unlock(this->mutex);
	return room;
}

METHOD(client_table_t, get, bool,
	private_client_table_t *this, uint32_t unique_id, client_t *client)
{
	client_t *known;

	this->mutex->lock(this->mutex);
	known = this->clients->get(this->clients, key(unique_id));
	if (known)
	{
		*client = *known;
	}
	this->mutex->unlock(this->mutex);
	return known != NULL;
}

METHOD(client_table_t, remove_, void,
	private_client_table_t *this, uint32_t unique_id)
{
	client_t *known;

	this->mutex->lock(this->mutex);
	known = this->clients->remove(this->clients, key(unique_id));
	this->mutex->unlock(this->mutex);
	free(known);
}

METHOD(client_table_t, get_count, u_int,
	private_client_table_t *this)
{
	u_int count;

	this->mutex->lock(this->mutex);
	count = this->clients->get_count(this->clients);
	this->mutex->unlock(this->mutex);
	return count;
}

METHOD(client_table_t, get_dropped, uint64_t,
	private_client_table_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(client_table_t, destroy, void,
	private_client_table_t *this)
{
	enumerator_t *enumerator;
	client_t *client;
	void *unique_id;

	enumerator = this->clients->create_enumerator(this->clients);
	while (enumerator->enumerate(enumerator, &unique_id, &client))
	{
		free(client);
	}
	enumerator->destroy(enumerator);
	this->clients->destroy(this->clients);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
client_table_t *client_table_create()
{
	private_client_table_t *this;

	INIT(this,
		.public = {
			.put = _put,
			.get = _get,
			.remove = _remove_,
			.get_count = _get_count,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.clients = hashtable_create(hashtable_hash_ptr, hashtable_equals_ptr,
									64),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
