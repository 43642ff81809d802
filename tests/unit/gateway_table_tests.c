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

#include "policy_fixture.h"

/**
 * A policy whose gateways the table gets, and the table.
 */
typedef struct {
	selector_registry_t *registry;
	policy_t *policy;
	gateway_table_t *table;
} fixture_t;

/**
 * Create a table without gateways.
 */
static fixture_t create(const char *conf)
{
	fixture_t this = {
		.registry = selector_registry_create(),
		.table = gateway_table_create(),
	};
	array_t *errors;

	this.policy = policy_fixture_read(this.registry, conf, &errors);
	ck_assert(this.policy != NULL);
	config_list_destroy(errors);
	return this;
}

/**
 * Read another configuration.
 */
static void reload(fixture_t *this, const char *conf)
{
	array_t *errors;

	policy_destroy(this->policy);
	this->policy = policy_fixture_read(this->registry, conf, &errors);
	ck_assert(this->policy != NULL);
	config_list_destroy(errors);
}

/**
 * Destroy everything.
 */
static void destroy(fixture_t *this)
{
	policy_destroy(this->policy);
	this->table->destroy(this->table);
	this->registry->destroy(this->registry);
}

/**
 * Make a view of the gateways as they are now.
 */
static gateway_view_t *view(fixture_t *this)
{
	return this->table->create_view(this->table, this->policy->gateways,
									this->policy->gateway_count,
									this->policy->slow_start);
}

/**
 * Get the status of a gateway that is known.
 */
static gateway_status_t status(fixture_t *this, const char *name)
{
	gateway_status_t status;

	ck_assert(this->table->get_status(this->table, name, &status));
	return status;
}

#define TWO "gateways { " MOON SUN " }"

START_TEST(knows_what_the_file_says)
{
	fixture_t this = create("gateways { moon { addresses = 192.0.2.1\n"
		"weight = 7\n capacity = 100\n state = drain\n priority = 2 }\n" SUN "}");
	gateway_view_t *v = view(&this);

	ck_assert_uint_eq(v->count, 2);
	ck_assert_uint_eq(v->gateways[0].weight, 7);
	ck_assert_uint_eq(v->gateways[0].capacity, 100);
	ck_assert_uint_eq(v->gateways[0].priority, 2);
	ck_assert_uint_eq(v->left_out[0], GATEWAY_LEFT_DRAINING);
	ck_assert_uint_eq(v->families[0], GATEWAY_IPV4);
	ck_assert_uint_eq(v->gateways[1].weight, 100);
	ck_assert_uint_eq(v->gateways[1].sessions, REDIRECT_SELECTOR_UNKNOWN);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_CANDIDATE);
	ck_assert_uint_eq(v->families[1], GATEWAY_IPV4 | GATEWAY_IPV6);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(does_not_know_others)
{
	fixture_t this = create(TWO);
	gateway_status_t status;

	gateway_view_destroy(view(&this));
	ck_assert(!this.table->get_status(this.table, "mars", &status));
	ck_assert(!this.table->set(this.table, "mars", GATEWAY_DRAIN, -1, -1));
	ck_assert(!this.table->set_up(this.table, "mars", FALSE));
	ck_assert(!this.table->set_load(this.table, "mars", 1, 1));
	destroy(&this);
}
END_TEST

START_TEST(keeps_what_was_set_until_the_file_changes_it)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	ck_assert(this.table->set(this.table, "sun", GATEWAY_DRAIN, 5, -1));
	reload(&this, "gateways { " MOON
		   "sun { addresses = 192.0.2.2\n capacity = 10 } }");
	gateway_view_destroy(view(&this));
	ck_assert_int_eq(status(&this, "sun").state, GATEWAY_DRAIN);
	ck_assert_uint_eq(status(&this, "sun").weight, 5);
	ck_assert_uint_eq(status(&this, "sun").capacity, 10);
	reload(&this, "gateways { " MOON
		   "sun { addresses = 192.0.2.2\n weight = 50 } }");
	gateway_view_destroy(view(&this));
	ck_assert_int_eq(status(&this, "sun").state, GATEWAY_DRAIN);
	ck_assert_uint_eq(status(&this, "sun").weight, 50);
	destroy(&this);
}
END_TEST

