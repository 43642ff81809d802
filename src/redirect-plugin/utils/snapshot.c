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

#include "snapshot.h"

#include <sched.h>

#include <threading/mutex.h>
#include <threading/thread.h>

/**
 * Number of counters that threads are spread over, a power of two.
 */
#define STRIPES 32

/**
 * Assumed size of a cache line, in bytes.
 */
#define CACHE_LINE 64

typedef struct private_snapshot_t private_snapshot_t;
typedef union stripe_t stripe_t;

/**
 * Readers that counted themselves in, by the parity of the epoch they saw.
 */
union stripe_t {
	unsigned readers[2];
	char pad[CACHE_LINE];
};

/**
 * Private data
 */
struct private_snapshot_t {

	/**
	 * Public interface
	 */
	snapshot_t public;

	/**
	 * Current data
	 */
	void *data;

	/**
	 * Its parity tells which counters new readers use
	 */
	unsigned epoch;

	/**
	 * Counters of readers
	 */
	stripe_t stripes[STRIPES];

	/**
	 * Held by the one who swaps
	 */
	mutex_t *mutex;

	/**
	 * Destroys data
	 */
	void (*destroy_data)(void *data);
};

METHOD(snapshot_t, acquire, void*,
	private_snapshot_t *this, int *token)
{
	unsigned stripe, parity;

	stripe = thread_current_id() & (STRIPES - 1);
	parity = __atomic_load_n(&this->epoch, __ATOMIC_SEQ_CST) & 1;
	__atomic_fetch_add(&this->stripes[stripe].readers[parity], 1,
					   __ATOMIC_SEQ_CST);
	*token = stripe << 1 | parity;
	return __atomic_load_n(&this->data, __ATOMIC_SEQ_CST);
}

METHOD(snapshot_t, release, void,
	private_snapshot_t *this, int token)
{
	__atomic_fetch_sub(&this->stripes[token >> 1].readers[token & 1], 1,
					   __ATOMIC_RELEASE);
}

/**
 * Direct new readers to the other counters, wait until the ones used so far
 * are all zero.
 */
static void drain_readers(private_snapshot_t *this)
{
	unsigned parity;
	int i;

	parity = __atomic_fetch_add(&this->epoch, 1, __ATOMIC_SEQ_CST) & 1;
	for (i = 0; i < STRIPES; i++)
	{
		while (__atomic_load_n(&this->stripes[i].readers[parity],
							   __ATOMIC_SEQ_CST))
		{
			sched_yield();
		}
	}
}

METHOD(snapshot_t, replace, void,
	private_snapshot_t *this, void *data)
{
	void *old;

	this->mutex->lock(this->mutex);
	old = __atomic_exchange_n(&this->data, data, __ATOMIC_SEQ_CST);
	/* twice, as a reader may have read the epoch before it was advanced, but
	 * count itself in only after these counters were found to be zero */
	drain_readers(this);
	drain_readers(this);
	this->mutex->unlock(this->mutex);
	if (old)
	{
		this->destroy_data(old);
	}
}

METHOD(snapshot_t, destroy, void,
	private_snapshot_t *this)
{
	if (this->data)
	{
		this->destroy_data(this->data);
	}
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
snapshot_t *snapshot_create(void (*destroy)(void *data))
{
	private_snapshot_t *this;

	INIT(this,
		.public = {
			.acquire = _acquire,
			.release = _release,
			.replace = _replace,
			.destroy = _destroy,
		},
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.destroy_data = destroy,
	);
	return &this->public;
}
