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

#include <library.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/**
 * Milliseconds from one wave to the next.
 */
#define WAVE 100

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
	 * Sessions whose turn has not come yet, session_t*
	 */
	array_t *queue;

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
 * Milliseconds of the monotonic clock.
 */
static uint64_t now_ms()
{
	timeval_t tv;

	time_monotonic(&tv);
	return tv.tv_sec * 1000ULL + tv.tv_usec / 1000;
}

/**
 * Release sessions.
 *
 * @param sessions		array_t of session_t*, adopted; may be NULL
 */
static void release_all(private_session_waves_t *this, array_t *sessions)
{
	session_t *session;

	while (array_remove(sessions, ARRAY_TAIL, &session))
	{
		this->table->release(this->table, session);
	}
	array_destroy(sessions);
}

/**
 * Take the sessions of a wave from the queue; the mutex is held.
 */
static void take_wave(private_session_waves_t *this, array_t *wave)
{
	uint64_t now = now_ms();
	session_t *session;

	/* what was missed is made up for, as long as it is not more than a second */
	this->budget = min(this->budget + (now - this->wave) * this->rate,
					   max(this->rate * 1000ULL, 1000));
	this->wave = now;
	while (this->budget >= 1000 &&
		   array_remove(this->queue, ARRAY_TAIL, &session))
	{
		array_insert(wave, ARRAY_TAIL, session);
		this->budget -= 1000;
	}
	if (this->order)
	{
		this->moving += array_count(wave);
	}
}

/**
 * Make a wave, spread over the time to the next.
 */
static job_requeue_t make_wave(private_session_waves_t *this)
{
	array_t *wave = array_create(0, 0);
	session_order_t *order;
	session_t *session;
	uint32_t spread;

	this->mutex->lock(this->mutex);
	if (!array_count(this->queue))
	{
		this->waving = FALSE;
		this->mutex->unlock(this->mutex);
		array_destroy(wave);
		return JOB_REQUEUE_NONE;
	}
	take_wave(this, wave);
	spread = max(WAVE, 1000 / this->rate);
	order = this->order ? session_order_get(this->order) : NULL;
	this->mutex->unlock(this->mutex);

	while (array_remove(wave, ARRAY_TAIL, &session))
	{
		if (order)
		{
			this->mover->move_later(this->mover, session, order,
									random() % spread);
		}
		else
		{
			this->mover->delete(this->mover, session);
			this->table->release(this->table, session);
		}
	}
	array_destroy(wave);
	session_order_put(order);
	return JOB_RESCHEDULE_MS(WAVE);
}

/**
 * Compare sessions in a way that is different each time.
 */
static int compare_shuffled(const void *a, const void *b, void *salt)
{
	session_t *const *first = a, *const *second = b;
	uint64_t x, y;

	x = redirect_selector_mix((uintptr_t)*first, *(uint64_t*)salt);
	y = redirect_selector_mix((uintptr_t)*second, *(uint64_t*)salt);
	return x < y ? -1 : x > y;
}

METHOD(session_waves_t, fill, void,
	private_session_waves_t *this, array_t *sessions, session_order_t *order,
	uint32_t rate)
{
	uint64_t salt = random();
	session_order_t *old_order;
	array_t *old;

	array_sort(sessions, compare_shuffled, &salt);
	this->mutex->lock(this->mutex);
	old = this->queue;
	old_order = this->order;
	this->queue = sessions;
	this->order = order ? session_order_get(order) : NULL;
	this->rate = rate;
	if (array_count(sessions) && !this->waving)
	{
		this->waving = TRUE;
		this->wave = now_ms();
		this->budget = 1000;
		lib->processor->queue_job(lib->processor,
			(job_t*)callback_job_create((callback_job_cb_t)make_wave, this,
										NULL, NULL));
	}
	this->mutex->unlock(this->mutex);
	release_all(this, old);
	session_order_put(old_order);
}

METHOD(session_waves_t, clear, void,
	private_session_waves_t *this)
{
	array_t *queue;

	this->mutex->lock(this->mutex);
	queue = this->queue;
	this->queue = NULL;
	this->mutex->unlock(this->mutex);
	release_all(this, queue);
}

METHOD(session_waves_t, moved, void,
	private_session_waves_t *this)
{
	this->mutex->lock(this->mutex);
	this->moving--;
	this->mutex->unlock(this->mutex);
}

METHOD(session_waves_t, is_idle, bool,
	private_session_waves_t *this)
{
	bool idle;

	this->mutex->lock(this->mutex);
	idle = !array_count(this->queue) && !this->moving;
	this->mutex->unlock(this->mutex);
	return idle;
}

METHOD(session_waves_t, destroy, void,
	private_session_waves_t *this)
{
	release_all(this, this->queue);
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
			.moved = _moved,
			.is_idle = _is_idle,
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
