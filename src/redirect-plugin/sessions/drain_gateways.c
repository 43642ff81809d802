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

typedef struct private_drain_gateways_t private_drain_gateways_t;
typedef struct target_t target_t;

/**
 * What is known of a gateway.
 */
struct target_t {

	/** its name */
	char *name;

	/** when a client followed last, 0 for never */
	time_t followed;

	/** until when it is left out, 0 if it is not */
	time_t suspect;

	/** clients in a row that did not follow */
	u_int misses;
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
	 * Names the gateways are limited to, char*; NULL for all
	 */
	array_t *to;

	/**
	 * Gateways clients were sent to, name => target_t
	 */
	hashtable_t *targets;

	/**
	 * Guards targets and names
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
	if (!allowed)
	{
		return FALSE;
	}
	target = this->targets->get(this->targets, name);
	return !target || target->suspect <= time_monotonic(NULL);
}

/**
 * Position of a gateway in a policy, -1 if it has none of that name.
 */
static int find_gateway(const policy_t *policy, const char *name)
{
	int i;

	for (i = 0; policy && i < policy->gateway_count; i++)
	{
		if (streq(policy->gateways[i].name, name))
		{
			return i;
		}
	}
	return -1;
}

METHOD(drain_gateways_t, limit, bool,
	private_drain_gateways_t *this, array_t *to)
{
	const policy_state_t *state;
	array_t *copy = NULL;
	bool known = TRUE;
	int i, token;
	char *name;

	state = this->engine->acquire(this->engine, &token);
	for (i = 0; i < array_count(to); i++)
	{
		array_get(to, i, &name);
		known = known && find_gateway(state->policy, name) >= 0;
		array_insert_create(&copy, ARRAY_TAIL, strdup(name));
	}
	this->engine->release(this->engine, token);
	if (!known)
	{
		config_list_destroy(copy);
		return FALSE;
	}
	this->mutex->lock(this->mutex);
	config_list_destroy(this->to);
	this->to = copy;
	this->mutex->unlock(this->mutex);
	return TRUE;
}

METHOD(drain_gateways_t, create_order, session_order_t*,
	private_drain_gateways_t *this, bool move)
{
	const policy_state_t *state;
	session_order_t *order;
	uint64_t *ids = NULL;
	int i, token, count = 0, all = 0;

	INIT(order,
		.refs = 1,
	);
	state = this->engine->acquire(this->engine, &token);
	this->mutex->lock(this->mutex);
	if (state->policy)
	{
		all = state->policy->gateway_count;
		ids = calloc(all + 1, sizeof(uint64_t));
		for (i = 0; i < all; i++)
		{
			if (i != state->policy->self &&
				is_allowed(this, state->policy->gateways[i].name))
			{
				ids[count++] = state->policy->gateways[i].id;
			}
		}
		all -= state->policy->self >= 0;
	}
	this->mutex->unlock(this->mutex);
	this->engine->release(this->engine, token);
	order->scope.ids = ids;
	order->scope.count = count;
	order->scope.move = move;
	order->limited = move || count < all;
	return order;
}

METHOD(drain_gateways_t, followed, void,
	private_drain_gateways_t *this, const char *name)
{
	target_t *target;

	this->mutex->lock(this->mutex);
	target = get_target(this, name);
	target->followed = time_monotonic(NULL);
	target->suspect = 0;
	target->misses = 0;
	this->mutex->unlock(this->mutex);
}

/**
 * Check whether there is a gateway that clients can be sent to now.
 */
static bool has_gateway(private_drain_gateways_t *this)
{
	const policy_state_t *state;
	bool found = FALSE;
	int i, token;

	state = this->engine->acquire(this->engine, &token);
	this->mutex->lock(this->mutex);
	for (i = 0; state->policy && !found && i < state->policy->gateway_count; i++)
	{
		found = i != state->policy->self && !state->view->left_out[i] &&
				is_allowed(this, state->policy->gateways[i].name);
	}
	this->mutex->unlock(this->mutex);
	this->engine->release(this->engine, token);
	return found;
}

METHOD(drain_gateways_t, missed, bool,
	private_drain_gateways_t *this, const char *name, time_t sent)
{
	target_t *target;
	bool alive, many;

	this->mutex->lock(this->mutex);
	target = get_target(this, name);
	alive = target->followed && target->followed >= sent;
	if (!alive)
	{
		target->misses++;
		target->suspect = time_monotonic(NULL) + DRAIN_GATEWAYS_SUSPECT;
	}
	many = target->misses >= DRAIN_GATEWAYS_MISSES;
	this->mutex->unlock(this->mutex);
	return !alive && (many || has_gateway(this));
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
	this->mutex->unlock(this->mutex);
}

METHOD(drain_gateways_t, destroy, void,
	private_drain_gateways_t *this)
{
	forget(this);
	this->targets->destroy(this->targets);
	config_list_destroy(this->to);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
drain_gateways_t *drain_gateways_create(policy_engine_t *engine)
{
	private_drain_gateways_t *this;

	INIT(this,
		.public = {
			.limit = _limit,
			.create_order = _create_order,
			.followed = _followed,
			.missed = _missed,
			.reset = _reset,
			.destroy = _destroy,
		},
		.engine = engine,
		.targets = hashtable_create(hashtable_hash_str, hashtable_equals_str,
									8),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
