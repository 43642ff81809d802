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

#include <math.h>

#include "policy_fixture.h"
#include "selectors/selector_draw.h"

/**
 * Clients that a distribution is measured with, and most gateways.
 */
#define CLIENTS 100000
#define GATEWAYS 10

/**
 * Upper 0.1 % point of chi-square with 9 degrees of freedom; the seeds are
 * fixed, so a test that passes once always does.
 */
#define CHI_SQUARE_9 27.88

/**
 * Gateways as selectors see them, with their counters.
 */
typedef struct {
	redirect_selector_gateway_t gateways[GATEWAYS];
	uint16_t candidates[GATEWAYS];
	uint32_t assigned[GATEWAYS];
	uint32_t recent[GATEWAYS];
	redirect_selector_view_t view;
	selector_registry_t *registry;
	redirect_selector_t *selector;
} fixture_t;

static const char *const names[GATEWAYS] = {
	"moon", "sun", "mars", "venus", "pluto", "saturn", "ceres", "eris", "io",
	"titan"
};

/**
 * Create equal gateways of which nothing is known, and a selector.
 */
static void create(fixture_t *this, const char *selector, uint32_t factor)
{
	redirect_selector_options_t options = {
		.api = REDIRECT_SELECTOR_API,
		.balance_factor = factor,
	};
	int i;

	memset(this, 0, sizeof(*this));
	for (i = 0; i < GATEWAYS; i++)
	{
		this->candidates[i] = i;
		this->gateways[i] = (redirect_selector_gateway_t){
			.name = names[i],
			.id = gateway_hash(chunk_create((u_char*)names[i],
											strlen(names[i]))),
			.weight = 100,
			.size = 100,
			.sessions = REDIRECT_SELECTOR_UNKNOWN,
			.load = REDIRECT_SELECTOR_UNKNOWN,
			.assigned = &this->assigned[i],
			.recent = &this->recent[i],
		};
	}
	this->view = (redirect_selector_view_t){
		.gateways = this->gateways,
		.candidates = this->candidates,
		.count = GATEWAYS,
		.others = 1,
	};
	this->registry = selector_registry_create();
	this->selector = this->registry->create(this->registry, selector, &options);
	ck_assert_msg(this->selector != NULL, "%s", selector);
}

/**
 * Destroy it.
 */
static void destroy(fixture_t *this)
{
	this->selector->destroy(this->selector);
	this->registry->destroy(this->registry);
}

/**
 * Position of the gateway a client gets, not counted.
 */
static int get(fixture_t *this, uint32_t client, uint32_t attempt)
{
	redirect_selector_request_t request;
	uint8_t address[4] = { client >> 24, client >> 16, client >> 8, client };
	int index;

	request.client = gateway_hash(chunk_from_thing(address));
	request.request = redirect_selector_mix(request.client, attempt);
	index = this->selector->select(this->selector, &request, &this->view);
	ck_assert_int_ge(index, 0);
	ck_assert_int_lt(index, this->view.count);
	return this->candidates[index];
}

/**
 * Send all clients somewhere, and count.
 */
static void send_all(fixture_t *this, uint32_t counts[GATEWAYS])
{
	uint32_t i;
	int gateway;

	memset(counts, 0, GATEWAYS * sizeof(uint32_t));
	for (i = 0; i < CLIENTS; i++)
	{
		gateway = get(this, 0x0a000000 + i, i);
		counts[gateway]++;
		this->assigned[gateway]++;
		this->recent[gateway]++;
	}
}

/**
 * Distance of what was counted from the weights.
 */
static double chi_square(fixture_t *this, const uint32_t counts[GATEWAYS])
{
	double expected, sum = 0, square = 0;
	int i;

	for (i = 0; i < GATEWAYS; i++)
	{
		sum += this->gateways[i].weight;
	}
	for (i = 0; i < GATEWAYS; i++)
	{
		expected = CLIENTS * this->gateways[i].weight / sum;
		square += (counts[i] - expected) * (counts[i] - expected) / expected;
	}
	return square;
}

/**
 * Most clients of a gateway, relative to its share.
 */
