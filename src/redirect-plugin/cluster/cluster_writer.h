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
 * @defgroup cluster_writer cluster_writer
 * @{ @ingroup redirect_cluster
 *
 * What this gateway tells others: records about itself, and orders.
 */

#ifndef CLUSTER_WRITER_H_
#define CLUSTER_WRITER_H_

#include "cluster_members.h"
#include "prober.h"
#include "store_config.h"

typedef struct cluster_writer_t cluster_writer_t;

/**
 * What it needs for that. Not thread-safe: the lock of cluster_link guards it; those
 * of members, table and prober are taken.
 */
struct cluster_writer_t {

	/** has the gateways, knows their state, and probes them */
	policy_engine_t *engine;
	gateway_table_t *table;
	prober_t *prober;

	/** what others told, NULL without a secret; it outlives stores */
	cluster_members_t *members;

	/** signs what is told, NULL without a secret */
	signer_t *signer;

	/** store, NULL if there is none */
	redirect_store_t *store;

	/** what this gateway tells of itself, when it began to, and when it did last */
	cluster_heartbeat_t self;
	uint64_t began, told;

	/** who knows the hash of the configuration */
	uint64_t (*get_hash)(void *data);
	void *hash_data;
};

/**
 * Begin to tell, with a start larger than those before.
 */
void cluster_writer_start(cluster_writer_t *this);

/**
 * Get the name of this gateway.
 *
 * @return				FALSE if it has none
 */
bool cluster_writer_name(cluster_writer_t *this, char name[REDIRECT_NAME_MAX]);

/**
 * Tell what this gateway knows of itself, if it is time or others have to hear it at
 * once. There has to be a secret.
 *
 * @param config		has interval and stale
 * @param now			time
 */
void cluster_writer_tell(cluster_writer_t *this, const store_config_t *config,
						 uint64_t now);

/**
 * Put an order, and let the members know. There has to be a store.
 *
 * @param name			gateway it is about
 * @param wanted		see cluster_link_t.order(); by is filled in already
 * @param now			time
 * @return				FALSE if the store takes no more
 */
bool cluster_writer_order(cluster_writer_t *this, const char *name,
						  cluster_order_t *wanted, uint64_t now);

#endif /** CLUSTER_WRITER_H_ @}*/
