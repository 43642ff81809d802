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
 * @defgroup config_loader config_loader
 * @{ @ingroup redirect
 */

#ifndef CONFIG_LOADER_H_
#define CONFIG_LOADER_H_

#include "policy/policy_engine.h"
#include "utils/config_room.h"

typedef struct config_loader_t config_loader_t;

/**
 * Reads the configuration and puts it into force whole, or not at all.
 *
 * Errors are logged at level 1, each with its full key. After a bad one the
 * policy that was in force stays; at start there is none, so every client is
 * served. Thread-safe; waits for decisions, so not for hooks.
 */
struct config_loader_t {

	/**
	 * Read lib->settings and put it into force.
	 *
	 * While plugins are being loaded a selector of another plugin may not be
	 * registered yet: an unknown one is complained about once all are loaded.
	 *
	 * @return			FALSE if there was an error
	 */
	bool (*load)(config_loader_t *this);

	/**
	 * Read the options of a room as well. Not while the configuration is
	 * loaded; rooms are put into force in the order they were added, before
	 * the policy.
	 *
	 * @param room		room, copied; its data has to outlive the loader
	 */
	void (*add_room)(config_loader_t *this, const config_room_t *room);

	/**
	 * Destroy the loader.
	 */
	void (*destroy)(config_loader_t *this);
};

/**
 * Create a loader.
 *
 * @param engine		engine the policies are for
 * @param registry		selectors; the loader observes it
 */
config_loader_t *config_loader_create(policy_engine_t *engine,
									  selector_registry_t *registry);

#endif /** CONFIG_LOADER_H_ @}*/
