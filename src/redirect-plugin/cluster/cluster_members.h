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
 * @defgroup cluster_members cluster_members
 * @{ @ingroup redirect_cluster
 */

#ifndef CLUSTER_MEMBERS_H_
#define CLUSTER_MEMBERS_H_

#include "cluster_join.h"
#include "cluster_votes.h"

typedef struct cluster_members_t cluster_members_t;
typedef struct cluster_member_t cluster_member_t;

/**
 * Milliseconds between two times that who joined is news.
 */
#define CLUSTER_JOINED_INTERVAL 2000

/**
 * What is known of a gateway through the store.
 */
struct cluster_member_t {

	/** what it told last, of no meaning if age is CLUSTER_UNKNOWN */
	cluster_heartbeat_t heartbeat;

	/** milliseconds since that was news, CLUSTER_UNKNOWN if nothing was told */
	uint64_t age;

	/** order about it, its sequence is 0 if there is none */
	cluster_order_t order;
};

/**
 * What gateways told through the store; it is believed as far as it is proven,
 * and told to the table of gateways.
 *
 * Nobody is trusted with addresses: they are those of the configuration. A gateway
 * that it does not have is a stranger, unless the configuration lets it join by
 * its name and the subnets of its addresses. What is told has an age of its
 * own: the time since the sequence of its writer grew, by the clock of this
 * host. So clocks need not agree, and a store that repeats old records does not
 * keep a dead gateway alive. An attacker that owns the store can make
 * loads uneven by withholding records, and bring back an order once given to a
 * gateway that was started since; not more.
 *
 * Thread-safe. The mutex is held for the time of one list at most, so nothing
 * here is for hooks or hot paths. Times are milliseconds of the monotonic clock.
 */
struct cluster_members_t {

	/**
	 * Take over a record.
	 *
	 * @param kind			kind of it
	 * @param name			name of it
	 * @param value			what the store has
	 * @param now			time
	 * @return				what was found; a record that is known already is
	 *						CLUSTER_REPLAYED, but not counted
	 */
	cluster_verdict_t (*learn)(cluster_members_t *this, cluster_kind_t kind,
							   const char *name, chunk_t value, uint64_t now);

	/**
	 * Set who may join that the configuration does not name.
	 *
	 * @param join			options, have to outlive it or the next call
	 */
	void (*set_join)(cluster_members_t *this, const cluster_join_t *join);

	/**
	 * Set which gateways the configuration names, once it or who may join changed.
	 *
	 * @param gateways		gateways in force; those that joined do not count
	 * @param count			number of gateways
	 */
	void (*set_gateways)(cluster_members_t *this, const gateway_t *gateways,
						 uint16_t count);

	/**
	 * Get the gateways that joined. There is news of them each
	 * CLUSTER_JOINED_INTERVAL at most, so that members that flap, which changes
	 * the policy each time, cost little.
	 *
	 * @param now			time
	 * @param joined		receives them, see gateways_joined_clear()
	 * @return				FALSE if they are those of the last call, or it is too early
	 */
	bool (*get_joined)(cluster_members_t *this, uint64_t now,
					   gateways_joined_t *joined);

	/**
	 * Set which gateway this is: what the store has of it is remembered, but not
	 * told to the table.
	 *
	 * @param self			name, empty for none
	 */
	void (*set_self)(cluster_members_t *this, const char *self);

	/**
	 * Take over an order that this gateway gives.
	 */
	void (*set_order)(cluster_members_t *this, const char *name,
					  const cluster_order_t *order);

	/**
	 * Tell the table of gateways what is known now, as a list is complete or
	 * time has passed.
	 *
	 * @param fresh			milliseconds that a heartbeat is fresh
	 * @param stale			milliseconds that loads are believed
	 * @param lists			lists that came
	 * @return				TRUE if a gateway was found to be something else
	 */
	bool (*tell)(cluster_members_t *this, uint64_t now, uint64_t fresh,
				 uint64_t stale, cluster_lists_t lists);

	/**
	 * Get what is known of a gateway.
	 *
	 * @return				FALSE if nothing is, member is filled in nevertheless
	 */
	bool (*get)(cluster_members_t *this, const char *name, uint64_t now,
				cluster_member_t *member);

	/**
	 * Find out whether there are records that no gateway with the same secret and
	 * release would have written.
	 *
	 * @param now			time
	 * @param window		milliseconds to look back
	 * @return				what the last one was found to be, CLUSTER_OK if there
	 *						were none
	 */
	cluster_verdict_t (*get_refused)(cluster_members_t *this, uint64_t now,
									 uint64_t window);

	/**
	 * Count records by cluster_verdict_t.
	 */
	void (*get_counters)(cluster_members_t *this,
						 uint64_t counters[CLUSTER_VERDICT_MAX]);

	/**
	 * Destroy it.
	 */
	void (*destroy)(cluster_members_t *this);
};

/**
 * Create it.
 *
 * @param table			is told
 * @param signer		adopted
 * @param probed		has the verdict of own probes, counted with those of others
 * @param data			passed to probed
 */
cluster_members_t *cluster_members_create(gateway_table_t *table,
										  signer_t *signer,
										  cluster_probed_t probed, void *data);

#endif /** CLUSTER_MEMBERS_H_ @}*/
