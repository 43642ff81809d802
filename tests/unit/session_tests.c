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
 * Established clients and what becomes of their redirects.
 */

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "sessions/redirect_task.h"
#include "sessions/session_config.h"
#include "sessions/session_table.h"
#include "wire/notify_data.h"

#include <daemon.h>
#include <encoding/message.h>
#include <encoding/payloads/notify_payload.h>

#include <check.h>

/**
 * A table with one session, and the outcomes it told.
 */
typedef struct {
	session_table_t *table;
	mock_ike_sa_t *ike_sa;
	session_t *session;
	u_int outcomes[SESSION_DEPARTED + 1];
} fixture_t;

/**
 * Count outcomes.
 */
static void told(void *data, const session_info_t *info,
				 session_outcome_t outcome)
{
	((fixture_t*)data)->outcomes[outcome]++;
}

/**
 * A client that nobody redirected here.
 */
static const ip_address_t nowhere;

static fixture_t *fixture_create()
{
	fixture_t *this;

	INIT(this,
		.table = session_table_create(),
		.ike_sa = mock_ike_sa_create(7, "198.51.100.7", "carol@example.org"),
	);
	this->table->set_observer(this->table, told, this);
	this->table->add(this->table, &this->ike_sa->public, &nowhere);
	this->session = this->table->find(this->table, 7);
	ck_assert_ptr_nonnull(this->session);
	return this;
}

static void fixture_destroy(fixture_t *this)
{
	this->table->release(this->table, this->session);
	this->table->destroy(this->table);
	mock_ike_sa_destroy(this->ike_sa);
	free(this);
}

/**
 * Get the state of the session.
 */
static session_state_t get_state(fixture_t *this)
{
	session_info_t info;

	ck_assert(this->table->get_info(this->table, this->session, &info));
	return info.state;
}

/**
 * Note that the session is redirected.
 */
static bool begin(fixture_t *this, uint32_t grace)
{
	session_move_t move = {
		.gateway = "sun",
		.grace = grace,
		.run = 3,
	};

	return this->table->begin(this->table, this->session, &move);
}

/**
 * Number of sessions whose grace is over at a time from now.
 */
static int count_due(fixture_t *this, int seconds)
{
	session_t *session;
	array_t *due;
	int count;

	due = this->table->get_due(this->table, SESSION_LEAVING,
							   time_monotonic(NULL) + seconds);
	count = array_count(due);
	while (array_remove(due, ARRAY_HEAD, &session))
	{
		this->table->release(this->table, session);
	}
	array_destroy(due);
	return count;
}

/**
 * Number of sessions that a filter lets pass.
 */
static int count(fixture_t *this, const session_filter_t *filter)
{
	const session_info_t *info;
	enumerator_t *enumerator;
	session_t *session;
	int count = 0;

	enumerator = this->table->create_enumerator(this->table, filter);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		count++;
	}
	enumerator->destroy(enumerator);
	return count;
}

/**
 * A gateway that was shown to be alive, now and ever.
 */
static time_t proven(void *data, const char *gateway, time_t since)
{
	ck_assert_str_eq(gateway, "sun");
	return since + 1;
}

START_TEST(counts_a_client_that_left_for_a_living_gateway_as_one_that_followed)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, 30));
	ck_assert_int_eq(get_state(this), SESSION_ASKED);
	this->table->answered(this->table, this->session, FALSE);
	ck_assert_int_eq(get_state(this), SESSION_LEAVING);
	this->table->client_deletes(this->table, 7);
	ck_assert_int_eq(get_state(this), SESSION_LEFT);
	this->table->remove(this->table, 7);
	/* it may still come back */
	this->table->settle(this->table, NULL, NULL);
	ck_assert_uint_eq(this->outcomes[SESSION_FOLLOWED], 0);
	this->table->settle(this->table, proven, NULL);
	ck_assert_uint_eq(this->outcomes[SESSION_FOLLOWED], 1);
	ck_assert_uint_eq(this->outcomes[SESSION_ENDED], 0);
	ck_assert_uint_eq(this->table->get_count(this->table, SESSION_LEFT), 0);
	fixture_destroy(this);
}
END_TEST

