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

#include "overload_marks.h"
#include "selectors/redirect_selector.h"

#include <ctype.h>
#include <stdio.h>

#include <library.h>

ENUM(overload_level_names, OVERLOAD_NONE, OVERLOAD_HARD,
	"none",
	"high",
	"hard",
);

/**
 * Largest value of a mark.
 */
#define MARK_MAX 100000000

/**
 * Low marks that are not set are that per cent of the high ones.
 */
#define LOW_DEFAULT 90

static const char *const unsupported[] = { "serve", "refuse", NULL };

/**
 * Parse one value of a pair.
 *
 * @param str			moved behind the value
 */
static bool parse_value(const char **str, uint32_t *value, bool *relative)
{
	unsigned long number;
	char *end;

	*str += strspn(*str, " \t");
	if (!isdigit((u_char)**str))
	{
		return FALSE;
	}
	number = strtoul(*str, &end, 10);
	*relative = *end == '%';
	*str = end + *relative + strspn(end + *relative, " \t");
	*value = number;
	return number <= MARK_MAX;
}

/**
 * Parse a high and a low mark.
 */
static bool parse_mark(const char *value, void *field,
					   char why[CONFIG_WHY_MAX])
{
	overload_mark_t *mark = field;
	bool good, relative;

	good = parse_value(&value, &mark->high, &mark->relative);
	mark->low = (uint64_t)mark->high * LOW_DEFAULT / 100;
	if (good && *value == ',')
	{
		value++;
		good = parse_value(&value, &mark->low, &relative) &&
			   relative == mark->relative;
	}
	if (!good || *value || mark->low > mark->high)
	{
		snprintf(why, CONFIG_WHY_MAX, "must be a high mark and optionally a "
				 "low one that is not above it, e.g. 500, 400; 0 switches it "
				 "off");
		return FALSE;
	}
	return TRUE;
}

#define MARK(metric) \
	offsetof(overload_marks_t, marks) + metric * sizeof(overload_mark_t)

static const config_option_t options[] = {
	{ "sas", CONFIG_PARSE, MARK(OWN_LOAD_SAS),
		.def = "100%, 95%", .parse = parse_mark },
	{ "half_open", CONFIG_PARSE, MARK(OWN_LOAD_HALF_OPEN),
		.def = "0", .parse = parse_mark },
	{ "jobs", CONFIG_PARSE, MARK(OWN_LOAD_JOBS),
		.def = "0", .parse = parse_mark },
	{ "workers", CONFIG_PARSE, MARK(OWN_LOAD_WORKERS),
		.def = "0", .parse = parse_mark },
	{ "cpu", CONFIG_PARSE, MARK(OWN_LOAD_CPU),
		.def = "0", .parse = parse_mark },
	{ "hard", CONFIG_NUMBER, offsetof(overload_marks_t, hard),
		.def = "150", .max = 1000 },
	{ "unsupported", CONFIG_WORD,
		offsetof(overload_marks_t, refuse_unsupported),
		.def = "serve", .words = unsupported },
};

/*
 * Described in header
 */
bool overload_marks_read(const config_section_t *section,
						 overload_marks_t *marks)
{
	overload_mark_t *mark;
	bool good;
	int i;

	good = config_section_read(section, options, countof(options), NULL,
							   marks);
	for (i = OWN_LOAD_WORKERS; i <= OWN_LOAD_CPU; i++)
	{
		mark = &marks->marks[i];
		mark->relative = FALSE;
		if (mark->high > 100)
		{
			config_section_error(section,
								 enum_to_name(own_load_metric_names, i), NULL,
								 "per cent, so it must be at most 100");
			good = FALSE;
		}
	}
	for (i = OWN_LOAD_HALF_OPEN; i <= OWN_LOAD_JOBS; i++)
	{
		if (marks->marks[i].relative)
		{
			config_section_error(section,
								 enum_to_name(own_load_metric_names, i), NULL,
								 "must be a number, not per cent");
			good = FALSE;
		}
	}
	return good;
}

/*
 * Described in header
 */
void overload_mark_resolve(const overload_mark_t *mark, uint32_t capacity,
						   overload_mark_t *value)
{
	*value = *mark;
	if (mark->relative)
	{
		value->high = (uint64_t)mark->high * capacity / 100;
		value->low = (uint64_t)mark->low * capacity / 100;
		value->relative = FALSE;
	}
}

/**
 * Set or clear a bit, between the values leave it as it is.
 */
static void update(uint32_t *bits, int bit, uint32_t value, uint64_t high,
				   uint32_t low)
{
	if (value >= high)
	{
		*bits |= 1 << bit;
	}
	else if (value < low)
	{
		*bits &= ~(1 << bit);
	}
}

/*
 * Described in header
 */
overload_level_t overload_marks_compare(const overload_marks_t *marks,
										uint32_t capacity,
										const own_load_t *load,
										overload_state_t *state)
{
	overload_mark_t mark;
	uint32_t value;
	int i;

	for (i = 0; i < OWN_LOAD_MAX; i++)
	{
		overload_mark_resolve(&marks->marks[i], capacity, &mark);
		if (!mark.high)
		{
			state->high &= ~(1 << i);
			state->hard &= ~(1 << i);
			continue;
		}
		value = load->values[i];
		update(&state->high, i, value, mark.high, mark.low);
		update(&state->hard, i, value,
			   marks->hard ? (uint64_t)mark.high * marks->hard / 100
						   : UINT64_MAX, mark.high);
	}
	return state->hard ? OVERLOAD_HARD : state->high ? OVERLOAD_HIGH
													 : OVERLOAD_NONE;
}

/*
 * Described in header
 */
uint32_t overload_marks_combine(const overload_marks_t *marks,
								uint32_t capacity, const own_load_t *load,
								own_load_metric_t *metric)
{
	overload_mark_t mark;
	uint64_t value, combined = 0;
	bool known = FALSE;
	int i;

	for (i = 0; i < OWN_LOAD_MAX; i++)
	{
		overload_mark_resolve(&marks->marks[i], capacity, &mark);
		if (!mark.high)
		{
			continue;
		}
		value = (uint64_t)load->values[i] * 1000 / mark.high;
		if (!known || value > combined)
		{
			combined = value;
			if (metric)
			{
				*metric = i;
			}
		}
		known = TRUE;
	}
	return known ? min(combined, UINT32_MAX - 1) : REDIRECT_SELECTOR_UNKNOWN;
}