static double imbalance(fixture_t *this, const uint32_t counts[GATEWAYS])
{
	double sum = 0, most = 0;
	int i;

	for (i = 0; i < GATEWAYS; i++)
	{
		sum += this->gateways[i].weight;
	}
	for (i = 0; i < GATEWAYS; i++)
	{
		most = max(most, counts[i] * sum / this->gateways[i].weight / CLIENTS);
	}
	return most;
}

/**
 * Give the gateways different weights and sizes.
 */
static void set_weights(fixture_t *this)
{
	static const uint32_t weights[GATEWAYS] = {
		100, 50, 200, 10, 100, 70, 30, 150, 90, 400
	};
	int i;

	for (i = 0; i < GATEWAYS; i++)
	{
		this->gateways[i].weight = this->gateways[i].size = weights[i];
	}
}

/**
 * Take a gateway out.
 */
static void take_out(fixture_t *this, int gateway)
{
	memmove(&this->candidates[gateway], &this->candidates[gateway + 1],
			(--this->view.count - gateway) * sizeof(uint16_t));
}

static const char *const all[] = {
	"rendezvous", "weighted", "round-robin", "least-loaded", "power-of-two",
	"priority",
};

START_TEST(chance_spreads_clients_by_weight)
{
	static const char *const selectors[] = {
		"rendezvous", "weighted", "priority"
	};
	uint32_t counts[GATEWAYS];
	fixture_t this;

	create(&this, selectors[_i], 0);
	send_all(&this, counts);
	ck_assert(chi_square(&this, counts) < CHI_SQUARE_9);
	ck_assert(imbalance(&this, counts) < 1.05);
	set_weights(&this);
	send_all(&this, counts);
	ck_assert(chi_square(&this, counts) < CHI_SQUARE_9);
	destroy(&this);
}
END_TEST

START_TEST(others_spread_clients_closer_than_chance)
{
	static const char *const selectors[] = {
		"round-robin", "least-loaded", "power-of-two"
	};
	static const double most[] = { 1.001, 1.04, 1.02 };
	uint32_t counts[GATEWAYS];
	fixture_t this;

	create(&this, selectors[_i], 0);
	send_all(&this, counts);
	ck_assert_msg(imbalance(&this, counts) < most[_i], "%f",
				  imbalance(&this, counts));
	destroy(&this);

	create(&this, selectors[_i], 0);
	set_weights(&this);
	send_all(&this, counts);
	ck_assert_msg(imbalance(&this, counts) < most[_i] + 0.02, "%f",
				  imbalance(&this, counts));
	destroy(&this);
}
END_TEST

START_TEST(only_the_share_of_a_gateway_that_goes_moves)
{
	static uint8_t before[CLIENTS];
	uint32_t i, moved = 0, share = 0;
	fixture_t this;
	int gone = 3, now;

	create(&this, "rendezvous", 0);
	if (_i)
	{
		set_weights(&this);
	}
	for (i = 0; i < CLIENTS; i++)
	{
		before[i] = get(&this, i, 1);
		share += before[i] == gone;
	}
	take_out(&this, gone);
	for (i = 0; i < CLIENTS; i++)
	{
		now = get(&this, i, 2);
		ck_assert_int_ne(now, gone);
		moved += now != before[i];
		ck_assert(before[i] == gone || now == before[i]);
	}
	ck_assert_uint_eq(moved, share);
	destroy(&this);
}
END_TEST

START_TEST(more_weight_moves_clients_to_that_gateway_only)
{
	static uint8_t before[CLIENTS];
	fixture_t this;
	uint32_t i;
	int now;

	create(&this, "rendezvous", 0);
	for (i = 0; i < CLIENTS; i++)
	{
		before[i] = get(&this, i, 1);
	}
	this.gateways[5].weight = 150;
	for (i = 0; i < CLIENTS; i++)
	{
		now = get(&this, i, 2);
		ck_assert(now == before[i] || now == 5);
	}
	destroy(&this);
}
END_TEST