/* proves: R5-9 gateway partly, R5-10 gateway partly: the time is that of the
 * order, and counts from the acknowledgement */
START_TEST(gives_clients_the_time_that_was_asked_for)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, 30));
	ck_assert_int_eq(count_due(this, 1000), 0);
	this->table->answered(this->table, this->session, FALSE);
	ck_assert_int_eq(count_due(this, 29), 0);
	ck_assert_int_eq(count_due(this, 31), 1);
	ck_assert(this->table->conclude(this->table, this->session,
									SESSION_DELETE));
	ck_assert_int_eq(get_state(this), SESSION_DELETING);
	ck_assert_uint_eq(this->table->get_deleted(this->table,
											   SESSION_DELETED_IGNORED), 1);
	ck_assert_uint_eq(this->outcomes[SESSION_IGNORED], 1);
	ck_assert_int_eq(count_due(this, 1000), 0);
	fixture_destroy(this);
}
END_TEST

START_TEST(never_deletes_if_grace_is_never)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, SESSION_GRACE_NEVER));
	this->table->answered(this->table, this->session, FALSE);
	ck_assert_int_eq(count_due(this, 1000000), 0);
	fixture_destroy(this);
}
END_TEST

START_TEST(keeps_a_client_that_stays_if_asked_to)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, 1));
	this->table->answered(this->table, this->session, FALSE);
	ck_assert(this->table->conclude(this->table, this->session, SESSION_KEEP));
	ck_assert_int_eq(get_state(this), SESSION_HERE);
	ck_assert_uint_eq(this->outcomes[SESSION_IGNORED], 1);
	ck_assert_uint_eq(this->table->get_deleted(this->table,
											   SESSION_DELETED_IGNORED), 0);
	ck_assert(begin(this, 1));
	fixture_destroy(this);
}
END_TEST

START_TEST(tells_nothing_of_a_client_that_is_redirected_once_more)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, 1));
	this->table->answered(this->table, this->session, FALSE);
	ck_assert(this->table->conclude(this->table, this->session, SESSION_AGAIN));
	ck_assert_int_eq(get_state(this), SESSION_HERE);
	ck_assert_uint_eq(this->outcomes[SESSION_IGNORED], 0);
	fixture_destroy(this);
}
END_TEST

START_TEST(redirects_a_client_once_at_a_time)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, 30));
	ck_assert(!begin(this, 30));
	this->table->answered(this->table, this->session, FALSE);
	ck_assert(!begin(this, 30));
	fixture_destroy(this);
}
END_TEST

START_TEST(follows_a_session_over_a_rekeying)
{
	fixture_t *this = fixture_create();
	mock_ike_sa_t *new = mock_ike_sa_create(9, "198.51.100.7",
											"carol@example.org");
	session_info_t info;
	session_t *found;
	ike_sa_id_t *id;

	/* this gateway has rekeyed it, so it is the initiator of the new one */
	new->id->destroy(new->id);
	new->id = ike_sa_id_create(IKEV2_MAJOR_VERSION, 91, 92, TRUE);
	ck_assert(begin(this, 30));
	this->table->answered(this->table, this->session, FALSE);
	this->table->rekey(this->table, &this->ike_sa->public, &new->public);
	/* the old IKE_SA goes, the session does not */
	this->table->remove(this->table, 7);
	ck_assert(this->table->get_info(this->table, this->session, &info));
	ck_assert_uint_eq(info.unique_id, 9);
	ck_assert(info.missed);
	ck_assert_int_eq(info.state, SESSION_LEAVING);
	ck_assert_int_eq(count_due(this, 31), 1);
	found = this->table->find(this->table, 9);
	ck_assert_ptr_eq(found, this->session);
	this->table->release(this->table, found);
	id = this->table->get_id(this->table, this->session);
	ck_assert(id->equals(id, new->id));
	id->destroy(id);
	this->table->client_deletes(this->table, 9);
	this->table->remove(this->table, 9);
	this->table->settle(this->table, proven, NULL);
	ck_assert_uint_eq(this->outcomes[SESSION_FOLLOWED], 1);
	fixture_destroy(this);
	mock_ike_sa_destroy(new);
}
END_TEST

