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
 * @defgroup cluster_entry cluster_entry
 * @{ @ingroup redirect_cluster
 */

#ifndef CLUSTER_ENTRY_H_
#define CLUSTER_ENTRY_H_

#include "cluster_record.h"
#include "gateways/gateway_table.h"

typedef struct cluster_entry_t cluster_entry_t;
typedef struct cluster_lists_t cluster_lists_t;

/**
 * Lists of a store that works. What they do not have tells of silence; while none
 * comes nobody can be heard.
 */
struct cluster_lists_t {

	/** when the last one came, 0 while the store fails */
	uint64_t last;

	/** when the first one came since the store failed last */
	uint64_t since;
};

/**
 * What is known of a gateway.
 */
struct cluster_entry_t {

	/** its name */
	char name[REDIRECT_NAME_MAX];

	/** TRUE if the configuration names it, or else it may join; and whether the
	 * configuration before did */
	bool named, was_named;

	/** heartbeats that were news, up to 2: with the second one it joins */
	uint8_t news;

	/** since when it is not heard of while the store works, 0 if it is; only if it
	 * joined */
	uint64_t missing;

	/** what it told last */
	cluster_heartbeat_t heartbeat;

	/** when, 0 if nothing */
	uint64_t heard;

	/** when the heartbeat was heard whose load the table has, 0 if it has none */
	uint64_t sampled;

	/** order about it */
	cluster_order_t order;

	/** gateways whose probes found it up, and down, and the one counted last */
	uint32_t up, down;
	const cluster_entry_t *voter;

	/** what was told of it last, by its heartbeat and by probes of all */
	gateway_verdict_t verdict, peers;
};

/**
 * Take over an order, and let the table have what is wanted of the gateway.
 *
 * As the others: under the lock of cluster_members, that of the table is taken.
 *
 * @param self			TRUE if it is about this gateway: it holds against what the
 *						operator set before; about others the operator's word counts
 */
void cluster_entry_order(cluster_entry_t *this, gateway_table_t *table,
						 const cluster_order_t *order, bool self);

/**
 * Take over a heartbeat that is proven, unless it is older than the last.
 *
 * @param self			TRUE if it is of this gateway, so that the table is not
 *						told its state
 * @param now			time
 * @param joined		set to TRUE if it joins by that, or changed since
 * @return				CLUSTER_OK or CLUSTER_REPLAYED
 */
cluster_verdict_t cluster_entry_learn(cluster_entry_t *this,
									  gateway_table_t *table,
									  const cluster_heartbeat_t *heartbeat,
									  bool self, uint64_t now, bool *joined);

/**
 * Milliseconds since the last heartbeat was news: CLUSTER_UNKNOWN if there was
 * none, 0 if it came after the time was read, by another thread.
 *
 * @param now			time
 */
uint64_t cluster_entry_age(const cluster_entry_t *this, uint64_t now);

/**
 * Tell the table what is known of the gateway now.
 *
 * @param fresh			milliseconds that a heartbeat is fresh
 * @param stale			milliseconds that loads are believed, and that gateways may
 *						take to find a store again that failed
 * @param lists			lists that came; one that these do not have is down
 * @return				TRUE if it is something else than before
 */
bool cluster_entry_tell(cluster_entry_t *this, gateway_table_t *table,
						uint64_t now, uint64_t fresh, uint64_t stale,
						cluster_lists_t lists);

#endif /** CLUSTER_ENTRY_H_ @}*/
