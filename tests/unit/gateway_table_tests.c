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
	ck_assert(!this.table->set(this.table, "mars", GATEWAY_DRAIN, -1, -1,
			GATEWAY_SOURCE_OPERATOR));
	ck_assert(!this.table->testify(this.table, "mars",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0));
	ck_assert(!this.table->set_load(this.table, "mars", 1, 1, GATEWAY_SOURCE_OPERATOR));
	destroy(&this);
}
END_TEST

START_TEST(keeps_what_was_set_until_the_file_changes_it)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	ck_assert(this.table->set(this.table, "sun", GATEWAY_DRAIN, 5, -1,
			GATEWAY_SOURCE_OPERATOR));
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

	gateway_live_assign(v->live[1], TRUE, TRUE);
	gateway_view_destroy(v);
	reload(&this, "gateways { " MOON " }");
	gateway_view_destroy(view(&this));
	reload(&this, TWO);
	gateway_view_destroy(view(&this));
	ck_assert_uint_eq(status(&this, "sun").redirected, 1);
	destroy(&this);
}
END_TEST

START_TEST(forgets_gateways_that_had_joined_but_not_what_the_operator_said)
{
	fixture_t this = create(TWO);
	gateway_view_t *v, *old = NULL;
	gateway_t joined = this.policy->gateways[1];
	gateway_status_t known;
	char name[REDIRECT_NAME_MAX];
	int i;

	joined.joined = TRUE;
	for (i = 0; i < 1000; i++)
	{
		snprintf(name, sizeof(name), "east-%d", i);
		memcpy(joined.name, name, sizeof(name));
		v = this.table->create_view(this.table, &joined, 1, 0);
		/* nothing of the gateway before is left */
		ck_assert_uint_eq(status(&this, name).redirected, 0);
		ck_assert_uint_eq(status(&this, name).sessions,
						  REDIRECT_SELECTOR_UNKNOWN);
		this.table->set_load(this.table, name, 7, 7, GATEWAY_SOURCE_STORE);
		if (old)
		{	/* decisions made before count somewhere, and do no harm */
			gateway_live_assign(old->live[0], TRUE, TRUE);
			gateway_view_destroy(old);
		}
		gateway_live_assign(v->live[0], TRUE, TRUE);
		if (i == 1)
		{
			this.table->set(this.table, name, GATEWAY_DISABLED, -1, -1,
							GATEWAY_SOURCE_OPERATOR);
		}
		old = v;
	}
	gateway_view_destroy(old);
	for (i = 0; i < 1000; i++)
	{
		snprintf(name, sizeof(name), "east-%d", i);
		ck_assert(this.table->get_status(this.table, name, &known) ==
				  (i == 1 || i == 999));
	}
	ck_assert_int_eq(status(&this, "east-1").state, GATEWAY_DISABLED);
	destroy(&this);
}
END_TEST

START_TEST(leaves_out_who_cannot_take_clients)
{
	fixture_t this = create("gateways { " MOON
		"sun { addresses = 192.0.2.2\n capacity = 10 } }");
	gateway_view_t *v = view(&this);

	gateway_view_destroy(v);
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_DOWN);
	gateway_view_destroy(v);

	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_UP, 0);
	this.table->set_load(this.table, "sun", 10, REDIRECT_SELECTOR_UNKNOWN,
			GATEWAY_SOURCE_OPERATOR);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_FULL);
	gateway_view_destroy(v);

	this.table->set(this.table, "sun", -1, 0, 11, GATEWAY_SOURCE_OPERATOR);
	v = view(&this);
	ck_assert_uint_eq(v->left_out[1], GATEWAY_LEFT_WEIGHT);
	gateway_view_destroy(v);

	this.table->set(this.table, "sun", GATEWAY_DISABLED, -1, -1,
			GATEWAY_SOURCE_OPERATOR);
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

	gateway_live_assign(v->live[1], TRUE, TRUE);
	gateway_live_assign(v->live[1], FALSE, TRUE);
	ck_assert_uint_eq(redirect_selector_assigned(&v->gateways[1]), 2);
	ck_assert_uint_eq(status(&this, "sun").redirected, 1);
	this.table->set_load(this.table, "sun", 2, 100, GATEWAY_SOURCE_OPERATOR);
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
		gateway_live_assign(v->live[0], TRUE, TRUE);
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
	this.table->testify(this.table, "sun", GATEWAY_WITNESS_OPERATOR,
						GATEWAY_UP, 0);
	ck_assert(!this.table->tick(this.table));
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	ck_assert(this.table->tick(this.table));
	gateway_view_destroy(view(&this));
	ck_assert(!this.table->tick(this.table));
	this.table->set_load(this.table, "sun", 1, 2, GATEWAY_SOURCE_OPERATOR);
	ck_assert(this.table->tick(this.table));
	gateway_view_destroy(view(&this));
	this.table->set_load(this.table, "sun", 1, 2, GATEWAY_SOURCE_OPERATOR);
	ck_assert(!this.table->tick(this.table));
	destroy(&this);
}
END_TEST

