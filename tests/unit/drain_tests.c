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
 * Drains: nobody is cut to be sent nowhere, nobody waits behind somebody who
 * cannot move, and what is told is what happened.
 */

#include "drain_fixture.h"
#include "virtual_time.h"

/**
 * Establish clients.
 */
static void add(drain_fixture_t *this, uint32_t first, uint32_t last,
				const char *net)
{
	while (first <= last)
	{
		drain_fixture_add(this, first++, net);
	}
}

/**
 * Have sun shown to be alive, or dead.
 */
static void show(drain_fixture_t *this, gateway_verdict_t verdict)
{
	gateway_table_t *table = this->policy.table;

	ck_assert(table->testify(table, "sun", GATEWAY_WITNESS_PROBE, verdict, 0));
	this->policy.engine->refresh(this->policy.engine);
}

/**
 * Take mars away, so that there is sun only.
 */
static void only_sun(drain_fixture_t *this)
{
	gateway_table_t *table = this->policy.table;

	ck_assert(table->set(table, "mars", GATEWAY_DISABLED, -1, -1,
						 GATEWAY_SOURCE_OPERATOR));
	this->policy.engine->refresh(this->policy.engine);
}

/* those of 198.51.100.x have no gateway, others if there is any */
static bool sun_is_back;

static session_stuck_t some_homeless(drain_fixture_t *this,
									 const session_info_t *info,
									 const session_scope_t *scope)
{
	return info->remote.data[0] == 203 && sun_is_back ? SESSION_NOT_STUCK
													  : SESSION_STUCK_NO_GATEWAY;
}

/* R5-8: a gateway may delete; that is for clients that could have left */
START_TEST(cuts_nobody_as_long_as_no_gateway_is_shown_to_be_alive)
{
	drain_fixture_t *this = drain_fixture_create();

	only_sun(this);
	add(this, 1, 40, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 400);
	ck_assert_uint_eq(this->deleted, 0);
	ck_assert_uint_eq(this->table->get_count(this->table, SESSION_HERE) +
					  this->table->get_count(this->table, SESSION_LEAVING), 40);
	/* and says so */
	ck_assert_int_ne(drain_fixture_progress(this).state, DRAIN_DONE);
	ck_assert_uint_le(this->outcomes[SESSION_SENT], 40 * SESSION_TRIES);
	drain_fixture_pass(this, 100);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_STALLED);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(goes_on_when_a_gateway_is_shown_to_be_alive)
{
	drain_fixture_t *this = drain_fixture_create();

	only_sun(this);
	add(this, 1, 10, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 300);
	ck_assert_uint_eq(this->table->get_count(this->table, SESSION_HERE), 10);
	this->client = drain_fixture_leave;
	show(this, GATEWAY_UP);
	drain_fixture_pass(this, 80);
	ck_assert_uint_eq(this->outcomes[SESSION_DEPARTED], 10);
	ck_assert_uint_eq(this->deleted, 0);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(deletes_who_stays_though_its_gateway_is_alive)
{
	drain_fixture_t *this = drain_fixture_create();
	int i;

	only_sun(this);
	add(this, 1, 5, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	for (i = 0; i < 35; i++)
	{
		show(this, GATEWAY_UP);
		drain_fixture_pass(this, 1);
	}
	ck_assert_uint_eq(this->deleted, 5);
	ck_assert_uint_eq(this->table->get_deleted(this->table,
											   SESSION_DELETED_IGNORED), 5);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], 5);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(takes_no_older_sign_of_life_for_a_proof)
{
	drain_fixture_t *this = drain_fixture_create();

	only_sun(this);
	add(this, 1, 5, "203.0.113");
	drain_fixture_pass(this, 5);
	show(this, GATEWAY_UP);
	drain_fixture_pass(this, 5);
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 120);
	ck_assert_uint_eq(this->deleted, 0);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(deletes_who_stays_if_asked_to)
{
	drain_fixture_t *this = drain_fixture_create();

	only_sun(this);
	this->config.drain.ignored = SESSION_IGNORED_DELETE;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 5, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 40);
	ck_assert_uint_eq(this->deleted, 5);
	drain_fixture_destroy(this);
}
END_TEST

