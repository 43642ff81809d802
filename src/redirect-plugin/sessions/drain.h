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
 * @defgroup drain drain
 * @{ @ingroup redirect_sessions
 */

#ifndef DRAIN_H_
#define DRAIN_H_

#include "drain_progress.h"
#include "session_config.h"
#include "session_mover.h"

typedef struct drain_t drain_t;
typedef struct drain_options_t drain_options_t;

/**
 * How to drain.
 */
struct drain_options_t {

	/** clients redirected a second, at least 1 */
	uint32_t rate;

	/** grace of each in seconds, or SESSION_GRACE_NEVER */
	uint32_t grace;

	/** session_ignored_t: what happens to who does not follow */
	int ignored;

	/** seconds until the drain ends, 0 for no end */
	uint32_t deadline;

	/** TRUE to delete then what is left */
	bool delete_rest;

	/** TRUE to refuse new clients that cannot go elsewhere */
	bool refuse;

	/** names of the gateways to send clients to, char*; NULL for all */
	array_t *to;

	/** sessions to move; without connections, id, remote and unique id all of
	 * them, and only then this gateway takes no new clients. A drain of some is
	 * about those there are when it begins, and off by itself once none of them
	 * is left */
	session_filter_t filter;
};

/**
 * Empties this gateway: new clients go elsewhere, established ones are moved in
 * waves at a rate, each where the policy wants it.
 *
 * Each drain has a number, its run. There is one at a time: one of some clients is
 * refused while another is on, one of all clients takes the place of one of some,
 * and a second one of all changes how the first is done.
 *
 * While the state of this gateway in the gateway table is drain there is a
 * drain, whoever set it: the operator, a reload, or the file when charon was
 * started. Thread-safe; nothing here is for hooks but outcome().
 */
struct drain_t {

	/**
	 * Begin to drain, or change how it is done.
	 *
	 * @param options		how; contents are taken over, and cleared
	 * @param error			receives why it cannot be done, static
	 * @return				FALSE if it cannot be done
	 */
	bool (*start)(drain_t *this, drain_options_t *options, const char **error);

	/**
	 * Stop at once: no further redirect is sent, this gateway is active again.
	 *
	 * @return				FALSE if there was no drain
	 */
	bool (*stop)(drain_t *this);

	/**
	 * Get how it goes.
	 *
	 * @param progress		receives a copy
	 */
	void (*get_progress)(drain_t *this, drain_progress_t *progress);

	/**
	 * Check whether clients are moved away from this gateway, or all were to be:
	 * then nothing else moves them.
	 */
	bool (*is_on)(drain_t *this);

	/**
	 * Get the options a drain has that is not told otherwise.
	 */
	drain_options_t (*get_defaults)(drain_t *this);

	/**
	 * Change the options a drain has that is not told otherwise.
	 *
	 * @param config		options, copied
	 */
	void (*configure)(drain_t *this, const session_config_t *config);

	/**
	 * A redirect was sent, had an outcome, or a client has left. For hooks.
	 *
	 * @param info			session
	 * @param outcome		what came of it
	 */
	void (*outcome)(drain_t *this, const session_info_t *info,
					session_outcome_t outcome);

	/**
	 * Decide what becomes of a client that did not leave in time, of this drain,
	 * another or none. Nobody is cut to be sent nowhere: its IKE_SA is deleted
	 * only if the drain that sent the redirect goes on, and the gateway was shown
	 * to be alive since or the operator asked for it. It is redirected once more
	 * if its gateway may be dead and there is another one, or if the IKE_SA was
	 * rekeyed or changed its address family meanwhile, so that it may have missed
	 * it. Who was redirected here within HOP_SECONDS may not follow any more
	 * redirects for now (R7-1), and waits.
	 *
	 * @param info			session
	 * @return				what becomes of it
	 */
	session_verdict_t (*judge)(drain_t *this, const session_info_t *info);

	/**
	 * To be called once a second.
	 */
	void (*tick)(drain_t *this);

	/**
	 * Set who is told of progress, about once a second and when the state
	 * changes; by a job.
	 *
	 * @param told			function
	 * @param data			passed to it
	 */
	void (*set_observer)(drain_t *this,
						 void (*told)(void *data,
									  const drain_progress_t *progress),
						 void *data);

	/**
	 * Destroy it; none of its jobs may be left.
	 */
	void (*destroy)(drain_t *this);
};

/**
 * Free what options hold.
 */
void drain_options_clear(drain_options_t *options);

/**
 * Create it.
 *
 * @param table			sessions, has to outlive this
 * @param mover			moves them, has to outlive this
 * @param engine		knows which gateway this one is, has to outlive this
 * @param gateways		states of gateways, has to outlive this
 */
drain_t *drain_create(session_table_t *table, session_mover_t *mover,
					  policy_engine_t *engine, gateway_table_t *gateways);

#endif /** DRAIN_H_ @}*/
