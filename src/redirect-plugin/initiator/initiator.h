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
 * @defgroup initiator initiator
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_H_
#define INITIATOR_H_

#include "initiator_config.h"
#include "guard/guard.h"
#include "initiator_resolver.h"
#include "utils/config_room.h"

#include <bus/listeners/listener.h>
#include <collections/array.h>
#include <settings/settings.h>

typedef struct initiator_t initiator_t;

/**
 * What this host does with the REDIRECTs it gets as initiator. They are all taken
 * out of the messages by the guard: here is decided whether one is followed, and
 * it is followed by jobs, in the same way on every strongSwan version (RFC 5685,
 * sections 3, 5, 6 and 7).
 *
 * Add the listener to the bus right behind that of the guard.
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
	 * Number of IKE_SAs that a record is kept of.
	 */
	u_int (*get_attempts)(initiator_t *this);

	/**
	 * Set who is told what happens. Called from hooks under the mutex of the
	 * bus and from jobs: it must not block and not call into charon.
	 *
	 * @param observer		function to call, NULL for none
	 * @param data			passed to it
	 */
	void (*set_observer)(initiator_t *this, guard_observer_t observer, void *data);

	/**
	 * Destroy it. The listener must have been removed from the bus, and
	 * worker threads must have ended or have no job of it anymore.
	 */
	void (*destroy)(initiator_t *this);
};

/**
 * Create it with default configuration.
 *
 * @param guard			gate that comes before it, configured along with it
 * @param lookup		looks up the names of targets in threads of its own,
 *						NULL for getaddrinfo(3)
 */
initiator_t *initiator_create(guard_t *guard, initiator_lookup_t lookup);

#endif /** INITIATOR_H_ @}*/
