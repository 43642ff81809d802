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
 * Weighted rendezvous hashing over many gateways: whatever is taken together,
 * the answers are those of the formula, one gateway after the other.
 */

#include <math.h>

#include "policy_fixture.h"
#include "selectors/rendezvous_scan.h"

/**
 * Fleets, and clients of each.
 */
#define FLEETS 300
#define CLIENTS 20

/**
 * Gateways side by side, and which of them are candidates.
 */
typedef struct {
	redirect_selector_gateway_t gateways[GATEWAYS_MAX];
	uint64_t ids[GATEWAYS_MAX];
	double weights[GATEWAYS_MAX];
	uint16_t candidates[GATEWAYS_MAX];
	int count;
	redirect_selector_view_t view;
} fleet_t;

/**
 * Next number of a sequence.
 */
static uint64_t next(uint64_t *seed)
{
	return *seed = redirect_selector_mix(*seed, 0x5685);
}

/**
 * Weight of a gateway: all alike, different ones, or the smallest and largest.
 */
static uint32_t create_weight(int kind, uint64_t *seed)
{
	switch (kind)
	{
		case 0:
			return 100;
		case 1:
			return 1 + next(seed) % 200;
		default:
			return next(seed) % 2 ? 1 : UINT32_MAX;
	}
}

/**
 * Create a random fleet of which all, all but one, half, or few are candidates;
 * in some each hash is there twice.
 */
static void create_fleet(fleet_t *this, uint64_t *seed)
{
	int i, parts, without, kind, twice;

	this->count = 1 + next(seed) % (next(seed) % 2 ? GATEWAYS_MAX : 40);
	without = next(seed) % this->count;
	parts = next(seed) % 4;
	kind = next(seed) % 3;
	twice = next(seed) % 4 == 0;
	this->view = (redirect_selector_view_t){
		.gateways = this->gateways,
		.candidates = this->candidates,
		.ids = this->ids,
		.weights = this->weights,
	};
	for (i = 0; i < this->count; i++)
	{
		this->ids[i] = twice && i % 2 ? this->ids[i - 1] : next(seed);
		this->gateways[i] = (redirect_selector_gateway_t){
			.id = this->ids[i],
			.weight = create_weight(kind, seed),
		};
		this->weights[i] = this->gateways[i].weight;
		this->view.heaviest = max(this->view.heaviest, this->weights[i]);
		if (parts == 0 || (parts == 1 && i != without) ||
			(parts == 2 && next(seed) % 2) || (parts == 3 && !(next(seed) % 9)))
		{
			this->candidates[this->view.count++] = i;
		}
	}
	if (!this->view.count)
	{
		this->candidates[this->view.count++] = without;
	}
}

/**
 * The formula, for one candidate after the other.
 */
static int get_plain(const fleet_t *this, uint64_t client)
{
	const redirect_selector_gateway_t *gateway;
	double u, score, highest = 0;
	int i, winner = -1;

	for (i = 0; i < this->view.count; i++)
	{
		gateway = &this->gateways[this->candidates[i]];
		u = ((redirect_selector_mix(client, gateway->id) >> 11) + 0.5) *
			0x1p-53;
		score = gateway->weight / -log(u);
		if (score > highest)
		{
			highest = score;
			winner = i;
		}
	}
	return winner;
}

START_TEST(gives_the_answers_of_the_formula_however_gateways_lie)
{
	redirect_selector_options_t options = { .api = REDIRECT_SELECTOR_API };
	selector_registry_t *registry = selector_registry_create();
	redirect_selector_t *selector;
	redirect_selector_request_t request = {};
	fleet_t *fleet = calloc(1, sizeof(*fleet));
	uint64_t seed = 13;
	int i, j, winner;

	selector = registry->create(registry, "rendezvous", &options);
	for (i = 0; i < FLEETS; i++)
	{
		create_fleet(fleet, &seed);
		for (j = 0; j < CLIENTS; j++)
		{
			request.client = next(&seed);
			winner = get_plain(fleet, request.client);
			fleet->view.ids = fleet->ids;
			ck_assert_int_eq(selector->select(selector, &request,
											  &fleet->view), winner);
			fleet->view.ids = NULL;
			ck_assert_int_eq(selector->select(selector, &request,
											  &fleet->view), winner);
		}
	}
	selector->destroy(selector);
	registry->destroy(registry);
	free(fleet);
}
END_TEST

START_TEST(leaves_out_no_gateway_that_may_win)
{
	const rendezvous_scan_t *scan = rendezvous_scan_get(_i);
	fleet_t *fleet = calloc(1, sizeof(*fleet));
	rendezvous_score_t best = RENDEZVOUS_SCORE_INIT;
	uint64_t client, seed = 14;
	double u, highest;
	int i, j, found;

	for (i = 0; i < FLEETS; i++)
	{
		create_fleet(fleet, &seed);
		client = next(&seed);
		/* one that exactly this gateway has, or the next number below it */
		j = next(&seed) % fleet->count;
		u = rendezvous_score_draw(client, fleet->ids[j]);
		highest = fleet->weights[j] / (i % 2 ? -log(u) : 1 - u);
		best.score = i % 3 ? highest : nextafter(highest, 0);
		found = scan->find(fleet->ids, fleet->weights, fleet->count, client,
						   best.score);
		ck_assert_int_ge(found, 0);
		ck_assert_int_le(found, fleet->count);
		for (j = 0; j < found; j++)
		{
			ck_assert(rendezvous_score_better(&best, client, fleet->ids[j],
											  fleet->weights[j]) == 0);
		}
		/* and passes by nearly all that cannot */
		ck_assert(scan->find(fleet->ids, fleet->weights, fleet->count, client,
							 0x1p200) >= fleet->count / 8 * 8);
	}
	free(fleet);
}
END_TEST

START_TEST(tells_the_least_of_each_block)
{
	const rendezvous_scan_t *scan = rendezvous_scan_get(_i);
	fleet_t *fleet = calloc(1, sizeof(*fleet));
	double told[GATEWAYS_MAX / RENDEZVOUS_BLOCK], least, own;
	bool looks = FALSE;
	uint64_t client, seed = 15;
	int i, j;

	for (i = 0; i < FLEETS; i++)
	{
		create_fleet(fleet, &seed);
		fleet->count = max(fleet->count, RENDEZVOUS_SCAN_MIN);
		client = next(&seed);
		scan->least(fleet->ids, fleet->count, client, told);
		least = own = 1;
		for (j = 0; j < fleet->count; j++)
		{
			least = min(least, 1 - rendezvous_score_draw(client, fleet->ids[j]));
			if ((j + 1) % RENDEZVOUS_BLOCK == 0 || j + 1 == fleet->count)
			{
				own = told[j / RENDEZVOUS_BLOCK];
				ck_assert(own <= least);
				looks |= own != 0;
				/* the last block may tell of gateways before it as well */
				ck_assert(!looks || j + 1 == fleet->count ||
						  own > least - 0x1p-29);
				least = 1;
			}
		}
	}
	ck_assert(looks == (scan != rendezvous_scan_get(RENDEZVOUS_PLAIN)));
	free(fleet);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rendezvous");
	TCase *tcase = tcase_create("rendezvous");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, gives_the_answers_of_the_formula_however_gateways_lie);
	tcase_add_loop_test(tcase, leaves_out_no_gateway_that_may_win,
						RENDEZVOUS_PLAIN, RENDEZVOUS_AVX512 + 1);
	tcase_add_loop_test(tcase, tells_the_least_of_each_block,
						RENDEZVOUS_PLAIN, RENDEZVOUS_AVX512 + 1);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
