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

#include "cluster_join.h"

#include <fnmatch.h>

static const config_option_t options[] = {
	{ "names", CONFIG_LIST, offsetof(cluster_join_t, names), .def = NULL },
	{ "subnets", CONFIG_ADDRESSES, offsetof(cluster_join_t, subnets),
		.def = NULL },
	{ "forget", CONFIG_TIME, offsetof(cluster_join_t, forget),
		.def = "10m", .min = 5, .max = 30 * 86400 },
};

/*
 * Described in header
 */
bool cluster_join_read(const config_section_t *section, cluster_join_t *join)
{
	config_section_t members = config_section_sub(section, "members");

	if (!config_section_read(&members, options, countof(options), NULL, join))
	{
		return FALSE;
	}
	if (!join->names != !join->subnets)
	{
		config_section_error(&members, join->names ? "subnets" : "names", NULL,
							 "missing, a gateway joins if both its name and its "
							 "addresses are those of a member");
		return FALSE;
	}
	return TRUE;
}

/**
 * Whether a name is one of a gateway, and of a member.
 */
static bool matches(const cluster_join_t *join, const char *name)
{
	char *pattern;
	int i;

	if (!*name || *config_name_end(name) || strlen(name) >= REDIRECT_NAME_MAX ||
		streq(name, "any"))
	{
		return FALSE;
	}
	for (i = 0; i < array_count(join->names); i++)
	{
		array_get(join->names, i, &pattern);
		if (fnmatch(pattern, name, 0) == 0)
		{
			return TRUE;
		}
	}
	return FALSE;
}

/*
 * Described in header
 */
bool cluster_join_create(const cluster_join_t *join, const char *name,
						 const cluster_heartbeat_t *heartbeat,
						 gateway_t *gateway)
{
	gateway_t asked;

	if (!matches(join, name) ||
		!gateway_joined_create(&asked, name, heartbeat->addresses,
							   join->subnets))
	{
		return FALSE;
	}
	asked.state = heartbeat->state;
	asked.weight = heartbeat->weight;
	asked.capacity = heartbeat->capacity;
	if (gateway)
	{
		*gateway = asked;
	}
	else
	{
		gateway_clear(&asked);
	}
	return TRUE;
}

/*
 * Described in header
 */
void cluster_join_clear(cluster_join_t *join)
{
	config_list_destroy(join->names);
	ip_set_destroy(join->subnets);
}