START_TEST(rendezvous_is_the_formula_of_its_paper)
{
	fixture_t this;
	uint32_t client;
	uint64_t hash;
	double u, score, highest;
	uint8_t address[4] = {};
	int i, winner = -1;

	create(&this, "rendezvous", 0);
	set_weights(&this);
	for (client = 0; client < 10000; client++)
	{
		address[2] = client >> 8;
		address[3] = client;
		hash = gateway_hash(chunk_from_thing(address));
		highest = 0;
		for (i = 0; i < GATEWAYS; i++)
		{
			u = ((redirect_selector_mix(hash, this.gateways[i].id) >> 11) +
				 0.5) / 9007199254740992.0;
			score = this.gateways[i].weight / -log(u);
			if (score > highest)
			{
				highest = score;
				winner = i;
			}
		}
		ck_assert_int_eq(get(&this, client, 1), winner);
	}
	destroy(&this);
}
END_TEST

START_TEST(no_gateway_exceeds_its_bound)
{
	uint32_t counts[GATEWAYS], i;
	fixture_t this;
	double most;
	int gateway;

	create(&this, "rendezvous", 105);
	set_weights(&this);
	memset(counts, 0, sizeof(counts));
	/* half of all clients share one address */
	for (i = 0; i < CLIENTS; i++)
	{
		gateway = get(&this, i % 2 ? i : 7, i);
		counts[gateway]++;
		this.recent[gateway]++;
	}
	most = imbalance(&this, counts);
	ck_assert_msg(most <= 1.051, "%f", most);
	destroy(&this);

	/* without a bound that gateway gets half of them */
	create(&this, "rendezvous", 0);
	memset(counts, 0, sizeof(counts));
	for (i = 0; i < CLIENTS; i++)
	{
		counts[get(&this, i % 2 ? i : 7, i)]++;
	}
	ck_assert(imbalance(&this, counts) > 5);
	destroy(&this);
}
END_TEST

START_TEST(the_bound_counts_sessions_if_they_are_known)
{
	fixture_t this;
	uint32_t i;

	create(&this, "rendezvous", 125);
	this.view.known = REDIRECT_SELECTOR_KNOWN_SESSIONS;
	for (i = 0; i < GATEWAYS; i++)
	{
		this.gateways[i].sessions = 1000;
	}
	this.gateways[4].sessions = 1300;
	for (i = 0; i < 10000; i++)
	{
		ck_assert_int_ne(get(&this, i, 1), 4);
	}
	destroy(&this);
}
END_TEST

START_TEST(the_bound_leaves_a_gateway_whatever_the_loads_are)
{
	uint64_t random = 1;
	fixture_t this;
	int i, j;

	create(&this, "rendezvous", 101);
	this.view.known = REDIRECT_SELECTOR_KNOWN_SESSIONS;
	for (i = 0; i < 2000; i++)
	{
		random = redirect_selector_mix(random, i);
		this.view.count = 1 + random % GATEWAYS;
		/* no whole numbers, as others send clients, too */
		this.view.others = 1 + (random >> 8) % 64 / 64.0;
		for (j = 0; j < GATEWAYS; j++)
		{
			/* often all have the same */
			this.assigned[j] = (random >> 16) % 8 +
						(random & 1 << 14 ? redirect_selector_mix(random, j) % 3 : 0);
			this.gateways[j].sessions = (random >> 24) % 16;
		}
		get(&this, i, i);
	}
	destroy(&this);
}
END_TEST

START_TEST(round_robin_takes_turns)
{
	uint32_t last[GATEWAYS] = {}, i;
	fixture_t this;
	int gateway;

	create(&this, "round-robin", 0);
	for (i = 0; i < 1000; i++)
	{
		ck_assert_int_eq(get(&this, 1, i), i % GATEWAYS);
	}
	destroy(&this);

	/* with weights nobody waits much longer than its share asks for */
	create(&this, "round-robin", 0);
	set_weights(&this);
	for (i = 1; i <= 120000; i++)
	{
		gateway = get(&this, 1, i);
		ck_assert_msg((i - last[gateway]) * this.gateways[gateway].weight <=
					  3 * 1200 + this.gateways[gateway].weight,
					  "%s after %u", names[gateway], i - last[gateway]);
		last[gateway] = i;
	}
	destroy(&this);
}
END_TEST

