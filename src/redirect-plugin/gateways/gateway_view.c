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

/*
 * Described in header
 */
gateway_view_t *gateway_view_create(uint16_t count)
{
	gateway_view_t *view;
	size_t families;

	INIT(view,
		.count = count,
		.gateways = calloc(count, sizeof(*view->gateways)),
		.left_out = calloc(count, sizeof(*view->left_out)),
		.families = calloc(count, sizeof(*view->families)),
		.open = calloc(count, sizeof(*view->open)),
		.ids = calloc(count, sizeof(*view->ids)),
		.weights = calloc(count, sizeof(*view->weights)),
		.live = calloc(count, sizeof(*view->live)),
	);
	for (families = 0; families < countof(view->takers); families++)
	{
		view->takers[families].open = calloc(count, sizeof(uint16_t));
		view->takers[families].rest = calloc(count, sizeof(uint16_t));
	}
	return view;
}

/**
 * Seconds a gateway has been starting slowly, slow_start if it is not.
 */
static uint32_t get_started(const gateway_live_t *live, uint32_t now,
							uint32_t slow_start)
{
	return live->since ? min(now - live->since, slow_start) : slow_start;
}

/**
 * Part of a value that a gateway gets while it starts, at least 1.
 */
static uint32_t ramp(uint32_t value, uint32_t started, uint32_t slow_start)
{
	if (started >= slow_start)
	{
		return max(value, 1);
	}
	return max((uint64_t)value * started / slow_start, 1);
}

/**
 * Fill in what selectors see.
 *
 * @return				TRUE if a gateway is starting slowly
 */
static bool fill_gateways(gateway_view_t *view, const gateway_t *gateways,
						  uint32_t now, uint32_t slow_start)
{
	gateway_live_t *live;
	uint32_t weight, capacity, started;
	bool starting = FALSE, all_capacities = TRUE;
	int i;

	for (i = 0; i < view->count; i++)
	{
		all_capacities &= setting_effective(&view->live[i]->capacity) != 0;
	}
	for (i = 0; i < view->count; i++)
	{
		live = view->live[i];
		started = get_started(live, now, slow_start);
		starting |= started < slow_start;
		weight = setting_effective(&live->weight);
		capacity = setting_effective(&live->capacity);
		view->gateways[i] = (redirect_selector_gateway_t){
			.name = gateways[i].name,
			.id = gateways[i].id,
			.weight = ramp(weight, started, slow_start),
			.size = ramp(all_capacities ? capacity : weight, started,
						 slow_start),
			.capacity = capacity,
			.sessions = live->sessions,
			.load = live->load,
			.priority = gateways[i].priority,
			.assigned = view->known == REDIRECT_SELECTOR_KNOWN_LOAD
							? &live->since_load.clients
							: &live->since_sessions.clients,
			.recent = &live->recent.clients,
		};
		view->ids[i] = view->gateways[i].id;
		view->weights[i] = view->gateways[i].weight;
		view->heaviest = max(view->heaviest, view->weights[i]);
		gateway_live_limit(live, all_capacities);
	}
	return starting;
}

/**
 * Tell apart who takes clients for sure, for each use of families.
 */
static void find_takers(gateway_view_t *view)
{
	gateway_takers_t *takers;
	size_t families;
	int i;

	for (i = 0; i < view->count; i++)
	{
		view->open[i] = view->left_out[i] || gateway_view_can_fill(view, i)
							? 0 : view->families[i];
	}
	for (families = 0; families < countof(view->takers); families++)
	{
		takers = &view->takers[families];
		for (i = 0; i < view->count; i++)
		{
			if (view->open[i] & families)
			{
				takers->open[takers->open_count++] = i;
			}
			else
			{
				takers->rest[takers->rest_count++] = i;
			}
		}
	}
}

/**
 * By what the loads of gateways that take clients can be compared.
 */
static redirect_selector_known_t find_known(const gateway_view_t *view)
{
	bool sessions = TRUE, load = TRUE;
	int i;

	for (i = 0; i < view->count; i++)
	{
		if (!view->left_out[i])
		{
			sessions &= view->live[i]->sessions != REDIRECT_SELECTOR_UNKNOWN;
			load &= view->live[i]->load != REDIRECT_SELECTOR_UNKNOWN;
		}
	}
	return sessions ? REDIRECT_SELECTOR_KNOWN_SESSIONS
					: load ? REDIRECT_SELECTOR_KNOWN_LOAD
						   : REDIRECT_SELECTOR_KNOWN_RECENT;
}

/*
 * Described in header
 */
bool gateway_view_fill(gateway_view_t *view, const gateway_t *gateways,
					   uint32_t now, uint32_t slow_start)
{
	bool starting;
	int i;

	for (i = 0; i < view->count; i++)
	{
		view->left_out[i] = gateway_live_left_out(view->live[i]);
		view->families[i] = gateways[i].families &
							~view->live[i]->families_down;
	}
	view->known = find_known(view);
	starting = fill_gateways(view, gateways, now, slow_start);
	find_takers(view);
	return starting;
}

/*
 * Described in header
 */
void gateway_view_destroy(gateway_view_t *view)
{
	size_t families;

	for (families = 0; families < countof(view->takers); families++)
	{
		free(view->takers[families].open);
		free(view->takers[families].rest);
	}
	free(view->ids);
	free(view->weights);
	free(view->gateways);
	free(view->left_out);
	free(view->families);
	free(view->open);
	free(view->live);
	free(view);
}