START_TEST(remembers_a_gateway_that_left_for_its_return)
{
	fixture_t this = create(TWO);
	gateway_view_t *v = view(&this);

	gateway_live_assign(v->live[1], TRUE);
	gateway_view_destroy(v);
	reload(&this, "gateways { " MOON " }");
	gateway_view_destroy(view(&this));
	reload(&this, TWO);
	gateway_view_destroy(view(&this));
	ck_assert_uint_eq(status(&this, "sun").redirected, 1);
	destroy(&this);
}
END_TEST

START_TEST(leaves_out_who_cannot_take_clients)
{
	fixture_t this = create("gateways { " MOON
		"sun { addresses = 192.0.2.2\n capacity = 10 } }");
	gateway_view_t *v = view(&this);

	gateway_view_destroy(v);
	this.table->set_up(this.table, "sun", FALSE);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_DOWN);
	gateway_view_destroy(v);

	this.table->set_up(this.table, "sun", TRUE);
	this.table->set_load(this.table, "sun", 10, REDIRECT_SELECTOR_UNKNOWN);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_FULL);
	gateway_view_destroy(v);

	this.table->set(this.table, "sun", -1, 0, 11);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_WEIGHT);
	gateway_view_destroy(v);

	this.table->set(this.table, "sun", GATEWAY_DISABLED, -1, -1);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_DISABLED);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(counts_clients_since_the_last_sample)
{
	fixture_t this = create(TWO);
	gateway_view_t *v = view(&this);

	gateway_live_assign(v->live[1], TRUE);
	gateway_live_assign(v->live[1], FALSE);
	ck_assert_uint_eq(redirect_selector_assigned(&v->gateways[1]), 2);
	ck_assert_uint_eq(status(&this, "sun").redirected, 1);
	this.table->set_load(this.table, "sun", 2, 100);
	ck_assert_uint_eq(redirect_selector_assigned(&v->gateways[1]), 0);
	ck_assert_uint_eq(redirect_selector_recent(&v->gateways[1]), 2);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(forgets_clients_over_about_a_minute)
{
	fixture_t this = create(TWO);
	gateway_view_t *v = view(&this);
	int i;

	for (i = 0; i < 6400; i++)
	{
		gateway_live_assign(v->live[0], TRUE);
	}
	this.table->tick(this.table);
	ck_assert_uint_eq(redirect_selector_recent(&v->gateways[0]), 6300);
	for (i = 0; i < 63; i++)
	{
		this.table->tick(this.table);
	}
	/* 6400 / e, less what is rounded */
	ck_assert_uint_gt(redirect_selector_recent(&v->gateways[0]), 2250);
	ck_assert_uint_lt(redirect_selector_recent(&v->gateways[0]), 2400);
	for (i = 0; i < 600; i++)
	{
		this.table->tick(this.table);
	}
	ck_assert_uint_eq(redirect_selector_recent(&v->gateways[0]), 0);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(tells_when_views_are_outdated)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	ck_assert(!this.table->tick(this.table));
	this.table->set_up(this.table, "sun", TRUE);
	ck_assert(!this.table->tick(this.table));
	this.table->set_up(this.table, "sun", FALSE);
	ck_assert(this.table->tick(this.table));
	gateway_view_destroy(view(&this));
	ck_assert(!this.table->tick(this.table));
	this.table->set_load(this.table, "sun", 1, 2);
	ck_assert(this.table->tick(this.table));
	gateway_view_destroy(view(&this));
	this.table->set_load(this.table, "sun", 1, 2);
	ck_assert(!this.table->tick(this.table));
	destroy(&this);
}
END_TEST

/**
 * Weight of the second gateway now.
 */
static uint32_t weight(fixture_t *this)
{
	gateway_view_t *v = view(this);
	uint32_t weight = v->gateways[1].weight;

	gateway_view_destroy(v);
	return weight;
}

START_TEST(gives_weight_linearly_to_who_comes_back)
{
	fixture_t this = create("slow_start = 10s\n" TWO);
	int i;

	/* who is there at the start has all of it */
	ck_assert_uint_eq(weight(&this), 100);
	this.table->set_up(this.table, "sun", FALSE);
	this.table->tick(this.table);
	this.table->set_up(this.table, "sun", TRUE);
	for (i = 0; i < 10; i++)
	{
		ck_assert_uint_eq(weight(&this), max(i * 10, 1));
		ck_assert(this.table->tick(this.table));
	}
	ck_assert_uint_eq(weight(&this), 100);
	ck_assert(!this.table->tick(this.table));
	destroy(&this);
}
END_TEST

START_TEST(starts_slowly_after_a_drain_and_when_new)
{
	fixture_t this = create("slow_start = 10s\ngateways { " MOON " }");

	gateway_view_destroy(view(&this));
	reload(&this, "slow_start = 10s\n" TWO);
	ck_assert_uint_eq(weight(&this), 1);
	destroy(&this);

	this = create("slow_start = 10s\n" TWO);
	gateway_view_destroy(view(&this));
	this.table->set(this.table, "sun", GATEWAY_DRAIN, -1, -1);
	this.table->set(this.table, "sun", GATEWAY_ACTIVE, -1, -1);
	ck_assert_uint_eq(weight(&this), 1);
	destroy(&this);
}
END_TEST

START_TEST(starts_at_once_without_slow_start)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	this.table->set_up(this.table, "sun", FALSE);
	this.table->set_up(this.table, "sun", TRUE);
	ck_assert_uint_eq(weight(&this), 100);
	destroy(&this);
}
END_TEST

