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
 * Decisions while everything they depend on changes under them.
 */

#include "policy_fixture.h"

#include <threading/thread.h>

/**
 * Seconds by which the clock of what is tested is ahead.
 */
static time_t ahead;

/**
 * Stands in for clock_gettime(), by an option of the linker.
 */
int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	int result = __real_clock_gettime(clock, ts);

	ts->tv_sec += ahead;
	return result;
}

/**
 * Threads that decide, and changes meanwhile.
 */
#define DECIDERS 4
#define CHANGES 300

/**
 * Configurations that alternate: clients belong to sun, or to mars.
 */
static const char *const confs[] = {
	"max_returns = 0\nself = moon\nsticky = 1h\nselector = least-loaded\n"
	"gateways { " MOON SUN " }\nrules { r { gateways = sun } }",
	"max_returns = 0\nself = moon\nselector = round-robin\n"
	"gateways { " MOON MARS " }\nrules { r { gateways = mars } }",
};

/**
 * What deciding threads share.
 */
typedef struct {
	policy_fixture_t fixture;
	bool done;
} shared_t;

/**
 * Decide and carry out until told to stop.
 *
 * @return				number of decisions, 0 if one was wrong
 */
static void *decide(void *data)
{
	shared_t *this = data;
	redirect_request_t request;
	redirect_decision_t decision;
	uintptr_t count = 0;
	bool good = TRUE;

	request = (redirect_request_t){
		.phase = REDIRECT_PHASE_INIT,
		.supported = TRUE,
	};
	ip_address_from_string("198.51.100.1", &request.remote);
	ip_address_from_string("192.0.2.1", &request.local);
	while (!__atomic_load_n(&this->done, __ATOMIC_RELAXED) || !count)
	{
		request.remote.data[3] = ++count;
		request.spi_i = count;
		decision = policy_fixture_carry_out(&this->fixture, request);
		/* one configuration or the other, never a bit of both */
		good = good && (decision.reason == REDIRECT_REASON_NO_GATEWAY ||
						(streq(decision.gateway, "sun") &&
						 decision.target.data[3] == 2) ||
						(streq(decision.gateway, "mars") &&
						 decision.target.data[3] == 3));
	}
	return (void*)(good ? count : 0);
}

START_TEST(decides_by_one_configuration_or_the_other)
{
	shared_t shared = { .fixture = policy_fixture_create(confs[0]) };
	policy_engine_t *engine = shared.fixture.engine;
	gateway_table_t *table = shared.fixture.table;
	thread_t *threads[DECIDERS];
	int i;

	for (i = 0; i < DECIDERS; i++)
	{
		threads[i] = thread_create(decide, &shared);
		ck_assert(threads[i] != NULL);
	}
	for (i = 1; i <= CHANGES; i++)
	{
		policy_fixture_reload(&shared.fixture, confs[i % 2]);
		table->testify(table, "sun", GATEWAY_WITNESS_OPERATOR,
					   i % 3 ? GATEWAY_UP : GATEWAY_DOWN, 0);
		table->set_load(table, "moon", i, i, GATEWAY_SOURCE_OPERATOR);
		engine->tick(engine, i % 5 ? OVERLOAD_NONE : OVERLOAD_HIGH);
	}
	__atomic_store_n(&shared.done, TRUE, __ATOMIC_RELAXED);
	for (i = 0; i < DECIDERS; i++)
	{
		ck_assert_ptr_nonnull(threads[i]->join(threads[i]));
	}
	policy_fixture_destroy(&shared.fixture);
}
END_TEST

