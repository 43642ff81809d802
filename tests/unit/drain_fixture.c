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

#include "drain_fixture.h"
#include "virtual_time.h"

#include <processing/jobs/callback_job.h>

typedef struct later_t later_t;

/**
 * A session that is moved after a while.
 */
struct later_t {
	drain_fixture_t *fixture;
	session_t *session;
	session_order_t *order;
	session_moved_t moved;
	void *data;
};

/**
 * Note that a client is asked for.
 */
static void note_asked(drain_fixture_t *this, uint32_t unique_id)
{
	if (unique_id < countof(this->asked) &&
		this->asked[unique_id]++ == 0)
	{
		this->order[this->asked_first++] = unique_id;
	}
}

/**
 * Check whether a client may be sent to the gateway that clients are sent to.
 */
static bool may_go(drain_fixture_t *this, const session_info_t *info,
				   const session_order_t *order)
{
	policy_engine_t *engine = this->policy.engine;
	const policy_state_t *state;
	int i = 0, token, from;
	bool may;

	state = engine->acquire(engine, &token);
	from = policy_find_gateway(state->policy, &info->from);
	while (!streq(state->policy->gateways[i].name, this->gateway))
	{
		i++;
	}
	may = !state->view->left_out[i] && (from != i ||
			!session_order_remembers(order, info, time_monotonic(NULL)));
	engine->release(engine, token);
	return may;
}

/**
 * Redirect a session.
 */
static session_stuck_t redirect(drain_fixture_t *this, session_t *session,
								const session_info_t *info,
								session_order_t *order, session_scope_t *scope)
{
	session_move_t move = order->move;
	session_stuck_t stuck = SESSION_NOT_STUCK;

	move.gateway = this->gateway;
	if ((scope->limited && !scope->scope.count) ||
		(info->from.version && !may_go(this, info, order)))
	{
		stuck = SESSION_STUCK_NO_GATEWAY;
	}
	else if (this->check)
	{
		stuck = this->check(this, info, scope);
	}
	if (stuck)
	{
		this->table->set_stuck(this->table, session, move.run, stuck);
		return stuck;
	}
	if (!this->table->begin(this->table, session, &move))
	{
		return SESSION_STUCK_NOTHING;
	}
	this->table->built(this->table, session);
	this->table->answered(this->table, session, FALSE);
	if (this->client)
	{
		this->client(this, session, info);
	}
	return SESSION_NOT_STUCK;
}

/**
 * Move a session.
 */
static job_requeue_t move(void *data)
{
	later_t *later = data;
	drain_fixture_t *this = later->fixture;
	session_order_t *order = later->order;
	session_scope_t *scope = order->get_scope(order->data, order);
	session_stuck_t stuck = SESSION_STUCK_NOTHING;
	session_info_t info;

	if (scope && this->table->get_info(this->table, later->session, &info))
	{
		note_asked(this, info.unique_id);
		stuck = redirect(this, later->session, &info, order, scope);
	}
	session_scope_put(scope);
	later->moved(later->data, later->session, stuck);
	return JOB_REQUEUE_NONE;
}

/**
 * A session was moved, or never will be.
 */
static void forget(void *data)
{
	later_t *later = data;

	later->fixture->table->release(later->fixture->table, later->session);
	session_order_put(later->order);
	free(later);
}

/**
 * Move a session when its time has come.
 */
static void move_later(session_mover_t *mover, session_t *session,
					   session_order_t *order, uint32_t delay,
					   session_moved_t moved_cb, void *data)
{
	later_t *later;

	INIT(later,
		.fixture = (drain_fixture_t*)((char*)mover -
											offsetof(drain_fixture_t, mover)),
		.session = session,
		.order = session_order_get(order),
		.moved = moved_cb,
		.data = data,
	);
	lib->scheduler->schedule_job_ms(lib->scheduler,
			(job_t*)callback_job_create(move, later, forget, NULL), delay);
}

/**
 * Delete a session.
 */
static void delete_(session_mover_t *mover, session_t *session,
					session_deleted_t reason)
{
	drain_fixture_t *this = (drain_fixture_t*)((char*)mover -
											offsetof(drain_fixture_t, mover));
	session_info_t info;

	if (this->table->get_info(this->table, session, &info) &&
		this->table->cut(this->table, session, reason))
	{
		this->deleted++;
		this->table->remove(this->table, info.unique_id);
	}
}

/**
 * Note an outcome.
 */
static void told(void *data, const session_info_t *info,
				 session_outcome_t outcome)
{
	drain_fixture_t *this = data;

	this->outcomes[outcome]++;
	this->drain->outcome(this->drain, info, outcome);
	this->rebalance->outcome(this->rebalance, info, outcome);
}

/*
 * Described in header
 */
