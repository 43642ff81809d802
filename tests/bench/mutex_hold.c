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


#include "mutex_hold.h"

#include <threading/mutex.h>

#include <time.h>

/** whether mutexes that are created are watched */
static bool watching;

/** what watched mutexes did before */
static void (*real_lock)(mutex_t *mutex);
static void (*real_unlock)(mutex_t *mutex);

/** when this thread got the mutex that it holds */
static __thread uint64_t since;

/** longest time one was held, atomic */
static uint64_t longest;

mutex_t *__real_mutex_create(mutex_type_t type);
mutex_t *__wrap_mutex_create(mutex_type_t type)
	__attribute__((visibility("default"))); /* libraries call it, too */

/**
 * CPU time of this thread, in ns.
 */
static uint64_t cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void lock(mutex_t *mutex)
{
	real_lock(mutex);
	since = cpu();
}

static void unlock(mutex_t *mutex)
{
	uint64_t held = cpu() - since, before;

	before = __atomic_load_n(&longest, __ATOMIC_RELAXED);
	while (held > before &&
		   !__atomic_compare_exchange_n(&longest, &before, held, FALSE,
										__ATOMIC_RELAXED, __ATOMIC_RELAXED))
	{
		/* another thread was faster */
	}
	real_unlock(mutex);
}

mutex_t *__wrap_mutex_create(mutex_type_t type)
{
	mutex_t *mutex = __real_mutex_create(type);

	if (watching && type == MUTEX_TYPE_DEFAULT)
	{
		real_lock = mutex->lock;
		real_unlock = mutex->unlock;
		mutex->lock = lock;
		mutex->unlock = unlock;
	}
	return mutex;
}

/*
 * Described in header
 */
void mutex_hold_watch(bool on)
{
	watching = on;
}

/*
 * Described in header
 */
uint64_t mutex_hold_take(void)
{
	return __atomic_exchange_n(&longest, 0, __ATOMIC_RELAXED);
}
