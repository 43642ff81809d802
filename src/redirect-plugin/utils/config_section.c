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

#include "config_section.h"
#include "config_words.h"

#include <stdarg.h>

#include <utils/debug.h>
#include <collections/enumerator.h>

/**
 * Longest full key in an error, longer ones are cut.
 */
#define KEY_MAX 512

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
