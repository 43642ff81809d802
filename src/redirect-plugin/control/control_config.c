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

#include "control_config.h"

#include <library.h>

static const config_option_t options[] = {
	{ "enabled", CONFIG_BOOL, offsetof(control_config_t, enabled),
		.def = "yes" },
	{ "socket", CONFIG_TEXT, offsetof(control_config_t, socket),
		.def = "unix:///run/charon.redirect" },
	{ "clients", CONFIG_NUMBER, offsetof(control_config_t, clients),
		.def = "256", .min = 1, .max = 65536 },
};

/*
 * Described in header
 */
control_config_t *control_config_read(const config_section_t *section)
{
	config_section_t control = config_section_sub(section, "control");
	control_config_t *config;

	INIT(config);
	if (!config_section_read(&control, options, countof(options), NULL,
							 config))
	{
		control_config_destroy(config);
		return NULL;
	}
	return config;
}

/*
 * Described in header
 */
void control_config_destroy(control_config_t *config)
{
	if (config)
	{
		free(config->socket);
		free(config);
	}
}
