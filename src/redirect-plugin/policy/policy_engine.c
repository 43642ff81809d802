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
 * Connection attempts and clients that are remembered, as powers of two.
 */
#define ATTEMPT_BITS 15
#define STICKY_BITS 17

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
	 * How much this gateway has to do
	 */
	overload_level_t overload;

	/**
	 * Minute of the week, atomic
	 */
	uint32_t week_minute;

	/**
	 * TRUE to refuse clients that cannot go elsewhere while it drains
	 */
	bool refusing;

	/**
	 * FALSE while charon has no connections
	 */
	bool connected;

	/**
	 * Gateways
	 */
	gateway_table_t *table;

	/**
	 * Told of decisions that are carried out, may be NULL
	 */
	decision_log_t *log;

	/**
	 * How connection attempts were answered
	 */
	recent_table_t *attempts;

	/**
	 * Gateways that clients got, first as claimed, then proven
	 */
	recent_table_t *sticky[2];

	/**
	 * Clients redirected lately
	 */
	hop_table_t *hops;

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
										 policy ? policy->gateway_count : 0,
										 policy ? policy->slow_start : 0),
		.public = {
			.policy = policy,
			.attempts = this->attempts,
			.sticky = { this->sticky[FALSE], this->sticky[TRUE] },
			.hops = this->hops,
			.overload = this->overload,
			.week_minute = &this->week_minute,
			.refusing = this->refusing,
			.connected = this->connected,
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

METHOD(policy_engine_t, expect, uint64_t,
	private_policy_engine_t *this, const ip_address_t *remote,
	uint16_t remote_port, uint64_t spi_i)
{
	uint64_t place = this->hops->get_place(this->hops, remote);

	this->hops->expect(this->hops, place, remote_port);
	this->attempts->expect(this->attempts, ATTEMPT_KEY(place, spi_i));
	return place;
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
	overload_level_t overload = overloaded ? OVERLOAD_HIGH : OVERLOAD_NONE;

	this->mutex->lock(this->mutex);
	if (this->overload != overload)
	{
		this->overload = overload;
		publish(this);
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Take over the time of day.
 */
static void update_time(private_policy_engine_t *this)
{
	__atomic_store_n(&this->week_minute, week_minute(time(NULL)),
					 __ATOMIC_RELAXED);
}

METHOD(policy_engine_t, tick, void,
	private_policy_engine_t *this, overload_level_t overload)
{
	update_time(this);
	this->mutex->lock(this->mutex);
	if (this->table->tick(this->table) || this->overload != overload)
	{
		this->overload = overload;
		publish(this);
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Remember how a connection attempt is answered.
 *
 * @param place			hash of the client's address
 * @return				FALSE if that is a retransmitted IKE_SA_INIT request that was
 *						answered in this way before
 */
static bool remember(private_policy_engine_t *this, uint64_t place,
					 const redirect_request_t *request,
					 const redirect_decision_t *decision)
{
	uint64_t key = ATTEMPT_KEY(place, request->spi_i);
	uint32_t attempt;

	if (request->phase == REDIRECT_PHASE_INIT &&
		this->attempts->get(this->attempts, key, ATTEMPT_SECONDS, &attempt) &&
		ATTEMPT_ACTION(attempt) == decision->action)
	{
		return FALSE;
	}
	this->attempts->put(this->attempts, key,
						ATTEMPT(decision->action, decision->gateway_id));
	return TRUE;
}

/**
 * Note that a client gets the gateway that was chosen.
 */
static void assign(private_policy_engine_t *this, uint64_t place,
				   const redirect_request_t *request,
				   const redirect_decision_t *decision)
{
	bool proven = redirect_request_is_proven(request);
	bool redirected = decision->action == REDIRECT_REDIRECT;

	gateway_live_assign(decision->live, redirected, proven);
	if (redirected)
	{
		this->hops->add(this->hops, place, request, decision->gateway_id);
	}
	if (decision->sticky)
	{
		this->sticky[proven]->put(this->sticky[proven], decision->client,
								  decision->gateway_id);
	}
}

METHOD(policy_engine_t, carry_out, bool,
	private_policy_engine_t *this, const redirect_request_t *request,
	const redirect_decision_t *decision)
{
	uint64_t place = decision->place ?: request->place ?:
					 this->hops->get_place(this->hops, &request->remote);

	if (!remember(this, place, request, decision))
	{
		if (this->log)
		{
			this->log->count_retransmission(this->log);
		}
		return FALSE;
	}
	if (decision->live)
	{
		assign(this, place, request, decision);
	}
	if (decision->returned && redirect_request_is_proven(request))
	{
		gateway_live_returned(decision->returned, decision->client ?: place);
	}
	if (this->log)
	{
		this->log->report(this->log, request, decision);
	}
	return TRUE;
}

/**
 * Change something that a state has.
 */
static void set_flag(private_policy_engine_t *this, bool *flag, bool value)
{
	this->mutex->lock(this->mutex);
	if (*flag != value)
	{
		*flag = value;
		publish(this);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(policy_engine_t, set_refusing, void,
	private_policy_engine_t *this, bool refusing)
{
	set_flag(this, &this->refusing, refusing);
}

METHOD(policy_engine_t, set_connected, void,
	private_policy_engine_t *this, bool connected)
{
	set_flag(this, &this->connected, connected);
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
	this->attempts->destroy(this->attempts);
	this->sticky[FALSE]->destroy(this->sticky[FALSE]);
	this->sticky[TRUE]->destroy(this->sticky[TRUE]);
	this->hops->destroy(this->hops);
	this->public.decided->destroy(this->public.decided);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
policy_engine_t *policy_engine_create(gateway_table_t *table,
									  decision_log_t *log)
{
	private_policy_engine_t *this;

	INIT(this,
		.public = {
			.decided = decided_table_create(),
			.decide = _decide,
			.expect = _expect,
			.set_policy = _set_policy,
			.refresh = _refresh,
			.set_overloaded = _set_overloaded,
			.set_refusing = _set_refusing,
			.set_connected = _set_connected,
			.tick = _tick,
			.carry_out = _carry_out,
			.acquire = _acquire,
			.release = _release,
			.destroy = _destroy,
		},
		.state = snapshot_create(state_destroy),
		.connected = TRUE,
		.table = table,
		.log = log,
		.attempts = recent_table_create(ATTEMPT_BITS, ATTEMPT_SECONDS),
		.sticky = {
			recent_table_create(STICKY_BITS, STICKY_MAX),
			recent_table_create(STICKY_BITS, STICKY_MAX),
		},
		.hops = hop_table_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	update_time(this);
	publish(this);
	return &this->public;
}
