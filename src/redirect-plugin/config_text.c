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

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include <collections/hashtable.h>
#include <library.h>

/**
 * Deepest inclusion of files that is followed, and how many in all.
 */
#define INCLUDES_MAX 64
#define FILES_MAX 10000

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
 * A file that is being read, below the one that includes it
 */
typedef struct file_t file_t;

struct file_t {
	const char *name;
	dev_t device;
	ino_t inode;
	int depth;
	const file_t *above;
};

/**
 * A text that is being read
 */
typedef struct {

	/** for warnings; NULL to look for circles of files only */
	const config_section_t *section;

	/** receives what is wrong with inclusions, char*; NULL if nobody wants it */
	array_t *errors;

	/** section of the plugin, with a dot at the end */
	char prefix[PATH_LEN];

	/** what was set, place_t by its path; sections have no value */
	hashtable_t *places;

	/** current section, each element with a dot at the end */
	char path[PATH_LEN];

	/** file that is read, and the line in it */
	const char *file;
	int line;

	/** the same file with those it is included by */
	const file_t *files;

	/** files read */
	int count;

	/** TRUE if there are files that are included without end */
	bool endless;

} text_t;

/**
 * Value of a key that has none, not even ""
 */
static const char no_value[] = "";

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
static void check_place(text_t *this, const char *path, int line)
{
	int len = strlen(this->prefix) - strlen("plugins.redirect.");
	char *text;

	if ((streq(path, "redirect") || streq(path, "plugins.redirect") ||
		 (strneq(path, this->prefix, len) && streq(path + len, "redirect"))) &&
		asprintf(&text, "%s: section in %s:%d is not read, it belongs into "
				 "%.*splugins", path, this->file, line, len, this->prefix) > 0)
	{
		array_insert(this->section->warnings, ARRAY_TAIL, text);
	}
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
	uint32_t odd;

	if (!this->section || snprintf(path, sizeof(path), "%s%s", this->path,
								   name) >= (int)sizeof(path))
	{
		return;
	}
	if (!strpfx(path, this->prefix))
	{
		if (!value)
		{
			check_place(this, path, line);
		}
		return;
	}
	odd = value ? find_odd(value) : 0;
	if (odd)
	{
		warn(this, path, "has the character U+%04X in %s:%d, which is invisible "
			 "or looks like another", odd, this->file, line);
	}
	if (value == no_value)
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
 * Read a value, up to the end of the line, with one space for what is between
 * its words.
 *
 * @return				allocated, NULL if there is none
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
	if (!any)
	{
		free(buf);
		return NULL;
	}
	return buf;
}

/**
 * Read a pattern of files as charon's parser does: up to a space or the end of a
 * string.
 *
 * @return				allocated
 */
static char *read_pattern(text_t *this, FILE *in)
{
	size_t len;
	char *buf;
	FILE *out = open_memstream(&buf, &len);
	int c;

	for (c = next(this, in); c != EOF && !strchr("#}\n\t \"", c);
		 c = next(this, in))
	{
		if (c == '\\')
		{
			c = next(this, in);
			if (c == EOF || !strchr("\"#} ", c))
			{
				putc('\\', out);
				back(this, in, c);
				continue;
			}
		}
		if (c != '\r')
		{
			putc(c, out);
		}
	}
	if (c == '"')
	{
		read_string(this, in, out);
	}
	else
	{
		back(this, in, c);
	}
	fclose(out);
	return buf;
}

/**
 * Complain about inclusions that do not end.
 */
static void refuse(text_t *this, const char *fmt, ...)
{
	char what[2 * PATH_LEN], *line;
	va_list args;

	this->endless = TRUE;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (this->errors &&
		asprintf(&line, "include in %s:%d: %s", this->file, this->line, what) > 0)
	{
		array_insert(this->errors, ARRAY_TAIL, line);
	}
}

