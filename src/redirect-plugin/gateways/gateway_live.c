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

#include "gateway_live.h"

/**
 * Binary digits that the number of recent clients decays by each second.
 */
#define DECAY 6

/**
 * Clients without proven address that count: this part of the capacity, or this
 * many times the weight.
 */
#define UNPROVEN_SHARE 8
#define UNPROVEN_WEIGHT 16

/**
 * Where counters stop, far from where they would wrap.
 */
#define CLIENTS_MAX (UINT32_MAX / 2)

ENUM(gateway_left_out_names, GATEWAY_CANDIDATE, GATEWAY_LEFT_SCOPE,
	"candidate",
	"disabled",
	"draining",
	"down",
	"full",
	"without weight",
	"this gateway",
	"where the client came from",
	"where the client came back from",
	"of another address family",
	"not asked for",
);

ENUM(gateway_source_names, GATEWAY_SOURCE_FILE, GATEWAY_SOURCE_SELF,
	"file",
	"operator",
	"store",
	"self",
);

/*
 * Described in header
 */
gateway_live_t *gateway_live_create(gateway_live_t *spare, const char *name,
									bool old)
{
	gateway_live_t *live = spare ?: malloc_thing(gateway_live_t);

	*live = (gateway_live_t){
		.state = { .file = -1, .runtime = -1 },
		.weight = { .file = -1, .runtime = -1 },
		.capacity = { .file = -1, .runtime = -1 },
		.taking = old,
		.sessions = REDIRECT_SELECTOR_UNKNOWN,
		.load = REDIRECT_SELECTOR_UNKNOWN,
	};
	snprintf(live->name, sizeof(live->name), "%s", name);
	return live;
}

/**
 * Check whether the operator set a value.
 */
static bool is_set(const setting_t *setting)
{
	return setting->runtime >= 0 && setting->source == GATEWAY_SOURCE_OPERATOR;
}

/*
 * Described in header
 */
bool gateway_live_is_spare(const gateway_live_t *live)
{
	return live->joined && !is_set(&live->state) && !is_set(&live->weight) &&
		   !is_set(&live->capacity) &&
		   live->health.said[GATEWAY_WITNESS_OPERATOR].verdict == GATEWAY_UNKNOWN;
}

/**
 * Make the value of the file the one in effect.
 */
static void setting_reset(setting_t *setting, int64_t file, uint32_t now)
{
	setting->since = setting->file < 0 ? 0 : now;
	setting->changed = file == setting_effective(setting) ? setting->changed
														  : setting->since;
	setting->file = file;
	setting->runtime = -1;
	setting->source = GATEWAY_SOURCE_FILE;
}

/**
 * Take over a value of the file.
 */
static void configure(setting_t *setting, int64_t file, uint32_t now)
{
	if (setting->file != file)
	{
		setting_reset(setting, file, now);
	}
}

/*
 * Described in header
 */
void gateway_live_configure(gateway_live_t *live, const gateway_t *gateway,
							uint32_t now)
{
	configure(&live->state, gateway->state, now);
	configure(&live->weight, gateway->weight, now);
	configure(&live->capacity, gateway->capacity, now);
	gateway_live_update(live, now);
}

/*
 * Described in header
 */
void gateway_live_reset(gateway_live_t *live, uint32_t now)
{
	setting_t *settings[] = { &live->state, &live->weight, &live->capacity };
	int i;

	for (i = 0; i < (int)countof(settings); i++)
	{
		if (settings[i]->runtime >= 0)
		{
			setting_reset(settings[i], settings[i]->file, now);
		}
	}
	gateway_health_testify(&live->health, GATEWAY_WITNESS_OPERATOR,
						   GATEWAY_UNKNOWN, 0, now);
	live->sessions = live->load = REDIRECT_SELECTOR_UNKNOWN;
	gateway_live_update(live, now);
}

/*
 * Described in header
 */
