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


#include "cluster_self.h"

#include <daemon.h>

/**
 * Add a word to a list, unless it is full.
 */
static void add(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);

	if (len + strlen(word) + 2 < size)
	{
		snprintf(list + len, size - len, "%s%s", len ? "," : "", word);
	}
}

/**
 * A number of the table as records have it.
 */
static uint64_t get_number(uint32_t number)
{
	return number == REDIRECT_SELECTOR_UNKNOWN ? CLUSTER_UNKNOWN : number;
}

/**
 * Fill in what stands in the configuration, whether clients can be served, and
 * names of the gateways that are found up and down.
 */
static void describe_policy(cluster_heartbeat_t *heartbeat,
							policy_engine_t *engine, prober_t *prober)
{
	char address[GATEWAY_IDENTITY_FQDN_MAX + 1];
	const policy_state_t *state;
	const gateway_t *gateway;
	int i, token;

	heartbeat->addresses[0] = heartbeat->up[0] = heartbeat->down[0] = '\0';
	state = engine->acquire(engine, &token);
	if (state->policy && state->policy->self >= 0)
	{
		gateway = &state->policy->gateways[state->policy->self];
		for (i = 0; i < gateway->address_count; i++)
		{
			add(heartbeat->addresses, sizeof(heartbeat->addresses),
				gateway_identity_to_string(&gateway->addresses[i], address,
										   sizeof(address)));
		}
	}
	if (!state->connected && heartbeat->state == GATEWAY_ACTIVE)
	{	/* clients that are sent here would not be served yet */
		heartbeat->state = GATEWAY_DISABLED;
	}
	engine->release(engine, token);
	prober->list(prober, GATEWAY_UP, heartbeat->up, sizeof(heartbeat->up));
	prober->list(prober, GATEWAY_DOWN, heartbeat->down, sizeof(heartbeat->down));
}

/*
 * Described in header
 */
bool cluster_self_describe(cluster_heartbeat_t *heartbeat, const char *name,
						   policy_engine_t *engine, gateway_table_t *table,
						   prober_t *prober)
{
	char down[CLUSTER_NAMES_MAX];
	uint64_t state = heartbeat->state;
	gateway_status_t status;

	memcpy(down, heartbeat->down, sizeof(down));

	snprintf(heartbeat->version, sizeof(heartbeat->version), "%s",
			 PACKAGE_VERSION);
	if (table->get_status(table, name, &status))
	{
		heartbeat->state = status.state;
		heartbeat->weight = status.weight;
		heartbeat->capacity = status.capacity;
		heartbeat->sessions = get_number(status.sessions);
		heartbeat->load = get_number(status.load);
		heartbeat->draining = status.state == GATEWAY_DRAIN;
	}
	describe_policy(heartbeat, engine, prober);
	heartbeat->half_open = CLUSTER_UNKNOWN;
	if (charon && charon->ike_sa_manager)
	{
		heartbeat->half_open = charon->ike_sa_manager->get_half_open_count(
									charon->ike_sa_manager, NULL, TRUE);
	}
	return heartbeat->state != state || !streq(heartbeat->down, down);
}
