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

#include "cluster_room.h"

/**
 * Room that others have for sessions, and those that drain.
 *
 * @return				FALSE if the room of one of them is not limited, or not known
 */
static bool get_room(policy_engine_t *engine, const char *name,
					 uint64_t *room, uint32_t *draining)
{
	const policy_state_t *state;
	const redirect_selector_gateway_t *gateway;
	bool limited = TRUE;
	int i, token;

	*room = *draining = 0;
	state = engine->acquire(engine, &token);
	for (i = 0; i < state->view->count; i++)
	{
		gateway = &state->view->gateways[i];
		if (streq(gateway->name, name))
		{
			continue;
		}
		switch (state->view->left_out[i])
		{
			case GATEWAY_LEFT_DRAINING:
				(*draining)++;
				break;
			case GATEWAY_CANDIDATE:
				limited = limited && gateway->capacity &&
						  gateway->sessions != REDIRECT_SELECTOR_UNKNOWN;
				*room += gateway->capacity - min(gateway->capacity,
												 gateway->sessions);
				break;
			default:
				break;
		}
	}
	engine->release(engine, token);
	return limited;
}

/*
 * Described in header
 */
bool cluster_room_allows(policy_engine_t *engine, gateway_table_t *table,
						 uint32_t max_draining, const char *name,
						 char error[REDIRECT_STORE_WHY_MAX])
{
	gateway_status_t status;
	uint32_t draining;
	uint64_t room;
	bool limited;

	limited = get_room(engine, name, &room, &draining);
	if (draining >= max_draining)
	{
		snprintf(error, REDIRECT_STORE_WHY_MAX, "%u other gateways drain, at "
				 "most %u may at a time (max_draining)", draining, max_draining);
		return FALSE;
	}
	if (limited && table->get_status(table, name, &status) &&
		status.sessions != REDIRECT_SELECTOR_UNKNOWN && status.sessions > room)
	{
		snprintf(error, REDIRECT_STORE_WHY_MAX, "it has %u sessions, and the "
				 "others have room for %llu", status.sessions,
				 (unsigned long long)room);
		return FALSE;
	}
	return TRUE;
}