/**
 * Let seconds pass.
 */
static void pass(fixture_t *this, int seconds)
{
	while (seconds--)
	{
		this->table->tick(this->table);
	}
}

/**
 * Let a witness speak about sun.
 */
static void say(fixture_t *this, gateway_witness_t witness,
				gateway_verdict_t verdict, uint32_t ttl)
{
	ck_assert(this->table->testify(this->table, "sun", witness, verdict, ttl));
}

/**
 * Check whether sun is up, and who says so.
 */
static void check_health(fixture_t *this, gateway_verdict_t verdict,
						 gateway_witness_t by)
{
	gateway_status_t known = status(this, "sun");

	ck_assert_int_eq(known.health, verdict);
	ck_assert_int_eq(known.health_by, by);
	ck_assert(known.up == (verdict != GATEWAY_DOWN));
}

START_TEST(gives_clients_to_a_gateway_nobody_knows_of)
{
	fixture_t this = create(TWO);
	gateway_view_t *v = view(&this);

	ck_assert_uint_eq(v->left_out[1], GATEWAY_CANDIDATE);
	check_health(&this, GATEWAY_UNKNOWN, GATEWAY_WITNESS_MAX);
	gateway_view_destroy(v);
	destroy(&this);
}
END_TEST

START_TEST(hears_the_operator_before_all_others)
{
	fixture_t this = create(TWO);
	gateway_witness_t witness;

	gateway_view_destroy(view(&this));
	say(&this, GATEWAY_WITNESS_OPERATOR, GATEWAY_UP, 0);
	for (witness = GATEWAY_WITNESS_OPERATOR + 1; witness < GATEWAY_WITNESS_MAX;
		 witness++)
	{
		say(&this, witness, GATEWAY_DOWN, 0);
	}
	check_health(&this, GATEWAY_UP, GATEWAY_WITNESS_OPERATOR);
	say(&this, GATEWAY_WITNESS_OPERATOR, GATEWAY_UNKNOWN, 0);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_DRAIN);
	destroy(&this);
}
END_TEST

START_TEST(believes_clients_that_come_back_before_probes_and_heartbeats)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_UP, 0);
	say(&this, GATEWAY_WITNESS_HEARTBEAT, GATEWAY_UP, 0);
	say(&this, GATEWAY_WITNESS_RETURNS, GATEWAY_DOWN, 10);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_RETURNS);
	pass(&this, 11);
	check_health(&this, GATEWAY_UP, GATEWAY_WITNESS_HEARTBEAT);
	/* nor did those of a drain arrive */
	say(&this, GATEWAY_WITNESS_DRAIN, GATEWAY_DOWN, 10);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_DRAIN);
	pass(&this, 11);
	check_health(&this, GATEWAY_UP, GATEWAY_WITNESS_HEARTBEAT);
	/* but that clients arrived once does not outweigh a failing probe */
	say(&this, GATEWAY_WITNESS_RETURNS, GATEWAY_UP, 0);
	say(&this, GATEWAY_WITNESS_HEARTBEAT, GATEWAY_UNKNOWN, 0);
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_DOWN, 0);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_PROBE);
	destroy(&this);
}
END_TEST

START_TEST(lets_a_heartbeat_outweigh_one_failing_probe_but_not_most)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_DOWN, 0);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_PROBE);
	say(&this, GATEWAY_WITNESS_HEARTBEAT, GATEWAY_UP, 3);
	say(&this, GATEWAY_WITNESS_PEERS, GATEWAY_UP, 0);
	check_health(&this, GATEWAY_UP, GATEWAY_WITNESS_HEARTBEAT);
	say(&this, GATEWAY_WITNESS_PEERS, GATEWAY_DOWN, 0);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_PEERS);
	/* a heartbeat that is not fresh says nothing */
	say(&this, GATEWAY_WITNESS_PEERS, GATEWAY_UP, 0);
	pass(&this, 4);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_PROBE);
	destroy(&this);
}
END_TEST

