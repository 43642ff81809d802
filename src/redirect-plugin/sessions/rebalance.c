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

#include "rebalance.h"
#include "session_waves.h"

#include <daemon.h>
#include <threading/mutex.h>

/**
 * Run of sessions that rebalance moves; those of drains count from 1.
 */
#define RUN UINT32_MAX

typedef struct private_rebalance_t private_rebalance_t;
typedef struct fleet_t fleet_t;
typedef struct choice_of_sessions_t choice_of_sessions_t;

/**
 * Private data
 */
struct private_rebalance_t {

	/**
	 * Public interface
	 */
	rebalance_t public;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Knows the gateways
	 */
	policy_engine_t *engine;

	/**
	 * Loads of gateways
	 */
	gateway_table_t *gateways;

	/**
	 * Moves sessions
	 */
	session_waves_t *waves;

	/**
	 * Options
	 */
	session_config_t config;

	/**
	 * How it goes
	 */
	rebalance_status_t status;

	/**
	 * Sessions that may be moved now
	 */
	double budget;

	/**
	 * Guards all of this
	 */
	mutex_t *mutex;
};

/**
 * The gateways that take part, as far as their load is known.
 */
struct fleet_t {

	/** gateways of the configuration */
	int count;

	/** hashes of their names, and their names */
	uint64_t *ids;
	char (*names)[REDIRECT_NAME_MAX];

	/** sessions and weight of each, weight 0 if it takes no part */
	double *sessions, *weights;

	/** position of this gateway, -1 if not known */
	int self;
};

/**
 * Which sessions are moved.
 */
struct choice_of_sessions_t {

	/** how many more */
	u_int count;

	/** those that are here since then, and were not redirected since then */
	time_t before;
};

/**
 * Free what is known of the gateways.
 */
static void fleet_clear(fleet_t *fleet)
{
	free(fleet->ids);
	free(fleet->names);
	free(fleet->sessions);
	free(fleet->weights);
}

/**
 * Collect names of gateways, and which of them take clients.
 */
static void fleet_collect(private_rebalance_t *this, fleet_t *fleet)
{
	const policy_state_t *state;
	int i, token;

	state = this->engine->acquire(this->engine, &token);
	fleet->self = state->policy ? state->policy->self : -1;
	fleet->count = state->policy ? state->policy->gateway_count : 0;
	fleet->ids = calloc(fleet->count + 1, sizeof(*fleet->ids));
	fleet->names = calloc(fleet->count + 1, sizeof(*fleet->names));
	fleet->sessions = calloc(fleet->count + 1, sizeof(*fleet->sessions));
	fleet->weights = calloc(fleet->count + 1, sizeof(*fleet->weights));
	for (i = 0; i < fleet->count; i++)
	{
		fleet->ids[i] = state->policy->gateways[i].id;
		snprintf(fleet->names[i], REDIRECT_NAME_MAX, "%s",
				 state->policy->gateways[i].name);
		fleet->weights[i] = i == fleet->self || !state->view->left_out[i];
	}
	this->engine->release(this->engine, token);
}

/**
 * Find out how many sessions the gateways have.
 */
static void fleet_load(private_rebalance_t *this, fleet_t *fleet)
{
	gateway_status_t status;
	int i;

	fleet_collect(this, fleet);
	for (i = 0; i < fleet->count; i++)
	{
		if (!fleet->weights[i] ||
			!this->gateways->get_status(this->gateways, fleet->names[i],
										&status))
		{
			fleet->weights[i] = 0;
			continue;
		}
		fleet->weights[i] = status.weight;
		if (i == fleet->self)
		{
			fleet->sessions[i] = this->table->get_count(this->table,
														SESSION_HERE);
		}
		else if (status.sessions == REDIRECT_SELECTOR_UNKNOWN)
		{
			fleet->weights[i] = 0;
		}
		else
		{	/* those that were sent there since the last sample count, too */
			fleet->sessions[i] = status.sessions + status.assigned;
		}
	}
}

/**
 * Sessions by weight, over all gateways that take part.
 */
static double fleet_mean(const fleet_t *fleet)
{
	double sessions = 0, weights = 0;
	int i;

	for (i = 0; i < fleet->count; i++)
	{
		if (fleet->weights[i])
		{
			sessions += fleet->sessions[i];
			weights += fleet->weights[i];
		}
	}
	return weights ? sessions / weights : 0;
}

/**
 * A job asks whether its session is still to be moved.
 */
static bool order_wanted(void *data, const session_order_t *order)
{
	private_rebalance_t *this = data;
	bool wanted;

	this->mutex->lock(this->mutex);
	wanted = this->status.enabled;
	this->mutex->unlock(this->mutex);
	return wanted;
}

/**
 * A job tells what came of moving a session.
 */
static void order_done(void *data, const session_order_t *order,
					   session_stuck_t stuck)
{
	private_rebalance_t *this = data;

	this->waves->moved(this->waves);
	if (stuck == SESSION_NOT_STUCK)
	{
		this->mutex->lock(this->mutex);
		this->status.sent++;
		this->mutex->unlock(this->mutex);
	}
}

