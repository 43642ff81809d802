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


#include "probe_config.h"

static const config_option_t options[] = {
	{ "enabled", CONFIG_BOOL, offsetof(probe_config_t, enabled),
		.def = "yes" },
	{ "interval", CONFIG_TIME, offsetof(probe_config_t, interval),
		.def = "2s", .min = 1, .max = 3600 },
	{ "timeout", CONFIG_TIME, offsetof(probe_config_t, timeout),
		.def = "1s", .min = 1, .max = 60 },
	{ "fall", CONFIG_NUMBER, offsetof(probe_config_t, fall),
		.def = "3", .min = 1, .max = 100 },
	{ "rise", CONFIG_NUMBER, offsetof(probe_config_t, rise),
		.def = "2", .min = 1, .max = 100 },
};

/*
 * Described in header
 */
bool probe_config_read(const config_section_t *section, probe_config_t *config)
{
	config_section_t probe = config_section_sub(section, "probe");

	if (!config_section_read(&probe, options, countof(options), NULL, config))
	{
		return FALSE;
	}
	if (config->timeout > config->interval)
	{
		config_section_error(&probe, "timeout", NULL, "longer than interval, "
							 "must be at most as long");
		return FALSE;
	}
	config->interval *= 1000;
	config->timeout *= 1000;
	return TRUE;
}