/**
 * End a drain in each way while clients have their grace, with a gateway that is
 * alive.
 */
static void end_in_grace(int way)
{
	drain_fixture_t *this = drain_fixture_create();
	int i;

	only_sun(this);
	if (way == 1)
	{
		this->config.drain.deadline = 10;
		this->drain->configure(this->drain, &this->config);
	}
	add(this, 1, 5, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, way == 2 ? "*@example.org"
														  : NULL));
	drain_fixture_pass(this, 5);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], 5);
	switch (way)
	{
		case 0:
			ck_assert(this->drain->stop(this->drain));
			break;
		case 2:
			ck_assert_ptr_null(drain_fixture_drain(this, NULL));
			this->check = some_homeless;
			sun_is_back = FALSE;
			break;
		default:
			break;
	}
	for (i = 0; i < 40; i++)
	{
		show(this, GATEWAY_UP);
		drain_fixture_pass(this, 1);
	}
	ck_assert_uint_eq(this->deleted, 0);
	ck_assert_uint_eq(this->table->get_count(this->table, SESSION_HERE), 5);
	drain_fixture_destroy(this);
}

START_TEST(cuts_nobody_whose_drain_was_stopped)
{
	end_in_grace(0);
}
END_TEST

START_TEST(cuts_nobody_whose_drain_met_its_deadline)
{
	end_in_grace(1);
}
END_TEST

START_TEST(judges_by_the_drain_that_sent_the_redirect)
{
	end_in_grace(2);
}
END_TEST

