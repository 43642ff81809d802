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


#include "memory_store.h"

#include <library.h>
#include <threading/mutex.h>

/**
 * Stores that may be open at a time.
 */
#define OPEN_MAX_STORES 8

typedef struct private_store_t private_store_t;

struct private_store_t {
	redirect_store_t public;
	redirect_store_sink_t sink;
};

/**
 * Records of all stores.
 */
static struct {
	char kind[REDIRECT_STORE_KIND_MAX + 1];
	char name[REDIRECT_STORE_NAME_MAX + 1];
	uint8_t value[REDIRECT_STORE_VALUE_MAX];
	size_t len;
} records[MEMORY_RECORDS_MAX];

static private_store_t *stores[OPEN_MAX_STORES];

/**
 * Guards both; created with the first store.
 */
static mutex_t *mutex;

/**
 * Find a record, or a free place for it.
 */
static int find(const char *kind, const char *name)
{
	int i, place = -1;

	for (i = 0; i < MEMORY_RECORDS_MAX; i++)
	{
		if (records[i].len && streq(records[i].kind, kind) &&
			streq(records[i].name, name))
		{
			return i;
		}
		if (!records[i].len && place < 0)
		{
			place = i;
		}
	}
	return place;
}

void memory_store_put(const char *kind, const char *name, const void *value,
					  size_t len)
{
	int i;

	mutex->lock(mutex);
	i = find(kind, name);
	if (i >= 0)
	{
		snprintf(records[i].kind, sizeof(records[i].kind), "%s", kind);
		snprintf(records[i].name, sizeof(records[i].name), "%s", name);
		memcpy(records[i].value, value, len);
		records[i].len = len;
	}
	mutex->unlock(mutex);
}

size_t memory_store_get(const char *kind, const char *name,
						uint8_t value[REDIRECT_STORE_VALUE_MAX])
{
	size_t len = 0;
	int i;

	mutex->lock(mutex);
	i = find(kind, name);
	if (i >= 0)
	{
		len = records[i].len;
		memcpy(value, records[i].value, len);
	}
	mutex->unlock(mutex);
	return len;
}

void memory_store_flush(void)
{
	memset(records, 0, sizeof(records));
}

static bool put(redirect_store_t *this, const char *kind, const char *name,
				const void *value, size_t len, uint32_t ttl, bool announce)
{
	redirect_store_record_t record = {
		.name = name,
		.value = value,
		.len = len,
	};
	int i;

	memory_store_put(kind, name, value, len);
	for (i = 0; announce && i < OPEN_MAX_STORES; i++)
	{
		if (stores[i])
		{
			stores[i]->sink.changed(stores[i]->sink.data, kind, &record);
		}
	}
	return TRUE;
}

static bool remove_(redirect_store_t *this, const char *kind, const char *name)
{
	return FALSE;
}

static void refresh(redirect_store_t *this)
{
}

static void get_stats(redirect_store_t *this, redirect_store_stats_t *stats)
{
	memset(stats, 0, sizeof(*stats));
}

static void destroy(redirect_store_t *this)
{
	int i;

	mutex->lock(mutex);
	for (i = 0; i < OPEN_MAX_STORES; i++)
	{
		if (stores[i] == (private_store_t*)this)
		{
			stores[i] = NULL;
		}
	}
	mutex->unlock(mutex);
	free(this);
}

void memory_store_list(void)
{
	static const char *const kinds[] = { "gateway", "order" };
	redirect_store_record_t list[MEMORY_RECORDS_MAX];
	int i, kind, count;

	for (kind = 0; kind < (int)countof(kinds); kind++)
	{
		mutex->lock(mutex);
		for (i = count = 0; i < MEMORY_RECORDS_MAX; i++)
		{
			if (records[i].len && streq(records[i].kind, kinds[kind]))
			{
				list[count++] = (redirect_store_record_t){
					.name = records[i].name,
					.value = records[i].value,
					.len = records[i].len,
				};
			}
		}
		for (i = 0; i < OPEN_MAX_STORES; i++)
		{
			if (stores[i])
			{
				stores[i]->sink.records(stores[i]->sink.data, kinds[kind], list,
										count);
			}
		}
		mutex->unlock(mutex);
	}
}

void memory_store_state(redirect_store_state_t state)
{
	int i;

	for (i = 0; i < OPEN_MAX_STORES; i++)
	{
		if (stores[i])
		{
			stores[i]->sink.state(stores[i]->sink.data, state, "as the test says");
		}
	}
}

redirect_store_t *memory_store_create(const redirect_store_options_t *options,
									  const redirect_store_sink_t *sink,
									  char why[REDIRECT_STORE_WHY_MAX])
{
	private_store_t *this;
	int i;

	if (!mutex)
	{
		mutex = mutex_create(MUTEX_TYPE_RECURSIVE);
	}
	INIT(this,
		.public = {
			.put = put,
			.remove = remove_,
			.refresh = refresh,
			.get_stats = get_stats,
			.destroy = destroy,
		},
		.sink = *sink,
	);
	mutex->lock(mutex);
	for (i = 0; i < OPEN_MAX_STORES && stores[i]; i++);
	if (i < OPEN_MAX_STORES)
	{
		stores[i] = this;
	}
	mutex->unlock(mutex);
	return &this->public;
}
