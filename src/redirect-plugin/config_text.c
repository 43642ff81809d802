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

#include <ctype.h>
#include <glob.h>
#include <stdio.h>

#include <collections/hashtable.h>
#include <library.h>

/**
 * Deepest inclusion of files that is followed.
 */
#define INCLUDES_MAX 16

/**
 * Longest name of a section with those above it; what is longer is left out.
 */
#define PATH_LEN 1024

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
 * A text that is being read
 */
typedef struct {

	/** for warnings */
	const config_section_t *section;

	/** section of the plugin, with a dot at the end */
	char prefix[PATH_LEN];

	/** what was set, place_t by its path; sections have no value */
	hashtable_t *places;

	/** current section, each element with a dot at the end */
	char path[PATH_LEN];

	/** file that is read, and the line in it */
	const char *file;
	int line;

	/** depth of inclusion */
	int depth;

} text_t;

static void read_file(text_t *this, const char *file);

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
	char what[PATH_LEN];
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
 * Take note of a key or a section.
 *
 * @param value			value of a key, NULL for a section
 */
static void note(text_t *this, const char *name, const char *value, int line)
{
	char path[PATH_LEN];
	place_t *place, *before;

	if (snprintf(path, sizeof(path), "%s%s", this->path,
				 name) >= (int)sizeof(path) || !strpfx(path, this->prefix))
	{
		return;
	}
	if (value && !*value)
	{
		warn(this, path, "no value in %s:%d, as if it were not set", this->file,
			 line);
		return;
	}
	INIT(place,
		.path = strdup(path),
		.value = value ? strdup(value) : NULL,
		.file = strdup(this->file),
		.line = line,
	);
	before = this->places->put(this->places, place->path, place);
	if (before && value && before->value && !streq(value, before->value))
	{
		warn(this, path, "set in %s:%d and again in %s:%d, where it is '%s', which "
			 "counts", before->file, before->line, this->file, line, value);
	}
	else if (before && !value && is_named(this, path))
	{
		warn(this, path, "section begins in %s:%d and again in %s:%d, both are "
			 "taken together", before->file, before->line, this->file, line);
	}
	if (before)
	{
		destroy_place(before, NULL);
	}
}

/**
 * Read a character, and count lines.
 */
static int next(text_t *this, FILE *in)
{
	int c = getc(in);

	this->line += c == '\n';
	return c;
}

/**
 * Put back a character.
 */
static void back(text_t *this, FILE *in, int c)
{
	if (c != EOF)
	{
		this->line -= c == '\n';
		ungetc(c, in);
	}
}

/**
 * Skip a comment.
 */
static void skip_comment(text_t *this, FILE *in)
{
	int c;

	do
	{
		c = next(this, in);
	}
	while (c != '\n' && c != EOF);
	back(this, in, c);
}

/**
 * Read a string up to the quote that ends it.
 */
static void read_string(text_t *this, FILE *in, FILE *out)
{
	int c;

	for (c = next(this, in); c != '"' && c != EOF; c = next(this, in))
	{
		if (c == '\\')
		{
			c = next(this, in);
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		if (c != EOF)
		{
			putc(c, out);
		}
	}
}

/**
 * Read a value or a pattern of files, up to the end of the line, with one space
 * for what is between its words.
 *
 * @return				allocated
 */
static char *read_value(text_t *this, FILE *in)
{
	bool space = FALSE, any = FALSE;
	size_t len;
	char *buf;
	FILE *out = open_memstream(&buf, &len);
	int c;

	for (c = next(this, in); c != EOF && !strchr("#}\n", c); c = next(this, in))
	{
		if (strchr("\t\r ", c))
		{
			space = any;
			continue;
		}
		fputs(space ? " " : "", out);
		space = FALSE;
		any = TRUE;
		if (c == '"')
		{
			read_string(this, in, out);
			continue;
		}
		putc(c, out);
	}
	back(this, in, c);
	fclose(out);
	return buf;
}

/**
 * Read the files of an include statement.
 */
static void include(text_t *this, const char *pattern)
{
	const char *file = this->file, *slash = strrchr(file, '/');
	char full[PATH_LEN], path[PATH_LEN];
	int line = this->line, result = -1;
	glob_t found;
	size_t i;

	snprintf(full, sizeof(full), "%.*s%s", *pattern == '/' || !slash ? 0
			 : (int)(slash + 1 - file), file, pattern);
	if (this->depth < INCLUDES_MAX)
	{
		result = glob(full, GLOB_ERR, NULL, &found);
	}
	if (result == GLOB_NOMATCH && !strpbrk(pattern, "*?[") &&
		strpfx(this->path, this->prefix))
	{
		snprintf(path, sizeof(path), "%sinclude", this->path);
		warn(this, path, "there is no %s to include in %s:%d", full, file,
			 line);
	}
	if (result == 0)
	{
		this->depth++;
		for (i = 0; i < found.gl_pathc; i++)
		{
			read_file(this, found.gl_pathv[i]);
		}
		this->depth--;
		globfree(&found);
	}
	this->file = file;
	this->line = line;
}

/**
 * Read what follows a name: a value, a section, or files to include.
 *
 * @param line			line of the name
 */
static void read_statement(text_t *this, FILE *in, const char *name, int line)
{
	size_t used = strlen(this->path);
	char *value;
	int c;

	for (c = next(this, in); c != EOF && strchr("\t\r\n ", c);
		 c = next(this, in));
	if (c == '=')
	{
		value = read_value(this, in);
		note(this, name, value, line);
		free(value);
	}
	else if (streq(name, "include"))
	{
		back(this, in, c);
		value = read_value(this, in);
		include(this, value);
		free(value);
	}
	else
	{	/* references to other sections are skipped */
		while (c != '{' && c != EOF)
		{
			c = next(this, in);
		}
		note(this, name, NULL, line);
		if (used + strlen(name) + 2 <= sizeof(this->path))
		{
			snprintf(this->path + used, sizeof(this->path) - used, "%s.", name);
		}
	}
}

/**
 * Leave a section.
 */
static void leave(text_t *this)
{
	char *dot = strrchr(this->path, '.');

	if (dot)
	{
		*dot = '\0';
		dot = strrchr(this->path, '.');
		(dot ? dot + 1 : this->path)[0] = '\0';
	}
}

/**
 * Read a file, of which settings_t says that it has no syntax errors.
 */
static void read_file(text_t *this, const char *file)
{
	char name[PATH_LEN];
	size_t len = 0;
	FILE *in;
	int c, line;

	in = fopen(file, "r");
	if (!in)
	{
		return;
	}
	this->file = file;
	this->line = 1;
	do
	{
		line = this->line;
		c = next(this, in);
		if (c != EOF && !strchr("#{}:.,=\"\r\n\t ", c) && len < sizeof(name) - 1)
		{
			name[len++] = c;
			continue;
		}
		back(this, in, c);
		name[len] = '\0';
		if (len)
		{
			len = 0;
			read_statement(this, in, name, line);
			continue;
		}
		c = next(this, in);
		if (c == '#')
		{
			skip_comment(this, in);
		}
		else if (c == '}')
		{
			leave(this);
		}
	}
	while (c != EOF);
	fclose(in);
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
		snprintf(this.path, sizeof(this.path), "%s", above);
		read_file(&this, file);
		this.places->destroy_function(this.places, (void*)destroy_place);
	}
}