/**
 * Make an order for the gateways that have room.
 */
static session_order_t *create_order(private_rebalance_t *this,
									 const fleet_t *fleet, double mean)
{
	session_order_t *order;
	uint64_t *ids;
	int i, count = 0;

	ids = calloc(fleet->count + 1, sizeof(uint64_t));
	for (i = 0; i < fleet->count; i++)
	{
		if (i != fleet->self && fleet->weights[i] &&
			fleet->sessions[i] < mean * fleet->weights[i])
		{
			ids[count++] = fleet->ids[i];
		}
	}
	INIT(order,
		.refs = 1,
		.limited = TRUE,
		.scope = {
			.ids = ids,
			.count = count,
			.move = TRUE,
		},
		.move = {
			.grace = this->config.grace,
			/* who does not follow is served on */
			.keep = TRUE,
			.run = RUN,
		},
		.wanted = order_wanted,
		.done = order_done,
		.data = this,
	);
	return order;
}

/**
 * Tell whether a session is to be moved.
 */
static bool choose(void *data, const session_info_t *info)
{
	choice_of_sessions_t *choice = data;

	if (choice->count && info->state == SESSION_HERE && info->supported &&
		info->responder && info->version == 2 &&
		info->since <= choice->before && info->sent <= choice->before)
	{
		choice->count--;
		return TRUE;
	}
	return FALSE;
}

/**
 * Move some sessions.
 */
static void move(private_rebalance_t *this, session_order_t *order, u_int count)
{
	array_t *sessions;
	choice_of_sessions_t choice = {
		.count = count,
		.before = time_monotonic(NULL) - this->config.rebalance.period,
	};

	sessions = this->table->collect(this->table, NULL, choose, &choice);
	this->waves->fill(this->waves, sessions, order, max(count, 1));
}

/**
 * How many sessions are moved now; the mutex is held.
 */
static u_int take_budget(private_rebalance_t *this, double excess)
{
	double share = this->status.sessions * this->config.rebalance.share / 100.0;
	u_int count;

	this->budget = min(this->budget + share / 60, max(share / 6, 1));
	count = min(this->budget, excess);
	this->budget -= count;
	return count;
}

METHOD(rebalance_t, tick, void,
	private_rebalance_t *this, bool draining)
{
	session_order_t *order = NULL;
	fleet_t fleet = {};
	double mean, share, excess;
	u_int count = 0;

	if (draining || !this->status.enabled)
	{
		return;
	}
	fleet_load(this, &fleet);
	mean = fleet_mean(&fleet);
	if (fleet.self >= 0)
	{
		share = mean * fleet.weights[fleet.self];
		excess = fleet.sessions[fleet.self] - share;
		order = create_order(this, &fleet, mean);
		this->mutex->lock(this->mutex);
		this->status.sessions = fleet.sessions[fleet.self];
		this->status.share = share;
		this->status.targets = order->scope.count;
		if (excess * 100 > share * this->config.rebalance.margin)
		{
			count = take_budget(this, excess);
		}
		else if (this->status.once)
		{
			this->status.enabled = this->config.rebalance.enabled;
			this->status.once = FALSE;
			DBG1(DBG_CFG, "redirect: rebalanced, %u sessions with a share of %u",
				 this->status.sessions, this->status.share);
		}
		this->mutex->unlock(this->mutex);
		if (count && order->scope.count && this->waves->is_idle(this->waves))
		{
			move(this, order, count);
		}
	}
	session_order_put(order);
	fleet_clear(&fleet);
}

METHOD(rebalance_t, set, void,
	private_rebalance_t *this, bool on)
{
	this->mutex->lock(this->mutex);
	this->status.enabled = on;
	this->status.once = on && !this->config.rebalance.enabled;
	this->mutex->unlock(this->mutex);
	if (!on)
	{
		this->waves->clear(this->waves);
	}
}

METHOD(rebalance_t, get_status, void,
	private_rebalance_t *this, rebalance_status_t *status)
{
	this->mutex->lock(this->mutex);
	*status = this->status;
	this->mutex->unlock(this->mutex);
}

METHOD(rebalance_t, configure, void,
	private_rebalance_t *this, const session_config_t *config)
{
	this->mutex->lock(this->mutex);
	if (config->rebalance.enabled != this->config.rebalance.enabled)
	{
		this->status.enabled = config->rebalance.enabled;
		this->status.once = FALSE;
	}
	this->config = *config;
	this->mutex->unlock(this->mutex);
}

METHOD(rebalance_t, destroy, void,
	private_rebalance_t *this)
{
	this->waves->destroy(this->waves);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
rebalance_t *rebalance_create(session_table_t *table, session_mover_t *mover,
							  policy_engine_t *engine,
							  gateway_table_t *gateways)
{
	private_rebalance_t *this;

	INIT(this,
		.public = {
			.set = _set,
			.get_status = _get_status,
			.configure = _configure,
			.tick = _tick,
			.destroy = _destroy,
		},
		.table = table,
		.engine = engine,
		.gateways = gateways,
		.waves = session_waves_create(table, mover),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
