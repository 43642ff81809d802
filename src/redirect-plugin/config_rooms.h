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
 * @defgroup config_rooms config_rooms
 * @{ @ingroup redirect
 */

#ifndef CONFIG_ROOMS_H_
#define CONFIG_ROOMS_H_

#include "utils/config_room.h"

#include <collections/array.h>

typedef enum config_rooms_apply_t config_rooms_apply_t;

/**
 * Which configurations are put into force.
 */
enum config_rooms_apply_t {
	/** none, they were read to check them */
	CONFIG_ROOMS_NONE,
	/** those that may be alone */
	CONFIG_ROOMS_ALONE,
	/** all */
	CONFIG_ROOMS_ALL,
};

/**
 * Make a list of all rooms that have options, in the order they are put into
 * force.
 *
 * @return				config_room_t, to be destroyed by array_destroy()
 */
array_t *config_rooms_create();

/**
 * Have the options of a room put into force, and not only checked.
 *
 * @param room			room, copied, in place of the one that reads the same
 */
void config_rooms_add(array_t *rooms, const config_room_t *room);

/**
 * Read the options of all rooms.
 *
 * @param section		section charon.plugins.redirect, receives errors
 * @param configs		receives configurations, in the order of the rooms, NULL
 *						for those with errors
 * @return				FALSE if there was an error
 */
bool config_rooms_read(array_t *rooms, const config_section_t *section,
					   void *configs[]);

/**
 * Put the configurations of rooms into force, and destroy the others.
 *
 * @param configs		what config_rooms_read() filled in, adopted
 */
void config_rooms_apply(array_t *rooms, void *configs[],
						config_rooms_apply_t which);

#endif /** CONFIG_ROOMS_H_ @}*/
