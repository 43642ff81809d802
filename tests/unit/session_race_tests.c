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

/*
 * Hooks, the timer and operators at once, as charon's threads call them. Finds
 * little by itself; ThreadSanitizer sees what is not guarded (scripts/build
 * threads).
 */

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "sessions/drain.h"
#include "sessions/rebalance.h"

#include <threading/thread.h>

#include <sched.h>

/**
 * Clients that each of the threads lets come and go, and how many of them are
 * there at a time
 */
#define CLIENTS 2000
#define THERE 200

static session_table_t *table;
static drain_t *drain;
static rebalance_t *rebalance;
static policy_fixture_t policy;

/**
 * Threads that call hooks
 */
static int hooks;

static const char conf[] = "self = moon\ngateways {\n"
	"moon { addresses = 192.0.2.1 }\nsun { addresses = 192.0.2.2 }\n"
	"mars { addresses = 192.0.2.5 } }";

static bool goes_on(void)
{
	return __atomic_load_n(&hooks, __ATOMIC_ACQUIRE) > 0;
}

/**
 * Something by chance, without a lock of the C library.
 */
static uint32_t chance(uint32_t *state, uint32_t count)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % count;
}

/**
 * What becomes of a session that is to be moved: anything.
 */
static session_stuck_t redirect(session_t *session, const session_order_t *order)
{
	static uint32_t counter;
	uint32_t state = __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED) * 2654435;
	session_move_t move = order->move;
	session_stuck_t stuck = chance(&state, SESSION_STUCK_MAX);

	if (stuck != SESSION_NOT_STUCK)
	{
		table->set_stuck(table, session, move.run, stuck);
		return stuck;
	}
	move.gateway = chance(&state, 2) ? "sun" : "mars";
	if (!table->begin(table, session, &move))
	{
		return SESSION_STUCK_NOTHING;
	}
	table->built(table, session);
	if (chance(&state, 2))
	{
		table->answered(table, session, chance(&state, 4) == 0);
	}
	else
	{
		table->unanswered(table, session);
	}
	return SESSION_NOT_STUCK;
}

static void move_later(session_mover_t *mover, session_t *session,
					   session_order_t *order, uint32_t delay,
					   session_moved_t moved, void *data)
{
	session_scope_t *scope = order->get_scope(order->data, order);

	moved(data, session, scope ? redirect(session, order)
							   : SESSION_STUCK_NOTHING);
	session_scope_put(scope);
	table->release(table, session);
}

static void delete_(session_mover_t *mover, session_t *session,
					session_deleted_t reason)
{
	table->cut(table, session, reason);
}

static session_mover_t mover = {
	.move_later = move_later,
	.delete = delete_,
};

static void outcome(void *data, const session_info_t *info,
					session_outcome_t outcome)
{
	drain->outcome(drain, info, outcome);
	rebalance->outcome(rebalance, info, outcome);
}

/**
 * Let clients come, be rekeyed, roam, leave and come back.
 */
static void *call_hooks(void *data)
{
	static const ip_address_t nowhere;
	uint32_t first = 1 + (uintptr_t)data * 10 * CLIENTS, i, id;
	mock_ike_sa_t *ike_sa, *new;
	char name[32];

	for (i = 0; i < CLIENTS + THERE; i++)
	{
		id = first + i;
		snprintf(name, sizeof(name), "c%u@example.org", id % 50);
		ike_sa = mock_ike_sa_create(id, "203.0.113.1", name);
		if (i < CLIENTS)
		{
			table->add(table, &ike_sa->public, &nowhere);
		}
		table->update(table, id, ike_sa->me, ike_sa->other);
		if (i % 3 == 0)
		{
			new = mock_ike_sa_create(id + 5 * CLIENTS, "203.0.113.1", name);
			table->rekey(table, &ike_sa->public, &new->public);
			mock_ike_sa_destroy(new);
		}
		if (i >= THERE)
		{
			id = id - THERE + ((i - THERE) % 3 ? 0 : 5 * CLIENTS);
			if (i % 5)
			{
				table->client_deletes(table, id);
			}
			table->remove(table, id);
		}
		mock_ike_sa_destroy(ike_sa);
		sched_yield();
	}
	__atomic_fetch_sub(&hooks, 1, __ATOMIC_RELEASE);
	return NULL;
}

/**
 * Do what is done once a second, as often as possible.
 */
