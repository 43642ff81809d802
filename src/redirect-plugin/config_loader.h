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
#include "utils/ip_set.h"

typedef struct config_loader_t config_loader_t;
typedef struct config_report_t config_report_t;
typedef struct config_status_t config_status_t;

/**
 * What reading a configuration found.
 */
struct config_report_t {

	/** what keeps it out of force: char*, each with its full key */
	array_t *errors;

	/** what is allowed, but can hardly be meant: char*, likewise */
	array_t *warnings;

	/** hash to compare it with that of other gateways, see config_hash() */
	uint64_t hash;

	/** number of gateways and rules, if there are no errors */
	uint32_t gateways, rules;
};

/**
 * Longest error in a status, with the final zero; longer ones are cut.
 */
#define CONFIG_STATUS_ERROR_MAX 512

/**
 * What became of the last configuration, and which one is in force.
 */
struct config_status_t {

	/** when a configuration was read last, 0 if none was */
	time_t read;

	/** TRUE if that one was refused */
	bool refused;

	/** TRUE if it waits for a selector of another plugin */
	bool waiting;

	/** errors and warnings it had */
	uint32_t errors, warnings;

	/** first of the errors, empty if there was none */
	char error[CONFIG_STATUS_ERROR_MAX];

	/** TRUE if a configuration is in force */
	bool loaded;

	/** since when, if so */
	time_t since;

	/** its hash, if so */
	uint64_t hash;
};

/**
 * Reads the configuration and puts it into force whole, or not at all.
 *
 * Errors and warnings are logged at level 1, each with its full key. After an
 * error the policy that was in force stays; at start there is none, so every
 * client is served. Thread-safe; waits for decisions, so not for hooks.
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
	 * Take over which gateways joined the fleet. They are added to those of the
	 * configuration in force, or else to the next one that is not refused.
	 *
	 * @param joined	gateways, adopted
	 */
	void (*set_joined)(config_loader_t *this, gateways_joined_t joined);

	/**
	 * Have the options of a room put into force. Those of all rooms are read
	 * anyway: a new one has to be added to the list in config_rooms.c as well.
	 * Not while the configuration is loaded; rooms are put into force in the
	 * order of that list, before the policy.
	 *
	 * @param room		room, copied; its data has to outlive the loader
	 */
	void (*add_room)(config_loader_t *this, const config_room_t *room);

	/**
	 * Read a configuration and tell what load() would say, without putting it
	 * into force. A selector that is not registered is an error, too: what
	 * offers it would have to be loaded here.
	 *
	 * @param settings	settings to read
	 * @param ns		name of the daemon's section in them
	 * @param file		file they were read from
	 * @param above		section it is included in, see config_text_check()
	 * @param host		addresses of the host it is for, NULL if not known
	 * @return			report, see config_report_clear()
	 */
	config_report_t (*check)(config_loader_t *this, settings_t *settings,
							 const char *ns, const char *file,
							 const char *above, const ip_set_t *host);

	/**
	 * Get what became of the last configuration. Any thread; waits while one
	 * is loaded.
	 *
	 * @param status	filled in
	 */
	void (*get_status)(config_loader_t *this, config_status_t *status);

	/**
	 * Destroy the loader.
	 */
	void (*destroy)(config_loader_t *this);
};

/**
 * Free a report.
 */
void config_report_clear(config_report_t *report);

/**
 * Create a loader.
 *
 * @param engine		engine the policies are for, NULL to check only
 * @param registry		selectors; the loader observes it
 */
config_loader_t *config_loader_create(policy_engine_t *engine,
									  selector_registry_t *registry);

#endif /** CONFIG_LOADER_H_ @}*/