START_TEST(least_loaded_takes_the_fewest_sessions_for_the_size)
{
	fixture_t this;
	int i;

	create(&this, "least-loaded", 0);
	this.view.known = REDIRECT_SELECTOR_KNOWN_SESSIONS;
	for (i = 0; i < GATEWAYS; i++)
	{
		this.gateways[i].size = 1000;
		this.gateways[i].sessions = 500;
	}
	this.gateways[6].size = 2000;
	this.gateways[6].sessions = 900;
	ck_assert_int_eq(get(&this, 1, 1), 6);
	/* what was sent there since counts */
	this.assigned[6] = 200;
	ck_assert_int_ne(get(&this, 1, 1), 6);
	destroy(&this);
}
END_TEST

START_TEST(least_loaded_takes_what_gateways_tell)
{
	fixture_t this;
	int i;

	create(&this, "least-loaded", 0);
	this.view.known = REDIRECT_SELECTOR_KNOWN_LOAD;
	for (i = 0; i < GATEWAYS; i++)
	{
		this.gateways[i].load = 700;
	}
	this.gateways[2].load = 300;
	ck_assert_int_eq(get(&this, 1, 1), 2);
	/* a client counts as long as the next sample does not */
	this.assigned[2] = 500;
	ck_assert_int_ne(get(&this, 1, 1), 2);
	destroy(&this);
}
END_TEST

START_TEST(least_loaded_does_not_flap_within_its_margin)
{
	fixture_t this;
	int i, first;

	create(&this, "least-loaded", 0);
	this.view.known = REDIRECT_SELECTOR_KNOWN_SESSIONS;
	for (i = 0; i < GATEWAYS; i++)
	{
		this.gateways[i].sessions = 1000;
	}
	first = get(&this, 1, 1);
	for (i = 0; i < 25; i++)
	{
		this.assigned[first]++;
		ck_assert_int_eq(get(&this, 1, i), first);
	}
	this.assigned[first] = 40;
	ck_assert_int_ne(get(&this, 1, 1), first);
	destroy(&this);
}
END_TEST

START_TEST(power_of_two_takes_the_better_of_two)
{
	uint32_t counts[GATEWAYS] = {};
	fixture_t this;
	int i;

	create(&this, "power-of-two", 0);
	this.view.known = REDIRECT_SELECTOR_KNOWN_SESSIONS;
	for (i = 0; i < GATEWAYS; i++)
	{
		this.gateways[i].sessions = 100 * i;
	}
	for (i = 0; i < CLIENTS; i++)
	{
		counts[get(&this, i, i)]++;
	}
	/* the worst never wins, the best whenever it is drawn: 2 of 10 */
	ck_assert_uint_eq(counts[9], 0);
	ck_assert_uint_gt(counts[0], CLIENTS * 0.195);
	ck_assert_uint_lt(counts[0], CLIENTS * 0.205);
	destroy(&this);
}
END_TEST

START_TEST(priority_takes_the_first_group_that_is_left)
{
	fixture_t this;
	uint32_t i;
	int gateway;

	create(&this, "priority", 0);
	for (i = 2; i < GATEWAYS; i++)
	{
		this.gateways[i].priority = i < 5 ? 1 : 200;
	}
	for (i = 0; i < 1000; i++)
	{
		ck_assert_int_lt(get(&this, i, 1), 2);
	}
	take_out(&this, 0);
	take_out(&this, 0);
	for (i = 0; i < 1000; i++)
	{
		gateway = get(&this, i, 1);
		ck_assert(gateway >= 2 && gateway < 5);
	}
	destroy(&this);
}
END_TEST

START_TEST(takes_the_only_candidate)
{
	fixture_t this;
	uint32_t i;

	create(&this, all[_i], 110);
	this.candidates[0] = 6;
	this.view.count = 1;
	for (i = 0; i < 100; i++)
	{
		ck_assert_int_eq(get(&this, i, i), 6);
		this.recent[6]++;
		this.assigned[6]++;
	}
	destroy(&this);
}
END_TEST