START_TEST(tells_silent_and_ended_sessions_apart)
{
	fixture_t *this = fixture_create();

	ck_assert(begin(this, 30));
	this->table->remove(this->table, 7);
	ck_assert_uint_eq(this->outcomes[SESSION_EXPIRED], 1);
	fixture_destroy(this);

	this = fixture_create();
	ck_assert(begin(this, 30));
	this->table->answered(this->table, this->session, FALSE);
	this->table->remove(this->table, 7);
	ck_assert_uint_eq(this->outcomes[SESSION_ENDED], 1);
	fixture_destroy(this);
}
END_TEST

START_TEST(knows_a_session_after_its_ike_sa_is_gone)
{
	fixture_t *this = fixture_create();
	session_info_t info;

	this->table->remove(this->table, 7);
	ck_assert(!this->table->get_info(this->table, this->session, &info));
	ck_assert_str_eq(info.id, "carol@example.org");
	ck_assert_ptr_null(this->table->get_id(this->table, this->session));
	ck_assert(!begin(this, 30));
	fixture_destroy(this);
}
END_TEST

/* R5-7: some delete before they ask the new gateway */
START_TEST(knows_a_client_that_comes_back)
{
	fixture_t *this = fixture_create();
	mock_ike_sa_t *new = mock_ike_sa_create(8, "198.51.100.7",
											"carol@example.org");
	mock_ike_sa_t *other = mock_ike_sa_create(9, "198.51.100.8",
											  "dave@example.org");
	session_info_t info;
	session_t *session;

	ck_assert(begin(this, 30));
	this->table->answered(this->table, this->session, FALSE);
	this->table->client_deletes(this->table, 7);
	this->table->remove(this->table, 7);
	this->table->add(this->table, &other->public, &nowhere);
	ck_assert_uint_eq(this->outcomes[SESSION_RETURNED], 0);
	this->table->add(this->table, &new->public, &nowhere);
	ck_assert_uint_eq(this->outcomes[SESSION_RETURNED], 1);
	/* tries go on to count */
	session = this->table->find(this->table, 8);
	ck_assert(this->table->get_info(this->table, session, &info));
	ck_assert_uint_eq(info.tries, 1);
	ck_assert_uint_eq(info.run, 3);
	this->table->release(this->table, session);
	this->table->settle(this->table, proven, NULL);
	ck_assert_uint_eq(this->outcomes[SESSION_FOLLOWED], 0);
	mock_ike_sa_destroy(new);
	mock_ike_sa_destroy(other);
	fixture_destroy(this);
}
END_TEST

START_TEST(follows_a_client_to_another_address)
{
	fixture_t *this = fixture_create();
	session_filter_t new = {}, old = {};
	host_t *to = host_create_from_string("203.0.113.9", 4500);
	session_info_t info;

	ck_assert(session_filter_set(&old, "remote", "198.51.100.7"));
	ck_assert(session_filter_set(&new, "remote", "203.0.113.9"));
	this->table->update(this->table, 7, this->ike_sa->me, to);
	ck_assert_int_eq(count(this, &old), 0);
	ck_assert_int_eq(count(this, &new), 1);
	to->destroy(to);
	/* what it was told to follow it can follow */
	ck_assert(this->table->get_info(this->table, this->session, &info));
	ck_assert(!info.missed);
	to = host_create_from_string("2001:db8::9", 4500);
	this->table->update(this->table, 7, this->ike_sa->me, to);
	to->destroy(to);
	ck_assert(this->table->get_info(this->table, this->session, &info));
	ck_assert(info.missed);
	session_filter_clear(&new);
	session_filter_clear(&old);
	fixture_destroy(this);
}
END_TEST

/**
 * Establish sessions of another client.
 */
static void establish(fixture_t *this, uint32_t first, uint32_t count)
{
	mock_ike_sa_t *sa;

	sa = mock_ike_sa_create(first, "203.0.113.1", "dave@example.org");
	for (; count--; sa->unique_id++)
	{
		this->table->add(this->table, &sa->public, &nowhere);
	}
	mock_ike_sa_destroy(sa);
}

