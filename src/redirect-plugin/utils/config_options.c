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
#include "ip_set.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>

#include <utils/debug.h>
#include <collections/enumerator.h>

/**
 * Longest full key in an error, longer ones are cut.
 */
#define KEY_MAX 512

/**
 * Most characters that a word may differ in from the one suggested instead.
 */
#define NEAR_MAX 3

/**
 * Longest word a suggestion is looked for.
 */
#define NEAR_LEN 64

/**
 * Formats of keys by the number of elements. Elements are always passed as
 * arguments, so that they may contain dots and per cent signs.
 */
static const char *const formats[] = {
	"", "%s", "%s.%s", "%s.%s.%s", "%s.%s.%s.%s", "%s.%s.%s.%s.%s",
	"%s.%s.%s.%s.%s.%s", "%s.%s.%s.%s.%s.%s.%s", "%s.%s.%s.%s.%s.%s.%s.%s",
};

/**
 * The arguments for the format of that many elements; more do not hurt.
 */
#define ELEMENTS(s) (s)->path[0], (s)->path[1], (s)->path[2], (s)->path[3], \
					(s)->path[4], (s)->path[5], (s)->path[6], (s)->path[7]

/*
 * Described in header
 */
config_section_t config_section_create(settings_t *settings, array_t *errors,
									   const char *ns)
{
	return (config_section_t){
		.settings = settings,
		.errors = errors,
		.depth = 3,
		.path = { ns, "plugins", "redirect" },
	};
}

/*
 * Described in header
 */
config_section_t config_section_sub(const config_section_t *section,
									const char *name)
{
	config_section_t sub = *section;

	/* the last element is for keys */
	if (sub.depth < CONFIG_DEPTH_MAX - 1)
	{
		sub.path[sub.depth++] = name;
	}
	return sub;
}

/**
 * Add what is to be told of a key to a list.
 */
static void tell(array_t *list, const config_section_t *section,
				 const char *key, const char *value, const char *fmt,
				 va_list args)
{
	char path[KEY_MAX] = "", what[KEY_MAX], *line;
	size_t used = 0;
	int i;

	for (i = 0; i < section->depth && used < sizeof(path); i++)
	{
		used += snprintf(path + used, sizeof(path) - used, "%s%s",
						 i ? "." : "", section->path[i]);
	}
	if (key && used < sizeof(path))
	{
		snprintf(path + used, sizeof(path) - used, ".%s", key);
	}
	vsnprintf(what, sizeof(what), fmt, args);
	if (asprintf(&line, value ? "%s = %s: %s" : "%s%s: %s", path,
				 value ?: "", what) > 0)
	{
		array_insert(list, ARRAY_TAIL, line);
	}
}

/*
 * Described in header
 */
void config_section_error(const config_section_t *section, const char *key,
						  const char *value, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(section->errors, section, key, value, fmt, args);
	va_end(args);
}

/*
 * Described in header
 */
void config_section_warn(const config_section_t *section, const char *key,
						 const char *value, const char *fmt, ...)
{
	va_list args;

	if (section->warnings)
	{
		va_start(args, fmt);
		tell(section->warnings, section, key, value, fmt, args);
		va_end(args);
	}
}

/**
 * Edit distance of two short words (Levenshtein 1966), case ignored.
 */
