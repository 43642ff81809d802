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
 * What is in force when a redirect is sent in an IKE_SA: the client may be back,
 * sent on by others, before the thread that sends it goes on.
 */

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "sessions/session_mover.h"

#include <daemon.h>

#define CLIENT "203.0.113.1"

/* this gateway drains */
static const char conf[] = "self = moon\n"
	"gateways { moon { addresses = 192.0.2.1\n state = drain } " SUN MARS "}";

static policy_fixture_t policy;
static session_table_t *table;
static session_mover_t *mover;
static mock_ike_sa_t *ike_sa;

/* what came of the client that was back at once */
static redirect_decision_t back;

/* IKE_SAs that are checked out, redirects that were sent */
static int checked_out, sent;

static ike_sa_t *checkout(ike_sa_manager_t *this, ike_sa_id_t *id)
{
	checked_out++;
	return &ike_sa->public;
}

static void checkin(ike_sa_manager_t *this, ike_sa_t *ike_sa)
{
	checked_out--;
}

static ike_sa_manager_t manager = {
	.checkout = checkout,
	.checkin = checkin,
};

static enumerator_t *create_auth_cfg_enumerator(ike_sa_t *this, bool local)
{
	return enumerator_create_empty();
}

static peer_cfg_t *get_peer_cfg(ike_sa_t *this)
{
	return NULL;
}

static void queue_task(ike_sa_t *this, task_t *task)
{
	task->destroy(task);
}

/**
 * Send the redirect: mars, where the client is sent, sends it back here.
 */
static status_t initiate(ike_sa_t *this, child_cfg_t *child,
						 child_init_args_t *args)
{
	redirect_request_t request = policy_fixture_init(CLIENT, 2);

	sent++;
	request.redirected_from = policy_fixture_address("192.0.2.3");
	back = policy_fixture_decide(&policy, request);
	return SUCCESS;
}

static bool to_mars(void *data, const policy_state_t *state, int index)
{
	return streq(state->policy->gateways[index].name, "mars");
}

static session_scope_t *get_scope(void *data, const session_order_t *order)
{
	return session_scope_create(policy.engine, FALSE, to_mars, NULL);
}

START_TEST(notes_where_a_client_goes_before_it_is_told)
{
	session_move_t move = { .grace = 30 };
	session_order_t *order = session_order_create(&move, get_scope, NULL);
	session_t *session = table->find(table, 1);

	ck_assert_int_eq(mover->move(mover, session, order), SESSION_NOT_STUCK);
	ck_assert_int_eq(sent, 1);
	ck_assert_int_eq(checked_out, 0);
	assert_decision(back, SERVE, CIRCLE, "");
	table->release(table, session);
	session_order_put(order);
}
END_TEST

/* whether the gateway that sent the client here takes clients since, if asked */
static bool takes_since;

static bool came_back(void *data, const ip_address_t *from, time_t since)
{
	ip_address_t mars = policy_fixture_address("192.0.2.3");

	ck_assert(memcmp(from, &mars, sizeof(mars)) == 0);
	ck_assert_int_le(since, time_monotonic(NULL));
	return takes_since;
}

/* _i: 0 if nobody can tell, 1 if it took clients all the time, 2 if it does again */
START_TEST(sends_a_client_back_where_clients_are_taken_again)
{
	session_move_t move = { .grace = 30 };
	session_order_t *order = session_order_create(&move, get_scope, NULL);
	ip_address_t mars = policy_fixture_address("192.0.2.3");
	session_t *session;

	order->came_back = _i ? came_back : NULL;
	takes_since = _i == 2;
	table->remove(table, 1);
	table->add(table, &ike_sa->public, &mars);
	session = table->find(table, 1);
	ck_assert_int_eq(mover->move(mover, session, order),
					 takes_since ? SESSION_NOT_STUCK : SESSION_STUCK_NO_GATEWAY);
	ck_assert_int_eq(sent, takes_since);
	table->release(table, session);
	session_order_put(order);
}
END_TEST

static void setup(void)
{
	ip_address_t nowhere = {};

	ck_assert(library_init("", "charon"));
	ck_assert(libcharon_init());
	charon->ike_sa_manager = &manager;
	policy = policy_fixture_create(conf);
	table = session_table_create();
	mover = session_mover_create(table, policy.engine);
	ike_sa = mock_ike_sa_create(1, CLIENT, "carol@example.org");
	ike_sa->public.create_auth_cfg_enumerator = create_auth_cfg_enumerator;
	ike_sa->public.get_peer_cfg = get_peer_cfg;
	ike_sa->public.queue_task = queue_task;
	ike_sa->public.initiate = initiate;
	table->add(table, &ike_sa->public, &nowhere);
}

static void teardown(void)
{
	mover->destroy(mover);
	table->destroy(table);
	mock_ike_sa_destroy(ike_sa);
	policy_fixture_destroy(&policy);
	charon->ike_sa_manager = NULL;
	libcharon_deinit();
	library_deinit();
}

int main(void)
{
	Suite *suite = suite_create("session mover");
	TCase *tcase = tcase_create("redirects");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, sends_a_client_back_where_clients_are_taken_again,
						0, 3);
	tcase_add_test(tcase, notes_where_a_client_goes_before_it_is_told);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
