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


#include "cluster_fixture.h"

static cluster_verdict_t read_record(cluster_kind_t kind, const char *name,
									 const char *value, size_t len, void *record)
{
	signer_t *signer = cluster_signer_create(chunk_from_str(CLUSTER_SECRET));
	cluster_verdict_t verdict;

	verdict = cluster_record_read(signer, kind, name,
								  chunk_create((u_char*)value, len), record);
	signer->destroy(signer);
	return verdict;
}

START_TEST(reads_what_it_wrote)
{
	cluster_order_t order = {
		.sequence = 9,
		.state = GATEWAY_DRAIN,
		.weight = CLUSTER_UNKNOWN,
		.capacity = 0,
		.by = "moon",
	}, read_order;
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat;
	size_t len;

	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &cluster_typical, value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value, len,
								 &heartbeat), CLUSTER_OK);
	ck_assert(memeq(&heartbeat, &cluster_typical, sizeof(cluster_typical)));
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_ORDER, "sun", &order, value);
	ck_assert_int_eq(read_record(CLUSTER_ORDER, "sun", value, len, &read_order),
					 CLUSTER_OK);
	ck_assert(memeq(&read_order, &order, sizeof(order)));
}
END_TEST

START_TEST(refuses_what_differs_in_any_octet)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat;
	cluster_verdict_t verdict;
	size_t len, i;

	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &cluster_typical, value);
	for (i = 0; i < len; i++)
	{
		value[i] ^= 1;
		verdict = read_record(CLUSTER_HEARTBEAT, "sun", value, len, &heartbeat);
		ck_assert(verdict == CLUSTER_FORGED || verdict == CLUSTER_MALFORMED);
		value[i] ^= 1;
		verdict = read_record(CLUSTER_HEARTBEAT, "sun", value, i, &heartbeat);
		ck_assert(verdict == CLUSTER_FORGED || verdict == CLUSTER_MALFORMED);
	}
}
END_TEST

START_TEST(refuses_records_of_others_and_in_other_places)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat;
	size_t len;

	len = cluster_fixture_write("another secret, long enough", CLUSTER_HEARTBEAT, "sun",
					   &cluster_typical, value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value, len,
								 &heartbeat), CLUSTER_FORGED);
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &cluster_typical, value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "moon", value, len,
								 &heartbeat), CLUSTER_FORGED);
	ck_assert_int_eq(read_record(CLUSTER_ORDER, "sun", value, len, &heartbeat),
					 CLUSTER_MALFORMED);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value,
								 REDIRECT_STORE_VALUE_MAX + 1, &heartbeat),
					 CLUSTER_TOO_LONG);
}
END_TEST

START_TEST(refuses_numbers_and_words_that_nobody_writes)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t bad[4] = { cluster_typical, cluster_typical, cluster_typical,
								   cluster_typical };
	cluster_heartbeat_t heartbeat;
	size_t len;

	bad[0].state = GATEWAY_DISABLED + 1;
	bad[1].draining = 2;
	bad[2].weight = 65536;
	strcpy(bad[3].version, "1 2");
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &bad[_i], value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value, len,
								 &heartbeat), CLUSTER_MALFORMED);
}
END_TEST

START_TEST(writes_no_record_that_does_not_fit)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat = cluster_typical;

	memset(heartbeat.up, 'a', sizeof(heartbeat.up) - 1);
	memset(heartbeat.down, 'a', sizeof(heartbeat.down) - 1);
	ck_assert_uint_gt(cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &heartbeat,
								   value), 0);
	memset(heartbeat.addresses, 'a', sizeof(heartbeat.addresses) - 1);
	/* the largest there is fits just so, or is not written */
	ck_assert_uint_le(cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &heartbeat,
								   value), REDIRECT_STORE_VALUE_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cluster record");
	TCase *tcase = tcase_create("record");


	tcase_add_checked_fixture(tcase, cluster_fixture_set_up,
							  cluster_fixture_tear_down);
	tcase_add_test(tcase, reads_what_it_wrote);
	tcase_add_test(tcase, refuses_what_differs_in_any_octet);
	tcase_add_test(tcase, refuses_records_of_others_and_in_other_places);
	tcase_add_loop_test(tcase, refuses_numbers_and_words_that_nobody_writes, 0, 4);
	tcase_add_test(tcase, writes_no_record_that_does_not_fit);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