/* R7-1: a client ignores redirects that are too many within five minutes */
START_TEST(waits_for_who_was_redirected_here_lately)
{
	drain_fixture_t *this = drain_fixture_create();
	session_info_t info = { .gateway = "sun", .tries = 1,
							.ignored = SESSION_IGNORED_PROVEN };
	int i;

	only_sun(this);
	add(this, 1, 5, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	for (i = 0; i < 20; i++)
	{
		show(this, GATEWAY_UP);
		drain_fixture_pass(this, 1);
	}
	info.run = drain_fixture_progress(this).run;
	info.sent = time_monotonic(NULL) - 15;
	info.since = time_monotonic(NULL) - 100;
	ck_assert_int_eq(this->drain->judge(this->drain, &info), SESSION_DELETE);
	info.from.version = 4;
	ck_assert_int_eq(this->drain->judge(this->drain, &info), SESSION_WAIT);
	info.since = time_monotonic(NULL) - 300;
	ck_assert_int_eq(this->drain->judge(this->drain, &info), SESSION_DELETE);
	info.missed = TRUE;
	ck_assert_int_eq(this->drain->judge(this->drain, &info), SESSION_AGAIN);
	drain_fixture_destroy(this);
}
END_TEST

/**
 * The first of all logs off, the others stay.
 */
static void log_off(drain_fixture_t *this, session_t *session,
					const session_info_t *info)
{
	if (this->outcomes[SESSION_DEPARTED] == 0)
	{
		drain_fixture_leave(this, session, info);
	}
}

START_TEST(takes_no_log_off_for_an_arrival)
{
	drain_fixture_t *this = drain_fixture_create();

	this->client = log_off;
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 10);
	ck_assert_uint_eq(this->outcomes[SESSION_DEPARTED], 1);
	/* to mars, as sun is dead */
	this->gateway = "mars";
	this->client = drain_fixture_leave;
	drain_fixture_pass(this, 30);
	ck_assert_uint_eq(this->outcomes[SESSION_DEPARTED], 4);
	ck_assert_uint_eq(this->deleted, 0);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(is_done_only_when_nobody_may_come_back)
{
	drain_fixture_t *this = drain_fixture_create();

	this->client = drain_fixture_leave;
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 25);
	ck_assert_uint_eq(drain_fixture_progress(this).left, 0);
	ck_assert_uint_eq(drain_fixture_progress(this).departed, 4);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_RUNNING);
	ck_assert_uint_eq(drain_fixture_progress(this).outcomes[SESSION_FOLLOWED], 0);
	drain_fixture_pass(this, 10);
	ck_assert_uint_eq(drain_fixture_progress(this).departed, 0);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_DONE);
	ck_assert_uint_eq(drain_fixture_progress(this).outcomes[SESSION_FOLLOWED], 4);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(is_done_at_once_if_the_gateway_is_shown_to_be_alive)
{
	drain_fixture_t *this = drain_fixture_create();

	this->client = drain_fixture_leave;
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 2);
	show(this, GATEWAY_UP);
	drain_fixture_pass(this, 2);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_DONE);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(redirects_who_comes_back_a_few_times_only)
{
	drain_fixture_t *this = drain_fixture_create();
	u_int id = 1, i;

	this->client = drain_fixture_leave;
	add(this, 1, 1, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	for (i = 0; i < 600; i++)
	{
		drain_fixture_pass(this, 1);
		if (this->outcomes[SESSION_DEPARTED] == id)
		{	/* deletes first, asks the dead gateway, and is back */
			char name[32];
			ip_address_t nowhere = {};
			mock_ike_sa_t *ike_sa;

			id++;
			snprintf(name, sizeof(name), "c1@example.org");
			ike_sa = mock_ike_sa_create(id, "203.0.113.1", name);
			this->table->add(this->table, &ike_sa->public, &nowhere);
			mock_ike_sa_destroy(ike_sa);
		}
	}
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], SESSION_TRIES);
	ck_assert_uint_eq(this->outcomes[SESSION_RETURNED], SESSION_TRIES);
	ck_assert_uint_eq(this->outcomes[SESSION_FOLLOWED], 0);
	ck_assert_int_eq(drain_fixture_info(this, id).stuck, SESSION_STUCK_RETURNED);
	ck_assert_int_ne(drain_fixture_progress(this).state, DRAIN_DONE);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(moves_those_who_can_though_the_oldest_cannot)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = some_homeless;
	this->client = drain_fixture_leave;
	sun_is_back = FALSE;
	add(this, 1, 3, "198.51.100");
	add(this, 4, 50, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 2);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_STALLED);
	sun_is_back = TRUE;
	drain_fixture_pass(this, 12);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], 47);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(asks_again_as_soon_as_another_gateway_takes_clients)
{
	drain_fixture_t *this = drain_fixture_create();
	gateway_table_t *table = this->policy.table;

	this->client = drain_fixture_leave;
	add(this, 1, 5, "203.0.113");
	ck_assert(table->set(table, "sun", GATEWAY_DISABLED, -1, -1,
						 GATEWAY_SOURCE_OPERATOR));
	only_sun(this);
	this->check = some_homeless;
	sun_is_back = FALSE;
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 2);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_STALLED);
	ck_assert(table->set(table, "sun", GATEWAY_ACTIVE, -1, -1,
						 GATEWAY_SOURCE_OPERATOR));
	sun_is_back = TRUE;
	drain_fixture_pass(this, 2);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], 5);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(finds_the_few_who_can_go_in_a_crowd_that_cannot)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = some_homeless;
	this->client = drain_fixture_leave;
	sun_is_back = TRUE;
	/* slow, but who stays costs nothing of the rate */
	this->config.drain.rate = 5;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 195, "198.51.100");
	add(this, 196, 200, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 5);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], 5);
	drain_fixture_destroy(this);
}
END_TEST

/**
 * Clients that ask how many gateways they may be moved to.
 */
static u_int with_sun, without_sun;

static session_stuck_t count_scope(drain_fixture_t *this,
								   const session_info_t *info,
								   const session_scope_t *scope)
{
	(*(scope->limited && scope->scope.count == 1 ? &without_sun : &with_sun))++;
	return SESSION_STUCK_BUSY;
}

