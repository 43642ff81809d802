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
 * @defgroup fast_path fast_path
 * @{ @ingroup redirect_fastpath
 */

#ifndef FAST_PATH_H_
#define FAST_PATH_H_

#include "examiner.h"
#include "policy/policy_engine.h"
#include "utils/config_room.h"

typedef struct fast_path_t fast_path_t;

/**
 * Answers IKE_SA_INIT requests that decide() redirects where they enter,
 * before charon spends an IKE_SA, a job or a key exchange on them (RFC 5685
 * section 3). Whatever is not redirected, or is odd in any way, goes on to
 * charon as it came.
 *
 * Keeps no state of clients: a retransmitted request is decided again, and
 * decide() gives the same answer.
 */
struct fast_path_t {

	/**
	 * Put the fast path in the way of packets, as configured then and whenever
	 * the configuration is loaded again; no packet is lost by that. Has to be
	 * called when charon's socket is there (PLUGIN_DEPENDS(CUSTOM, "socket"))
	 * and its threads are not started yet, that is while plugins are loaded.
	 */
	void (*start)(fast_path_t *this);

	/**
	 * Take the fast path out of the way of packets again, also while they
	 * arrive. Waits for the thread that receives, so not from hooks.
	 */
	void (*stop)(fast_path_t *this);

	/**
	 * Get what the loader needs to read the options.
	 */
	config_room_t (*get_room)(fast_path_t *this);

	/**
	 * Read the counters; clients that were redirected are counted by the
	 * log of decisions, too. Any thread, no locks; counters are read one after the
	 * other while they change.
	 *
	 * @param counters		receives the values
	 */
	void (*get_counters)(fast_path_t *this, fast_path_counters_t *counters);

	/**
	 * Destroy the fast path, after it was stopped and the loader is destroyed.
	 */
	void (*destroy)(fast_path_t *this);
};

/**
 * Create a fast path that is not started.
 *
 * @param engine		decides, has to live until the fast path is stopped
 * @return				fast path
 */
fast_path_t *fast_path_create(policy_engine_t *engine);

#endif /** FAST_PATH_H_ @}*/
