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

#include "policy_engine.h"
#include "utils/snapshot.h"

#include <threading/mutex.h>

/**
 * Connection attempts whose gateway is remembered, as power of two, and for how
 * many seconds: longer than initiators retransmit an IKE_SA_INIT (165 s by
 * default in strongSwan).
 */
#define RECENT_BITS 16
#define RECENT_SECONDS 180

typedef struct private_policy_engine_t private_policy_engine_t;
typedef struct state_t state_t;

/**
 * A state with what it owns
 */
struct state_t {

	/**
	 * What decide() gets
	 */
	policy_state_t public;

	/**
	 * View of the gateways, owned
	 */
	gateway_view_t *view;
};

/**
 * Private data
 */
struct private_policy_engine_t {

	/**
	 * Public interface
	 */
	policy_engine_t public;

	/**
	 * Current state_t
	 */
	snapshot_t *state;

	/**
	 * Policy in force, NULL if none
	 */
	policy_t *policy;

	/**
	 * TRUE if this gateway is overloaded
	 */
	bool overloaded;

	/**
	 * TRUE to refuse clients that cannot go elsewhere while it drains
	 */
	bool refusing;

	/**
	 * Gateways
	 */
	gateway_table_t *table;

	/**
	 * Answers for retransmissions
	 */
	recent_t *recent;

	/**
	 * Held while the state is changed
	 */
	mutex_t *mutex;
};

/**
 * Destroy a state; policies are destroyed by who replaces them.
 */
static void state_destroy(void *data)
{
	state_t *state = data;

	gateway_view_destroy(state->view);
	free(state);
}

/**
 * Make a new state of what there is and put it in place; the mutex is held.
 */
static void publish(private_policy_engine_t *this)
{
	const policy_t *policy = this->policy;
	state_t *state;

	INIT(state,
		.view = this->table->create_view(this->table,
										 policy ? policy->gateways : NULL,
										 policy ? policy->gateway_count : 0),
		.public = {
			.policy = policy,
			.recent = this->recent,
			.overloaded = this->overloaded,
			.refusing = this->refusing,
		},
	);
	state->public.view = state->view;
	this->state->replace(this->state, state);
}

METHOD(policy_engine_t, decide, void,
	private_policy_engine_t *this, const redirect_request_t *request,
	redirect_decision_t *decision)
{
	state_t *state;
	int token;

	state = this->state->acquire(this->state, &token);
	redirect_decide(&state->public, request, decision);
	this->state->release(this->state, token);
}

METHOD(policy_engine_t, set_policy, void,
	private_policy_engine_t *this, policy_t *policy)
{
	policy_t *old;

	this->mutex->lock(this->mutex);
	old = this->policy;
	this->policy = policy;
	publish(this);
	this->mutex->unlock(this->mutex);
	policy_destroy(old);
}

METHOD(policy_engine_t, refresh, void,
	private_policy_engine_t *this)
{
	this->mutex->lock(this->mutex);
	publish(this);
	this->mutex->unlock(this->mutex);
}

METHOD(policy_engine_t, set_overloaded, void,
	private_policy_engine_t *this, bool overloaded)
{
	this->mutex->lock(this->mutex);
	if (this->overloaded != overloaded)
	{
		this->overloaded = overloaded;
		publish(this);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(policy_engine_t, set_refusing, void,
	private_policy_engine_t *this, bool refusing)
{
	this->mutex->lock(this->mutex);
	if (this->refusing != refusing)
	{
		this->refusing = refusing;
		publish(this);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(policy_engine_t, acquire, const policy_state_t*,
	private_policy_engine_t *this, int *token)
{
	state_t *state;

	state = this->state->acquire(this->state, token);
	return &state->public;
}

METHOD(policy_engine_t, release, void,
	private_policy_engine_t *this, int token)
{
	this->state->release(this->state, token);
}

METHOD(policy_engine_t, destroy, void,
	private_policy_engine_t *this)
{
	this->state->destroy(this->state);
	policy_destroy(this->policy);
	this->recent->destroy(this->recent);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
policy_engine_t *policy_engine_create(gateway_table_t *table)
{
	private_policy_engine_t *this;

	INIT(this,
		.public = {
			.decide = _decide,
			.set_policy = _set_policy,
			.refresh = _refresh,
			.set_overloaded = _set_overloaded,
			.set_refusing = _set_refusing,
			.acquire = _acquire,
			.release = _release,
			.destroy = _destroy,
		},
		.state = snapshot_create(state_destroy),
		.table = table,
		.recent = recent_create(RECENT_BITS, RECENT_SECONDS),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	publish(this);
	return &this->public;
}
