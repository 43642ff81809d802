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

#include "harness_jobs.h"

#include <collections/linked_list.h>
#include <processing/jobs/job.h>
#include <threading/mutex.h>

#include <time.h>

typedef struct waiting_t waiting_t;

/**
 * A job that waits, or a timer.
 */
struct waiting_t {
	job_t *job;
	uint32_t delay;
};

/**
 * How far the clock of the guard is ahead, in seconds.
 */
static uint32_t ahead;

static linked_list_t *queued, *timers;
static mutex_t *mutex;

/**
 * Collect a job instead of running it; also called by threads of the guard.
 */
static void collect_job(processor_t *this, job_t *job)
{
	waiting_t *waiting;

	INIT(waiting,
		.job = job,
	);
	mutex->lock(mutex);
	queued->insert_last(queued, waiting);
	mutex->unlock(mutex);
}

/**
 * Collect a timer.
 */
static void collect_timer(scheduler_t *this, job_t *job, uint32_t seconds)
{
	waiting_t *waiting;

	INIT(waiting,
		.job = job,
		.delay = seconds,
	);
	mutex->lock(mutex);
	timers->insert_last(timers, waiting);
	mutex->unlock(mutex);
}

/**
 * Collect a timer; no test runs one that is not for whole seconds.
 */
static void collect_timer_ms(scheduler_t *this, job_t *job, uint32_t ms)
{
	collect_timer(this, job, ms % 1000 ? UINT32_MAX : ms / 1000);
}

static void collect_timer_tv(scheduler_t *this, job_t *job, timeval_t tv)
{
	collect_timer(this, job, UINT32_MAX);
}

/**
 * Run a job once; it may ask to be run again after a time.
 */
static void run(waiting_t *waiting)
{
	job_requeue_t requeue = waiting->job->execute(waiting->job);

	if (requeue.type == JOB_REQUEUE_TYPE_SCHEDULE)
	{
		collect_timer(NULL, waiting->job, requeue.schedule == JOB_SCHEDULE
											? requeue.time.rel : UINT32_MAX);
	}
	else
	{
		waiting->job->destroy(waiting->job);
	}
	free(waiting);
}

/**
 * Forget a job.
 */
static void waiting_destroy(waiting_t *waiting)
{
	waiting->job->destroy(waiting->job);
	free(waiting);
}

/**
 * Take the next job.
 */
static waiting_t *next_job(linked_list_t *list)
{
	waiting_t *waiting = NULL;

	mutex->lock(mutex);
	list->remove_first(list, (void**)&waiting);
	mutex->unlock(mutex);
	return waiting;
}

void harness_jobs(void)
{
	waiting_t *waiting;

	while ((waiting = next_job(queued)))
	{
		run(waiting);
	}
}

int harness_timers(uint32_t delay)
{
	linked_list_t *due = linked_list_create();
	enumerator_t *enumerator;
	waiting_t *waiting;
	int count = 0;

	mutex->lock(mutex);
	enumerator = timers->create_enumerator(timers);
	while (enumerator->enumerate(enumerator, &waiting))
	{
		if (waiting->delay == delay)
		{
			timers->remove_at(timers, enumerator);
			due->insert_last(due, waiting);
		}
	}
	enumerator->destroy(enumerator);
	mutex->unlock(mutex);
	while ((waiting = next_job(due)))
	{
		run(waiting);
		count++;
	}
	due->destroy(due);
	harness_jobs();
	return count;
}

/**
 * The clock of the guard, in place of libstrongswan's.
 */
time_t time_monotonic(timeval_t *tv)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += ahead;
	if (tv)
	{
		tv->tv_sec = now.tv_sec;
		tv->tv_usec = now.tv_nsec / 1000;
	}
	return now.tv_sec;
}

void harness_forward(uint32_t seconds)
{
	ahead += seconds;
}

void harness_jobs_setup(void)
{
	mutex = mutex_create(MUTEX_TYPE_DEFAULT);
	queued = linked_list_create();
	timers = linked_list_create();
	lib->processor->queue_job = collect_job;
	lib->scheduler->schedule_job = collect_timer;
	lib->scheduler->schedule_job_ms = collect_timer_ms;
	lib->scheduler->schedule_job_tv = collect_timer_tv;
}

void harness_jobs_teardown(void)
{
	queued->destroy_function(queued, (void*)waiting_destroy);
	timers->destroy_function(timers, (void*)waiting_destroy);
	mutex->destroy(mutex);
}
