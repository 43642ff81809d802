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
 * @defgroup cluster_sink cluster_sink
 * @{ @ingroup redirect_cluster
 *
 * What a store tells: records, and how it works.
 */

#ifndef CLUSTER_SINK_H_
#define CLUSTER_SINK_H_

#include "cluster_members.h"
#include "redirect_store.h"
#include "policy/policy_engine.h"

typedef struct cluster_sink_t cluster_sink_t;

/**
 * Lets members learn the records of a store, and has decisions follow what is
 * told at once; keeps the state of the store. Thread-safe; called by threads of
 * the store, so that it takes no lock of who puts records there.
 */
struct cluster_sink_t {

	/**
	 * Get what a store is given. Only while no store is open.
	 *
	 * @param members		learn records, have to outlive the store
	 */
	redirect_store_sink_t (*attach)(cluster_sink_t *this,
									cluster_members_t *members);

	/**
	 * Set the state of a store that is not there.
	 *
	 * @param words			why, may be NULL
	 */
	void (*set_state)(cluster_sink_t *this, redirect_store_state_t state,
					  const char *words);

	/**
	 * Get the state.
	 *
	 * @param words			receives why
	 * @param listed		receives milliseconds since the last list of heartbeats,
	 *						CLUSTER_UNKNOWN if there was none
	 */
	redirect_store_state_t (*get_state)(cluster_sink_t *this,
										char words[REDIRECT_STORE_WHY_MAX],
										uint64_t *listed);

	/**
	 * Get which lists of heartbeats came. Has to be asked again and again to see
	 * that there were none for a while.
	 *
	 * @param fresh			milliseconds that the last one may be old
	 * @return				lists since the store was seen not to work, or to list nothing
	 *						for that time; none if that is so now
	 */
	cluster_lists_t (*get_lists)(cluster_sink_t *this, uint64_t fresh);

	/**
	 * Destroy it, once the store is closed.
	 */
	void (*destroy)(cluster_sink_t *this);
};

/**
 * Create it.
 *
 * @param engine		is refreshed when records are news, outlives it
 */
cluster_sink_t *cluster_sink_create(policy_engine_t *engine);

#endif /** CLUSTER_SINK_H_ @}*/