START_TEST(enumerates_all_there_were_while_they_come_and_go)
{
	fixture_t *this = fixture_create();
	const session_info_t *info;
	enumerator_t *enumerator;
	session_t *session;
	uint32_t id, last = 0, seen = 0, came = 5000;

	establish(this, 1000, 300);
	enumerator = this->table->create_enumerator(this->table, NULL);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		ck_assert_uint_gt(info->unique_id, last);
		last = info->unique_id;
		seen++;
		/* all behind the next one up to 1099 go */
		for (id = 1001; seen == 1 && id < 1100; id++)
		{
			this->table->remove(this->table, id);
		}
		this->table->remove(this->table, info->unique_id);
		/* as many come as the caller is slow */
		establish(this, came, 2);
		came += 2;
	}
	enumerator->destroy(enumerator);
	ck_assert_uint_eq(last, 1299);
	ck_assert_uint_eq(seen, 2 + 200);
	ck_assert_uint_eq(this->table->get_count(this->table, SESSION_HERE),
					  came - 5000);
	fixture_destroy(this);
}
END_TEST

START_TEST(finds_sessions_by_what_operators_ask)
{
	static const struct {
		char *key, *value;
		int count;
	} cases[] = {
		{ "id", "carol@example.org", 1 }, { "id", "*@example.org", 1 },
		{ "id", "*@example.com", 0 }, { "connection", "r*", 1 },
		{ "connection", "x, rw", 1 }, { "connection", "home", 0 },
		{ "remote", "198.51.100.0/24", 1 }, { "remote", "192.0.2.0/24", 0 },
		{ "unique-id", "7", 1 }, { "unique-id", "8", 0 },
	};
	fixture_t *this = fixture_create();
	session_filter_t filter = {};
	size_t i;

	for (i = 0; i < countof(cases); i++)
	{
		ck_assert(session_filter_set(&filter, cases[i].key, cases[i].value));
		ck_assert_int_eq(count(this, &filter), cases[i].count);
		session_filter_clear(&filter);
	}
	ck_assert(!session_filter_set(&filter, "remote", "nonsense"));
	ck_assert(!session_filter_set(&filter, "unique-id", "7x"));
	ck_assert(!session_filter_set(&filter, "unique-id", "-7"));
	/* 2^32 + 7, which is not 7 */
	ck_assert(!session_filter_set(&filter, "unique-id", "4294967303"));
	ck_assert(!session_filter_set(&filter, "color", "red"));
	session_filter_clear(&filter);
	/* identities add up, as list or one by one; a distinguished name is one */
	ck_assert(session_filter_set(&filter, "id", "a@x, b@x"));
	ck_assert(session_filter_set(&filter, "id", "C=DE, O=x, CN=c"));
	ck_assert_int_eq(array_count(filter.ids), 3);
	ck_assert(!session_filter_set(&filter, "id", " , "));
	ck_assert(session_filter_set(&filter, "remote", "192.0.2.1"));
	ck_assert(!session_filter_set(&filter, "remote", "192.0.2.2"));
	session_filter_clear(&filter);
	fixture_destroy(this);
}
END_TEST

/**
 * Create the task that redirects the session to an address.
 */
static redirect_task_t *create_task(fixture_t *this)
{
	gateway_identity_t target;

	ck_assert(gateway_identity_from_string("192.0.2.2", &target));
	return redirect_task_create(&this->ike_sa->public, this->table,
								this->table->find(this->table, 7), &target);
}

