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

#include "cluster/probe_share.h"
#include "cluster/probe_target.h"
#include "gateways/gateway.h"
#include "wire/ike_probe.h"

/**
 * The answer of charon 5.9.8 to a probe of kind port with SPI 01 to 08, as
 * captured.
 */
static const uint8_t answer_of_charon[] = {
	1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0,
	41, 0x20, 34, 0x20, 0, 0, 0, 0, 0, 0, 0, 36,
	0, 0, 0, 8, 0, 0, 0, 5,
};

static uint64_t spi(void)
{
	uint64_t spi;

	memcpy(&spi, answer_of_charon, sizeof(spi));
	return spi;
}

START_TEST(answers_a_probe_as_charon_does)
{
	uint8_t probe[IKE_PROBE_LEN], answer[IKE_PROBE_ANSWER_LEN];
	uint64_t found;

	ike_probe_write(IKE_PROBE_PORT, spi(), probe);
	ck_assert(ike_probe_answer(chunk_from_thing(probe), answer));
	ck_assert(memeq(answer, answer_of_charon, sizeof(answer)));
	ck_assert(ike_probe_parse_answer(chunk_from_thing(answer), &found));
	ck_assert(found == spi());
}
END_TEST

START_TEST(answers_nothing_else)
{
	uint8_t probe[IKE_PROBE_LEN + 1] = {}, answer[IKE_PROBE_ANSWER_LEN];
	int i;

	ike_probe_write(IKE_PROBE_INIT, spi(), probe);
	ck_assert(!ike_probe_answer(chunk_create(probe, IKE_PROBE_LEN), answer));
	ike_probe_write(IKE_PROBE_PORT, 0, probe);
	ck_assert(!ike_probe_answer(chunk_create(probe, IKE_PROBE_LEN), answer));
	ike_probe_write(IKE_PROBE_PORT, spi(), probe);
	ck_assert(!ike_probe_answer(chunk_create(probe, IKE_PROBE_LEN + 1), answer));
	for (i = 0; i < IKE_PROBE_LEN; i++)
	{
		ck_assert(!ike_probe_answer(chunk_create(probe, i), answer));
		if (i >= 8)
		{	/* any bit that is not of the SPI */
			probe[i] ^= 1;
			ck_assert(!ike_probe_answer(chunk_create(probe, IKE_PROBE_LEN),
										answer));
			probe[i] ^= 1;
		}
	}
}
END_TEST

START_TEST(takes_only_responses_for_answers)
{
	uint8_t answer[sizeof(answer_of_charon)], probe[IKE_PROBE_LEN];
	uint64_t found;
	int i;

	for (i = 0; i < (int)sizeof(answer); i++)
	{
		ck_assert(!ike_probe_parse_answer(
						chunk_create((u_char*)answer_of_charon, i), &found));
	}
	/* an own probe that comes back is none */
	ike_probe_write(IKE_PROBE_PORT, spi(), probe);
	ck_assert(!ike_probe_parse_answer(chunk_from_thing(probe), &found));
	memcpy(answer, answer_of_charon, sizeof(answer));
	memset(answer, 0, 8);
	ck_assert(!ike_probe_parse_answer(chunk_from_thing(answer), &found));
}
END_TEST

/**
 * Configuration with the defaults.
 */
static const probe_config_t config = {
	.enabled = TRUE,
	.interval = 2000,
	.timeout = 1000,
	.fall = 3,
	.rise = 2,
};

/**
 * Let a probe be sent at a time, and have its result.
 *
 * @return				TRUE if the verdict changed
 */
static bool result(probe_target_t *target, bool answered, uint64_t *now)
{
	*now = max(*now, target->due);
	probe_target_sent(target, &config, 1, *now);
	*now = answered ? *now : target->due;
	return probe_target_result(target, &config, answered, config.interval, *now);
}

START_TEST(knows_nothing_until_answers_came_or_were_missing)
{
	probe_target_t target = {};
	uint64_t now = 0;

	ck_assert(!result(&target, FALSE, &now));
	ck_assert(!result(&target, FALSE, &now));
	ck_assert_int_eq(target.verdict, GATEWAY_UNKNOWN);
	ck_assert(result(&target, TRUE, &now));
	ck_assert_int_eq(target.verdict, GATEWAY_UP);
}
END_TEST

START_TEST(finds_a_target_dead_in_an_interval_and_fall_timeouts)
{
	probe_target_t target = {};
	uint64_t now = 0, death;

	ck_assert(result(&target, TRUE, &now));
	/* right after it answered */
	death = now;
	ck_assert(!result(&target, FALSE, &now));
	ck_assert(!result(&target, FALSE, &now));
	ck_assert(result(&target, FALSE, &now));
	ck_assert_int_eq(target.verdict, GATEWAY_DOWN);
	ck_assert_uint_eq(now - death, config.interval + 3 * config.timeout);
	ck_assert_uint_le(now - death, config.fall * config.interval);
}
END_TEST