START_TEST(sends_nobody_who_waits_to_a_gateway_found_dead)
{
	drain_fixture_t *this = drain_fixture_create();
	session_info_t missed = { .gateway = "sun", .tries = 1 };

	this->check = count_scope;
	with_sun = without_sun = 0;
	this->config.drain.rate = 10;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 60, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	missed.run = drain_fixture_progress(this).run;
	missed.sent = time_monotonic(NULL) - 30;
	ck_assert_int_eq(this->drain->judge(this->drain, &missed), SESSION_AGAIN);
	with_sun = 0;
	drain_fixture_pass(this, 9);
	ck_assert_uint_gt(without_sun, 60);
	/* but one that was just asked for */
	ck_assert_uint_le(with_sun, 1);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(asks_in_an_order_that_nobody_can_tell)
{
	drain_fixture_t *this;
	u_int i, same = 0, first[64];

	this = drain_fixture_create();
	this->check = count_scope;
	add(this, 1, 64, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 1);
	ck_assert_uint_eq(this->asked_first, 64);
	memcpy(first, this->order, sizeof(first));
	for (i = 0; i < 64; i++)
	{
		same += this->order[i] == i + 1;
	}
	/* the chance of 16 in place is 1 in 10^13 */
	ck_assert_uint_lt(same, 16);
	drain_fixture_destroy(this);

	this = drain_fixture_create();
	this->check = count_scope;
	add(this, 1, 64, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 1);
	for (i = same = 0; i < 64; i++)
	{
		same += this->order[i] == first[i];
	}
	ck_assert_uint_lt(same, 16);
	drain_fixture_destroy(this);
}
END_TEST

/**
 * Begin a drain, or change the one that goes on, to some gateway only.
 */
static void drain_to(drain_fixture_t *this, char *gateway,
					 session_ignored_t ignored)
{
	drain_options_t options = this->drain->get_defaults(this->drain);
	const char *error = NULL;

	options.to = config_list_create(gateway);
	options.ignored = ignored;
	options.rate = 20;
	ck_assert(this->drain->start(this->drain, &options, &error));
}

/* gateway the drain goes to, and clients asked for while it was another one */
static const char *only;
static u_int elsewhere;

/**
 * Only those that may go to one gateway.
 */
static session_stuck_t check_only(drain_fixture_t *this,
								  const session_info_t *info,
								  const session_scope_t *scope)
{
	elsewhere += !scope->limited || scope->scope.count != 1 ||
				 scope->scope.ids[0] != gateway_hash(chunk_from_str((char*)only));
	return SESSION_NOT_STUCK;
}

/* what a second drain changes holds for those that jobs are moving already */
START_TEST(a_second_drain_holds_for_those_that_are_on_their_turn)
{
	drain_fixture_t *this = drain_fixture_create();
	u_int i, sent, first;

	this->check = check_only;
	elsewhere = 0;
	add(this, 1, 20, "203.0.113");
	only = this->gateway = "sun";
	drain_to(this, "sun", SESSION_IGNORED_DELETE);
	/* the first waves: some are redirected, others have a job that waits */
	virtual_time_pass(400);
	sent = drain_fixture_progress(this).sent;
	ck_assert_uint_gt(sent, 0);
	only = this->gateway = "mars";
	drain_to(this, "mars", SESSION_IGNORED_KEEP);
	drain_fixture_pass(this, 10);
	ck_assert_uint_eq(elsewhere, 0);
	ck_assert_uint_eq(drain_fixture_progress(this).sent, 20);
	for (i = 1, first = 0; i <= 20; i++)
	{
		session_info_t info = drain_fixture_info(this, i);

		ck_assert_int_eq(info.ignored, streq(info.gateway, "sun")
						 ? SESSION_IGNORED_DELETE : SESSION_IGNORED_KEEP);
		first += streq(info.gateway, "sun");
	}
	ck_assert_uint_eq(first, sent);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(refuses_a_drain_of_some_beside_another_one)
{
	drain_fixture_t *this = drain_fixture_create();
	uint32_t run;

	this->check = count_scope;
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, "c1@example.org"));
	run = drain_fixture_progress(this).run;
	ck_assert_str_eq(drain_fixture_drain(this, "c2@example.org"),
					 "other clients are being moved: wait, or undrain first");
	ck_assert_uint_eq(drain_fixture_progress(this).run, run);
	/* one of all takes its place, with another number */
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	ck_assert_uint_eq(drain_fixture_progress(this).run, run + 1);
	ck_assert_uint_eq(drain_fixture_progress(this).left, 4);
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	ck_assert_uint_eq(drain_fixture_progress(this).run, run + 1);
	ck_assert_ptr_nonnull(drain_fixture_drain(this, "c2@example.org"));
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(lets_a_drain_of_nobody_be_in_the_way_of_none)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = count_scope;
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, "nobody@example.org"));
	ck_assert_uint_eq(drain_fixture_progress(this).total, 0);
	ck_assert(!this->drain->stop(this->drain));
	ck_assert_ptr_null(drain_fixture_drain(this, "c2@example.org"));
	ck_assert_uint_eq(drain_fixture_progress(this).left, 1);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(changes_nothing_of_a_gateway_that_does_not_drain)
{
	drain_fixture_t *this = drain_fixture_create();
	gateway_table_t *table = this->policy.table;
	gateway_status_t status;

	table->set(table, "moon", GATEWAY_DISABLED, -1, -1, GATEWAY_SOURCE_OPERATOR);
	ck_assert(!this->drain->stop(this->drain));
	ck_assert(table->get_status(table, "moon", &status));
	ck_assert_int_eq(status.state, GATEWAY_DISABLED);
	/* one of some changes no state, and goes with none that begins */
	table->set(table, "moon", GATEWAY_ACTIVE, -1, -1, GATEWAY_SOURCE_OPERATOR);
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, "c2@example.org"));
	table->set(table, "moon", GATEWAY_DRAIN, -1, -1, GATEWAY_SOURCE_OPERATOR);
	ck_assert(this->drain->stop(this->drain));
	ck_assert(table->get_status(table, "moon", &status));
	ck_assert_int_eq(status.state, GATEWAY_ACTIVE);
	/* and one that did not begin yet is stopped */
	table->set(table, "moon", GATEWAY_DRAIN, -1, -1, GATEWAY_SOURCE_OPERATOR);
	ck_assert(this->drain->stop(this->drain));
	ck_assert(table->get_status(table, "moon", &status));
	ck_assert_int_eq(status.state, GATEWAY_ACTIVE);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(refuses_a_drain_of_some_after_the_deadline_of_one_of_all)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = count_scope;
	this->config.drain.deadline = 2;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 4);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_ENDED);
	ck_assert_ptr_nonnull(drain_fixture_drain(this, "c2@example.org"));
	drain_fixture_pass(this, 3);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_ENDED);
	ck_assert(this->drain->is_on(this->drain));
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(blocks_nothing_once_a_drain_of_some_ended)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = count_scope;
	this->config.drain.deadline = 2;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, "c1@example.org"));
	drain_fixture_pass(this, 4);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_ENDED);
	ck_assert_uint_eq(drain_fixture_progress(this).left, 1);
	ck_assert(!this->drain->is_on(this->drain));
	ck_assert_ptr_null(drain_fixture_drain(this, "c2@example.org"));
	drain_fixture_destroy(this);
}
END_TEST

