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

#include <stdio.h>

#include <net/if.h>

/**
 * Read a list of names of interfaces, as the kernel allows them.
 */
static bool parse_xdp(const char *value, void *field, char why[CONFIG_WHY_MAX])
{
	enumerator_t *enumerator;
	bool valid = strlen(value) < FAST_PATH_XDP_LEN;
	char *name;

	enumerator = enumerator_create_token(value, ",", " ");
	while (valid && enumerator->enumerate(enumerator, &name))
	{
		valid = *name && strlen(name) < IFNAMSIZ && !strpbrk(name, "/: \t") &&
				!streq(name, ".") && !streq(name, "..");
	}
	enumerator->destroy(enumerator);
	if (!valid)
	{
		snprintf(why, CONFIG_WHY_MAX, "must be a comma separated list of names of "
				 "interfaces, shorter than %d", FAST_PATH_XDP_LEN);
		return FALSE;
	}
	snprintf(field, FAST_PATH_XDP_LEN, "%s", value);
	return TRUE;
}

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
	{ "fast_path_xdp", CONFIG_PARSE, offsetof(fast_path_config_t, xdp),
		.def = NULL, .parse = parse_xdp },
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