/**
 * Warn of a file to include that is not read, if it can be about the plugin.
 *
 * @param why			what keeps it from being read
 */
static void warn_unread(text_t *this, const char *file, const char *why)
{
	char *line;

	if (this->section && (strpfx(this->path, this->prefix) ||
						  strpfx(this->prefix, this->path)) &&
		asprintf(&line, "%sinclude: %s in %s:%d is not read: %s", this->path,
				 file, this->file, this->line, why) > 0)
	{
		array_insert(this->section->warnings, ARRAY_TAIL, line);
	}
}

/**
 * Read a file of an include statement.
 */
static void include_file(text_t *this, const char *name)
{
	const file_t *above = this->files, *known;
	file_t file = { .name = name, .depth = above->depth + 1, .above = above };
	int line = this->line;
	struct stat st;

	errno = 0;
	if (stat(name, &st) != 0 || access(name, R_OK) != 0 ||
		!S_ISREG(st.st_mode))
	{
		warn_unread(this, name, errno ? strerror(errno) : "it is no file");
		return;
	}
	file.device = st.st_dev;
	file.inode = st.st_ino;
	for (known = above; known; known = known->above)
	{
		if (known->device == file.device && known->inode == file.inode)
		{
			refuse(this, "%s is being read already, so charon would read it "
				   "without end", known->name);
			return;
		}
	}
	if (file.depth > INCLUDES_MAX || ++this->count > FILES_MAX)
	{
		refuse(this, "too many files, %d in all, one in the other down to %d",
			   this->count, file.depth);
		return;
	}
	this->files = &file;
	read_file(this, name);
	this->files = above;
	this->file = above->name;
	this->line = line;
}

/**
 * Read the files of an include statement.
 */
static void include(text_t *this, const char *pattern)
{
	const char *slash = strrchr(this->file, '/');
	char full[PATH_LEN];
	glob_t found;
	size_t i;

	snprintf(full, sizeof(full), "%.*s%s", *pattern == '/' || !slash ? 0
			 : (int)(slash + 1 - this->file), this->file, pattern);
	switch (glob(full, GLOB_ERR, NULL, &found))
	{
		case 0:
			for (i = 0; i < found.gl_pathc && !this->endless; i++)
			{
				include_file(this, found.gl_pathv[i]);
			}
			globfree(&found);
			break;
		case GLOB_NOMATCH:
			if (!strpbrk(pattern, "*?["))
			{
				warn_unread(this, full, "there is no such file");
			}
			break;
		default:
			warn_unread(this, full, strerror(errno));
	}
}

/**
 * Read what follows a name: a value, a section, or files to include.
 *
 * @param line			line of the name
 */
static void read_statement(text_t *this, FILE *in, const char *name, int line)
{
	size_t used = strlen(this->path);
	bool same_line = TRUE, separated = FALSE;
	char *value;
	int c;

	for (c = next(this, in); c != EOF && strchr("\t\r\n ", c);
		 c = next(this, in))
	{
		separated = TRUE;
		same_line = same_line && c != '\n';
	}
	if (c == '=')
	{
		value = read_value(this, in);
		note(this, name, value ?: no_value, line);
		free(value);
	}
	else if (streq(name, "include") && separated && same_line)
	{
		back(this, in, c);
		value = read_pattern(this, in);
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
	while (c != EOF && !this->endless);
	fclose(in);
}

/**
 * Read a file that is not included.
 */
static void read_first(text_t *this, const char *name)
{
	file_t file = { .name = name };
	struct stat st;

	if (stat(name, &st) == 0)
	{
		file.device = st.st_dev;
		file.inode = st.st_ino;
		this->files = &file;
		read_file(this, name);
	}
}

/*
 * Described in header
 */
void config_text_check_includes(const char *file, array_t *errors)
{
	text_t this = { .errors = errors };

	read_first(&this, file);
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
		read_first(&this, file);
		this.places->destroy_function(this.places, (void*)destroy_place);
	}
}