/**
 * Have sun take its share.
 */
static void rebalance(drain_fixture_t *this)
{
	rebalance_status_t status;

	this->policy.table->set_load(this->policy.table, "sun", 0,
								 REDIRECT_SELECTOR_UNKNOWN,
								 GATEWAY_SOURCE_OPERATOR);
	this->policy.engine->refresh(this->policy.engine);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, TRUE, &status));
}

/* c1 cannot move; it stays a client as others when its drain is over */
START_TEST(rebalances_once_a_drain_of_some_ended)
{
	drain_fixture_t *this = drain_fixture_create();
	rebalance_status_t status;

	this->check = count_scope;
	this->config.drain.deadline = 2;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 8, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, "c1@example.org"));
	drain_fixture_pass(this, 12);
	ck_assert_int_eq(drain_fixture_progress(this).state, DRAIN_ENDED);
	this->check = NULL;
	this->client = drain_fixture_leave;
	rebalance(this);
	drain_fixture_pass(this, 60);
	this->rebalance->get_status(this->rebalance, &status);
	ck_assert_uint_ge(status.sent, 3);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(deletes_who_is_left_at_the_deadline_if_asked_to)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = count_scope;
	this->config.drain.deadline = 2;
	this->config.drain.delete_rest = TRUE;
	this->drain->configure(this->drain, &this->config);
	add(this, 1, 4, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, "c1@example.org,c2@example.org"));
	drain_fixture_pass(this, 6);
	ck_assert_uint_eq(this->deleted, 2);
	ck_assert_uint_eq(this->table->get_deleted(this->table,
											   SESSION_DELETED_DEADLINE), 2);
	ck_assert_uint_eq(this->table->get_count(this->table, SESSION_HERE), 2);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(counts_what_was_sent_only)
{
	drain_fixture_t *this = drain_fixture_create();

	this->check = count_scope;
	add(this, 1, 20, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	drain_fixture_pass(this, 3);
	ck_assert_uint_eq(drain_fixture_progress(this).sent, 0);
	drain_fixture_destroy(this);
}
END_TEST

/**
 * Let time pass until orders wait that are not carried out yet.
 */
static void wait_for_orders(drain_fixture_t *this)
{
	u_int passed;

	for (passed = 0; virtual_time_waiting() < 2; passed++)
	{
		ck_assert_uint_lt(passed, 10000);
		virtual_time_pass(1);
		this->rebalance->tick(this->rebalance, FALSE);
	}
}

START_TEST(counts_nobody_who_logs_off_before_its_turn)
{
	drain_fixture_t *this = drain_fixture_create();
	drain_progress_t progress;
	uint32_t id;

	add(this, 1, 200, "203.0.113");
	ck_assert_ptr_null(drain_fixture_drain(this, NULL));
	wait_for_orders(this);
	for (id = 1; id <= 200; id++)
	{
		this->table->remove(this->table, id);
	}
	progress = drain_fixture_progress(this);
	drain_fixture_pass(this, 3);
	ck_assert_uint_eq(drain_fixture_progress(this).sent, progress.sent);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], progress.sent);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(moves_nobody_after_rebalancing_was_stopped)
{
	drain_fixture_t *this = drain_fixture_create();
	rebalance_status_t before, status;

	add(this, 1, 200, "203.0.113");
	drain_fixture_pass(this, 15);
	rebalance(this);
	wait_for_orders(this);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, FALSE, &before));
	drain_fixture_pass(this, 5);
	this->rebalance->get_status(this->rebalance, &status);
	ck_assert_uint_eq(status.sent, before.sent);
	ck_assert_uint_eq(this->outcomes[SESSION_SENT], before.sent);
	drain_fixture_destroy(this);
}
END_TEST