START_TEST(takes_a_missing_heartbeat_for_death_only_without_probes)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	say(&this, GATEWAY_WITNESS_HEARTBEAT, GATEWAY_DOWN, 0);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_HEARTBEAT);
	say(&this, GATEWAY_WITNESS_PEERS, GATEWAY_UP, 0);
	check_health(&this, GATEWAY_UP, GATEWAY_WITNESS_PEERS);
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_DOWN, 0);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_PROBE);
	destroy(&this);
}
END_TEST

START_TEST(makes_views_outdated_when_a_word_expires)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_DOWN, 1);
	ck_assert(this.table->tick(this.table));
	gateway_view_destroy(view(&this));
	ck_assert(this.table->tick(this.table));
	check_health(&this, GATEWAY_UNKNOWN, GATEWAY_WITNESS_MAX);
	destroy(&this);
}
END_TEST

START_TEST(shows_life_only_by_proof_that_is_newer)
{
	fixture_t this = create(TWO);
	gateway_witness_t by;
	uint32_t since;

	gateway_view_destroy(view(&this));
	ck_assert(!this.table->is_alive_since(this.table, "mars", 0, NULL));
	ck_assert(!this.table->is_alive_since(this.table, "sun", 0, &by));
	ck_assert_int_eq(by, GATEWAY_WITNESS_MAX);
	since = this.table->get_now(this.table);
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_UP, 0);
	ck_assert(!this.table->is_alive_since(this.table, "sun", since, NULL));
	pass(&this, 1);
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_UP, 0);
	ck_assert(this.table->is_alive_since(this.table, "sun", since, &by));
	ck_assert_int_eq(by, GATEWAY_WITNESS_PROBE);
	say(&this, GATEWAY_WITNESS_PROBE, GATEWAY_DOWN, 0);
	ck_assert(!this.table->is_alive_since(this.table, "sun", since, NULL));
	destroy(&this);
}
END_TEST

START_TEST(forgets_what_was_told_too_long_ago)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	this.table->set_told_timeout(this.table, 5);
	this.table->set_load(this.table, "sun", 7, 100, GATEWAY_SOURCE_OPERATOR);
	say(&this, GATEWAY_WITNESS_OPERATOR, GATEWAY_UP, 0);
	pass(&this, 5);
	ck_assert_uint_eq(status(&this, "sun").sessions, 7);
	ck_assert_uint_eq(status(&this, "sun").told_age, 5);
	check_health(&this, GATEWAY_UP, GATEWAY_WITNESS_OPERATOR);
	ck_assert(this.table->tick(this.table));
	ck_assert_uint_eq(status(&this, "sun").sessions, REDIRECT_SELECTOR_UNKNOWN);
	ck_assert_uint_eq(status(&this, "sun").load, REDIRECT_SELECTOR_UNKNOWN);
	check_health(&this, GATEWAY_UNKNOWN, GATEWAY_WITNESS_MAX);
	/* what the operator took out stays out */
	say(&this, GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	pass(&this, 100);
	check_health(&this, GATEWAY_DOWN, GATEWAY_WITNESS_OPERATOR);
	destroy(&this);
}
END_TEST

