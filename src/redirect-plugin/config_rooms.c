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

#include "config_rooms.h"
#include "cluster/cluster_config.h"
#include "control/control_config.h"
#include "fastpath/fast_path_config.h"
#include "initiator/initiator_config.h"
#include "sessions/session_config.h"

/**
 * All of them, until others are added that put it into force.
 */
static const config_room_t all_rooms[] = {
	{ .read = (void*)fast_path_config_create, .discard = free },
	{ .read = (void*)initiator_config_read,
	  .discard = (void*)initiator_config_destroy },
	{ .read = (void*)cluster_config_read,
	  .discard = (void*)cluster_config_destroy },
	{ .read = (void*)session_config_read, .discard = free },
	{ .read = (void*)control_config_read,
	  .discard = (void*)control_config_destroy },
};

/*
 * Described in header
 */
array_t *config_rooms_create()
{
	array_t *rooms = array_create(sizeof(config_room_t), 0);
	size_t i;

	for (i = 0; i < countof(all_rooms); i++)
	{
		array_insert(rooms, ARRAY_TAIL, (void*)&all_rooms[i]);
	}
	return rooms;
}

/*
 * Described in header
 */
void config_rooms_add(array_t *rooms, const config_room_t *room)
{
	config_room_t known;
	int i;

	for (i = 0; i < array_count(rooms); i++)
	{
		array_get(rooms, i, &known);
		if (known.read == room->read)
		{
			array_remove(rooms, i, NULL);
			break;
		}
	}
	array_insert(rooms, i, (void*)room);
}

/*
 * Described in header
 */
bool config_rooms_read(array_t *rooms, const config_section_t *section,
					   void *configs[])
{
	config_room_t room;
	bool good = TRUE;
	int i;

	for (i = 0; i < array_count(rooms); i++)
	{
		array_get(rooms, i, &room);
		configs[i] = room.read(section);
		good = configs[i] && good;
	}
	return good;
}

/*
 * Described in header
 */
void config_rooms_apply(array_t *rooms, void *configs[],
						config_rooms_apply_t which)
{
	config_room_t room;
	int i;

	for (i = 0; i < array_count(rooms); i++)
	{
		array_get(rooms, i, &room);
		if (configs[i] && room.apply &&
			(which == CONFIG_ROOMS_ALL ||
			 (which == CONFIG_ROOMS_ALONE && room.alone)))
		{
			room.apply(room.data, configs[i]);
		}
		else if (configs[i])
		{
			room.discard(configs[i]);
		}
	}
}