bool gateway_live_update(gateway_live_t *live, uint32_t now)
{
	gateway_verdict_t verdict, before = live->verdict;
	bool taking;

	verdict = gateway_health_verdict(&live->health, now, NULL);
	if (verdict != before)
	{
		live->verdict = verdict;
		live->verdict_since = now;
	}
	taking = verdict != GATEWAY_DOWN &&
			 setting_effective(&live->state) == GATEWAY_ACTIVE;
	if (taking && !live->taking)
	{
		live->since = now;
	}
	live->taking = taking;
	return (verdict == GATEWAY_DOWN) != (before == GATEWAY_DOWN);
}

/**
 * Tell where a value comes from.
 */
static gateway_origin_t get_origin(const setting_t *setting, uint32_t now)
{
	return (gateway_origin_t){
		.file = setting->file,
		.source = setting->source,
		.age = now - setting->since,
		.unchanged = now - setting->changed,
	};
}

/**
 * Second the older one of what is known of its load was told.
 */
static uint32_t get_told(const gateway_live_t *live)
{
	if (live->sessions == REDIRECT_SELECTOR_UNKNOWN)
	{
		return live->load_told;
	}
	if (live->load == REDIRECT_SELECTOR_UNKNOWN)
	{
		return live->sessions_told;
	}
	return min(live->sessions_told, live->load_told);
}

/*
 * Described in header
 */
void gateway_live_get_status(const gateway_live_t *live, uint32_t now,
							 gateway_status_t *status)
{
	gateway_witness_t by;
	int i;

	*status = (gateway_status_t){
		.state = setting_effective(&live->state),
		.weight = setting_effective(&live->weight),
		.capacity = setting_effective(&live->capacity),
		.origins = {
			[GATEWAY_VALUE_STATE] = get_origin(&live->state, now),
			[GATEWAY_VALUE_WEIGHT] = get_origin(&live->weight, now),
			[GATEWAY_VALUE_CAPACITY] = get_origin(&live->capacity, now),
		},
		.families_down = live->families_down,
		.health_age = now - live->verdict_since,
		.since = live->since ? now - live->since : 0,
		.sessions = live->sessions,
		.load = live->load,
		.told_age = now - get_told(live),
		.told_by = live->told_by,
		.assigned = gateway_live_assigned(live),
		.redirected = __atomic_load_n(&live->redirected, __ATOMIC_RELAXED),
	};
	status->health = gateway_health_verdict(&live->health, now, &by);
	status->health_by = by;
	status->up = status->health != GATEWAY_DOWN;
	for (i = 0; i < GATEWAY_WITNESS_MAX; i++)
	{
		status->said[i] = gateway_health_said(&live->health, i, now);
		status->said_age[i] = now - live->health.said[i].time;
	}
}

/**
 * Forget some of the clients that are counted; rounded up, so that it gets to
 * zero.
 */
static void decay(uint32_t *clients)
{
	uint64_t number = __atomic_load_n(clients, __ATOMIC_RELAXED);

	__atomic_fetch_sub(clients, (number + (1 << DECAY) - 1) >> DECAY,
					   __ATOMIC_RELAXED);
}

/**
 * Take the gateway for down if enough clients came back, and begin to count
 * anew after the same time.
 */
static void judge_returned(gateway_live_t *live, uint32_t now)
{
	int i;

	for (i = 0; i < GATEWAY_RETURNS; i++)
	{
		if (!__atomic_load_n(&live->returned[i], __ATOMIC_RELAXED))
		{
			break;
		}
	}
	if (i == GATEWAY_RETURNS)
	{
		gateway_health_testify(&live->health, GATEWAY_WITNESS_RETURNS,
							   GATEWAY_DOWN, GATEWAY_RETURNS_SECONDS, now);
	}
	if (i == GATEWAY_RETURNS || now % GATEWAY_RETURNS_SECONDS == 0)
	{
		for (i = 0; i < GATEWAY_RETURNS; i++)
		{
			__atomic_store_n(&live->returned[i], 0, __ATOMIC_RELAXED);
		}
	}
}

