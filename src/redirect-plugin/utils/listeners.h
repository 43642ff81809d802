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
 * @defgroup listeners listeners
 * @{ @ingroup redirect_utils
 */

#ifndef LISTENERS_H_
#define LISTENERS_H_

#include <bus/bus.h>

typedef struct listeners_t listeners_t;

/**
 * Calls listeners in their order, as one listener: charon's bus walks all that are
 * registered for each event, whether they want it or not, which costs more than
 * most hooks do.
 *
 * They get plain messages, own requests also as they are sent, and these events:
 * alert, ike_state_change, ike_updown, ike_rekey, ike_update, child_updown,
 * authorize, assign_vips. What their hooks return is ignored, they stay. As the bus
 * calls no listener from inside of itself, events that a hook of one raises get to
 * none of them.
 */
struct listeners_t {

	/**
	 * Listener to add to the bus
	 */
	listener_t listener;

	/**
	 * Destroy it, once it was removed from the bus.
	 */
	void (*destroy)(listeners_t *this);
};

/**
 * Create a listeners_t.
 *
 * @param listeners		listeners, not owned
 * @param count			number of listeners
 */
listeners_t *listeners_create(listener_t *const *listeners, u_int count);

#endif /** LISTENERS_H_ @}*/