START_TEST(tells_where_values_come_from_and_goes_back_to_the_file)
{
	fixture_t this = create(TWO);
	gateway_origin_t *weight, *state;
	gateway_status_t known;

	gateway_view_destroy(view(&this));
	pass(&this, 3);
	this.table->set(this.table, "sun", -1, 5, -1, GATEWAY_SOURCE_STORE);
	say(&this, GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	this.table->set_load(this.table, "sun", 1, 1, GATEWAY_SOURCE_OPERATOR);
	pass(&this, 2);
	known = status(&this, "sun");
	weight = &known.origins[GATEWAY_VALUE_WEIGHT];
	state = &known.origins[GATEWAY_VALUE_STATE];
	ck_assert_uint_eq(known.weight, 5);
	ck_assert_uint_eq(weight->file, 100);
	ck_assert_int_eq(weight->source, GATEWAY_SOURCE_STORE);
	ck_assert_uint_eq(weight->age, 2);
	ck_assert_int_eq(state->source, GATEWAY_SOURCE_FILE);

	ck_assert(this.table->reset(this.table, "sun"));
	ck_assert(!this.table->reset(this.table, "mars"));
	known = status(&this, "sun");
	ck_assert_uint_eq(known.weight, 100);
	ck_assert_int_eq(weight->source, GATEWAY_SOURCE_FILE);
	ck_assert_uint_eq(weight->age, 0);
	ck_assert_uint_eq(known.sessions, REDIRECT_SELECTOR_UNKNOWN);
	check_health(&this, GATEWAY_UNKNOWN, GATEWAY_WITNESS_MAX);
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
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	this.table->tick(this.table);
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_UP, 0);
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
	this.table->set(this.table, "sun", GATEWAY_DRAIN, -1, -1, GATEWAY_SOURCE_OPERATOR);
	this.table->set(this.table, "sun", GATEWAY_ACTIVE, -1, -1, GATEWAY_SOURCE_OPERATOR);
	ck_assert_uint_eq(weight(&this), 1);
	destroy(&this);
}
END_TEST

START_TEST(starts_at_once_without_slow_start)
{
	fixture_t this = create(TWO);

	gateway_view_destroy(view(&this));
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_UP, 0);
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
	this.table->set(this.table, "sun", -1, -1, 20, GATEWAY_SOURCE_OPERATOR);
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
	this.table->set_load(this.table, "moon", 5, 500, GATEWAY_SOURCE_OPERATOR);
	v = view(&this);
	ck_assert_int_eq(v->known, REDIRECT_SELECTOR_KNOWN_RECENT);
	gateway_view_destroy(v);
	this.table->set_load(this.table, "sun", REDIRECT_SELECTOR_UNKNOWN, 100,
			GATEWAY_SOURCE_OPERATOR);
	v = view(&this);
	ck_assert_int_eq(v->known, REDIRECT_SELECTOR_KNOWN_LOAD);
	gateway_view_destroy(v);
	/* who takes no clients need not be compared */
	this.table->set(this.table, "sun", GATEWAY_DRAIN, -1, -1, GATEWAY_SOURCE_OPERATOR);
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
	this.table->set_load(this.table, "sun", 0, REDIRECT_SELECTOR_UNKNOWN,
			GATEWAY_SOURCE_OPERATOR);
	for (second = 1; second <= 60; second++)
	{
		for (i = 0; i < 10; i++)
		{
			gateway_live_assign(v->live[1], TRUE, TRUE);
		}
		this.table->set_load(this.table, "sun", second * 40,
							 REDIRECT_SELECTOR_UNKNOWN, GATEWAY_SOURCE_OPERATOR);
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
	tcase_add_test(tcase, forgets_gateways_that_had_joined_but_not_what_the_operator_said);
	tcase_add_test(tcase, leaves_out_who_cannot_take_clients);
	tcase_add_test(tcase, counts_clients_since_the_last_sample);
	tcase_add_test(tcase, forgets_clients_over_about_a_minute);
	tcase_add_test(tcase, tells_when_views_are_outdated);
	tcase_add_test(tcase, gives_clients_to_a_gateway_nobody_knows_of);
	tcase_add_test(tcase, hears_the_operator_before_all_others);
	tcase_add_test(tcase, believes_clients_that_come_back_before_probes_and_heartbeats);
	tcase_add_test(tcase, lets_a_heartbeat_outweigh_one_failing_probe_but_not_most);
	tcase_add_test(tcase, takes_a_missing_heartbeat_for_death_only_without_probes);
	tcase_add_test(tcase, makes_views_outdated_when_a_word_expires);
	tcase_add_test(tcase, shows_life_only_by_proof_that_is_newer);
	tcase_add_test(tcase, forgets_what_was_told_too_long_ago);
	tcase_add_test(tcase, tells_where_values_come_from_and_goes_back_to_the_file);
	tcase_add_test(tcase, gives_weight_linearly_to_who_comes_back);
	tcase_add_test(tcase, starts_slowly_after_a_drain_and_when_new);
	tcase_add_test(tcase, starts_at_once_without_slow_start);
	tcase_add_test(tcase, compares_by_capacity_if_all_have_one);
	tcase_add_test(tcase, knows_by_what_loads_can_be_compared);
	tcase_add_test(tcase, learns_how_many_clients_others_send);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
