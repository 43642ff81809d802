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

#include "virtual_time.h"

#include <collections/array.h>

#include <time.h>

typedef struct event_t event_t;

/**
 * A job that waits for its time.
 */
struct event_t {

	/** when it is executed, in milliseconds */
	uint64_t time;

	/** job */
	job_t *job;
};

/**
 * Milliseconds of the clock, 0 for that of the host.
 */
static uint64_t now;

/**
 * How often it was begun and not ended.
 */
static u_int begun;

/**
 * Jobs in the order of their time, event_t*
 */
static array_t *events;

/**
 * What the library has.
 */
static scheduler_t *scheduler;
static processor_t *processor;

/**
 * The clock of the library, which this takes the place of.
 */
__attribute__((visibility("default")))
time_t time_monotonic(timeval_t *tv)
{
	struct timespec ts = {
		.tv_sec = now / 1000,
		.tv_nsec = now % 1000 * 1000000,
	};

	if (!now)
	{
		clock_gettime(CLOCK_MONOTONIC, &ts);
	}
	if (tv)
	{
		tv->tv_sec = ts.tv_sec;
		tv->tv_usec = ts.tv_nsec / 1000;
	}
	return ts.tv_sec;
}

/**
 * Execute a job after a while.
 */
static void schedule_job_ms(scheduler_t *this, job_t *job, uint32_t ms)
{
	event_t *event, *other;
	int i;

	INIT(event,
		.time = now + ms,
		.job = job,
	);
	for (i = array_count(events); i > 0; i--)
	{
		array_get(events, i - 1, &other);
		if (other->time <= event->time)
		{
			break;
		}
	}
	array_insert(events, i, event);
}

static void schedule_job(scheduler_t *this, job_t *job, uint32_t s)
{
	schedule_job_ms(this, job, s * 1000);
}

static void queue_job(processor_t *this, job_t *job)
{
	schedule_job_ms(NULL, job, 0);
}

static scheduler_t virtual_scheduler = {
	.schedule_job = schedule_job,
	.schedule_job_ms = schedule_job_ms,
};

static processor_t virtual_processor = {
	.queue_job = queue_job,
};

/*
 * Described in header
 */
void virtual_time_begin(void)
{
	timeval_t tv;

	if (begun++)
	{
		return;
	}
	time_monotonic(&tv);
	now = tv.tv_sec * 1000ULL;
	events = array_create(0, 0);
	scheduler = lib->scheduler;
	processor = lib->processor;
	lib->scheduler = &virtual_scheduler;
	lib->processor = &virtual_processor;
}

/**
 * Execute a job.
 */
static void execute(job_t *job)
{
	job_requeue_t requeue = job->execute(job);

	switch (requeue.type)
	{
		case JOB_REQUEUE_TYPE_SCHEDULE:
			schedule_job_ms(NULL, job, requeue.schedule == JOB_SCHEDULE
							? requeue.time.rel * 1000 : requeue.time.rel);
			break;
		case JOB_REQUEUE_TYPE_NONE:
			job->destroy(job);
			break;
		default:
			queue_job(NULL, job);
			break;
	}
}

/*
 * Described in header
 */
void virtual_time_pass(u_int ms)
{
	uint64_t end = now + ms;
	event_t *event;

	while (array_get(events, 0, &event) && event->time <= end)
	{
		array_remove(events, 0, NULL);
		now = max(now, event->time);
		execute(event->job);
		free(event);
	}
	now = end;
}

/*
 * Described in header
 */
u_int virtual_time_waiting(void)
{
	return array_count(events);
}

/*
 * Described in header
 */
void virtual_time_end(void)
{
	event_t *event;

	while (array_remove(events, 0, &event))
	{
		event->job->destroy(event->job);
		free(event);
	}
	if (--begun)
	{
		return;
	}
	array_destroy(events);
	lib->scheduler = scheduler;
	lib->processor = processor;
	now = 0;
}
