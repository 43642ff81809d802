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
 * @defgroup guard guard
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_H_
#define INITIATOR_H_

#include "initiator_config.h"
#include "guard/guard_event.h"
#include "initiator_resolver.h"
#include "utils/config_room.h"

#include <bus/listeners/listener.h>
#include <collections/array.h>
#include <settings/settings.h>

typedef struct initiator_t initiator_t;

/**
 * The guard: every REDIRECT, REDIRECT_SUPPORTED and REDIRECTED_FROM notify that
 * comes in passes it first, in both roles.
 *
 * As responder no REDIRECT is let through (R10-1), and malformed or misplaced
 * notifies are taken out of the message before charon reads it. As initiator
 * REDIRECTs are taken out as well: the guard decides whether one is followed,
 * and follows it by itself, from jobs, in the same way on every strongSwan
 * version (RFC 5685, sections 3, 5, 6 and 7).
 *
 * Add the listener to the bus before any other listener of the plugin that
 * reads these notifies.
 */
struct initiator_t {

	/**
	 * Listener to add to the bus. Its hooks look, strip, note and queue jobs.
	 */
	listener_t listener;

	/**
	 * Get what the loader needs to read the options, NS.plugins.redirect.guard,
	 * together with those of other rooms. Putting them into force waits for
	 * hooks that read the old ones, so it must not be done by a hook.
	 */
	config_room_t (*get_room)(initiator_t *this);

	/**
	 * Read a counter; any thread, no locks.
	 *
	 * @param count			what to read
	 * @return				times it happened since the start
	 */
	uint64_t (*get_count)(initiator_t *this, guard_count_t count);

	/**
	 * Read the counter of refusals by the parser, a part of GUARD_MALFORMED.
	 *
	 * @param verdict		reason of wire/
	 * @return				times it happened since the start
	 */
	uint64_t (*get_malformed)(initiator_t *this, wire_verdict_t verdict);

	/**
	 * Number of IKE_SAs that the guard keeps a record of.
	 */
	u_int (*get_sessions)(initiator_t *this);

	/**
	 * Set who is told what happens. Called from hooks under the mutex of the
	 * bus and from jobs: it must not block and not call into charon.
	 *
	 * @param observer		function to call, NULL for none
	 * @param data			passed to it
	 */
	void (*set_observer)(initiator_t *this, guard_observer_t observer, void *data);

	/**
	 * Destroy the guard. The listener must have been removed from the bus, and
	 * worker threads must have ended or have no job of the guard anymore.
	 */
	void (*destroy)(initiator_t *this);
};

/**
 * Create the guard with default configuration.
 *
 * @param lookup		looks up the names of targets in threads of the guard,
 *						NULL for getaddrinfo(3)
 */
initiator_t *initiator_create(initiator_lookup_t lookup);

#endif /** INITIATOR_H_ @}*/
