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

#include "redis_queue.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>

#include <sys/eventfd.h>
#include <unistd.h>

typedef struct private_redis_queue_t private_redis_queue_t;

/**
 * Private data
 */
struct private_redis_queue_t {

	/**
	 * Public interface
	 */
	redis_queue_t public;

	/**
	 * Changes by record, in the order they came in; redis_change_t
	 */
	hashtable_t *changes;

	/**
	 * Changes that were taken and not acknowledged yet
	 */
	u_int taken;

	/**
	 * Changes that wait because they were refused
	 */
	u_int refused;

	/**
	 * What happened
	 */
	redirect_store_stats_t stats;

	/**
	 * Wishes
	 */
	bool refresh, stop;

	/**
	 * Guards all of it
	 */
	mutex_t *mutex;

	/**
	 * Wakes the thread
	 */
	int fd;
};

/**
 * Destroy a change.
 */
static void change_destroy(redis_change_t *change)
{
	free(change->value.ptr);
	free(change);
}

/**
 * Hash a record
 */
static u_int hash(const void *key)
{
	const redis_change_t *change = key;

	return chunk_hash_inc(chunk_from_str((char*)change->kind),
						  chunk_hash(chunk_from_str((char*)change->name)));
}

/**
 * Compare records
 */
static bool equals(const void *a, const void *b)
{
	const redis_change_t *one = a, *other = b;

	return streq(one->kind, other->kind) && streq(one->name, other->name);
}

/**
 * Release the mutex and wake the thread.
 */
static void unlock_and_wake(private_redis_queue_t *this)
{
	uint64_t one = 1;

	this->mutex->unlock(this->mutex);
	if (write(this->fd, &one, sizeof(one)) < 0)
	{
		DBG2(DBG_LIB, "redirect: store: woken too often");
	}
}

METHOD(redis_queue_t, put, bool,
	private_redis_queue_t *this, redis_change_t *change)
{
	redis_change_t *before;

	this->mutex->lock(this->mutex);
	this->stats.puts++;
	before = this->changes->remove(this->changes, change);
	if (before)
	{	/* what was to be announced is told with what takes its place */
		change->announce |= before->announce;
		this->refused -= before->refused;
		change_destroy(before);
		this->stats.replaced++;
	}
	else if (this->changes->get_count(this->changes) >= REDIS_QUEUE_MAX)
	{
		this->stats.dropped++;
		this->mutex->unlock(this->mutex);
		change_destroy(change);
		return FALSE;
	}
	this->changes->put(this->changes, change, change);
	unlock_and_wake(this);
	return TRUE;
}

METHOD(redis_queue_t, take, redis_change_t*,
	private_redis_queue_t *this, uint64_t now)
{
	enumerator_t *enumerator;
	redis_change_t *change = NULL, *one;
	void *key;

	this->mutex->lock(this->mutex);
	enumerator = this->changes->create_enumerator(this->changes);
	while (!change && enumerator->enumerate(enumerator, &key, &one))
	{
		if (one->refused)
		{
			continue;
		}
		this->changes->remove_at(this->changes, enumerator);
		if (one->expires > now)
		{
			change = one;
			this->taken++;
		}
		else
		{
			change_destroy(one);
			this->stats.expired++;
		}
	}
	enumerator->destroy(enumerator);
	this->mutex->unlock(this->mutex);
	return change;
}

METHOD(redis_queue_t, done, void,
	private_redis_queue_t *this, redis_change_t *change)
{
	this->mutex->lock(this->mutex);
	this->taken--;
	this->stats.sent++;
	this->mutex->unlock(this->mutex);
	change_destroy(change);
}

METHOD(redis_queue_t, put_back, void,
	private_redis_queue_t *this, redis_change_t *change, bool refused)
{
	redis_change_t *later;

	this->mutex->lock(this->mutex);
	this->taken--;
	this->stats.refused += refused ? 1 : 0;
	later = this->changes->get(this->changes, change);
	if (later)
	{
		later->announce |= change->announce;
		change_destroy(change);
		this->stats.replaced++;
	}
	else
	{	/* as many as were taken may come back, so this is bounded, too */
		change->refused = refused;
		this->refused += refused;
		this->changes->put(this->changes, change, change);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(redis_queue_t, retry, void,
	private_redis_queue_t *this)
{
	enumerator_t *enumerator;
	redis_change_t *change;
	void *key;

	this->mutex->lock(this->mutex);
	if (this->refused)
	{
		enumerator = this->changes->create_enumerator(this->changes);
		while (enumerator->enumerate(enumerator, &key, &change))
		{
			change->refused = FALSE;
		}
		enumerator->destroy(enumerator);
		this->refused = 0;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(redis_queue_t, count, void,
	private_redis_queue_t *this, const redirect_store_stats_t *stats)
{
	this->mutex->lock(this->mutex);
	this->stats.lists += stats->lists;
	this->stats.changes += stats->changes;
	this->stats.ignored += stats->ignored;
	this->stats.connects += stats->connects;
	this->stats.failures += stats->failures;
	this->stats.round_trip = stats->round_trip ?: this->stats.round_trip;
	this->mutex->unlock(this->mutex);
}

METHOD(redis_queue_t, get_stats, void,
	private_redis_queue_t *this, redirect_store_stats_t *stats)
{
	this->mutex->lock(this->mutex);
	*stats = this->stats;
	stats->waiting = this->changes->get_count(this->changes) + this->taken;
	this->mutex->unlock(this->mutex);
}

METHOD(redis_queue_t, refresh, void,
	private_redis_queue_t *this)
{
	this->mutex->lock(this->mutex);
	this->refresh = TRUE;
	unlock_and_wake(this);
}

METHOD(redis_queue_t, stop, void,
	private_redis_queue_t *this)
{
	this->mutex->lock(this->mutex);
	this->stop = TRUE;
	unlock_and_wake(this);
}

METHOD(redis_queue_t, look, bool,
	private_redis_queue_t *this, bool *refresh, u_int *waiting)
{
	bool stop;

	this->mutex->lock(this->mutex);
	stop = this->stop;
	*refresh |= this->refresh;
	this->refresh = FALSE;
	*waiting = this->changes->get_count(this->changes) - this->refused +
			   this->taken;
	this->mutex->unlock(this->mutex);
	return stop;
}

METHOD(redis_queue_t, get_fd, int,
	private_redis_queue_t *this)
{
	return this->fd;
}

METHOD(redis_queue_t, destroy, void,
	private_redis_queue_t *this)
{
	enumerator_t *enumerator;
	redis_change_t *change;
	void *key;

	enumerator = this->changes->create_enumerator(this->changes);
	while (enumerator->enumerate(enumerator, &key, &change))
	{
		change_destroy(change);
	}
	enumerator->destroy(enumerator);
	this->changes->destroy(this->changes);
	this->mutex->destroy(this->mutex);
	if (this->fd != -1)
	{
		close(this->fd);
	}
	free(this);
}

/*
 * Described in header
 */
redis_queue_t *redis_queue_create()
{
	private_redis_queue_t *this;

	INIT(this,
		.public = {
			.put = _put,
			.take = _take,
			.done = _done,
			.put_back = _put_back,
			.retry = _retry,
			.count = _count,
			.get_stats = _get_stats,
			.refresh = _refresh,
			.stop = _stop,
			.look = _look,
			.get_fd = _get_fd,
			.destroy = _destroy,
		},
		.changes = hashtable_create(hash, equals, 32),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	);
	return &this->public;
}
