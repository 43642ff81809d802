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

#include "overload_monitor.h"

#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>
#include <utils/debug.h>

/**
 * Seconds between samples.
 */
#define INTERVAL 1

typedef struct private_overload_monitor_t private_overload_monitor_t;

/**
 * Private data
 */
struct private_overload_monitor_t {

	/**
	 * Public interface
	 */
	overload_monitor_t public;

	/**
	 * Told of overload
	 */
	policy_engine_t *engine;

	/**
	 * Told of this gateway's load
	 */
	gateway_table_t *table;

	/**
	 * Takes samples
	 */
	own_load_sampler_t *sampler;

	/**
	 * Marks that were passed
	 */
	overload_state_t state;

	/**
	 * Last sample
	 */
	overload_report_t report;

	/**
	 * Guards state, report and sampler
	 */
	mutex_t *mutex;
};

/**
 * Compare a sample with the marks of the policy in force; the mutex is held.
 *
 * @param self			receives the name of this gateway, empty if not known
 */
static void compare(private_overload_monitor_t *this,
					overload_report_t *report, char self[REDIRECT_NAME_MAX])
{
	const policy_state_t *state;
	const policy_t *policy;
	uint32_t capacity = 0;
	int token;

	*self = '\0';
	report->level = OVERLOAD_NONE;
	report->combined = REDIRECT_SELECTOR_UNKNOWN;
	state = this->engine->acquire(this->engine, &token);
	policy = state->policy;
	if (policy)
	{
		if (policy->self >= 0)
		{
			capacity = state->view->gateways[policy->self].capacity;
			snprintf(self, REDIRECT_NAME_MAX, "%s",
					 policy->gateways[policy->self].name);
		}
		report->level = overload_marks_compare(&policy->overload, capacity,
											   &report->load, &this->state);
		report->combined = overload_marks_combine(&policy->overload, capacity,
												  &report->load,
												  &report->metric);
	}
	this->engine->release(this->engine, token);
}

/**
 * Tell that this gateway has too much to do now, or not anymore.
 */
static void log_level(const overload_report_t *report)
{
	if (report->level == OVERLOAD_NONE)
	{
		DBG1(DBG_CFG, "redirect: not overloaded anymore");
		return;
	}
	DBG1(DBG_CFG, "redirect: overloaded, %N at %u, %u per cent of its mark, "
		 "new clients are sent to others%s", own_load_metric_names,
		 report->metric, report->load.values[report->metric],
		 report->combined / 10, report->level == OVERLOAD_HARD
		 ? ", redirected ones as well" : "");
}

METHOD(overload_monitor_t, tick, void,
	private_overload_monitor_t *this, const own_load_t *load)
{
	overload_report_t report = {};
	char self[REDIRECT_NAME_MAX];
	bool changed;

	this->mutex->lock(this->mutex);
	if (load)
	{
		report.load = *load;
	}
	else
	{
		this->sampler->sample(this->sampler, &report.load);
	}
	compare(this, &report, self);
	changed = report.level != this->report.level;
	this->report = report;
	this->mutex->unlock(this->mutex);

	if (changed)
	{
		log_level(&report);
	}
	if (*self)
	{
		this->table->set_load(this->table, self, report.load.sessions,
							  report.combined, GATEWAY_SOURCE_SELF);
	}
	this->engine->tick(this->engine, report.level);
}

/**
 * Do what is to be done in a second, again and again.
 */
static job_requeue_t run(void *data)
{
	private_overload_monitor_t *this = data;

	tick(this, NULL);
	return JOB_RESCHEDULE(INTERVAL);
}

METHOD(overload_monitor_t, start, void,
	private_overload_monitor_t *this)
{
	lib->scheduler->schedule_job(lib->scheduler,
			(job_t*)callback_job_create_with_prio(run, this, NULL, NULL,
												  JOB_PRIO_CRITICAL), INTERVAL);
}

METHOD(overload_monitor_t, get_report, void,
	private_overload_monitor_t *this, overload_report_t *report)
{
	this->mutex->lock(this->mutex);
	*report = this->report;
	this->mutex->unlock(this->mutex);
}

METHOD(overload_monitor_t, destroy, void,
	private_overload_monitor_t *this)
{
	this->sampler->destroy(this->sampler);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
overload_monitor_t *overload_monitor_create(policy_engine_t *engine,
											gateway_table_t *table)
{
	private_overload_monitor_t *this;

	INIT(this,
		.public = {
			.start = _start,
			.tick = _tick,
			.get_report = _get_report,
			.destroy = _destroy,
		},
		.engine = engine,
		.table = table,
		.sampler = own_load_sampler_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
