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
 * What is remembered of the clients of a gateway.
 */

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "clients/client_table.h"

#include <check.h>

static client_table_t *table;
static mock_ike_sa_t *ike_sa;

/**
 * A client that is being set up, and two of which something lasts.
 */
static const client_t set_up = {
	.replaces = TRUE,
};
static const client_t waits = {
	.waiting = TRUE,
};
static const client_t offered = {
	.offers_left = 1,
};
static const redirect_decision_t decision = {
	.action = REDIRECT_REDIRECT,
	.gateway = "sun",
};

static void setup(void)
{
	table = client_table_create();
	ike_sa = mock_ike_sa_create(7, "198.51.100.7", "carol@example.org");
}

static void teardown(void)
{
	mock_ike_sa_destroy(ike_sa);
	table->destroy(table);
}

/**
 * Check if anything is known of the client.
 */
static bool is_known(void)
{
	client_t client;

	return table->get(table, &ike_sa->public, &client, NULL);
}

/**
 * Put a client.
 */
static bool put(const client_t *client)
{
	return table->put(table, &ike_sa->public, client, &decision);
}

/**
 * Put as many as there is room for, each in an IKE_SA of its own.
 *
 * @return				number of clients
 */
static u_int fill(const client_t *client)
{
	u_int count = 0;

	do
	{
		ike_sa->unique_id++;
		count++;
	}
	while (put(client));
	return count - 1;
}

START_TEST(forgets_clients_once_they_are_established)
{
	ck_assert(put(&set_up));
	ck_assert(is_known());
	table->settle(table, &ike_sa->public);
	ck_assert(!is_known());
}
END_TEST

START_TEST(keeps_what_lasts_until_the_ike_sa_is_destroyed)
{
	const client_t *clients[] = { &waits, &offered };
	listener_t *listener = &table->listener;

	ck_assert(put(clients[_i]));
	table->settle(table, &ike_sa->public);
	ck_assert(is_known());
	listener->ike_state_change(listener, &ike_sa->public, IKE_DELETING);
	ck_assert(is_known());
	listener->ike_state_change(listener, &ike_sa->public, IKE_DESTROYING);
	ck_assert(!is_known());
}
END_TEST

START_TEST(forgets_clients_of_which_nothing_lasts_anymore)
{
	ck_assert(put(&offered));
	ck_assert(put(&set_up));
	ck_assert(!is_known());
}
END_TEST

START_TEST(keeps_the_decision_with_what_changes_beside_it)
{
	redirect_decision_t kept;
	client_t client;

	ck_assert(put(&set_up));
	ck_assert(table->put(table, &ike_sa->public, &waits, NULL));
	table->settle(table, &ike_sa->public);
	ck_assert(table->get(table, &ike_sa->public, &client, &kept));
	ck_assert(client.waiting && !client.replaces);
	ck_assert_str_eq(kept.gateway, "sun");
}
END_TEST

START_TEST(follows_clients_over_rekeyings)
{
	listener_t *listener = &table->listener;
	ike_sa_t *public = &ike_sa->public;
	mock_ike_sa_t *new = mock_ike_sa_create(8, "198.51.100.7",
											"carol@example.org");
	client_t client;

	ck_assert(put(&waits));
	listener->ike_rekey(listener, public, &new->public);
	listener->ike_state_change(listener, public, IKE_DESTROYING);
	ck_assert(table->get(table, &new->public, &client, NULL));
	ck_assert(client.waiting);
	ck_assert_uint_eq(table->get_count(table), 1);
	mock_ike_sa_destroy(new);
}
END_TEST

START_TEST(keeps_room_for_clients_that_are_authenticated)
{
	ck_assert_uint_eq(fill(&set_up), CLIENT_TABLE_SET_UP);
	ck_assert(put(&offered));
	ck_assert_uint_eq(table->get_dropped(table, CLIENT_SET_UP), 1);
	ck_assert_uint_eq(table->get_dropped(table, CLIENT_OFFERS), 0);
}
END_TEST

START_TEST(keeps_room_for_clients_that_are_set_up)
{
	ck_assert_uint_eq(fill(&waits), CLIENT_TABLE_LASTING);
	ck_assert(put(&set_up));
	/* it stays as it is */
	ck_assert(!put(&offered));
	ck_assert(is_known());
	ck_assert_uint_eq(table->get_dropped(table, CLIENT_SET_UP), 0);
	ck_assert_uint_eq(table->get_dropped(table, CLIENT_AUTH_REDIRECT), 1);
	ck_assert_uint_eq(table->get_dropped(table, CLIENT_OFFERS), 1);
	/* who leaves makes room */
	ike_sa->unique_id--;
	table->listener.ike_state_change(&table->listener, &ike_sa->public,
									 IKE_DESTROYING);
	ike_sa->unique_id++;
	ck_assert(put(&offered));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client_table");
	TCase *tcase = tcase_create("client_table");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, forgets_clients_once_they_are_established);
	tcase_add_loop_test(tcase, keeps_what_lasts_until_the_ike_sa_is_destroyed,
						0, 2);
	tcase_add_test(tcase, forgets_clients_of_which_nothing_lasts_anymore);
	tcase_add_test(tcase, keeps_the_decision_with_what_changes_beside_it);
	tcase_add_test(tcase, follows_clients_over_rekeyings);
	tcase_add_test(tcase, keeps_room_for_clients_that_are_authenticated);
	tcase_add_test(tcase, keeps_room_for_clients_that_are_set_up);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
