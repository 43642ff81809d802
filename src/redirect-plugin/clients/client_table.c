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
typedef struct record_t record_t;

/**
 * What is kept of a client.
 */
struct record_t {

	/** what rooms know of it */
	client_t client;

	/** what was decided about it, NULL if nothing; large, so apart from what
	 * lasts */
	redirect_decision_t *decision;
};

/**
 * Private data
 */
struct private_client_table_t {

	/**
	 * Public interface
	 */
	client_table_t public;

	/**
	 * unique id => record_t
	 */
	hashtable_t *records;

	/**
	 * Records that last
	 */
	u_int lasting;

	/**
	 * Guards all above
	 */
	mutex_t *mutex;

	/**
	 * Clients that could not be remembered, by client_use_t, atomic
	 */
	uint64_t dropped[CLIENT_USE_MAX];
};

/**
 * Unique ids are keys by value.
 */
static void *key(ike_sa_t *ike_sa)
{
	return (void*)(uintptr_t)ike_sa->get_unique_id(ike_sa);
}

/**
 * What a client is remembered for.
 */
static client_use_t get_use(const client_t *client)
{
	if (client->waiting)
	{
		return CLIENT_AUTH_REDIRECT;
	}
	return client->offers_left || client->offers_on_way ? CLIENT_OFFERS
														: CLIENT_SET_UP;
}

/**
 * Check if what is known of a client lasts as long as its IKE_SA.
 */
static bool lasts(const client_t *client)
{
	return get_use(client) != CLIENT_SET_UP;
}

/**
 * Destroy a record, if there is one.
 */
static void record_destroy(record_t *record)
{
	if (record)
	{
		free(record->decision);
		free(record);
	}
}

/**
 * Remove a record; the mutex is held.
 */
static record_t *remove_record(private_client_table_t *this, ike_sa_t *ike_sa)
{
	record_t *record = this->records->remove(this->records, key(ike_sa));

	this->lasting -= record && lasts(&record->client);
	return record;
}

/**
 * Add a record, in place of another; the mutex is held.
 */
static void add_record(private_client_table_t *this, ike_sa_t *ike_sa,
					   record_t *record)
{
	record_destroy(remove_record(this, ike_sa));
	this->records->put(this->records, key(ike_sa), record);
	this->lasting += lasts(&record->client);
}

/**
 * Check if there is room for one more client of the kind; the mutex is held.
 */
static bool has_room(private_client_table_t *this, const client_t *client)
{
	u_int count = this->records->get_count(this->records);

	return lasts(client) ? this->lasting < CLIENT_TABLE_LASTING
						 : count - this->lasting < CLIENT_TABLE_SET_UP;
}

/**
 * Put a client into a record, or forget it; the mutex is held.
 */
static void update(private_client_table_t *this, ike_sa_t *ike_sa,
				   record_t *record, const client_t *client,
				   const redirect_decision_t *decision)
{
	if (lasts(&record->client) && !lasts(client))
	{
		record_destroy(remove_record(this, ike_sa));
		return;
	}
	this->lasting += lasts(client) - lasts(&record->client);
	record->client = *client;
	if (decision)
	{
		free(record->decision);
		record->decision = malloc_thing(redirect_decision_t);
		*record->decision = *decision;
	}
}

METHOD(client_table_t, put, bool,
	private_client_table_t *this, ike_sa_t *ike_sa, const client_t *client,
	const redirect_decision_t *decision)
{
	record_t *record;
	bool room;

	this->mutex->lock(this->mutex);
	record = this->records->get(this->records, key(ike_sa));
	room = (record && (lasts(&record->client) || !lasts(client))) ||
		   has_room(this, client);
	if (room)
	{
		if (!record)
		{
			INIT(record);
			add_record(this, ike_sa, record);
		}
		update(this, ike_sa, record, client, decision);
	}
	this->mutex->unlock(this->mutex);
	if (!room)
	{
		__atomic_fetch_add(&this->dropped[get_use(client)], 1,
						   __ATOMIC_RELAXED);
	}
	return room;
}

METHOD(client_table_t, get, bool,
	private_client_table_t *this, ike_sa_t *ike_sa, client_t *client,
	redirect_decision_t *decision)
{
	record_t *record;

	this->mutex->lock(this->mutex);
	record = this->records->get(this->records, key(ike_sa));
	*client = record ? record->client : (client_t){};
	if (decision)
	{
		*decision = record && record->decision ? *record->decision
											   : (redirect_decision_t){};
	}
	this->mutex->unlock(this->mutex);
	return record != NULL;
}

METHOD(client_table_t, settle, void,
	private_client_table_t *this, ike_sa_t *ike_sa)
{
	record_t *record;

	this->mutex->lock(this->mutex);
	record = this->records->get(this->records, key(ike_sa));
	if (record && !lasts(&record->client))
	{
		record_destroy(remove_record(this, ike_sa));
	}
	else if (record && !record->client.waiting)
	{
		free(record->decision);
		record->decision = NULL;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(listener_t, ike_state_change, bool,
	private_client_table_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	if (state == IKE_DESTROYING)
	{
		this->mutex->lock(this->mutex);
		record_destroy(remove_record(this, ike_sa));
		this->mutex->unlock(this->mutex);
	}
	return TRUE;
}

METHOD(listener_t, ike_rekey, bool,
	private_client_table_t *this, ike_sa_t *old, ike_sa_t *new)
{
	record_t *record;

	this->mutex->lock(this->mutex);
	record = remove_record(this, old);
	if (record)
	{
		add_record(this, new, record);
	}
	this->mutex->unlock(this->mutex);
	return TRUE;
}

METHOD(client_table_t, get_count, u_int,
	private_client_table_t *this)
{
	u_int count;

	this->mutex->lock(this->mutex);
	count = this->records->get_count(this->records);
	this->mutex->unlock(this->mutex);
	return count;
}

METHOD(client_table_t, get_dropped, uint64_t,
	private_client_table_t *this, client_use_t use)
{
	return __atomic_load_n(&this->dropped[use], __ATOMIC_RELAXED);
}

METHOD(client_table_t, destroy, void,
	private_client_table_t *this)
{
	enumerator_t *enumerator;
	record_t *record;

	enumerator = this->records->create_enumerator(this->records);
	while (enumerator->enumerate(enumerator, NULL, &record))
	{
		record_destroy(record);
	}
	enumerator->destroy(enumerator);
	this->records->destroy(this->records);
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
			.listener = {
				.ike_rekey = _ike_rekey,
				.ike_state_change = _ike_state_change,
			},
			.put = _put,
			.get = _get,
			.settle = _settle,
			.get_count = _get_count,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.records = hashtable_create(hashtable_hash_ptr, hashtable_equals_ptr,
									64),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