static void *tick(void *data)
{
	session_info_t info;
	session_t *session;
	array_t *due;

	while (goes_on())
	{
		due = table->get_due(table, SESSION_LEAVING, time_monotonic(NULL) + 2);
		while (array_remove(due, ARRAY_TAIL, &session))
		{
			if (table->get_info(table, session, &info))
			{
				table->conclude(table, session, drain->judge(drain, &info));
			}
			table->release(table, session);
		}
		array_destroy(due);
		drain->tick(drain);
		rebalance->tick(rebalance, drain->is_on(drain));
	}
	return NULL;
}

/**
 * Do what operators may do.
 */
static void *operate(void *data)
{
	session_config_t config = {
		.grace = 1,
		.drain = { .rate = 100000 },
		.rebalance = { .share = 100, .margin = 1, .period = 1 },
	};
	uint32_t state = (uintptr_t)data;
	rebalance_status_t status, rebalanced;
	drain_progress_t progress;
	drain_options_t options;
	const char *error;

	while (goes_on())
	{
		switch (chance(&state, 8))
		{
			case 0:
			case 1:
				options = drain->get_defaults(drain);
				options.deadline = chance(&state, 2);
				if (chance(&state, 2))
				{
					session_filter_set(&options.filter, "id", "*1@example.org");
				}
				drain->start(drain, &options, &error);
				break;
			case 2:
				drain->stop(drain);
				break;
			case 3:
				rebalance->set(rebalance, chance(&state, 2), &rebalanced);
				break;
			case 4:
				config.rebalance.enabled = chance(&state, 2);
				drain->configure(drain, &config);
				rebalance->configure(rebalance, &config);
				break;
			case 5:
				policy.table->set_load(policy.table, "sun", chance(&state, 100),
									   chance(&state, 1000),
									   GATEWAY_SOURCE_OPERATOR);
				policy.engine->refresh(policy.engine);
				break;
			case 6:
				policy.table->set(policy.table, "mars", chance(&state, 3), -1, -1,
								  GATEWAY_SOURCE_OPERATOR);
				policy.engine->refresh(policy.engine);
				break;
			default:
				rebalance->get_status(rebalance, &status);
				drain->get_progress(drain, &progress);
				policy_fixture_reload(&policy, conf);
				break;
		}
		sched_yield();
	}
	return NULL;
}

START_TEST(keeps_count_of_sessions_whatever_threads_do)
{
	void *(*const run[])(void*) = {
		call_hooks, call_hooks, tick, operate, operate,
	};
	thread_t *threads[countof(run)];
	const session_info_t *info;
	enumerator_t *enumerator;
	session_counts_t counts;
	session_t *session;
	u_int i, members = 0, there = 0;

	hooks = 2;
	for (i = 0; i < countof(run); i++)
	{
		threads[i] = thread_create(run[i], (void*)(uintptr_t)i);
	}
	for (i = 0; i < countof(run); i++)
	{
		threads[i]->join(threads[i]);
	}
	drain->stop(drain);
	/* all are gone, or deleted by nobody: what is left is what is counted */
	enumerator = table->create_enumerator(table, NULL);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		there++;
		members += info->member;
	}
	enumerator->destroy(enumerator);
	for (i = 0; i < SESSION_STATE_MAX; i++)
	{
		there -= table->get_count(table, i);
	}
	ck_assert_uint_eq(there, 0);
	ck_assert_uint_eq(members, 0);
	table->get_counts(table, &counts);
	for (i = 0; i < SESSION_STATE_MAX; i++)
	{
		ck_assert_uint_eq(counts.states[i], 0);
	}
	ck_assert_uint_eq(table->get_dropped(table), 0);
}
END_TEST

static void setup(void)
{
	session_config_t config = { .grace = 1, .drain = { .rate = 100000 } };

	lib->processor->set_threads(lib->processor, 4);
	policy = policy_fixture_create(conf);
	table = session_table_create();
	drain = drain_create(table, &mover, policy.engine, policy.table);
	rebalance = rebalance_create(table, &mover, policy.engine, policy.table);
	drain->configure(drain, &config);
	rebalance->configure(rebalance, &config);
	table->set_observer(table, outcome, NULL);
}

static void teardown(void)
{
	lib->processor->cancel(lib->processor);
	rebalance->destroy(rebalance);
	drain->destroy(drain);
	table->destroy(table);
	policy_fixture_destroy(&policy);
}

int main(void)
{
	Suite *suite = suite_create("races of sessions");
	TCase *tcase = tcase_create("threads");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, keeps_count_of_sessions_whatever_threads_do);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
