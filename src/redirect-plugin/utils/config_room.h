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
 * @defgroup config_room config_room
 * @{ @ingroup redirect_utils
 */

#ifndef CONFIG_ROOM_H_
#define CONFIG_ROOM_H_

#include "config_options.h"

typedef struct config_room_t config_room_t;

/**
 * A room of the plugin whose options are read together with the policy: either
 * all rooms get their new configuration, or none does.
 */
struct config_room_t {

	/**
	 * Read the options of the room; tells rooms apart.
	 *
	 * @param section	section charon.plugins.redirect; errors are added to
	 *					those of it
	 * @return			configuration, NULL if there was an error
	 */
	void *(*read)(const config_section_t *section);

	/**
	 * Put a configuration into force; NULL if it is only checked.
	 *
	 * @param data		data of the room
	 * @param config	what read() returned, adopted
	 */
	void (*apply)(void *data, void *config);

	/**
	 * Destroy a configuration that another room's error kept out of force.
	 *
	 * @param config	what read() returned
	 */
	void (*discard)(void *config);

	/** passed to apply() */
	void *data;

	/** TRUE to be put into force at start even if other rooms, or the policy,
	 * have errors */
	bool alone;
};

#endif /** CONFIG_ROOM_H_ @}*/
