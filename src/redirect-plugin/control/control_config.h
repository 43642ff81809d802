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
 * @defgroup control_config control_config
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_CONFIG_H_
#define CONTROL_CONFIG_H_

#include "utils/config_options.h"

typedef struct control_config_t control_config_t;

/**
 * Options of the control socket.
 */
struct control_config_t {

	/** FALSE for no socket */
	bool enabled;

	/** URI of the socket */
	char *socket;

	/** TRUE if the socket may be one that other hosts can reach */
	bool remote;

	/** most clients at a time */
	uint32_t clients;
};

/**
 * Read the options.
 *
 * @param section		section charon.plugins.redirect; errors are added to
 *						those of it
 * @return				options, NULL if there was an error
 */
control_config_t *control_config_read(const config_section_t *section);

/**
 * Destroy options.
 *
 * @param config		options, may be NULL
 */
void control_config_destroy(control_config_t *config);

#endif /** CONTROL_CONFIG_H_ @}*/