/**
 * Those of 198.51.100.x are served here by a rule.
 */
static session_stuck_t some_served(drain_fixture_t *this,
								   const session_info_t *info,
								   const session_scope_t *scope)
{
	return info->remote.data[0] == 198 ? SESSION_STUCK_SERVED
									   : SESSION_NOT_STUCK;
}

START_TEST(rebalances_though_the_oldest_client_is_served_here)
{
	drain_fixture_t *this = drain_fixture_create();
	gateway_table_t *table = this->policy.table;
	rebalance_status_t status;

	/* who stays is wanted again sooner or later than others are moved */
	this->config.rebalance.period = _i ? 10 : 1;
	this->rebalance->configure(this->rebalance, &this->config);
	this->check = some_served;
	this->client = drain_fixture_leave;
	add(this, 1, 1, "198.51.100");
	add(this, 2, 40, "203.0.113");
	table->set_load(table, "sun", 0, REDIRECT_SELECTOR_UNKNOWN,
					GATEWAY_SOURCE_OPERATOR);
	this->policy.engine->refresh(this->policy.engine);
	drain_fixture_pass(this, 15);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, TRUE, &status));
	ck_assert(status.enabled);
	drain_fixture_pass(this, 24);
	this->rebalance->get_status(this->rebalance, &status);
	ck_assert_uint_ge(status.sent, 10);
	ck_assert_uint_le(this->asked[1], 3);
	drain_fixture_destroy(this);
}
END_TEST

