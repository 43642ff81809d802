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
 * @defgroup rebalance rebalance
 * @{ @ingroup redirect_sessions
 */

#ifndef REBALANCE_H_
#define REBALANCE_H_

#include "session_config.h"
#include "session_mover.h"

typedef struct rebalance_t rebalance_t;
typedef struct rebalance_status_t rebalance_status_t;

/**
 * How rebalancing goes: plain data.
 */
struct rebalance_status_t {

	/** TRUE if clients are moved when this gateway has too many */
	bool enabled;

	/** TRUE to stop once this gateway is within the margin */
	bool once;

	/** sessions of this gateway, and what would be its share of all */
	u_int sessions, share;

	/** gateways that have room, as far as their load is known */
	u_int targets;

	/** redirects sent since the plugin was loaded */
	uint64_t sent;
};

/**
 * Moves clients from this gateway to those that have room, after one was added
 * or came back: a bounded share a minute, until this gateway is within a margin
 * of what it should have by its weight.
 *
 * A client is only moved once it is here for a period of time, so none is moved
 * twice within it, neither by this gateway nor back by another one with the same
 * period. Gateways whose number of sessions is not known are left alone.
 *
 * Thread-safe, not for hooks but outcome().
 */
struct rebalance_t {

	/**
	 * Begin to rebalance until this gateway is within the margin, or stop it.
	 * Does not begin if it is within the margin already.
	 *
	 * @param on			TRUE to begin
	 * @param status		receives how it goes then
	 * @return				why it is refused, static text; NULL if it is not
	 */
	const char *(*set)(rebalance_t *this, bool on, rebalance_status_t *status);

	/**
	 * Get how it goes.
	 *
	 * @param status		receives a copy
	 */
	void (*get_status)(rebalance_t *this, rebalance_status_t *status);

	/**
	 * Change the options.
	 *
	 * @param config		options, copied
	 */
	void (*configure)(rebalance_t *this, const session_config_t *config);

	/**
	 * To be called once a second.
	 *
	 * @param draining		TRUE if this gateway drains: nothing is done then
	 */
	void (*tick)(rebalance_t *this, bool draining);

	/**
	 * A redirect was sent, or had an outcome. For hooks.
	 *
	 * @param info			session
	 * @param outcome		what came of it
	 */
	void (*outcome)(rebalance_t *this, const session_info_t *info,
					session_outcome_t outcome);

	/**
	 * Destroy it; none of its jobs may be left.
	 */
	void (*destroy)(rebalance_t *this);
};

/**
 * Create it.
 *
 * @param table			sessions, has to outlive this
 * @param mover			moves them, has to outlive this
 * @param engine		knows the gateways, has to outlive this
 * @param gateways		loads of gateways, has to outlive this
 */
rebalance_t *rebalance_create(session_table_t *table, session_mover_t *mover,
							  policy_engine_t *engine,
							  gateway_table_t *gateways);

#endif /** REBALANCE_H_ @}*/