START_TEST(pure_selectors_give_the_same_answer)
{
	fixture_t this;
	uint32_t i;
	int first;

	create(&this, all[_i], 0);
	for (i = 0; this.selector->pure && i < 1000; i++)
	{
		first = get(&this, i, i);
		this.assigned[first] += 1000;
		this.recent[first] += 1000;
		ck_assert_int_eq(get(&this, i, i), first);
	}
	ck_assert_int_eq(this.selector->pure, _i == 0 || _i == 1 || _i == 5);
	destroy(&this);
}
END_TEST

START_TEST(registers_each_name_once)
{
	redirect_selector_registry_t *public;
	redirect_selector_options_t options = { .api = REDIRECT_SELECTOR_API };
	selector_registry_t *registry = selector_registry_create();
	fixture_t this;

	create(&this, "weighted", 0);
	public = &registry->public;
	ck_assert(!public->add(public, "weighted", REDIRECT_SELECTOR_API,
						   (redirect_selector_create_t)abort));
	ck_assert(!public->add(public, "new", REDIRECT_SELECTOR_API + 1,
						   (redirect_selector_create_t)abort));
	ck_assert(!public->add(public, "", REDIRECT_SELECTOR_API,
						   (redirect_selector_create_t)abort));
	ck_assert(!public->add(public, "new", REDIRECT_SELECTOR_API, NULL));
	ck_assert_ptr_null(registry->create(registry, "new", &options));
	public->remove(public, "weighted");
	ck_assert_ptr_null(registry->create(registry, "weighted", &options));
	public->remove(public, "weighted");
	registry->destroy(registry);
	destroy(&this);
}
END_TEST

START_TEST(a_chance_is_scaled_exactly_on_every_machine)
{
	/* chance, range, chance * range / 2^64 */
	static const uint64_t cases[][3] = {
		{ 0, UINT64_MAX, 0 },
		{ UINT64_MAX, 0, 0 },
		{ UINT64_MAX, 1, 0 },
		{ UINT64_MAX, 1000, 999 },
		{ 1ULL << 63, 1000, 500 },
		{ UINT64_MAX, UINT64_MAX, UINT64_MAX - 1 },
		{ 0x9e3779b97f4a7c15ULL, 1000003, 618035 },
		{ 0x0123456789abcdefULL, 0xfedcba9876543210ULL, 0x0121fa00ad77d742ULL },
	};

	ck_assert_uint_eq(selector_scale(cases[_i][0], cases[_i][1]), cases[_i][2]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("selector");
	TCase *tcase = tcase_create("selector");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, chance_spreads_clients_by_weight, 0, 3);
	tcase_add_loop_test(tcase, others_spread_clients_closer_than_chance, 0, 3);
	tcase_add_loop_test(tcase, only_the_share_of_a_gateway_that_goes_moves, 0,
						2);
	tcase_add_test(tcase, more_weight_moves_clients_to_that_gateway_only);
	tcase_add_test(tcase, rendezvous_is_the_formula_of_its_paper);
	tcase_add_test(tcase, no_gateway_exceeds_its_bound);
	tcase_add_test(tcase, the_bound_counts_sessions_if_they_are_known);
	tcase_add_test(tcase, the_bound_leaves_a_gateway_whatever_the_loads_are);
	tcase_add_test(tcase, round_robin_takes_turns);
	tcase_add_test(tcase, least_loaded_takes_the_fewest_sessions_for_the_size);
	tcase_add_test(tcase, least_loaded_takes_what_gateways_tell);
	tcase_add_test(tcase, least_loaded_does_not_flap_within_its_margin);
	tcase_add_test(tcase, power_of_two_takes_the_better_of_two);
	tcase_add_test(tcase, priority_takes_the_first_group_that_is_left);
	tcase_add_loop_test(tcase, takes_the_only_candidate, 0, 6);
	tcase_add_loop_test(tcase, pure_selectors_give_the_same_answer, 0, 6);
	tcase_add_loop_test(tcase, a_chance_is_scaled_exactly_on_every_machine, 0, 8);
	tcase_add_test(tcase, registers_each_name_once);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
