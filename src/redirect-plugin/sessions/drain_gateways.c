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

#include "drain_gateways.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>

/**
 * Departures that are remembered of each gateway.
 */
#define LEFT 8

typedef struct private_drain_gateways_t private_drain_gateways_t;
typedef struct target_t target_t;

/**
 * What is known of a gateway.
 */
struct target_t {

	/** its name */
	char *name;

	/** when clients left for it last, in a ring; 0 for never */
	time_t left[LEFT];

	/** where the next one is noted */
	u_int next;

	/** until when it is left out, 0 if it is not */
	time_t suspect;

	/** clients that did not arrive, less those that left since */
	u_int misses;

	/** TRUE if others are to be told that it does not work */
	bool tell;
};

/**
 * Private data
 */
struct private_drain_gateways_t {

	/**
	 * Public interface
	 */
	drain_gateways_t public;

	/**
	 * Knows the gateways
	 */
	policy_engine_t *engine;

	/**
	 * Knows which of them work
	 */
	gateway_table_t *gateways;

	/**
	 * Names the gateways are limited to, char*; NULL for all
	 */
	array_t *to;

	/**
	 * Gateways clients were sent to, name => target_t
	 */
	hashtable_t *targets;

	/**
	 * Gateways that clients may be sent to now, with and without move
	 */
	session_scope_t *scopes[2];

	/**
	 * How many of them take clients, and a hash of which they are
	 */
	u_int taking;
	uint64_t which;

	/**
	 * Guards targets, names and scopes
	 */
	mutex_t *mutex;
};

/**
 * Find a gateway, or begin to know it; the mutex is held.
 */
static target_t *get_target(private_drain_gateways_t *this, const char *name)
{
	target_t *target;

	target = this->targets->get(this->targets, name);
	if (!target)
	{
		INIT(target,
			.name = strdup(name),
		);
		this->targets->put(this->targets, target->name, target);
	}
	return target;
}

/**
 * Check whether clients may be sent to a gateway; the mutex is held.
 */
static bool is_allowed(private_drain_gateways_t *this, const char *name)
{
	bool allowed = !this->to;
	target_t *target;
	char *to;
	int i;

	for (i = 0; !allowed && i < array_count(this->to); i++)
	{
		array_get(this->to, i, &to);
		allowed = streq(to, name);
	}
	target = allowed ? this->targets->get(this->targets, name) : NULL;
	return allowed && (!target || target->suspect <= time_monotonic(NULL));
}

CALLBACK(may_use, bool,
	private_drain_gateways_t *this, const policy_state_t *state, int index)
{
	return is_allowed(this, state->policy->gateways[index].name);
}

/**
 * Find out which gateways clients may be sent to; the mutex is held.
 */
static void update(private_drain_gateways_t *this)
{
	int i;

	for (i = 0; i < 2; i++)
	{
		session_scope_put(this->scopes[i]);
		this->scopes[i] = session_scope_create(this->engine, i,
											   (void*)may_use, this);
	}
}

METHOD(drain_gateways_t, limit, bool,
	private_drain_gateways_t *this, array_t *to, const char **error)
{
	const policy_state_t *state;
	array_t *copy = NULL;
	int i, index, token;
	char *name;

	*error = NULL;
	state = this->engine->acquire(this->engine, &token);
	for (i = 0; i < array_count(to); i++)
	{
		array_get(to, i, &name);
		for (index = 0; state->policy && index < state->policy->gateway_count &&
			 !streq(state->policy->gateways[index].name, name); index++)
		{
			/* find it */
		}
		if (!state->policy || index == state->policy->gateway_count)
		{
			*error = "a gateway to drain to is not configured";
		}
		else if (index == state->policy->self)
		{
			*error = "this gateway cannot be drained to itself";
		}
		array_insert_create(&copy, ARRAY_TAIL, strdup(name));
	}
	this->engine->release(this->engine, token);
	if (*error)
	{
		config_list_destroy(copy);
		return FALSE;
	}
	this->mutex->lock(this->mutex);
	config_list_destroy(this->to);
	this->to = copy;
	update(this);
	this->mutex->unlock(this->mutex);
	return TRUE;
}

