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

#include "session_waves.h"
#include "utils/monotonic.h"

#include <library.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/**
 * Milliseconds from one wave to the next.
 */
#define WAVE 100

/**
 * Sessions asked for in a wave at most besides those that the rate allows: most
 * that have no gateway are found soon, though they are not redirected.
 */
#define ASKED 100

typedef struct private_session_waves_t private_session_waves_t;

/**
 * Private data
 */
struct private_session_waves_t {

	/**
	 * Public interface
	 */
	session_waves_t public;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Moves them
	 */
	session_mover_t *mover;

	/**
	 * Sessions whose turn has not come yet, and how many they are
	 */
	session_t **queue;
	u_int count;

	/**
	 * TRUE to take members from the table in place of the queue
	 */
	bool members;

	/**
	 * Order they are moved with, NULL to delete them
	 */
	session_order_t *order;

	/**
	 * Sessions a second
	 */
	uint32_t rate;

	/**
	 * Sessions that jobs are moving
	 */
	u_int moving;

	/**
	 * Thousandths of sessions that may be moved now
	 */
	uint64_t budget;

	/**
	 * Milliseconds of the monotonic clock at the last wave
	 */
	uint64_t wave;

	/**
	 * TRUE as long as a job makes waves
	 */
	bool waving;

	/**
	 * Guards all of this
	 */
	mutex_t *mutex;
};

/**
 * Put sessions into the queue in place of those that are in it.
 *
 * @param sessions		array_t of session_t*, adopted; may be NULL
 */
static void set_queue(private_session_waves_t *this, array_t *sessions)
{
	session_t **old, **queue;
	u_int old_count, count = array_count(sessions), i;

	queue = calloc(count + 1, sizeof(session_t*));
	for (i = 0; i < count; i++)
	{
		array_get(sessions, i, &queue[i]);
	}
	array_destroy(sessions);
	this->mutex->lock(this->mutex);
	old = this->queue;
	old_count = this->count;
	this->queue = queue;
	this->count = count;
	this->mutex->unlock(this->mutex);
	for (i = 0; i < old_count; i++)
	{
		this->table->release(this->table, old[i]);
	}
	free(old);
}

/**
 * Take a session by chance; the mutex is held.
 */
static session_t *take(private_session_waves_t *this)
{
	session_t *session = NULL;
	u_int index;

	if (this->members)
	{
		session = this->table->take(this->table);
		this->members = session != NULL;
	}
	else if (this->count)
	{
		index = random() % this->count;
		session = this->queue[index];
		this->queue[index] = this->queue[--this->count];
	}
	return session;
}

/**
 * Take the sessions of a wave; the mutex is held.
 *
 * @return				FALSE if there are none
 */
static bool take_wave(private_session_waves_t *this, array_t *wave)
{
	uint64_t now = monotonic_ms();
	session_t *session;
	int most = this->rate * WAVE / 1000 + ASKED;

	/* what was missed is made up for, as long as it is not more than a second */
	this->budget = min(this->budget + (now - this->wave) * this->rate,
					   max(this->rate * 1000ULL, 1000));
	this->wave = now;
	while (this->budget >= 1000 && array_count(wave) < most)
	{
		session = take(this);
		if (!session)
		{
			return array_count(wave) > 0;
		}
		array_insert(wave, ARRAY_TAIL, session);
		this->budget -= 1000;
	}
	return TRUE;
}

/**
 * A job has tried to move a session.
 */
static void moved(void *data, session_t *session, session_stuck_t stuck)
{
	private_session_waves_t *this = data;

	if (stuck == SESSION_STUCK_NOTHING)
	{
		this->table->put_back(this->table, session);
	}
	this->mutex->lock(this->mutex);
	this->moving--;
	if (stuck != SESSION_NOT_STUCK)
	{
		this->budget += 1000;
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Move or delete the sessions of a wave, spread over the time to the next.
 */
static void send_wave(private_session_waves_t *this, array_t *wave,
					  session_order_t *order, uint32_t spread)
{
	session_t *session;

	while (array_remove(wave, ARRAY_TAIL, &session))
	{
		if (order)
		{
			this->mover->move_later(this->mover, session, order,
									random() % spread, moved, this);
		}
		else
		{
			this->mover->delete(this->mover, session,
								SESSION_DELETED_DEADLINE);
			this->table->release(this->table, session);
		}
	}
}

/**
 * Make a wave.
 */
static job_requeue_t make_wave(private_session_waves_t *this)
{
	array_t *wave = array_create(0, 0);
	session_order_t *order;
	uint32_t spread;

	this->mutex->lock(this->mutex);
	if (!take_wave(this, wave))
	{
		this->waving = FALSE;
		this->mutex->unlock(this->mutex);
		array_destroy(wave);
		return JOB_REQUEUE_NONE;
	}
	order = this->order ? session_order_get(this->order) : NULL;
	this->moving += order ? array_count(wave) : 0;
	spread = max(WAVE, 1000 / this->rate);
	this->mutex->unlock(this->mutex);

	send_wave(this, wave, order, spread);
	array_destroy(wave);
	session_order_put(order);
	return JOB_RESCHEDULE_MS(WAVE);
}

METHOD(session_waves_t, fill, void,
	private_session_waves_t *this, array_t *sessions, session_order_t *order,
	uint32_t rate)
{
	session_order_t *old_order;
	bool members = !sessions;

	set_queue(this, sessions);
	this->mutex->lock(this->mutex);
	old_order = this->order;
	this->members = members;
	this->order = order ? session_order_get(order) : NULL;
	this->rate = rate;
	if (!this->waving)
	{
		this->waving = TRUE;
		this->wave = monotonic_ms();
		this->budget = 1000;
		lib->processor->queue_job(lib->processor,
			(job_t*)callback_job_create((callback_job_cb_t)make_wave, this,
										NULL, NULL));
	}
	this->mutex->unlock(this->mutex);
	session_order_put(old_order);
}

METHOD(session_waves_t, clear, void,
	private_session_waves_t *this)
{
	this->mutex->lock(this->mutex);
	this->members = FALSE;
	this->mutex->unlock(this->mutex);
	set_queue(this, NULL);
}

METHOD(session_waves_t, is_idle, bool,
	private_session_waves_t *this)
{
	bool idle;

	this->mutex->lock(this->mutex);
	idle = !this->count && !this->members && !this->moving;
	this->mutex->unlock(this->mutex);
	return idle;
}

METHOD(session_waves_t, destroy, void,
	private_session_waves_t *this)
{
	set_queue(this, NULL);
	free(this->queue);
	session_order_put(this->order);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
session_waves_t *session_waves_create(session_table_t *table,
									  session_mover_t *mover)
{
	private_session_waves_t *this;

	INIT(this,
		.public = {
			.fill = _fill,
			.clear = _clear,
			.is_idle = _is_idle,
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