drain_fixture_t *drain_fixture_create_other(const char *self)
{
	drain_fixture_t *this;
	char conf[512];

	virtual_time_begin();
	snprintf(conf, sizeof(conf), "self = %s\ngateways { " MOON SUN MARS "}",
			 self);
	INIT(this,
		.policy = policy_fixture_create(conf),
		.table = session_table_create(),
		.mover = {
			.move_later = move_later,
			.delete = delete_,
		},
		.config = {
			.grace = 30,
			.drain = {
				.rate = 1000,
			},
			.rebalance = {
				.share = 100,
				.margin = 10,
				.period = 10,
			},
		},
		.gateway = streq(self, "moon") ? "sun" : "moon",
	);
	this->drain = drain_create(this->table, &this->mover, this->policy.engine,
							   this->policy.table);
	this->rebalance = rebalance_create(this->table, &this->mover,
									   this->policy.engine, this->policy.table);
	this->drain->configure(this->drain, &this->config);
	this->rebalance->configure(this->rebalance, &this->config);
	this->table->set_observer(this->table, told, this);
	return this;
}

/*
 * Described in header
 */
drain_fixture_t *drain_fixture_create(void)
{
	return drain_fixture_create_other("moon");
}

/*
 * Described in header
 */
void drain_fixture_destroy(drain_fixture_t *this)
{
	virtual_time_end();
	this->rebalance->destroy(this->rebalance);
	this->drain->destroy(this->drain);
	this->table->destroy(this->table);
	policy_fixture_destroy(&this->policy);
	free(this);
}

/*
 * Described in header
 */
void drain_fixture_add(drain_fixture_t *this, uint32_t unique_id,
					   const char *net)
{
	ip_address_t nowhere = {};

	drain_fixture_add_from(this, unique_id, net, &nowhere);
}

/*
 * Described in header
 */
void drain_fixture_add_from(drain_fixture_t *this, uint32_t unique_id,
							const char *net, const ip_address_t *from)
{
	char remote[32], id[32];
	mock_ike_sa_t *ike_sa;

	snprintf(remote, sizeof(remote), "%s.%u", net, unique_id % 256);
	snprintf(id, sizeof(id), "c%u@example.org", unique_id);
	ike_sa = mock_ike_sa_create(unique_id, remote, id);
	this->table->add(this->table, &ike_sa->public, from);
	mock_ike_sa_destroy(ike_sa);
}

/*
 * Described in header
 */
const char *drain_fixture_drain(drain_fixture_t *this, const char *id)
{
	drain_options_t options = this->drain->get_defaults(this->drain);
	const char *error = NULL;

	if (id)
	{
		ck_assert(session_filter_set(&options.filter, "id", id));
	}
	ck_assert(this->drain->start(this->drain, &options, &error) == !error);
	return error;
}

/*
 * Described in header
 */
void drain_fixture_tick(drain_fixture_t *this)
{
	session_verdict_t verdict;
	session_info_t info;
	session_t *session;
	array_t *due;

	this->policy.engine->tick(this->policy.engine, OVERLOAD_NONE);
	/* as session_mover_t.expire() */
	due = this->table->get_due(this->table, SESSION_LEAVING,
							   time_monotonic(NULL));
	while (array_remove(due, ARRAY_TAIL, &session))
	{
		if (this->table->get_info(this->table, session, &info))
		{
			verdict = this->drain->judge(this->drain, &info);
			if (this->table->conclude(this->table, session, verdict) &&
				verdict == SESSION_DELETE)
			{
				this->deleted++;
				this->table->remove(this->table, info.unique_id);
			}
		}
		this->table->release(this->table, session);
	}
	array_destroy(due);
	this->drain->tick(this->drain);
	this->rebalance->tick(this->rebalance, this->drain->is_on(this->drain));
}

/*
 * Described in header
 */
void drain_fixture_pass(drain_fixture_t *this, u_int seconds)
{
	while (seconds--)
	{
		virtual_time_pass(1000);
		drain_fixture_tick(this);
	}
	/* jobs that are begun */
	virtual_time_pass(0);
}

/*
 * Described in header
 */
drain_progress_t drain_fixture_progress(drain_fixture_t *this)
{
	drain_progress_t progress;

	this->drain->get_progress(this->drain, &progress);
	return progress;
}

/*
 * Described in header
 */
session_info_t drain_fixture_info(drain_fixture_t *this, uint32_t unique_id)
{
	session_info_t info = {};
	session_t *session;

	session = this->table->find(this->table, unique_id);
	ck_assert_ptr_nonnull(session);
	ck_assert(this->table->get_info(this->table, session, &info));
	this->table->release(this->table, session);
	return info;
}

/*
 * Described in header
 */
void drain_fixture_leave(drain_fixture_t *this, session_t *session,
						 const session_info_t *info)
{
	this->table->client_deletes(this->table, info->unique_id);
	this->table->remove(this->table, info->unique_id);
}