START_TEST(takes_over_what_was_set_at_the_next_tick)
{
	policy_fixture_t fixture = policy_fixture_create(confs[0]);
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);

	fixture.table->set(fixture.table, "sun", GATEWAY_DISABLED, -1, -1,
			GATEWAY_SOURCE_OPERATOR);
	assert_decision(policy_fixture_decide(&fixture, request),
					REDIRECT, CAUSE, "sun");
	fixture.engine->tick(fixture.engine, OVERLOAD_NONE);
	assert_decision(policy_fixture_decide(&fixture, request),
					SERVE, NO_GATEWAY, "");
	fixture.table->set(fixture.table, "sun", GATEWAY_ACTIVE, -1, -1,
			GATEWAY_SOURCE_OPERATOR);
	fixture.engine->refresh(fixture.engine);
	assert_decision(policy_fixture_decide(&fixture, request),
					REDIRECT, CAUSE, "sun");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(shows_its_state_between_acquire_and_release)
{
	policy_fixture_t fixture = policy_fixture_create(confs[0]);
	const policy_state_t *state;
	int token;

	state = fixture.engine->acquire(fixture.engine, &token);
	ck_assert_uint_eq(state->policy->gateway_count, 2);
	ck_assert_uint_eq(state->view->count, 2);
	fixture.engine->release(fixture.engine, token);
	fixture.engine->set_policy(fixture.engine, NULL);
	state = fixture.engine->acquire(fixture.engine, &token);
	ck_assert_ptr_null(state->policy);
	ck_assert_uint_eq(state->view->count, 0);
	fixture.engine->release(fixture.engine, token);
	policy_fixture_destroy(&fixture);
}
END_TEST

/**
 * Let a client come again and again, as it has no answer from where it is sent.
 *
 * @param proven		TRUE if it authenticates here in the end
 */
static void come_back(policy_fixture_t *fixture, const char *remote, bool proven)
{
	redirect_request_t request;
	redirect_decision_t before, decision;
	static uint64_t attempts;
	int i;

	for (i = 0; i < 3; i++)
	{
		ahead += 2;
		request = policy_fixture_init(remote, ++attempts << 40);
		before = policy_fixture_carry_out(fixture, request);
	}
	assert_decision(before, SERVE, NO_GATEWAY, "");
	if (proven)
	{
		request = policy_fixture_auth("carol@example.org");
		request.remote = policy_fixture_address(remote);
		request.spi_i = attempts << 40;
		decision = policy_fixture_decide(fixture, request);
		/* as the responder does */
		decision.returned = before.returned;
		fixture->engine->carry_out(fixture->engine, &request, &decision);
		policy_fixture_forget(&request);
	}
}

START_TEST(takes_a_gateway_for_down_that_three_clients_came_back_from)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
				"gateways { " MOON SUN MARS " }\n"
				"rules { r { gateways = sun } }");
	gateway_table_t *table = fixture.table;
	redirect_request_t fresh = policy_fixture_init("198.51.100.99", 99);
	gateway_status_t status;

	/* whatever else is heard of it */
	table->testify(table, "sun", GATEWAY_WITNESS_HEARTBEAT, GATEWAY_UP, 0);
	/* one that comes again and again, and those that prove nothing, are no three */
	come_back(&fixture, "198.51.100.1", TRUE);
	come_back(&fixture, "198.51.100.1", TRUE);
	come_back(&fixture, "198.51.100.2", TRUE);
	come_back(&fixture, "198.51.100.3", FALSE);
	come_back(&fixture, "198.51.100.4", FALSE);
	fixture.engine->tick(fixture.engine, OVERLOAD_NONE);
	assert_decision(policy_fixture_decide(&fixture, fresh), REDIRECT, CAUSE, "sun");
	come_back(&fixture, "198.51.100.5", TRUE);
	fixture.engine->tick(fixture.engine, OVERLOAD_NONE);
	assert_decision(policy_fixture_decide(&fixture, fresh), SERVE, NO_GATEWAY, "");
	ck_assert(table->get_status(table, "sun", &status));
	ck_assert_int_eq(status.health, GATEWAY_DOWN);
	ck_assert_int_eq(status.health_by, GATEWAY_WITNESS_RETURNS);
	policy_fixture_destroy(&fixture);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("engine");
	TCase *tcase = tcase_create("engine");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, decides_by_one_configuration_or_the_other);
	tcase_add_test(tcase, takes_over_what_was_set_at_the_next_tick);
	tcase_add_test(tcase, shows_its_state_between_acquire_and_release);
	tcase_add_test(tcase, takes_a_gateway_for_down_that_three_clients_came_back_from);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