static int distance(const char *a, const char *b)
{
	int row[NEAR_LEN + 1], len = strlen(b), diagonal, above, i, j;

	for (j = 0; j <= len; j++)
	{
		row[j] = j;
	}
	for (i = 1; a[i - 1]; i++)
	{
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= len; j++)
		{
			above = row[j];
			diagonal += tolower((u_char)a[i - 1]) != tolower((u_char)b[j - 1]);
			row[j] = min(diagonal, min(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[len];
}

/*
 * Described in header
 */
const char *config_nearest(const char *word, const char *const *words,
						   int count)
{
	const char *nearest = NULL;
	int i, d, best = NEAR_MAX + 1;

	if (strlen(word) > NEAR_LEN)
	{
		return NULL;
	}
	for (i = 0; i < count; i++)
	{
		if (strlen(words[i]) > NEAR_LEN)
		{
			continue;
		}
		d = distance(word, words[i]);
		/* a word that has to change in most of its letters is another word */
		if (d < best && d * 2 <= (int)strlen(words[i]))
		{
			best = d;
			nearest = words[i];
		}
	}
	return nearest;
}

/*
 * Described in header
 */
array_t *config_list_create(const char *value)
{
	array_t *list = NULL;
	char *element, *end;

	while (*value)
	{
		value += strspn(value, " \t,");
		end = element = strdup(value);
		for (; *value && *value != ','; value++)
		{	/* an escaped comma is part of the element */
			value += strpfx(value, "\\,");
			*end++ = *value;
		}
		while (end > element && strchr(" \t", end[-1]))
		{
			end--;
		}
		*end = '\0';
		if (*element)
		{
			array_insert_create(&list, ARRAY_TAIL, element);
		}
		else
		{
			free(element);
		}
	}
	return list;
}

/*
 * Described in header
 */
void config_list_destroy(array_t *list)
{
	char *element;

	while (array_remove(list, ARRAY_TAIL, &element))
	{
		free(element);
	}
	array_destroy(list);
}

/**
 * Collect what an enumerator of names gives, so that settings are not locked
 * while they are read further.
 */
static array_t *collect(enumerator_t *enumerator, bool values)
{
	array_t *names = array_create(0, 0);
	char *name, *value;

	while (values ? enumerator->enumerate(enumerator, &name, &value)
				  : enumerator->enumerate(enumerator, &name))
	{
		array_insert(names, ARRAY_TAIL, strdup(name));
	}
	enumerator->destroy(enumerator);
	return names;
}

/*
 * Described in header
 */
array_t *config_section_names(const config_section_t *section)
{
	settings_t *settings = section->settings;

	return collect(settings->create_section_enumerator(settings,
						(char*)formats[section->depth], ELEMENTS(section)),
				   FALSE);
}

/*
 * Described in header
 */
array_t *config_section_keys(const config_section_t *section)
{
	settings_t *settings = section->settings;

	return collect(settings->create_key_value_enumerator(settings,
						(char*)formats[section->depth], ELEMENTS(section)),
				   TRUE);
}

/*
 * Described in header
 */
const char *config_section_get(const config_section_t *section,
							   const char *key)
{
	settings_t *settings = section->settings;
	config_section_t full = *section;

	full.path[full.depth++] = key;
	return settings->get_str(settings, (char*)formats[full.depth], NULL,
							 ELEMENTS(&full));
}

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

/**
 * Parse a value by its type into its field.
 */
static bool parse_value(const char *value, const config_option_t *option,
						void *field, char *why)
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

/*
 * Described in header
 */
const char *config_name_end(const char *name)
{
	while (*name > ' ' && *name < 0x7f && !strchr(".,:=#{}\"", *name))
	{
		name++;
	}
	return name;
}

/*
 * Described in header
 */
bool config_section_check_name(const config_section_t *section, int max)
{
	const char *name = section->path[section->depth - 1];
	const char *pos = config_name_end(name);

	if (*pos || streq(name, "any"))
	{
		config_section_error(section, NULL, NULL, *pos ? "not a name, must be "
							 "printable ASCII without spaces and any of .,:=#{}\""
							 : "not a name, this word means all");
		return FALSE;
	}
	if (pos - name >= max)
	{
		config_section_error(section, NULL, NULL, "name too long, must be "
							 "shorter than %d", max);
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
							 parse_value(rest, &options[i],
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
	settings_t *settings = section->settings;
	char *text = strdup(""), *longer, *value;
	config_section_t key;
	int i;

	for (i = 0; i < count; i++)
	{
		key = *section;
		key.path[key.depth++] = options[i].name;
		value = settings->get_str(settings, (char*)formats[key.depth], NULL,
								  ELEMENTS(&key));
		if (value && asprintf(&longer, "%s%s%s = %s", text, *text ? "; " : "",
							  options[i].name, value) > 0)
		{
			free(text);
			text = longer;
		}
	}
	return text;
}
