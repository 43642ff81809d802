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

#include "redirect_sessions.h"

#include <processing/jobs/callback_job.h>

typedef struct private_redirect_sessions_t private_redirect_sessions_t;

/**
 * Private data
 */
struct private_redirect_sessions_t {

	/**
	 * Public interface
	 */
	redirect_sessions_t public;

	/**
	 * FALSE to end the job that looks after sessions
	 */
	bool enabled;

	/**
	 * Told of outcomes
	 */
	void (*told)(void *data, const session_info_t *info,
				 session_outcome_t outcome);

	/**
	 * Passed to told
	 */
	void *data;
};

/**
 * A redirect had an outcome.
 */
static void outcome(void *data, const session_info_t *info,
					session_outcome_t outcome)
{
	private_redirect_sessions_t *this = data;
	rebalance_t *rebalance = this->public.rebalance;
	drain_t *drain = this->public.drain;

	drain->outcome(drain, info, outcome);
	rebalance->outcome(rebalance, info, outcome);
	if (outcome >= SESSION_OUTCOME_MAX)
	{
		return;
	}
	this->public.outcomes->count(this->public.outcomes, info->gateway, outcome);
	if (this->told)
	{
		this->told(this->data, info, outcome);
	}
}

/**
 * Ask the drain what becomes of a client that did not leave.
 */
static session_verdict_t judge(void *data, const session_info_t *info)
{
	drain_t *drain = data;

	return drain->judge(drain, info);
}

/**
 * Look after sessions, once a second.
 */
static job_requeue_t tick(private_redirect_sessions_t *this)
{
	session_mover_t *mover = this->public.mover;
	rebalance_t *rebalance = this->public.rebalance;
	drain_t *drain = this->public.drain;

	if (!this->enabled)
	{
		return JOB_REQUEUE_NONE;
	}
	mover->expire(mover, judge, drain);
	drain->tick(drain);
	rebalance->tick(rebalance, drain->is_on(drain));
	return JOB_RESCHEDULE(1);
}

METHOD(redirect_sessions_t, enable, void,
	private_redirect_sessions_t *this, bool on)
{
	this->enabled = on;
	if (on)
	{
		lib->processor->queue_job(lib->processor,
			(job_t*)callback_job_create((callback_job_cb_t)tick, this, NULL,
										NULL));
	}
}

/**
 * Put options into force.
 */
static void apply_config(void *data, void *config)
{
	private_redirect_sessions_t *this = data;
	session_config_t *options = config;

	this->public.drain->configure(this->public.drain, options);
	this->public.rebalance->configure(this->public.rebalance, options);
	this->public.auth->configure(this->public.auth, options->auth_method,
								 options->grace);
	free(options);
}

METHOD(redirect_sessions_t, get_room, config_room_t,
	private_redirect_sessions_t *this)
{
	return (config_room_t){
		.read = (void*)session_config_read,
		.apply = apply_config,
		.discard = free,
		.data = this,
	};
}

METHOD(redirect_sessions_t, set_observer, void,
	private_redirect_sessions_t *this,
	void (*told)(void *data, const session_info_t *info,
				 session_outcome_t outcome), void *data)
{
	this->data = data;
	this->told = told;
}

METHOD(redirect_sessions_t, destroy, void,
	private_redirect_sessions_t *this)
{
	this->public.listener->destroy(this->public.listener);
	this->public.auth->destroy(this->public.auth);
	this->public.rebalance->destroy(this->public.rebalance);
	this->public.drain->destroy(this->public.drain);
	this->public.mover->destroy(this->public.mover);
	this->public.table->destroy(this->public.table);
	this->public.outcomes->destroy(this->public.outcomes);
	free(this);
}

/*
 * Described in header
 */
redirect_sessions_t *redirect_sessions_create(policy_engine_t *engine,
											  gateway_table_t *gateways,
											  client_table_t *clients)
{
	private_redirect_sessions_t *this;
	session_table_t *table = session_table_create();
	session_mover_t *mover = session_mover_create(table, engine);

	INIT(this,
		.public = {
			.table = table,
			.mover = mover,
			.outcomes = session_outcomes_create(),
			.drain = drain_create(table, mover, engine, gateways),
			.rebalance = rebalance_create(table, mover, engine, gateways),
			.auth = auth_redirect_create(table, mover, clients),
			.listener = session_listener_create(table, mover, clients),
			.enable = _enable,
			.get_room = _get_room,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
	);
	table->set_observer(table, outcome, this);
	return &this->public;
}
