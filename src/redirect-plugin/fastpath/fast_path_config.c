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

#include "fast_path_config.h"

static const char *const cookies[] = { "ignore", "require", NULL };

static const config_option_t options[] = {
	{ "fast_path", CONFIG_BOOL, offsetof(fast_path_config_t, enabled),
		.def = "yes" },
	{ "fast_path_batch", CONFIG_BOOL, offsetof(fast_path_config_t, batch),
		.def = "yes" },
	{ "fast_path_cookies", CONFIG_WORD, offsetof(fast_path_config_t, cookies),
		.def = "ignore", .words = cookies },
	{ "fast_path_limit", CONFIG_NUMBER, offsetof(fast_path_config_t, limit),
		.def = "0", .min = 0, .max = 10000000 },
	{ "loopback", CONFIG_BOOL, offsetof(fast_path_config_t, loopback),
		.def = "no" },
};

/*
 * Described in header
 */
fast_path_config_t *fast_path_config_create(const config_section_t *section)
{
	fast_path_config_t *config;

	INIT(config);
	if (!config_section_read_values(section, options, countof(options),
									config))
	{
		free(config);
		return NULL;
	}
	return config;
}