/* proves: R5-2 gateway, R5-3 gateway, R9.2-9 gateway partly */
START_TEST(sends_the_gateway_and_no_nonce)
{
	static const uint8_t expected[] = { 1, 4, 192, 0, 2, 2 };
	fixture_t *this = fixture_create();
	redirect_task_t *task = create_task(this);
	message_t *message = message_create(IKEV2_MAJOR_VERSION,
										IKEV2_MINOR_VERSION);
	notify_payload_t *notify;
	chunk_t data;

	ck_assert_int_eq(task->task.get_type(&task->task), TASK_IKE_REDIRECT);
	ck_assert_int_eq(task->task.build(&task->task, message), NEED_MORE);
	notify = message->get_notify(message, REDIRECT);
	ck_assert_ptr_nonnull(notify);
	data = notify->get_notification_data(notify);
	ck_assert_uint_eq(data.len, sizeof(expected));
	ck_assert_mem_eq(data.ptr, expected, sizeof(expected));
	ck_assert_int_eq(notify->get_protocol_id(notify), 0);
	ck_assert_uint_eq(notify->get_spi_data(notify).len, 0);
	ck_assert(this->ike_sa->conditions & COND_REDIRECTED);
	message->destroy(message);
	task->task.destroy(&task->task);
	fixture_destroy(this);
}
END_TEST

START_TEST(takes_an_error_for_a_refusal)
{
	fixture_t *this = fixture_create();
	redirect_task_t *task = create_task(this);
	message_t *message = message_create(IKEV2_MAJOR_VERSION,
										IKEV2_MINOR_VERSION);

	ck_assert(begin(this, 30));
	message->add_notify(message, FALSE, INVALID_SYNTAX, chunk_empty);
	ck_assert_int_eq(task->task.process(&task->task, message), SUCCESS);
	ck_assert_int_eq(get_state(this), SESSION_HERE);
	ck_assert_uint_eq(this->outcomes[SESSION_REFUSED], 1);
	message->destroy(message);
	task->task.destroy(&task->task);
	fixture_destroy(this);
}
END_TEST

START_TEST(takes_any_other_answer_for_an_acknowledgement)
{
	fixture_t *this = fixture_create();
	redirect_task_t *task = create_task(this);
	message_t *message = message_create(IKEV2_MAJOR_VERSION,
										IKEV2_MINOR_VERSION);

	ck_assert(begin(this, 30));
	message->add_notify(message, FALSE, COOKIE2, chunk_from_str("x"));
	ck_assert_int_eq(task->task.process(&task->task, message), SUCCESS);
	ck_assert_int_eq(get_state(this), SESSION_LEAVING);
	message->destroy(message);
	task->task.destroy(&task->task);
	fixture_destroy(this);
}
END_TEST

START_TEST(redirects_again_if_the_exchange_was_given_up)
{
	fixture_t *this = fixture_create();
	redirect_task_t *task = create_task(this);

	ck_assert(begin(this, 30));
	task->task.destroy(&task->task);
	ck_assert_int_eq(get_state(this), SESSION_HERE);
	ck_assert(begin(this, 30));
	fixture_destroy(this);
}
END_TEST

/**
 * Messages need charon.
 */
static void set_up(void)
{
	ck_assert(libcharon_init());
}

static void tear_down(void)
{
	libcharon_deinit();
}

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tcase = tcase_create("table");

	tcase_add_test(tcase, counts_a_client_that_left_for_a_living_gateway_as_one_that_followed);
	tcase_add_test(tcase, gives_clients_the_time_that_was_asked_for);
	tcase_add_test(tcase, never_deletes_if_grace_is_never);
	tcase_add_test(tcase, keeps_a_client_that_stays_if_asked_to);
	tcase_add_test(tcase, tells_nothing_of_a_client_that_is_redirected_once_more);
	tcase_add_test(tcase, redirects_a_client_once_at_a_time);
	tcase_add_test(tcase, follows_a_session_over_a_rekeying);
	tcase_add_test(tcase, tells_silent_and_ended_sessions_apart);
	tcase_add_test(tcase, knows_a_session_after_its_ike_sa_is_gone);
	tcase_add_test(tcase, knows_a_client_that_comes_back);
	tcase_add_test(tcase, follows_a_client_to_another_address);
	tcase_add_test(tcase, enumerates_all_there_were_while_they_come_and_go);
	tcase_add_test(tcase, finds_sessions_by_what_operators_ask);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("task");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, sends_the_gateway_and_no_nonce);
	tcase_add_test(tcase, takes_an_error_for_a_refusal);
	tcase_add_test(tcase, takes_any_other_answer_for_an_acknowledgement);
	tcase_add_test(tcase, redirects_again_if_the_exchange_was_given_up);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
