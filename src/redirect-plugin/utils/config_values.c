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

#include "config_values.h"
#include "config_words.h"
#include "ip_set.h"

#include <ctype.h>
#include <errno.h>

#include <utils/debug.h>

/**
 * Parse yes or no.
 */
static bool parse_bool(const char *value, bool *field, char *why)
{
	static const char *const yes[] = { "yes", "true", "1", "enabled" };
	static const char *const no[] = { "no", "false", "0", "disabled" };
	size_t i;

	for (i = 0; i < countof(yes); i++)
	{
		if (strcaseeq(value, yes[i]) || strcaseeq(value, no[i]))
		{
			*field = strcaseeq(value, yes[i]);
			return TRUE;
		}
	}
	snprintf(why, CONFIG_WHY_MAX, "must be yes or no");
	return FALSE;
}

/**
 * Parse a number without sign; end receives what follows it.
 */
static bool parse_digits(const char *value, unsigned long long *number,
						 char **end)
{
	errno = 0;
	*number = strtoull(value, end, 10);
	return isdigit((u_char)*value) && errno == 0;
}

/**
 * Parse a number in a range.
 */
static bool parse_number(const char *value, const config_option_t *option,
						 uint32_t *field, char *why)
{
	unsigned long long number;
	char *end;

	if (parse_digits(value, &number, &end) && !*end &&
		number >= option->min && number <= option->max)
	{
		*field = number;
		return TRUE;
	}
	snprintf(why, CONFIG_WHY_MAX, "must be a number from %u to %u",
			 option->min, option->max);
	return FALSE;
}

/**
 * Units of times, without one is in seconds.
 */
static const struct {
	char *name;
	uint32_t seconds;
} units[] = {
	{ "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }
};

/**
 * The largest unit of which a time has a whole number.
 */
static int find_unit(uint32_t seconds)
{
	int i = countof(units) - 1;

	while (i > 1 && (!seconds || seconds % units[i].seconds))
	{
		i--;
	}
	return i;
}

/*
 * Described in header
 */
void config_times_refuse(uint32_t min, uint32_t max, char why[CONFIG_WHY_MAX])
{
	int from = find_unit(min), to = find_unit(max);

	snprintf(why, CONFIG_WHY_MAX, "must be a time from %u%s to %u%s, with unit "
			 "s, m, h or d", min / units[from].seconds, units[from].name,
			 max / units[to].seconds, units[to].name);
}

/**
 * Parse a time with an optional unit.
 */
static bool parse_time(const char *value, const config_option_t *option,
					   uint32_t *field, char *why)
{
	unsigned long long number;
	char *end;
	size_t i;

	if (parse_digits(value, &number, &end) && number <= UINT32_MAX)
	{
		while (*end == ' ')
		{
			end++;
		}
		for (i = 0; i < countof(units); i++)
		{
			if (streq(end, units[i].name) &&
				number * units[i].seconds >= option->min &&
				number * units[i].seconds <= option->max)
			{
				*field = number * units[i].seconds;
				return TRUE;
			}
		}
	}
	config_times_refuse(option->min, option->max, why);
	return FALSE;
}

/**
 * Parse one of several words.
 */
static bool parse_word(const char *value, const config_option_t *option,
					   int *field, char *why)
{
	size_t used;
	int i;

	for (i = 0; option->words[i]; i++)
	{
		if (strcaseeq(value, option->words[i]))
		{
			*field = i;
			return TRUE;
		}
	}
	used = snprintf(why, CONFIG_WHY_MAX, "must be one of ");
	for (i = 0; option->words[i] && used < CONFIG_WHY_MAX; i++)
	{
		used += snprintf(why + used, CONFIG_WHY_MAX - used, "%s%s",
						 i ? ", " : "", option->words[i]);
	}
	return FALSE;
}

/*
 * Described in header
 */
void config_subnets_check(const char *value, char why[CONFIG_WHY_MAX])
{
	array_t *list = config_list_create(value);
	char buf[INET6_ADDRSTRLEN], *element;
	ip_address_t first;
	int i;

	for (i = 0; array_get(list, i, &element) && !*why; i++)
	{
		if (strchr(element, '/') && ip_set_subnet_first(element, &first))
		{
			ip_address_to_string(&first, buf, sizeof(buf));
			snprintf(why, CONFIG_WHY_MAX, "%.64s has bits behind its prefix, so it "
					 "is taken as %s%s", element, buf, strchr(element, '/'));
		}
	}
	config_list_destroy(list);
}

/**
 * Parse a set of addresses.
 */
static bool parse_addresses(const char *value, ip_set_t **field, char *why)
{
	ip_set_t *set;
	char *wrong;

	set = ip_set_create(value, &wrong);
	if (set)
	{
		config_subnets_check(value, why);
		ip_set_destroy(*field);
		*field = set;
		return TRUE;
	}
	snprintf(why, CONFIG_WHY_MAX, *wrong ? "'%.64s' is not an address, subnet "
			 "(192.0.2.0/24) or range (192.0.2.1-192.0.2.9)"
			 : "must not be empty%s", wrong);
	free(wrong);
	return FALSE;
}

/*
 * Described in header
 */
bool config_value_parse(const char *value, const config_option_t *option,
						void *field, char why[CONFIG_WHY_MAX])
{
	switch (option->type)
	{
		case CONFIG_BOOL:
			return parse_bool(value, field, why);
		case CONFIG_NUMBER:
			return parse_number(value, option, field, why);
		case CONFIG_TIME:
			return parse_time(value, option, field, why);
		case CONFIG_WORD:
			return parse_word(value, option, field, why);
		case CONFIG_TEXT:
			free(*(char**)field);
			*(char**)field = strdup(value);
			return TRUE;
		case CONFIG_LIST:
			config_list_destroy(*(array_t**)field);
			*(array_t**)field = config_list_create(value);
			snprintf(why, CONFIG_WHY_MAX, "must not be empty");
			if (!*(array_t**)field)
			{
				return FALSE;
			}
			*why = '\0';
			return TRUE;
		case CONFIG_ADDRESSES:
			return parse_addresses(value, field, why);
		case CONFIG_PARSE:
			return option->parse(value, field, why);
		case CONFIG_ELSEWHERE:
			return TRUE;
	}
	return FALSE;
}
