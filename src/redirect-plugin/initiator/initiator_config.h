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
 * @defgroup initiator_config initiator_config
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_CONFIG_H_
#define INITIATOR_CONFIG_H_

#include "initiator_allowed.h"
#include "utils/config_options.h"

typedef struct initiator_config_t initiator_config_t;
typedef struct initiator_connection_t initiator_connection_t;

/**
 * How redirects are followed for a connection.
 */
struct initiator_connection_t {

	/** name of the connection, NULL for all that have no section */
	char *name;

	/** whether support is announced and redirects are followed (R3-1) */
	bool follow;

	/** most redirects in loop_detect_period (R7-2) */
	uint32_t max_redirects;

	/** REDIRECT_LOOP_DETECT_PERIOD, in seconds (R7-2) */
	uint32_t loop_detect_period;

	/** targets accepted, NULL for all */
	initiator_allowed_t *accept;

	/** targets denied, before accept is looked at; NULL for none */
	initiator_allowed_t *deny;
};

/**
 * Configuration of the guard, immutable once loaded. Times are in seconds.
 */
struct initiator_config_t {

	/** FALSE to leave all messages alone */
	bool enabled;

	/** loopback addresses are valid targets */
	bool loopback;

	/** for connections without section, and what their sections start from */
	initiator_connection_t defaults;

	/** connections with a section of their own, initiator_connection_t* */
	array_t *connections;

	/** TRUE if connections differ in where they may be sent, so that none must
	 * be set up in the IKE_SA of another */
	bool apart;

	/** time to resolve the name of a target */
	uint32_t resolve_timeout;

	/** time a target has to answer IKE_SA_INIT, for each of its addresses */
	uint32_t connect_timeout;

	/** time a target that answered IKE_SA_INIT has to answer a request of the
	 * rest of the set-up */
	uint32_t auth_timeout;

	/** time to wait for another answer after a REDIRECT that was refused */
	uint32_t retry_delay;

	/** time a target that failed is left out, doubled each time */
	uint32_t dead_time;

	/** script to run for redirects, NULL for none */
	char *hook;
};

/**
 * Read the configuration.
 *
 * @param plugin		section NS.plugins.redirect; errors are added to those of
 *						it
 * @return				configuration, NULL if there was an error
 */
initiator_config_t *initiator_config_read(const config_section_t *plugin);

/**
 * Whether a connection has options of its own that say where it may be sent.
 *
 * @param plugin		section NS.plugins.redirect
 */
bool initiator_config_apart(const config_section_t *plugin);

/**
 * Find what applies to a connection.
 *
 * @param name			name of the connection
 * @return				its section or the defaults, part of this
 */
const initiator_connection_t *initiator_config_get(const initiator_config_t *this,
										   const char *name);

/**
 * Destroy a configuration.
 */
void initiator_config_destroy(initiator_config_t *this);

#endif /** INITIATOR_CONFIG_H_ @}*/