METHOD(drain_gateways_t, get_scope, session_scope_t*,
	private_drain_gateways_t *this, bool move)
{
	session_scope_t *scope;

	this->mutex->lock(this->mutex);
	if (!this->scopes[move])
	{
		update(this);
	}
	scope = session_scope_get(this->scopes[move]);
	this->mutex->unlock(this->mutex);
	return scope;
}

METHOD(drain_gateways_t, left, void,
	private_drain_gateways_t *this, const char *name)
{
	target_t *target;

	this->mutex->lock(this->mutex);
	target = get_target(this, name);
	target->left[target->next++ % LEFT] = time_monotonic(NULL);
	target->misses -= target->misses > 0;
	this->mutex->unlock(this->mutex);
}

/**
 * Take a gateway for dead for a while; the mutex is held.
 */
static void suspect(private_drain_gateways_t *this, target_t *target)
{
	target->suspect = time_monotonic(NULL) + DRAIN_GATEWAYS_SUSPECT;
	target->tell = target->misses >= DRAIN_GATEWAYS_MISSES;
	update(this);
}

METHOD(drain_gateways_t, missed, bool,
	private_drain_gateways_t *this, const char *name, time_t sent)
{
	target_t *target;
	u_int i, left = 0;
	bool dead;

	this->mutex->lock(this->mutex);
	target = get_target(this, name);
	target->misses++;
	for (i = 0; i < LEFT; i++)
	{
		left += target->left[i] && target->left[i] >= sent;
	}
	/* somebody always logs off */
	dead = target->misses >= left;
	if (dead)
	{
		suspect(this, target);
	}
	this->mutex->unlock(this->mutex);
	return dead;
}

METHOD(drain_gateways_t, has_other, bool,
	private_drain_gateways_t *this, const char *name)
{
	const policy_state_t *state;
	const char *other;
	bool found = FALSE;
	int i, token;

	state = this->engine->acquire(this->engine, &token);
	this->mutex->lock(this->mutex);
	for (i = 0; state->policy && !found && i < state->policy->gateway_count; i++)
	{
		other = state->policy->gateways[i].name;
		found = i != state->policy->self && !state->view->left_out[i] &&
				!streq(other, name) && is_allowed(this, other);
	}
	this->mutex->unlock(this->mutex);
	this->engine->release(this->engine, token);
	return found;
}

/**
 * Check whether a gateway takes clients: one that answers may send them away
 * itself.
 *
 * @param status		receives its status
 */
static bool takes_clients(private_drain_gateways_t *this, const char *name,
						  gateway_status_t *status)
{
	return this->gateways->get_status(this->gateways, name, status) &&
		   status->state == GATEWAY_ACTIVE && status->up;
}

/**
 * Ticks of the gateways' table since a time, rather too few: they come late on a
 * busy host, and nothing is to be taken for newer than it is.
 */
static uint32_t ticks_since(time_t since, time_t now)
{
	uint32_t seconds = max(now - since, 0);

	return seconds - seconds / 8;
}

METHOD(drain_gateways_t, proven, time_t,
	private_drain_gateways_t *this, const char *name, time_t since)
{
	time_t now = time_monotonic(NULL);
	uint32_t second = this->gateways->get_now(this->gateways);
	uint32_t age, oldest = min(ticks_since(since, now), second);
	gateway_status_t status;

	if (!takes_clients(this, name, &status))
	{
		return 0;
	}
	/* it tells whether, not when: look from the newest on */
	for (age = 1; age < oldest; age += age)
	{
		if (this->gateways->is_alive_since(this->gateways, name, second - age,
										   NULL))
		{
			return now - age + 1;
		}
	}
	return this->gateways->is_alive_since(this->gateways, name,
								second - oldest, NULL) ? since + 1 : 0;
}

METHOD(drain_gateways_t, came_back, bool,
	private_drain_gateways_t *this, const char *name, time_t since)
{
	gateway_status_t status;

	return takes_clients(this, name, &status) &&
		   status.origins[GATEWAY_VALUE_STATE].unchanged <
									ticks_since(since, time_monotonic(NULL));
}