START_TEST(tells_that_there_is_nobody_to_move)
{
	drain_fixture_t *this = drain_fixture_create();
	gateway_table_t *table = this->policy.table;
	rebalance_status_t status;
	const char *refused;

	this->config.rebalance.margin = 10;
	this->rebalance->configure(this->rebalance, &this->config);
	add(this, 1, 20, "203.0.113");
	refused = this->rebalance->set(this->rebalance, TRUE, &status);
	ck_assert_msg(refused && strstr(refused, "number of sessions"), "%s", refused);
	ck_assert(!status.enabled);

	table->set_load(table, "sun", 18, REDIRECT_SELECTOR_UNKNOWN,
					GATEWAY_SOURCE_OPERATOR);
	this->policy.engine->refresh(this->policy.engine);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, TRUE, &status));
	ck_assert(!status.enabled && !status.once);
	ck_assert_uint_eq(status.sessions, 20);
	ck_assert_uint_eq(status.share, 19);
	refused = this->rebalance->set(this->rebalance, FALSE, &status);
	ck_assert_msg(refused && strstr(refused, "does not rebalance"), "%s", refused);

	/* beyond the margin by a part of a session */
	this->config.rebalance.margin = 1;
	this->rebalance->configure(this->rebalance, &this->config);
	table->set_load(table, "sun", 19, REDIRECT_SELECTOR_UNKNOWN,
					GATEWAY_SOURCE_OPERATOR);
	this->policy.engine->refresh(this->policy.engine);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, TRUE, &status));
	ck_assert(!status.enabled);

	/* one more than the margin */
	table->set_load(table, "sun", 14, REDIRECT_SELECTOR_UNKNOWN,
					GATEWAY_SOURCE_OPERATOR);
	this->policy.engine->refresh(this->policy.engine);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, TRUE, &status));
	ck_assert(status.enabled && status.once);
	ck_assert_uint_eq(status.targets, 1);
	ck_assert_ptr_null(this->rebalance->set(this->rebalance, FALSE, &status));
	ck_assert(!status.enabled);
	drain_fixture_destroy(this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("drain");
	TCase *tcase = tcase_create("nobody is cut");

	tcase_add_test(tcase, cuts_nobody_as_long_as_no_gateway_is_shown_to_be_alive);
	tcase_add_test(tcase, goes_on_when_a_gateway_is_shown_to_be_alive);
	tcase_add_test(tcase, deletes_who_stays_though_its_gateway_is_alive);
	tcase_add_test(tcase, waits_for_who_was_redirected_here_lately);
	tcase_add_test(tcase, takes_no_older_sign_of_life_for_a_proof);
	tcase_add_test(tcase, deletes_who_stays_if_asked_to);
	tcase_add_test(tcase, cuts_nobody_whose_drain_was_stopped);
	tcase_add_test(tcase, cuts_nobody_whose_drain_met_its_deadline);
	tcase_add_test(tcase, judges_by_the_drain_that_sent_the_redirect);
	tcase_add_test(tcase, takes_no_log_off_for_an_arrival);
	tcase_add_test(tcase, is_done_only_when_nobody_may_come_back);
	tcase_add_test(tcase, is_done_at_once_if_the_gateway_is_shown_to_be_alive);
	tcase_add_test(tcase, redirects_who_comes_back_a_few_times_only);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("nobody waits");
	tcase_add_test(tcase, moves_those_who_can_though_the_oldest_cannot);
	tcase_add_test(tcase, asks_again_as_soon_as_another_gateway_takes_clients);
	tcase_add_test(tcase, finds_the_few_who_can_go_in_a_crowd_that_cannot);
	tcase_add_test(tcase, sends_nobody_who_waits_to_a_gateway_found_dead);
	tcase_add_test(tcase, asks_in_an_order_that_nobody_can_tell);
	tcase_add_loop_test(tcase,
						rebalances_though_the_oldest_client_is_served_here, 0, 2);
	tcase_add_test(tcase, tells_that_there_is_nobody_to_move);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("runs");
	tcase_add_test(tcase, refuses_a_drain_of_some_beside_another_one);
	tcase_add_test(tcase, lets_a_drain_of_nobody_be_in_the_way_of_none);
	tcase_add_test(tcase, changes_nothing_of_a_gateway_that_does_not_drain);
	tcase_add_test(tcase, refuses_a_drain_of_some_after_the_deadline_of_one_of_all);
	tcase_add_test(tcase, blocks_nothing_once_a_drain_of_some_ended);
	tcase_add_test(tcase, deletes_who_is_left_at_the_deadline_if_asked_to);
	tcase_add_test(tcase, rebalances_once_a_drain_of_some_ended);
	tcase_add_test(tcase, counts_what_was_sent_only);
	tcase_add_test(tcase, counts_nobody_who_logs_off_before_its_turn);
	tcase_add_test(tcase, moves_nobody_after_rebalancing_was_stopped);
	tcase_add_test(tcase, a_second_drain_holds_for_those_that_are_on_their_turn);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