START_TEST(forgives_answers_that_are_missing_now_and_then)
{
	probe_target_t target = {};
	uint64_t now = 0;
	int i;

	ck_assert(result(&target, TRUE, &now));
	for (i = 0; i < 100; i++)
	{
		ck_assert(!result(&target, i % 3 == 2, &now));
	}
	ck_assert_int_eq(target.verdict, GATEWAY_UP);
}
END_TEST

START_TEST(takes_a_target_back_after_answers_in_a_row)
{
	probe_target_t target = { .verdict = GATEWAY_DOWN };
	uint64_t now = 0;

	ck_assert(!result(&target, TRUE, &now));
	ck_assert(!result(&target, FALSE, &now));
	ck_assert(!result(&target, TRUE, &now));
	ck_assert_int_eq(target.verdict, GATEWAY_DOWN);
	ck_assert(result(&target, TRUE, &now));
	ck_assert_int_eq(target.verdict, GATEWAY_UP);
}
END_TEST

START_TEST(tries_all_addresses_of_a_name)
{
	probe_target_t target = { .count = 3, .verdict = GATEWAY_UP };
	uint64_t now = 0;

	ck_assert(!result(&target, FALSE, &now));
	ck_assert_int_eq(target.current, 1);
	ck_assert(!result(&target, TRUE, &now));
	ck_assert_int_eq(target.current, 1);
	ck_assert(!result(&target, FALSE, &now));
	ck_assert(!result(&target, FALSE, &now));
	ck_assert_int_eq(target.current, 0);
}
END_TEST

START_TEST(claims_nothing_of_a_target_that_it_cannot_ask)
{
	probe_target_t target = { .verdict = GATEWAY_DOWN, .row = 1 };

	ck_assert(probe_target_failed(&target, 5, 10));
	ck_assert_int_eq(target.verdict, GATEWAY_UNKNOWN);
	ck_assert_uint_eq(target.due, 15);
	ck_assert(!probe_target_failed(&target, 5, 10));
}
END_TEST

/**
 * Identifiers of gateways.
 */
static uint64_t *create_ids(int count)
{
	uint64_t *ids = calloc(count, sizeof(*ids));
	char name[16];
	int i;

	for (i = 0; i < count; i++)
	{
		snprintf(name, sizeof(name), "gw%d", i);
		ids[i] = gateway_hash(chunk_from_str(name));
	}
	return ids;
}

START_TEST(probes_all_others_if_they_are_few)
{
	uint64_t *ids = create_ids(PROBE_SHARE_MAX + 1);
	int i;

	for (i = 1; i <= PROBE_SHARE_MAX; i++)
	{
		ck_assert(probe_share_mine(ids, PROBE_SHARE_MAX + 1, ids[0], ids[i]));
	}
	free(ids);
}
END_TEST

START_TEST(shares_the_work_among_many)
{
	static const int counts[] = { 34, 100, 500, 1000 };
	int i, j, probers, work, count = counts[_i];
	uint64_t *ids = create_ids(count);

	for (i = 0; i < count; i++)
	{
		probers = work = 0;
		for (j = 0; j < count; j++)
		{
			if (i != j)
			{
				probers += probe_share_mine(ids, count, ids[j], ids[i]);
				work += probe_share_mine(ids, count, ids[i], ids[j]);
			}
		}
		ck_assert_int_eq(probers, PROBE_SHARE_PROBERS);
		ck_assert_int_le(work, PROBE_SHARE_MAX);
	}
	free(ids);
}
END_TEST

START_TEST(keeps_most_of_the_work_when_one_leaves)
{
	int i, j, count = 200, moved = 0;
	uint64_t *ids = create_ids(count);

	for (i = 0; i < count - 1; i++)
	{
		for (j = 0; j < count - 1; j++)
		{
			if (i != j && probe_share_mine(ids, count, ids[i], ids[j]) !=
						  probe_share_mine(ids, count - 1, ids[i], ids[j]))
			{
				moved++;
			}
		}
	}
	/* only what the last one did has to be done by others, one for each */
	ck_assert_int_le(moved, 2 * PROBE_SHARE_PROBERS);
	free(ids);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("probe");
	TCase *tcase = tcase_create("probe");

	tcase_add_test(tcase, answers_a_probe_as_charon_does);
	tcase_add_test(tcase, answers_nothing_else);
	tcase_add_test(tcase, takes_only_responses_for_answers);
	tcase_add_test(tcase, knows_nothing_until_answers_came_or_were_missing);
	tcase_add_test(tcase, finds_a_target_dead_in_an_interval_and_fall_timeouts);
	tcase_add_test(tcase, forgives_answers_that_are_missing_now_and_then);
	tcase_add_test(tcase, takes_a_target_back_after_answers_in_a_row);
	tcase_add_test(tcase, tries_all_addresses_of_a_name);
	tcase_add_test(tcase, claims_nothing_of_a_target_that_it_cannot_ask);
	tcase_add_test(tcase, probes_all_others_if_they_are_few);
	tcase_add_loop_test(tcase, shares_the_work_among_many, 0, 4);
	tcase_add_test(tcase, keeps_most_of_the_work_when_one_leaves);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
