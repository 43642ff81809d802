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

#include "initiator_history.h"

#include <collections/linked_list.h>
#include <threading/mutex.h>

/**
 * Histories of ended attempts that are kept at most; the oldest makes room.
 */
#define ORPHANS_MAX 256

typedef struct private_initiator_history_t private_initiator_history_t;
typedef struct private_initiator_orphans_t private_initiator_orphans_t;
typedef struct orphan_t orphan_t;

/**
 * Private data of a initiator_history_t object.
 */
struct private_initiator_history_t {

	/**
	 * Public interface.
	 */
	initiator_history_t public;

	/**
	 * Times of redirects on the monotonic clock, oldest first.
	 */
	time_t times[INITIATOR_REDIRECTS_MAX];

	/**
	 * Times used.
	 */
	uint32_t count;

	/**
	 * Gateway where the set-up began.
	 */
	ip_address_t origin;

	/**
	 * Protects all of the above.
	 */
	mutex_t *mutex;

	/**
	 * References.
	 */
	refcount_t ref;
};

/**
 * Forget the redirects that are older than period.
 */
static void expire(private_initiator_history_t *this, time_t now, uint32_t period)
{
	uint32_t old = 0;

	while (old < this->count && now - this->times[old] >= (time_t)period)
	{
		old++;
	}
	this->count -= old;
	memmove(this->times, this->times + old, this->count * sizeof(time_t));
}

/**
 * Check if there is room for another redirect, and count it if that is asked for.
 */
static bool has_room(private_initiator_history_t *this, uint32_t max,
					 uint32_t period, bool count)
{
	time_t now = time_monotonic(NULL);
	bool room;

	this->mutex->lock(this->mutex);
	expire(this, now, period);
	room = this->count < min(max, INITIATOR_REDIRECTS_MAX);
	if (room && count)
	{
		this->times[this->count++] = now;
	}
	this->mutex->unlock(this->mutex);
	return room;
}

METHOD(initiator_history_t, take, bool,
	private_initiator_history_t *this, uint32_t max, uint32_t period)
{
	return has_room(this, max, period, TRUE);
}

METHOD(initiator_history_t, is_full, bool,
	private_initiator_history_t *this, uint32_t max, uint32_t period)
{
	return !has_room(this, max, period, FALSE);
}

METHOD(initiator_history_t, is_recent, bool,
	private_initiator_history_t *this, uint32_t period)
{
	bool recent;

	this->mutex->lock(this->mutex);
	expire(this, time_monotonic(NULL), period);
	recent = this->count > 0;
	this->mutex->unlock(this->mutex);
	return recent;
}

METHOD(initiator_history_t, is_shared, bool,
	private_initiator_history_t *this)
{
	return ref_cur(&this->ref) > 1;
}

METHOD(initiator_history_t, set_origin, void,
	private_initiator_history_t *this, ip_address_t origin)
{
	this->mutex->lock(this->mutex);
	this->origin = origin;
	this->mutex->unlock(this->mutex);
}

METHOD(initiator_history_t, get_origin, ip_address_t,
	private_initiator_history_t *this)
{
	ip_address_t origin;

	this->mutex->lock(this->mutex);
	origin = this->origin;
	this->mutex->unlock(this->mutex);
	return origin;
}

METHOD(initiator_history_t, get_ref_, initiator_history_t*,
	private_initiator_history_t *this)
{
	ref_get(&this->ref);
	return &this->public;
}

METHOD(initiator_history_t, destroy, void,
	private_initiator_history_t *this)
{
	if (ref_put(&this->ref))
	{
		this->mutex->destroy(this->mutex);
		free(this);
	}
}

/*
 * Described in header
 */
initiator_history_t *initiator_history_create()
{
	private_initiator_history_t *this;

	INIT(this,
		.public = {
			.take = _take,
			.is_full = _is_full,
			.is_recent = _is_recent,
			.is_shared = _is_shared,
			.set_origin = _set_origin,
			.get_origin = _get_origin,
			.get_ref = _get_ref_,
			.destroy = _destroy,
		},
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.ref = 1,
	);
	return &this->public;
}

/**
 * History of an attempt that ended.
 */
struct orphan_t {

	/** name of the connection */
	char *name;

	/** its redirects */
	initiator_history_t *history;
};

/**
 * Private data of a initiator_orphans_t object.
 */
struct private_initiator_orphans_t {

	/**
	 * Public interface.
	 */
	initiator_orphans_t public;

	/**
	 * Histories, orphan_t*, oldest first.
	 */
	linked_list_t *orphans;
};

/**
 * Destroy a history that nobody goes on with.
 */
static void orphan_destroy(orphan_t *orphan)
{
	orphan->history->destroy(orphan->history);
	free(orphan->name);
	free(orphan);
}

METHOD(initiator_orphans_t, adopt, initiator_history_t*,
	private_initiator_orphans_t *this, const char *name, uint32_t period)
{
	initiator_history_t *history = NULL;
	enumerator_t *enumerator;
	orphan_t *orphan;
	bool recent;

	enumerator = this->orphans->create_enumerator(this->orphans);
	while (!history && enumerator->enumerate(enumerator, &orphan))
	{
		recent = orphan->history->is_recent(orphan->history, period);
		if (recent && !streq(orphan->name, name))
		{
			continue;
		}
		if (recent)
		{
			history = orphan->history->get_ref(orphan->history);
		}
		this->orphans->remove_at(this->orphans, enumerator);
		orphan_destroy(orphan);
	}
	enumerator->destroy(enumerator);
	return history;
}

METHOD(initiator_orphans_t, leave, void,
	private_initiator_orphans_t *this, const char *name,
	initiator_history_t *history, uint32_t period)
{
	orphan_t *orphan;

	if (history->is_shared(history) || !history->is_recent(history, period))
	{
		return;
	}
	INIT(orphan,
		.name = strdup(name),
		.history = history->get_ref(history),
	);
	this->orphans->insert_last(this->orphans, orphan);
	if (this->orphans->get_count(this->orphans) > ORPHANS_MAX)
	{
		this->orphans->remove_first(this->orphans, (void**)&orphan);
		orphan_destroy(orphan);
	}
}

METHOD(initiator_orphans_t, destroy_orphans, void,
	private_initiator_orphans_t *this)
{
	this->orphans->destroy_function(this->orphans, (void*)orphan_destroy);
	free(this);
}

/*
 * Described in header
 */
initiator_orphans_t *initiator_orphans_create()
{
	private_initiator_orphans_t *this;

	INIT(this,
		.public = {
			.adopt = _adopt,
			.leave = _leave,
			.destroy = _destroy_orphans,
		},
		.orphans = linked_list_create(),
	);
	return &this->public;
}
