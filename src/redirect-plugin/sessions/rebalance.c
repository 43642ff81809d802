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

#include <utils/debug.h>
#include <threading/mutex.h>

/**
 * Run of sessions that rebalance moves; those of drains count from 1.
 */
#define RUN UINT32_MAX

typedef struct private_rebalance_t private_rebalance_t;
typedef struct fleet_t fleet_t;

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
	 * Gateways that had room at the last tick, NULL if not known
	 */
	session_scope_t *scope;

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

	/** their names */
	char (*names)[REDIRECT_NAME_MAX];

	/** sessions and weight of each, weight 0 if it takes no part */
	double *sessions, *weights;

	/** position of this gateway, -1 if not known */
	int self;

	/** how many of the others take part */
	int others;

	/** sessions by weight, over all that take part */
	double mean;
};

/**
 * Free what is known of the gateways.
 */
static void fleet_clear(fleet_t *fleet)
{
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
	fleet->names = calloc(fleet->count + 1, sizeof(*fleet->names));
	fleet->sessions = calloc(fleet->count + 1, sizeof(*fleet->sessions));
	fleet->weights = calloc(fleet->count + 1, sizeof(*fleet->weights));
	for (i = 0; i < fleet->count; i++)
	{
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
			fleet->others++;
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
 * A job asks where its session may be moved to.
 */
static session_scope_t *get_scope(void *data, const session_order_t *order)
{
	private_rebalance_t *this = data;
	session_scope_t *scope = NULL;

	this->mutex->lock(this->mutex);
	if (this->status.enabled && this->scope)
	{
		scope = session_scope_get(this->scope);
	}
	this->mutex->unlock(this->mutex);
	return scope;
}

/**
 * Check if a gateway has room.
 */
static bool has_room(void *data, const policy_state_t *state, int index)
{
	fleet_t *fleet = data;
	double room;

	if (index >= fleet->count || !fleet->weights[index] ||
		!streq(fleet->names[index], state->policy->gateways[index].name))
	{	/* another policy came into force meanwhile */
		return FALSE;
	}
	room = fleet->mean * fleet->weights[index] - fleet->sessions[index];
	return room > 0;
}

/**
 * Tell whether a session is to be moved: it is here for long enough, was not
 * moved since, and was not found to stay since.
 */
static bool is_wanted(const session_info_t *info, time_t before)
{
	return info->state == SESSION_HERE && info->supported &&
		   info->responder && info->version == 2 && info->since <= before &&
		   info->sent <= before && info->tried <= before;
}

/**
 * Some of many, each with the same chance.
 */
typedef struct {
	array_t *sessions;
	u_int most, seen;
} sample_t;

/**
 * Take a session into a sample, perhaps in place of another.
 */
static void sample_add(sample_t *this, session_table_t *table,
					   session_t *session)
{
	session_t *other = NULL;
	u_int index;

	index = this->seen++ < this->most ? this->seen - 1 : random() % this->seen;
	if (index < this->most)
	{
		array_get(this->sessions, index, &other);
		array_remove(this->sessions, index, NULL);
		array_insert(this->sessions, index, table->get_ref(table, session));
		table->release(table, other);
	}
}

/**
 * Get some sessions to move: those that were found to stay are asked for again
 * if there are too few others, so they are in nobody's way.
 *
 * @return				array_t of session_t*, each to be released
 */
static array_t *get_some(private_rebalance_t *this, time_t before, u_int count)
{
	sample_t samples[2] = {
		{ .sessions = array_create(0, 0), .most = count },
		{ .sessions = array_create(0, 0), .most = count },
	};
	const session_info_t *info;
	enumerator_t *enumerator;
	session_t *session;

	enumerator = this->table->create_enumerator(this->table, NULL);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		if (is_wanted(info, before))
		{
			sample_add(&samples[info->stuck != SESSION_NOT_STUCK], this->table,
					   session);
		}
	}
	enumerator->destroy(enumerator);
	while (array_remove(samples[1].sessions, ARRAY_TAIL, &session))
	{
		if (array_count(samples[0].sessions) < (int)count)
		{
			array_insert(samples[0].sessions, ARRAY_TAIL, session);
		}
		else
		{
			this->table->release(this->table, session);
		}
	}
	array_destroy(samples[1].sessions);
	return samples[0].sessions;
}

/**
 * Move some sessions.
 */
static void move(private_rebalance_t *this, const session_config_t *config,
				 u_int count)
{
	time_t before = time_monotonic(NULL) - config->rebalance.period;
	session_order_t *order;
	session_move_t move = {
		.grace = config->grace,
		/* who does not follow is served on */
		.ignored = SESSION_IGNORED_KEEP,
		.run = RUN,
	};

	order = session_order_create(&move, get_scope, this);
	this->waves->fill(this->waves, get_some(this, before, count), order,
					  max(count, 1));
	session_order_put(order);
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

/**
 * Look at the gateways, and which of them have room.
 */
static void look(private_rebalance_t *this, fleet_t *fleet)
{
	session_scope_t *scope;

	fleet_load(this, fleet);
	fleet->mean = fleet_mean(fleet);
	scope = session_scope_create(this->engine, TRUE, has_room, fleet);
	this->mutex->lock(this->mutex);
	session_scope_put(this->scope);
	this->scope = scope;
	this->status.targets = scope->scope.count;
	this->mutex->unlock(this->mutex);
}

/**
 * Find out how many sessions this gateway has too many; the mutex is held.
 *
 * @return				number, 0 within the margin
 */
static double get_excess(private_rebalance_t *this, const fleet_t *fleet)
{
	double share = fleet->mean * fleet->weights[fleet->self];
	double excess = fleet->sessions[fleet->self] - share;

	this->status.sessions = fleet->sessions[fleet->self];
	this->status.share = share;
	/* a part of a session is not moved */
	return excess >= 1 && excess * 100 > share * this->config.rebalance.margin
				? excess : 0;
}

/**
 * Find out whether this gateway has too many sessions; the mutex is held.
 *
 * @return				how many are moved now
 */
static u_int compare(private_rebalance_t *this, const fleet_t *fleet,
					 bool idle)
{
	double excess = get_excess(this, fleet);

	if (excess > 0)
	{
		return idle && this->status.targets ? take_budget(this, excess) : 0;
	}
	if (this->status.once)
	{
		this->status.enabled = this->config.rebalance.enabled;
		this->status.once = FALSE;
		DBG1(DBG_CFG, "redirect: rebalanced, %u sessions with a share of %u",
			 this->status.sessions, this->status.share);
	}
	return 0;
}

METHOD(rebalance_t, tick, void,
	private_rebalance_t *this, bool draining)
{
	bool idle = this->waves->is_idle(this->waves);
	session_config_t config;
	fleet_t fleet = {};
	u_int count = 0;

	this->mutex->lock(this->mutex);
	draining = draining || !this->status.enabled;
	this->mutex->unlock(this->mutex);
	if (draining)
	{
		this->waves->clear(this->waves);
		return;
	}
	look(this, &fleet);
	this->mutex->lock(this->mutex);
	if (fleet.self >= 0)
	{
		count = compare(this, &fleet, idle);
	}
	config = this->config;
	this->mutex->unlock(this->mutex);
	if (count)
	{
		move(this, &config, count);
	}
	fleet_clear(&fleet);
}

METHOD(rebalance_t, outcome, void,
	private_rebalance_t *this, const session_info_t *info,
	session_outcome_t outcome)
{
	if (info->run == RUN && outcome == SESSION_SENT)
	{
		this->mutex->lock(this->mutex);
		this->status.sent++;
		this->mutex->unlock(this->mutex);
	}
}

/**
 * Begin to rebalance, if there is something to do.
 */
static const char *begin(private_rebalance_t *this)
{
	const char *refused = NULL;
	fleet_t fleet = {};
	bool always;

	look(this, &fleet);
	this->mutex->lock(this->mutex);
	always = this->config.rebalance.enabled;
	if (fleet.self < 0)
	{
		refused = "this gateway is not configured: set self to its name";
	}
	else if (!fleet.others && !always)
	{
		refused = "of no other gateway that takes clients the number of sessions is "
				  "known: it comes by the store of the cluster, or by set-gateway";
	}
	else
	{
		this->status.enabled = get_excess(this, &fleet) > 0 || always;
		this->status.once = this->status.enabled && !always;
	}
	this->mutex->unlock(this->mutex);
	fleet_clear(&fleet);
	return refused;
}

/**
 * Stop to rebalance.
 */
static const char *stop(private_rebalance_t *this)
{
	bool was_on;

	this->mutex->lock(this->mutex);
	was_on = this->status.enabled;
	this->status.enabled = this->status.once = FALSE;
	this->mutex->unlock(this->mutex);
	this->waves->clear(this->waves);
	return was_on ? NULL : "this gateway does not rebalance";
}

METHOD(rebalance_t, set, const char*,
	private_rebalance_t *this, bool on, rebalance_status_t *status)
{
	const char *refused = on ? begin(this) : stop(this);

	this->mutex->lock(this->mutex);
	*status = this->status;
	this->mutex->unlock(this->mutex);
	return refused;
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
	session_scope_put(this->scope);
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
			.outcome = _outcome,
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
