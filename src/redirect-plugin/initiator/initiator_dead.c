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

#include "initiator_dead.h"

#include <library.h>
#include <threading/mutex.h>

/**
 * Doublings at most.
 */
#define DOUBLINGS_MAX 4

typedef struct private_initiator_dead_t private_initiator_dead_t;
typedef struct entry_t entry_t;

/**
 * A gateway that failed.
 */
struct entry_t {

	/** gateway, type NONE if the entry is free */
	gateway_identity_t gateway;

	/** hash of the name of the connection */
	uint32_t connection;

	/** TRUE if an authenticated gateway named it */
	bool authenticated;

	/** failures in a row */
	uint32_t failures;

	/** time on the monotonic clock until which it is left out */
	time_t until;

	/** time until which its failures are remembered */
	time_t forget;
};

/**
 * Private data of a initiator_dead_t object.
 */
struct private_initiator_dead_t {

	/**
	 * Public interface.
	 */
	initiator_dead_t public;

	/**
	 * Gateways that failed.
	 */
	entry_t entries[INITIATOR_DEAD_MAX];

	/**
	 * Protects entries.
	 */
	mutex_t *mutex;
};

/**
 * Hash the name of a connection.
 */
static uint32_t hash(const char *connection)
{
	return chunk_hash(chunk_from_str((char*)connection));
}

/**
 * Find the entry of a gateway, forgetting what is too old on the way.
 */
static entry_t *find(private_initiator_dead_t *this,
					 const gateway_identity_t *gateway, const char *connection,
					 bool authenticated, time_t now)
{
	uint32_t key = hash(connection);
	entry_t *entry;
	int i;

	for (i = 0; i < INITIATOR_DEAD_MAX; i++)
	{
		entry = &this->entries[i];
		if (entry->gateway.type == GATEWAY_IDENTITY_NONE)
		{
			continue;
		}
		if (entry->forget <= now)
		{
			entry->gateway.type = GATEWAY_IDENTITY_NONE;
		}
		else if (entry->connection == key &&
				 entry->authenticated == authenticated &&
				 gateway_identity_equals(&entry->gateway, gateway))
		{
			return entry;
		}
	}
	return NULL;
}

/**
 * Find an entry to use: a free one, or the one that would be left first.
 */
static entry_t *find_free(private_initiator_dead_t *this)
{
	entry_t *first = &this->entries[0];
	int i;

	for (i = 0; i < INITIATOR_DEAD_MAX; i++)
	{
		if (this->entries[i].gateway.type == GATEWAY_IDENTITY_NONE)
		{
			return &this->entries[i];
		}
		if (this->entries[i].until < first->until)
		{
			first = &this->entries[i];
		}
	}
	return first;
}

METHOD(initiator_dead_t, add, void,
	private_initiator_dead_t *this, const gateway_identity_t *gateway,
	const char *connection, bool authenticated, uint32_t seconds)
{
	time_t now = time_monotonic(NULL), left_out;
	entry_t *entry;

	if (!seconds || gateway->type == GATEWAY_IDENTITY_NONE)
	{
		return;
	}
	this->mutex->lock(this->mutex);
	entry = find(this, gateway, connection, authenticated, now);
	if (!entry)
	{
		entry = find_free(this);
		*entry = (entry_t){
			.gateway = *gateway,
			.connection = hash(connection),
			.authenticated = authenticated,
		};
	}
	left_out = (time_t)seconds << min(entry->failures, DOUBLINGS_MAX);
	entry->failures++;
	entry->until = now + left_out;
	entry->forget = entry->until + left_out;
	this->mutex->unlock(this->mutex);
}

/**
 * Check if an entry leaves a gateway out.
 */
static bool is_dead(entry_t *entry, time_t now)
{
	return entry && entry->until > now;
}

METHOD(initiator_dead_t, contains, bool,
	private_initiator_dead_t *this, const gateway_identity_t *gateway,
	const char *connection, bool authenticated)
{
	time_t now = time_monotonic(NULL);
	bool dead;

	this->mutex->lock(this->mutex);
	/* who cannot prove who it is must not name what proven ones found dead */
	dead = is_dead(find(this, gateway, connection, TRUE, now), now) ||
		   (!authenticated &&
			is_dead(find(this, gateway, connection, FALSE, now), now));
	this->mutex->unlock(this->mutex);
	return dead;
}

METHOD(initiator_dead_t, remove_, void,
	private_initiator_dead_t *this, const gateway_identity_t *gateway,
	const char *connection)
{
	entry_t *entry;
	int i;

	this->mutex->lock(this->mutex);
	for (i = 0; i < 2; i++)
	{
		entry = find(this, gateway, connection, i, time_monotonic(NULL));
		if (entry)
		{
			entry->gateway.type = GATEWAY_IDENTITY_NONE;
		}
	}
	this->mutex->unlock(this->mutex);
}

METHOD(initiator_dead_t, destroy, void,
	private_initiator_dead_t *this)
{
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
initiator_dead_t *initiator_dead_create()
{
	private_initiator_dead_t *this;

	INIT(this,
		.public = {
			.add = _add,
			.contains = _contains,
			.remove = _remove_,
			.destroy = _destroy,
		},
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
