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


#include "cluster_config.h"

static const config_option_t options[] = {
	{ "told_timeout", CONFIG_TIME, offsetof(cluster_config_t, told_timeout),
		.def = "5m", .max = 30 * 86400 },
};

/*
 * Described in header
 */
cluster_config_t *cluster_config_read(const config_section_t *section)
{
	cluster_config_t *config;
	bool good;

	INIT(config);
	good = config_section_read_values(section, options, countof(options),
									  config);
	good = probe_config_read(section, &config->probe) && good;
	config->store = store_config_read(section);
	good = config->store && good;
	if (!good)
	{
		cluster_config_destroy(config);
		return NULL;
	}
	return config;
}

/*
 * Described in header
 */
void cluster_config_destroy(cluster_config_t *config)
{
	if (config)
	{
		store_config_destroy(config->store);
		free(config);
	}
}
