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

#include "config_options.h"

#include <utils/debug.h>

/**
 * Complain about a name unless it is one of the known ones.
 */
static bool check_name(const config_section_t *section, const char *name,
					   const char *kind, const char *const *known, int count)
{
	const char *nearest;
	int i;

	for (i = 0; i < count; i++)
	{
		if (streq(known[i], name) || streq(known[i], "*"))
		{
			return TRUE;
		}
	}
	nearest = config_nearest(name, known, count);
	if (nearest)
	{
		config_section_error(section, name, NULL,
							 "unknown %s, did you mean '%s'?", kind, nearest);
	}
	else
	{
		config_section_error(section, name, NULL, "unknown %s", kind);
	}
	return FALSE;
}

/**
 * Complain about keys and sections that are not known.
 */
static bool check_names(const config_section_t *section,
						const config_option_t *options, int count,
						const char *const *sections)
{
	const char *keys[count + 1];
	array_t *names;
	bool good = TRUE;
	char *name;
	int i, known = 0;

	for (i = 0; i < count; i++)
	{
		keys[i] = options[i].name;
	}
	names = config_section_keys(section);
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		good = check_name(section, name, "option", keys, count) && good;
	}
	config_list_destroy(names);

	while (sections && sections[known])
	{
		known++;
	}
	names = config_section_names(section);
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		good = check_name(section, name, "section", sections, known) && good;
	}
	config_list_destroy(names);
	return good;
}

/**
 * Take the exclamation mark off a value that may have one.
 */
static bool take_negation(const char **value, const config_option_t *option,
						  void *config, char *why)
{
	bool *negated = (bool*)((char*)config + option->negated);

	if (!option->negated)
	{
		return TRUE;
	}
	*negated = **value == '!';
	if (*negated)
	{
		(*value)++;
		*value += strspn(*value, " \t");
	}
	if (strchr(*value, '!') || (*negated && !**value))
	{
		snprintf(why, CONFIG_WHY_MAX, "an exclamation mark is allowed as first "
				 "character only, it negates all that follows");
		return FALSE;
	}
	return TRUE;
}

/**
 * Check whether a value holds another option, as it goes up to the end of its
 * line, which is easily missed: a word in lower case behind a space, but not
 * behind a comma as in a distinguished name, and an equals sign.
 */
static bool holds_option(const char *value)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz_";
	const char *pos, *behind;

	for (pos = strchr(value, ' '); pos; pos = strchr(pos + 1, ' '))
	{
		behind = pos + 1 + strspn(pos + 1, word);
		if (behind > pos + 2 && pos > value && !strchr(" ,/", pos[-1]) &&
			behind[strspn(behind, " ")] == '=')
		{
			return TRUE;
		}
	}
	return FALSE;
}

/*
 * Described in header
 */
bool config_section_read_values(const config_section_t *section,
								const config_option_t *options, int count,
								void *config)
{
	char why[CONFIG_WHY_MAX];
	const char *value, *rest;
	bool good = TRUE, allowed, glued;
	int i;

	for (i = 0; i < count; i++)
	{
		value = config_section_get(section, options[i].name) ?: options[i].def;
		rest = value;
		*why = '\0';
		allowed = !value || (take_negation(&rest, &options[i], config, why) &&
							 config_value_parse(rest, &options[i],
								(char*)config + options[i].offset, why));
		glued = value && options[i].type != CONFIG_ELSEWHERE &&
				holds_option(value);
		if (!allowed || glued)
		{
			config_section_error(section, options[i].name, value, "%s%s%s",
								 allowed ? "" : why, allowed || !glued ? "" : "; ",
								 glued ? "put each option on a line of its own"
									   : "");
			good = FALSE;
		}
		else if (value && *why)
		{
			config_section_warn(section, options[i].name, value, "%s", why);
		}
	}
	return good;
}

/*
 * Described in header
 */
bool config_section_read(const config_section_t *section,
						 const config_option_t *options, int count,
						 const char *const *sections, void *config)
{
	bool good;

	good = check_names(section, options, count, sections);
	return config_section_read_values(section, options, count, config) && good;
}

/*
 * Described in header
 */
char *config_section_describe(const config_section_t *section,
							  const config_option_t *options, int count)
{
	char *text = strdup(""), *longer;
	const char *value;
	int i;

	for (i = 0; i < count; i++)
	{
		value = config_section_get(section, options[i].name);
		if (value && asprintf(&longer, "%s%s%s = %s", text, *text ? "; " : "",
							  options[i].name, value) > 0)
		{
			free(text);
			text = longer;
		}
	}
	return text;
}
