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

ENUM(gateway_left_out_names, GATEWAY_CANDIDATE, GATEWAY_LEFT_SCOPE,
	"candidate",
	"disabled",
	"draining",
	"down",
	"full",
	"without weight",
	"this gateway",
	"where the client came from",
	"of another address family",
	"not asked for",
);

/*
 * Described in header
 */
gateway_live_t *gateway_live_create(const char *name, bool old)
{
	gateway_live_t *live;

	INIT(live,
		.name = strdup(name),
		.state = { .file = -1, .runtime = -1 },
		.weight = { .file = -1, .runtime = -1 },
		.capacity = { .file = -1, .runtime = -1 },
		.up = TRUE,
		.taking = old,
		.sessions = REDIRECT_SELECTOR_UNKNOWN,
		.load = REDIRECT_SELECTOR_UNKNOWN,
	);
	return live;
}

/**
 * Take over a value of the file.
 */
static void configure(setting_t *setting, int64_t file)
{
	if (setting->file != file)
	{
		setting->file = file;
		setting->runtime = -1;
	}
}

/*
 * Described in header
 */
void gateway_live_configure(gateway_live_t *live, const gateway_t *gateway,
							uint32_t now)
{
	configure(&live->state, gateway->state);
	configure(&live->weight, gateway->weight);
	configure(&live->capacity, gateway->capacity);
	gateway_live_update(live, now);
}

/*
 * Described in header
 */
void gateway_live_update(gateway_live_t *live, uint32_t now)
{
	bool taking = live->up &&
				  setting_effective(&live->state) == GATEWAY_ACTIVE;

	if (taking && !live->taking)
	{
		live->since = now;
	}
	live->taking = taking;
}

/*
 * Described in header
 */
void gateway_live_decay(gateway_live_t *live)
{
	uint32_t recent = __atomic_load_n(&live->recent, __ATOMIC_RELAXED);

	/* rounded up, so that it gets to zero */
	recent = (recent + (1 << DECAY) - 1) >> DECAY;
	__atomic_fetch_sub(&live->recent, recent, __ATOMIC_RELAXED);
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
	if (!live->up)
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

/*
 * Described in header
 */
void gateway_live_assign(gateway_live_t *live, bool redirected)
{
	__atomic_fetch_add(&live->assigned, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&live->recent, 1, __ATOMIC_RELAXED);
	if (redirected)
	{
		__atomic_fetch_add(&live->redirected, 1, __ATOMIC_RELAXED);
	}
}

/*
 * Described in header
 */
void gateway_live_destroy(gateway_live_t *live)
{
	free(live->name);
	free(live);
}
