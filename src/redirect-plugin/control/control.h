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
 * @defgroup redirect_control redirect_control
 * @{ @ingroup redirect_plugin
 */

#ifndef CONTROL_H_
#define CONTROL_H_

#include "control_parts.h"

typedef struct control_t control_t;

/**
 * The control socket: everything that can be seen and changed at runtime, for
 * redirectctl and any VICI client. See control_commands.h for its commands, and
 * control_events.h for its events.
 */
struct control_t {

	/**
	 * Get what the loader needs to read the options.
	 */
	config_room_t (*get_room)(control_t *this);

	/**
	 * Open the socket as configured, once the configuration is loaded.
	 */
	void (*start)(control_t *this);

	/**
	 * Stop to observe other parts.
	 */
	void (*stop)(control_t *this);

	/**
	 * Destroy it, once stopped and without jobs; before all other parts.
	 */
	void (*destroy)(control_t *this);
};

/**
 * Create the room.
 *
 * @param parts			what it shows and changes, outlives it
 */
control_t *control_create(const control_parts_t *parts);

#endif /** CONTROL_H_ @}*/
