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

#include "config_text.h"
#include "config_scan.h"

#include <stdio.h>

#include <collections/hashtable.h>
#include <library.h>

/**
 * Where something was set
 */
typedef struct {
	char *path;
	char *value;
	char *file;
	int line;
} place_t;

/**
 * What is looked for in a text
 */
typedef struct {

	/** for warnings */
	const config_section_t *section;

	/** section of the plugin, with a dot at the end */
	char prefix[CONFIG_SCAN_PATH];

	/** what was set, place_t by its path; sections have no value */
	hashtable_t *places;

} text_t;

/**
 * Free a place.
 */
static void destroy_place(place_t *place, const void *unused)
{
	free(place->path);
	free(place->value);
	free(place->file);
	free(place);
}

/**
 * Warn of something in the section of the plugin.
 */
static void warn(text_t *this, const char *path, const char *fmt, ...)
{
	char what[CONFIG_SCAN_PATH];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	config_section_warn(this->section, path + strlen(this->prefix), NULL, "%s",
						what);
}

/**
 * Check whether a section is one of many that are alike, so that a second one of
 * its name is another that was meant.
 */
static bool is_named(const text_t *this, const char *path)
{
	static const char *const parents[] = {
		"gateways.", "rules.", "guard.connections."
	};
	const char *name = path + strlen(this->prefix);
	size_t i;

	for (i = 0; i < countof(parents); i++)
	{
		if (strpfx(name, parents[i]) &&
			!strchr(name + strlen(parents[i]), '.'))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Find a character that nobody means: it is invisible, or looks like one of those
 * that have a meaning. What comes from web pages and word processors has them.
 *
 * @return				code of the character, 0 if there is none
 */
static uint32_t find_odd(const char *value)
{
	static const struct {
		uint32_t from, to;
	} odd[] = {
		{ 0xa0, 0xa0 }, { 0xad, 0xad }, { 0x2000, 0x200f }, { 0x2028, 0x202f },
		{ 0x2060, 0x2064 }, { 0x3000, 0x3000 }, { 0xfeff, 0xfeff },
		{ 0xff0a, 0xff0a }, { 0xff0c, 0xff0c }, { 0xff1d, 0xff1d },
		{ 0xff20, 0xff20 }, { 0x201c, 0x201f },
	};
	const u_char *pos;
	uint32_t code;
	size_t i;

	for (pos = (u_char*)value; pos[0] && pos[1]; pos++)
	{
		code = pos[0] >= 0xe0 && pos[2] ? (pos[0] & 0xf) << 12 |
			   (pos[1] & 0x3f) << 6 | (pos[2] & 0x3f)
			 : pos[0] >= 0xc0 ? (pos[0] & 0x1f) << 6 | (pos[1] & 0x3f) : 0;
		for (i = 0; code && i < countof(odd); i++)
		{
			if (code >= odd[i].from && code <= odd[i].to)
			{
				return code;
			}
		}
	}
	return 0;
}

/**
 * Warn of a section of the plugin that is not where the daemon looks for it.
 *
 * @param path			section with those above it
 */
static void check_place(text_t *this, const char *path, const char *file,
						int line)
{
	int len = strlen(this->prefix) - strlen("plugins.redirect.");
	char *text;

	if ((streq(path, "redirect") || streq(path, "plugins.redirect") ||
		 (strneq(path, this->prefix, len) && streq(path + len, "redirect"))) &&
		asprintf(&text, "%s: section in %s:%d is not read, it belongs into "
				 "%.*splugins", path, file, line, len, this->prefix) > 0)
	{
		array_insert(this->section->warnings, ARRAY_TAIL, text);
	}
}

/**
 * Take note of a key or a section of the plugin, and warn if it was there before.
 *
 * @param value			value of a key, NULL for a section
 */
static void note(text_t *this, const char *path, const char *value,
				 const char *file, int line)
{
	place_t *place, *before;

	INIT(place,
		.path = strdup(path),
		.value = value ? strdup(value) : NULL,
		.file = strdup(file),
		.line = line,
	);
	before = this->places->put(this->places, place->path, place);
	if (before && value && before->value && !streq(value, before->value))
	{
		warn(this, path, "set in %s:%d and again in %s:%d, where it is '%s', which "
			 "counts", before->file, before->line, file, line, value);
	}
	else if (before && !value && is_named(this, path))
	{
		warn(this, path, "section begins in %s:%d and again in %s:%d, both are "
			 "taken together", before->file, before->line, file, line);
	}
	if (before)
	{
		destroy_place(before, NULL);
	}
}

/**
 * Warn of what was found, implements config_scan_cb_t.
 */
static void check(text_t *this, config_scan_kind_t kind, const char *above,
				  const char *name, const char *text, const char *file, int line)
{
	char path[CONFIG_SCAN_PATH], *warning;
	uint32_t odd;

	if (snprintf(path, sizeof(path), "%s%s", above, name) >= (int)sizeof(path) ||
		kind == CONFIG_SCAN_ENDLESS)
	{
		return;
	}
	if (kind == CONFIG_SCAN_UNREAD)
	{	/* what is included above may have the section of the plugin */
		if ((strpfx(above, this->prefix) || strpfx(this->prefix, above)) &&
			asprintf(&warning, "%s: %s", path, text) > 0)
		{
			array_insert(this->section->warnings, ARRAY_TAIL, warning);
		}
		return;
	}
	if (!strpfx(path, this->prefix))
	{
		if (kind == CONFIG_SCAN_SECTION)
		{
			check_place(this, path, file, line);
		}
		return;
	}
	if (kind == CONFIG_SCAN_NO_VALUE)
	{
		warn(this, path, "no value in %s:%d, as if it were not set", file, line);
		return;
	}
	odd = text ? find_odd(text) : 0;
	if (odd)
	{
		warn(this, path, "has the character U+%04X in %s:%d, which is invisible "
			 "or looks like another", odd, file, line);
	}
	note(this, path, text, file, line);
}

/**
 * Keep what includes itself, implements config_scan_cb_t.
 */
static void check_end(array_t *errors, config_scan_kind_t kind,
					  const char *above, const char *name, const char *text,
					  const char *file, int line)
{
	char *error;

	if (kind == CONFIG_SCAN_ENDLESS &&
		asprintf(&error, "include in %s:%d: %s", file, line, text) > 0)
	{
		array_insert(errors, ARRAY_TAIL, error);
	}
}

/*
 * Described in header
 */
void config_text_check_includes(const char *file, array_t *errors)
{
	config_scan(file, "", (void*)check_end, errors);
}

/*
 * Described in header
 */
void config_text_check(const config_section_t *section, const char *file,
					   const char *above)
{
	/* other daemons take from charon's section what is not in their own */
	const char *daemons[] = { section->path[0], "charon" };
	text_t this;
	size_t i, count = streq(daemons[0], "charon") ? 1 : 2;

	for (i = 0; section->warnings && i < count; i++)
	{
		this = (text_t){
			.section = section,
			.places = hashtable_create(hashtable_hash_str,
									   hashtable_equals_str, 64),
		};
		snprintf(this.prefix, sizeof(this.prefix), "%s.plugins.redirect.",
				 daemons[i]);
		config_scan(file, above, (void*)check, &this);
		this.places->destroy_function(this.places, (void*)destroy_place);
	}
}
