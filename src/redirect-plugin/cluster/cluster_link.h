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
 * @defgroup cluster_link cluster_link
 * @{ @ingroup redirect_cluster
 */

#ifndef CLUSTER_LINK_H_
#define CLUSTER_LINK_H_

#include "cluster_members.h"
#include "prober.h"
#include "store_config.h"
#include "store_registry.h"

typedef struct cluster_link_t cluster_link_t;
typedef struct cluster_status_t cluster_status_t;

/**
 * How sharing goes.
 */
struct cluster_status_t {

	/** FALSE if no store is configured */
	bool configured;

	/** TRUE if a plugin offers such a store */
	bool offered;

	/** redirect_store_state_t, and why */
	int state;
	char words[REDIRECT_STORE_WHY_MAX];

	/** milliseconds since the last list, CLUSTER_UNKNOWN if there was none */
	uint64_t listed;

	/** records by cluster_verdict_t, and what is refused now, CLUSTER_OK if nothing */
	uint64_t records[CLUSTER_VERDICT_MAX];
	cluster_verdict_t refused;

	/** counters of the store */
	redirect_store_stats_t stats;
};

/**
 * Shares with the other gateways, through a store: tells what this gateway knows
 * of itself, takes over what others tell, and gives orders.
 *
 * Thread-safe, for jobs and control commands. Without a store nothing of it does
 * anything. If the store fails what is known gets old, and is forgotten.
 */
struct cluster_link_t {

	/**
	 * Take over options.
	 *
	 * @param config		options, adopted
	 */
	void (*configure)(cluster_link_t *this, store_config_t *config);

	/**
	 * Begin to tell.
	 */
	void (*start)(cluster_link_t *this);

	/**
	 * End, and close the store.
	 */
	void (*stop)(cluster_link_t *this);

	/**
	 * Have all gateways know what an operator wants of one; it holds over
	 * restarts. The gateway that it is about carries it out.
	 *
	 * @param name			name of the gateway
	 * @param wanted		what to change, CLUSTER_UNKNOWN for what not; sequence
	 *						and by are filled in
	 * @param force			TRUE to drain in any case
	 * @param error			receives why it cannot be done
	 * @return				FALSE if it cannot be done
	 */
	bool (*order)(cluster_link_t *this, const char *name,
				  cluster_order_t *wanted, bool force,
				  char error[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Whether a gateway may drain: the others have room for its sessions, as far
	 * as that is known, and not too many drain.
	 *
	 * @param error			receives why not
	 */
	bool (*may_drain)(cluster_link_t *this, const char *name,
					  char error[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Get what a gateway told.
	 *
	 * @return				FALSE if it told nothing, or there is no store
	 */
	bool (*get_member)(cluster_link_t *this, const char *name,
					   cluster_member_t *member);

	/**
	 * Get how it goes.
	 */
	void (*get_status)(cluster_link_t *this, cluster_status_t *status);

	/**
	 * Set who knows the hash of the configuration in force.
	 */
	void (*set_hash_source)(cluster_link_t *this, uint64_t (*get)(void *data),
							void *data);

	/**
	 * Set who is told which gateways joined, by a job without locks.
	 *
	 * @param joined		receives them, and adopts them
	 */
	void (*set_joined_sink)(cluster_link_t *this,
							void (*joined)(void *data, gateways_joined_t list),
							void *data);

	/**
	 * Destroy it, once stopped and without jobs.
	 */
	void (*destroy)(cluster_link_t *this);
};

/**
 * Create it.
 *
 * @param engine		has the gateways, outlives it
 * @param table			is told, outlives it
 * @param prober		probes, outlives it
 * @param stores		has stores, outlives it; it is observed
 */
cluster_link_t *cluster_link_create(policy_engine_t *engine,
									gateway_table_t *table, prober_t *prober,
									store_registry_t *stores);

#endif /** CLUSTER_LINK_H_ @}*/
