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

#include "config_hash.h"
#include "gateways/gateway.h"

#include <ctype.h>
#include <stdio.h>

/**
 * What is not part of the hash, in the section of the plugin.
 */
static const char *const own[] = { "self", "load", "control" };

/**
 * Order names.
 */
static int compare_names(const void *a, const void *b, void *unused)
{
	return strcmp(a, b);
}

/**
 * Check whether a key or section is left out.
 */
static bool is_left_out(const config_section_t *section, const char *name)
{
	size_t i;

	for (i = 0; section->depth == 3 && i < countof(own); i++)
	{
		if (streq(name, own[i]))
		{
			return TRUE;
		}
	}
	return strstr(name, "secret") || strstr(name, "password") ||
		   streq(name, "url");
}

/**
 * Write a key, without white space in its value that has no meaning.
 */
static void write_key(FILE *out, const char *key, const char *value)
{
	char last = ',';
	bool space = FALSE;

	fprintf(out, "%s=", key);
	for (; *value; value++)
	{
		if (isspace((u_char)*value))
		{
			space = TRUE;
			continue;
		}
		if (space && last != ',' && *value != ',')
		{
			fputc(' ', out);
		}
		space = FALSE;
		last = *value;
		fputc(last, out);
	}
	fputc('\n', out);
}

/**
 * Write a section in a form that does not depend on how it was written.
 */
static void write_section(FILE *out, const config_section_t *section)
{
	config_section_t sub;
	array_t *names;
	char *name;
	int i;

	names = config_section_keys(section);
	array_sort(names, compare_names, NULL);
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		if (!is_left_out(section, name))
		{
			write_key(out, name, config_section_get(section, name) ?: "");
		}
	}
	config_list_destroy(names);

	names = config_section_names(section);
	if (!streq(section->path[section->depth - 1], "rules"))
	{
		array_sort(names, compare_names, NULL);
	}
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		sub = config_section_sub(section, name);
		/* what is nested too deeply is no option, and an error elsewhere */
		if (!is_left_out(section, name) && sub.depth > section->depth)
		{
			fprintf(out, "%s{\n", name);
			write_section(out, &sub);
			fprintf(out, "}\n");
		}
	}
	config_list_destroy(names);
}

/*
 * Described in header
 */
uint64_t config_hash(const config_section_t *section)
{
	uint64_t hash;
	chunk_t text;
	char *buf;
	FILE *out;

	out = open_memstream(&buf, &text.len);
	write_section(out, section);
	fclose(out);
	text.ptr = (u_char*)buf;
	hash = gateway_hash(text);
	free(buf);
	return hash;
}
