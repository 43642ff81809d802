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

#include "policy/policy_engine.h"
#include "utils/config_room.h"
#include "fastpath/init_request.h"

typedef struct fast_path_t fast_path_t;
typedef struct fast_path_counters_t fast_path_counters_t;
typedef enum fast_path_result_t fast_path_result_t;

/**
 * What the fast path did with a datagram.
 */
enum fast_path_result_t {
	/** answered with a REDIRECT */
	FAST_PATH_ANSWERED,
	/** for charon: not an IKE_SA_INIT request, or one that is not sound, see
	 * init_verdict_t */
	FAST_PATH_OTHER,
	/** for charon: client did not announce support */
	FAST_PATH_UNSUPPORTED,
	/** for charon: decide() serves or refuses the client */
	FAST_PATH_NOT_REDIRECTED,
	/** for charon: it ignores the request, charon_limits_t */
	FAST_PATH_BLOCKED,
	/** for charon: it demands a cookie, and fast_path_cookies = require */
	FAST_PATH_COOKIE,
	/** for charon: source network had its fast_path_limit */
	FAST_PATH_LIMITED,
	/** for charon: the answer would be longer than the request */
	FAST_PATH_AMPLIFIES,
	/** answered, another gateway asks whether this one works */
	FAST_PATH_PROBED,
	/** number of results */
	FAST_PATH_RESULT_MAX,
};

/**
 * Names of results, as counters show them.
 */
extern enum_name_t *fast_path_result_names;

/**
 * What the fast path did since it was created.
 */
struct fast_path_counters_t {

	/** datagrams by what was done with them */
	uint64_t results[FAST_PATH_RESULT_MAX];

	/** datagrams with result FAST_PATH_OTHER by the reason for it */
	uint64_t verdicts[INIT_VERDICT_MAX];

	/** answers that the kernel did not take */
	uint64_t send_failed;
};

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
