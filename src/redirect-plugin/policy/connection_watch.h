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
 * @defgroup connection_watch connection_watch
 * @{ @ingroup redirect_policy
 */

#ifndef CONNECTION_WATCH_H_
#define CONNECTION_WATCH_H_

#include "policy_engine.h"

#include <networking/host.h>

typedef struct connection_watch_t connection_watch_t;

/**
 * Knows whether charon has connections. It gets them after it has started, mostly
 * by swanctl, and refuses all clients until then; many give up if they are. A
 * gateway that was started again is therefore silent for a moment, and clients
 * ask once more.
 *
 * Thread-safe, but for start().
 */
struct connection_watch_t {

	/**
	 * Begin to look for connections, and tell the engine, in a job until they are
	 * loaded: there are as many as at the last look, and some. The time for which
	 * clients wait runs from now.
	 */
	void (*start)(connection_watch_t *this);

	/**
	 * Whether an IKE_SA_INIT request that matches no connection shall get no
	 * answer: the client asks again. So it is for as long as configured, and for
	 * other gateways, whose probes must not find this one alive, until there are
	 * connections. Counted and told in the log if so.
	 *
	 * For hooks: does not wait.
	 *
	 * @param remote		who sent it
	 */
	bool (*is_silent)(connection_watch_t *this, host_t *remote);

	/**
	 * Number of requests that got no answer.
	 */
	uint64_t (*get_silenced)(connection_watch_t *this);

	/**
	 * Destroy it; no job may run anymore.
	 */
	void (*destroy)(connection_watch_t *this);
};

/**
 * Create it.
 *
 * @param engine		told whether there are connections; has the configuration,
 *						has to live as long
 */
connection_watch_t *connection_watch_create(policy_engine_t *engine);

#endif /** CONNECTION_WATCH_H_ @}*/