START_TEST(compares_by_capacity_if_all_have_one)
{
	fixture_t this = create("gateways {\n"
		"moon { addresses = 192.0.2.1\n capacity = 10 }\n"
		"sun { addresses = 192.0.2.2\n weight = 7 } }");
	gateway_view_t *v = view(&this);

	ck_assert_uint_eq(v->gateways[0].size, 100);
	ck_assert_uint_eq(v->gateways[1].size, 7);
	gateway_view_destroy(v);
	this.table->set(this.table, "sun", -1, -1, 20);
	v = view(&this);
	ck_assert_uint_eq(v->gateways[0].size, 10);
	ck_assert_uint_eq(v->gateways[1].size, 20);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(knows_by_what_loads_can_be_compared)
{
	fixture_t this = create(TWO);
	gateway_view_t *v = view(&this);

	ck_assert_int_eq(v->known, REDIRECT_SELECTOR_KNOWN_RECENT);
	gateway_view_destroy(v);
	this.table->set_load(this.table, "moon", 5, 500);
	v = view(&this);
	ck_assert_int_eq(v->known, REDIRECT_SELECTOR_KNOWN_RECENT);
	gateway_view_destroy(v);
	this.table->set_load(this.table, "sun", REDIRECT_SELECTOR_UNKNOWN, 100);
	v = view(&this);
	ck_assert_int_eq(v->known, REDIRECT_SELECTOR_KNOWN_LOAD);
	gateway_view_destroy(v);
	/* who takes no clients need not be compared */
	this.table->set(this.table, "sun", GATEWAY_DRAIN, -1, -1);
	v = view(&this);
	ck_assert_int_eq(v->known, REDIRECT_SELECTOR_KNOWN_SESSIONS);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(learns_how_many_clients_others_send)
{
	fixture_t this = create(TWO);
	gateway_view_t *v = view(&this);
	uint32_t second, i;

	ck_assert(v->others == 1);
	this.table->set_load(this.table, "sun", 0, REDIRECT_SELECTOR_UNKNOWN);
	for (second = 1; second <= 60; second++)
	{
		for (i = 0; i < 10; i++)
		{
			gateway_live_assign(v->live[1], TRUE);
		}
		this.table->set_load(this.table, "sun", second * 40,
							 REDIRECT_SELECTOR_UNKNOWN);
		this.table->tick(this.table);
	}
	gateway_view_destroy(v);
	v = view(&this);
	ck_assert(v->others > 3.99 && v->others <= 4);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gateway_table");
	TCase *tcase = tcase_create("gateway_table");

	tcase_add_test(tcase, knows_what_the_file_says);
	tcase_add_test(tcase, does_not_know_others);
	tcase_add_test(tcase, keeps_what_was_set_until_the_file_changes_it);
	tcase_add_test(tcase, remembers_a_gateway_that_left_for_its_return);
	tcase_add_test(tcase, leaves_out_who_cannot_take_clients);
	tcase_add_test(tcase, counts_clients_since_the_last_sample);
	tcase_add_test(tcase, forgets_clients_over_about_a_minute);
	tcase_add_test(tcase, tells_when_views_are_outdated);
	tcase_add_test(tcase, gives_weight_linearly_to_who_comes_back);
	tcase_add_test(tcase, starts_slowly_after_a_drain_and_when_new);
	tcase_add_test(tcase, starts_at_once_without_slow_start);
	tcase_add_test(tcase, compares_by_capacity_if_all_have_one);
	tcase_add_test(tcase, knows_by_what_loads_can_be_compared);
	tcase_add_test(tcase, learns_how_many_clients_others_send);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