METHOD(drain_gateways_t, came_back_at, bool,
	private_drain_gateways_t *this, const ip_address_t *address, time_t since)
{
	const policy_state_t *state;
	char name[REDIRECT_NAME_MAX] = "";
	int index, token;

	state = this->engine->acquire(this->engine, &token);
	index = state->policy ? policy_find_gateway(state->policy, address) : -1;
	if (index >= 0)
	{
		snprintf(name, sizeof(name), "%s", state->policy->gateways[index].name);
	}
	this->engine->release(this->engine, token);
	return index >= 0 && came_back(this, name, since);
}

/**
 * Find out which gateways take clients.
 *
 * @param which			receives a hash of them
 * @return				how many
 */
static u_int count_taking(private_drain_gateways_t *this, uint64_t *which)
{
	const policy_state_t *state;
	u_int count = 0;
	int i, token;

	*which = 0;
	state = this->engine->acquire(this->engine, &token);
	this->mutex->lock(this->mutex);
	for (i = 0; state->policy && i < state->policy->gateway_count; i++)
	{
		if (i != state->policy->self && !state->view->left_out[i] &&
			is_allowed(this, state->policy->gateways[i].name))
		{
			*which += redirect_selector_mix(state->policy->gateways[i].id, 1);
			count++;
		}
	}
	this->mutex->unlock(this->mutex);
	this->engine->release(this->engine, token);
	return count;
}

/**
 * End a suspicion that is over, or tell others of it.
 *
 * @return				TRUE to tell
 */
static bool look_after(private_drain_gateways_t *this, target_t *target)
{
	bool tell = target->tell;

	if (target->suspect && target->suspect <= time_monotonic(NULL))
	{
		target->suspect = 0;
		target->misses = 0;
	}
	target->tell = FALSE;
	return tell;
}

METHOD(drain_gateways_t, tick, bool,
	private_drain_gateways_t *this)
{
	enumerator_t *enumerator;
	array_t *dead = NULL;
	target_t *target;
	uint64_t which;
	u_int taking;
	bool more;
	char *name;

	this->mutex->lock(this->mutex);
	enumerator = this->targets->create_enumerator(this->targets);
	while (enumerator->enumerate(enumerator, NULL, &target))
	{
		if (look_after(this, target))
		{
			array_insert_create(&dead, ARRAY_TAIL, strdup(target->name));
		}
	}
	enumerator->destroy(enumerator);
	update(this);
	this->mutex->unlock(this->mutex);
	while (array_remove(dead, ARRAY_TAIL, &name))
	{
		this->gateways->testify(this->gateways, name, GATEWAY_WITNESS_DRAIN,
								GATEWAY_DOWN, DRAIN_GATEWAYS_SUSPECT);
		free(name);
	}
	array_destroy(dead);
	taking = count_taking(this, &which);
	more = taking > this->taking || (taking && which != this->which);
	this->taking = taking;
	this->which = which;
	return more;
}

/**
 * Forget all gateways.
 */
static void forget(private_drain_gateways_t *this)
{
	enumerator_t *enumerator;
	target_t *target;

	enumerator = this->targets->create_enumerator(this->targets);
	while (enumerator->enumerate(enumerator, NULL, &target))
	{
		this->targets->remove_at(this->targets, enumerator);
		free(target->name);
		free(target);
	}
	enumerator->destroy(enumerator);
}

METHOD(drain_gateways_t, reset, void,
	private_drain_gateways_t *this)
{
	this->mutex->lock(this->mutex);
	forget(this);
	update(this);
	this->mutex->unlock(this->mutex);
}

METHOD(drain_gateways_t, destroy, void,
	private_drain_gateways_t *this)
{
	forget(this);
	session_scope_put(this->scopes[0]);
	session_scope_put(this->scopes[1]);
	this->targets->destroy(this->targets);
	config_list_destroy(this->to);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
drain_gateways_t *drain_gateways_create(policy_engine_t *engine,
										gateway_table_t *gateways)
{
	private_drain_gateways_t *this;

	INIT(this,
		.public = {
			.limit = _limit,
			.get_scope = _get_scope,
			.left = _left,
			.missed = _missed,
			.has_other = _has_other,
			.proven = _proven,
			.came_back = _came_back,
			.came_back_at = _came_back_at,
			.tick = _tick,
			.reset = _reset,
			.destroy = _destroy,
		},
		.engine = engine,
		.gateways = gateways,
		.targets = hashtable_create(hashtable_hash_str, hashtable_equals_str,
									8),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
