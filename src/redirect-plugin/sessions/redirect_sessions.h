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
 * @defgroup redirect_sessions redirect_sessions
 * @{ @ingroup redirect_plugin
 */

#ifndef REDIRECT_SESSIONS_H_
#define REDIRECT_SESSIONS_H_

#include "auth_redirect.h"
#include "drain.h"
#include "rebalance.h"
#include "session_listener.h"
#include "session_outcomes.h"
#include "clients/client_table.h"
#include "utils/config_room.h"

typedef struct redirect_sessions_t redirect_sessions_t;

/**
 * Everything about established IKE_SAs (section 5): what this room offers.
 */
struct redirect_sessions_t {

	/** sessions */
	session_table_t *table;

	/** moves them one by one */
	session_mover_t *mover;

	/** what became of those that were moved, by gateway */
	session_outcomes_t *outcomes;

	/** moves all of them */
	drain_t *drain;

	/** moves some of them */
	rebalance_t *rebalance;

	/** redirects behind IKE_AUTH, for the redirect provider; listens, too */
	auth_redirect_t *auth;

	/** keeps the table up to date, comes before auth */
	session_listener_t *listener;

	/**
	 * Begin to look after sessions, or stop it again.
	 *
	 * @param on			TRUE to begin
	 */
	void (*enable)(redirect_sessions_t *this, bool on);

	/**
	 * Get what the loader needs to read the options.
	 */
	config_room_t (*get_room)(redirect_sessions_t *this);

	/**
	 * Set who is told of outcomes of redirects, but not of SESSION_SENT and
	 * SESSION_DEPARTED. Called by hooks under the bus
	 * mutex and by jobs: must not wait, nor call into the table.
	 *
	 * @param told			function
	 * @param data			passed to it
	 */
	void (*set_observer)(redirect_sessions_t *this,
						 void (*told)(void *data, const session_info_t *info,
									  session_outcome_t outcome), void *data);

	/**
	 * Destroy it, once disabled and without jobs.
	 */
	void (*destroy)(redirect_sessions_t *this);
};

/**
 * Create the room.
 *
 * @param engine		decides, has to outlive it
 * @param gateways		states and loads of gateways, has to outlive it
 * @param clients		clients whose IKE_SA is being set up, has to outlive it
 */
redirect_sessions_t *redirect_sessions_create(policy_engine_t *engine,
											  gateway_table_t *gateways,
											  client_table_t *clients);

#endif /** REDIRECT_SESSIONS_H_ @}*/
