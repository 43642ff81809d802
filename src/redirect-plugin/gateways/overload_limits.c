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

#include "overload_limits.h"

#include <stdio.h>

#include <library.h>

/**
 * A limit of charon, and the mark it defeats.
 */
typedef struct {

	/** charon's option */
	const char *option;

	/** its default */
	int def;

	/** mark that has to be lower */
	own_load_metric_t metric;

	/** what charon does once the limit is reached */
	const char *effect;

	/** TRUE if it holds only with dos_protection */
	bool dos;

} limit_t;

static const limit_t limits[] = {
	{ "cookie_threshold", 30, OWN_LOAD_HALF_OPEN,
		"clients are sent a cookie first, which costs them a round trip",
		TRUE },
	{ "block_threshold", 5, OWN_LOAD_HALF_OPEN,
		"charon ignores clients of one address, e.g. behind a NAT, without a "
		"redirect", TRUE },
	{ "init_limit_half_open", 0, OWN_LOAD_HALF_OPEN,
		"charon ignores clients without a redirect", FALSE },
	{ "init_limit_job_load", 0, OWN_LOAD_JOBS,
		"charon ignores clients without a redirect", FALSE },
	{ "ikesa_limit", 0, OWN_LOAD_SAS,
		"charon ignores clients without a redirect", FALSE },
};

/*
 * Described in header
 */
array_t *overload_limits_check(settings_t *settings, const char *ns,
							   const overload_marks_t *marks, uint32_t capacity)
{
	array_t *warnings = NULL;
	overload_mark_t mark;
	const char *name;
	char *warning;
	bool dos = settings->get_bool(settings, "%s.dos_protection", TRUE, ns);
	size_t i;
	int value;

	for (i = 0; i < countof(limits); i++)
	{
		value = settings->get_int(settings, "%s.%s", limits[i].def, ns,
								  limits[i].option);
		overload_mark_resolve(&marks->marks[limits[i].metric], capacity, &mark);
		if (value <= 0 || mark.high < (uint32_t)value ||
			(limits[i].dos && !dos))
		{
			continue;
		}
		name = enum_to_name(own_load_metric_names, limits[i].metric);
		if (asprintf(&warning, "%s.plugins.redirect.overload.%s is %u, not below "
					 "%s.%s = %d: %s", ns, name, mark.high, ns,
					 limits[i].option, value, limits[i].effect) > 0)
		{
			array_insert_create(&warnings, ARRAY_TAIL, warning);
		}
	}
	return warnings;
}
