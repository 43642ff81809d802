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


/**
 * @defgroup redirect_cluster redirect_cluster
 * @{ @ingroup redirect_plugin
 */

#ifndef CLUSTER_H_
#define CLUSTER_H_

#include "cluster_link.h"
#include "prober.h"
#include "utils/config_room.h"

typedef struct cluster_t cluster_t;

/**
 * What this gateway finds out about the others, and tells the table of gateways:
 * by probes, and by what they tell through a store.
 */
struct cluster_t {

	/**
	 * Probes other gateways.
	 */
	prober_t *prober;

	/**
	 * Shares through a store.
	 */
	cluster_link_t *link;

	/**
	 * Get what the loader needs to read the options.
	 */
	config_room_t (*get_room)(cluster_t *this);

	/**
	 * Begin, once the configuration is loaded.
	 */
	void (*start)(cluster_t *this);

	/**
	 * End.
	 */
	void (*stop)(cluster_t *this);

	/**
	 * Destroy it, once stopped and without jobs; before engine and table.
	 */
	void (*destroy)(cluster_t *this);
};

/**
 * Create the room.
 *
 * @param engine		has the gateways, outlives it
 * @param table			is told, outlives it
 * @param stores		has stores, outlives it
 */
cluster_t *cluster_create(policy_engine_t *engine, gateway_table_t *table,
						  store_registry_t *stores);

#endif /** CLUSTER_H_ @}*/