/*
 * Described in header
 */
void gateway_live_tick(gateway_live_t *live, uint32_t now)
{
	decay(&live->recent.clients);
	decay(&live->recent.unproven);
	judge_returned(live, now);
}

/*
 * Described in header
 */
void gateway_live_limit(gateway_live_t *live, bool relative)
{
	int64_t capacity = setting_effective(&live->capacity);
	int64_t limit;

	limit = relative ? capacity / UNPROVEN_SHARE
					 : setting_effective(&live->weight) * UNPROVEN_WEIGHT;
	if (capacity && live->sessions != REDIRECT_SELECTOR_UNKNOWN)
	{	/* half of the room is left, whatever is claimed */
		limit = min(limit, max(capacity - live->sessions, 0) / 2);
	}
	__atomic_store_n(&live->unproven_max, limit, __ATOMIC_RELAXED);
}

/*
 * Described in header
 */
uint32_t gateway_account_clear(gateway_account_t *account)
{
	__atomic_store_n(&account->unproven, 0, __ATOMIC_RELAXED);
	return __atomic_exchange_n(&account->clients, 0, __ATOMIC_RELAXED);
}

/*
 * Described in header
 */
gateway_left_out_t gateway_live_left_out(const gateway_live_t *live)
{
	int64_t capacity = setting_effective(&live->capacity);

	switch (setting_effective(&live->state))
	{
		case GATEWAY_DISABLED:
			return GATEWAY_LEFT_DISABLED;
		case GATEWAY_DRAIN:
			return GATEWAY_LEFT_DRAINING;
		default:
			break;
	}
	if (live->verdict == GATEWAY_DOWN)
	{
		return GATEWAY_LEFT_DOWN;
	}
	if (capacity && live->sessions != REDIRECT_SELECTOR_UNKNOWN &&
		live->sessions >= capacity)
	{
		return GATEWAY_LEFT_FULL;
	}
	return setting_effective(&live->weight) ? GATEWAY_CANDIDATE
											: GATEWAY_LEFT_WEIGHT;
}

/**
 * Count a client, unless too many without proof were counted.
 */
static void count(gateway_account_t *account, bool proven, uint32_t max)
{
	if (!proven)
	{
		if (__atomic_load_n(&account->unproven, __ATOMIC_RELAXED) >= max)
		{
			return;
		}
		__atomic_fetch_add(&account->unproven, 1, __ATOMIC_RELAXED);
	}
	if (__atomic_load_n(&account->clients, __ATOMIC_RELAXED) < CLIENTS_MAX)
	{
		__atomic_fetch_add(&account->clients, 1, __ATOMIC_RELAXED);
	}
}

/*
 * Described in header
 */
void gateway_live_expect(gateway_live_t *live)
{
	/* one cache line or two */
	__builtin_prefetch(&live->since_sessions, 1);
	__builtin_prefetch(&live->redirected, 1);
}

/*
 * Described in header
 */
void gateway_live_assign(gateway_live_t *live, bool redirected, bool proven)
{
	uint32_t max = __atomic_load_n(&live->unproven_max, __ATOMIC_RELAXED);

	count(&live->since_sessions, proven, max);
	count(&live->since_load, proven, max);
	count(&live->recent, proven, max);
	if (redirected)
	{
		__atomic_fetch_add(&live->redirected, 1, __ATOMIC_RELAXED);
	}
}

/*
 * Described in header
 */
uint32_t gateway_live_assigned(const gateway_live_t *live)
{
	return __atomic_load_n(&live->since_sessions.clients, __ATOMIC_RELAXED);
}

/*
 * Described in header
 */
void gateway_live_returned(gateway_live_t *live, uint64_t client)
{
	uint64_t empty;
	int i;

	for (i = 0; i < GATEWAY_RETURNS; i++)
	{
		empty = 0;
		if (__atomic_compare_exchange_n(&live->returned[i], &empty, client,
								FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
			empty == client)
		{
			return;
		}
	}
}
