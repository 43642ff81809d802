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

#include <threading/thread.h>

#include "utils/snapshot.h"

/**
 * Threads that read, and swaps of another one.
 */
#define READERS 4
#define SWAPS 2000

/**
 * Data whose parts have to fit each other as long as it may be read.
 */
typedef struct {
	uint32_t number;
	uint32_t inverse;
} data_t;

/**
 * Data that was destroyed.
 */
static uint32_t destroyed;

/**
 * TRUE as soon as readers may stop.
 */
static bool done;

/**
 * Create data.
 */
static data_t *data_create(uint32_t number)
{
	data_t *data;

	INIT(data,
		.number = number,
		.inverse = ~number,
	);
	return data;
}

/**
 * Destroy data, so that who still reads it notices.
 */
static void data_destroy(void *data)
{
	memset(data, 0, sizeof(data_t));
	__atomic_fetch_add(&destroyed, 1, __ATOMIC_RELAXED);
	free(data);
}

/**
 * Read until told to stop.
 *
 * @return				number of reads, 0 if data did not fit
 */
static void *read_data(void *snapshot)
{
	snapshot_t *this = snapshot;
	uintptr_t reads = 0;
	uint32_t last = 0;
	data_t *data;
	bool good = TRUE;
	int token, nested;

	while (!__atomic_load_n(&done, __ATOMIC_RELAXED) || !reads)
	{
		data = this->acquire(this, &token);
		good = good && data->number == ~data->inverse && data->number >= last;
		last = data->number;
		data = this->acquire(this, &nested);
		good = good && data->number >= last;
		this->release(this, nested);
		this->release(this, token);
		reads++;
	}
	return (void*)(good ? reads : 0);
}

START_TEST(begins_without_data)
{
	snapshot_t *snapshot = snapshot_create(data_destroy);
	int token;

	ck_assert_ptr_null(snapshot->acquire(snapshot, &token));
	snapshot->release(snapshot, token);
	snapshot->destroy(snapshot);
}
END_TEST

START_TEST(destroys_what_was_replaced)
{
	snapshot_t *snapshot = snapshot_create(data_destroy);
	data_t *data = data_create(1);
	int token;

	destroyed = 0;
	snapshot->replace(snapshot, data);
	ck_assert_ptr_eq(snapshot->acquire(snapshot, &token), data);
	snapshot->release(snapshot, token);
	snapshot->replace(snapshot, data_create(2));
	ck_assert_uint_eq(destroyed, 1);
	snapshot->replace(snapshot, NULL);
	ck_assert_uint_eq(destroyed, 2);
	snapshot->replace(snapshot, data_create(3));
	snapshot->destroy(snapshot);
	ck_assert_uint_eq(destroyed, 3);
}
END_TEST

START_TEST(readers_never_see_destroyed_data)
{
	snapshot_t *snapshot = snapshot_create(data_destroy);
	thread_t *readers[READERS];
	void *reads;
	int i;

	destroyed = 0;
	done = FALSE;
	snapshot->replace(snapshot, data_create(0));
	for (i = 0; i < READERS; i++)
	{
		/* a thread of the library, which frees what its locks keep for it */
		readers[i] = thread_create(read_data, snapshot);
		ck_assert_ptr_nonnull(readers[i]);
	}
	for (i = 1; i <= SWAPS; i++)
	{
		snapshot->replace(snapshot, data_create(i));
		ck_assert_uint_eq(__atomic_load_n(&destroyed, __ATOMIC_RELAXED), i);
	}
	__atomic_store_n(&done, TRUE, __ATOMIC_RELAXED);
	for (i = 0; i < READERS; i++)
	{
		reads = readers[i]->join(readers[i]);
		ck_assert_ptr_nonnull(reads);
	}
	snapshot->destroy(snapshot);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("snapshot");
	TCase *tcase = tcase_create("snapshot");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, begins_without_data);
	tcase_add_test(tcase, destroys_what_was_replaced);
	tcase_add_test(tcase, readers_never_see_destroyed_data);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
