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

#include "config_scan.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include <library.h>

/**
 * Deepest inclusion of files that is followed, and how many in all.
 */
#define INCLUDES_MAX 64
#define FILES_MAX 10000

/**
 * Longest name of a section with those above it; what is longer is left out.
 */
#define PATH_LEN CONFIG_SCAN_PATH

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

	/** receives what is found, with its data */
	config_scan_cb_t found;
	void *data;

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

static void read_file(text_t *this, const char *file);

/**
 * Tell what was found.
 */
static void tell(text_t *this, config_scan_kind_t kind, const char *name,
				 const char *text, int line)
{
	this->found(this->data, kind, this->path, name, text, this->file, line);
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
 * Tell of a file to include that is not read.
 */
static void tell_unread(text_t *this, const char *file, const char *why)
{
	char what[2 * PATH_LEN];

	snprintf(what, sizeof(what), "%s in %s:%d is not read: %s", file, this->file,
			 this->line, why);
	tell(this, CONFIG_SCAN_UNREAD, "include", what, this->line);
}

/**
 * Tell of inclusions that do not end, and stop.
 */
static void refuse(text_t *this, const char *fmt, ...)
{
	char what[2 * PATH_LEN];
	va_list args;

	this->endless = TRUE;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	tell(this, CONFIG_SCAN_ENDLESS, "include", what, this->line);
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
		tell_unread(this, name, errno ? strerror(errno) : "it is no file");
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
				tell_unread(this, full, "there is no such file");
			}
			break;
		default:
			tell_unread(this, full, strerror(errno));
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
		tell(this, value ? CONFIG_SCAN_VALUE : CONFIG_SCAN_NO_VALUE, name, value,
			 line);
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
		tell(this, CONFIG_SCAN_SECTION, name, NULL, line);
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

/*
 * Described in header
 */
void config_scan(const char *name, const char *above, config_scan_cb_t found,
				 void *data)
{
	file_t file = { .name = name };
	text_t this = { .found = found, .data = data };
	struct stat st;

	if (stat(name, &st) == 0)
	{
		file.device = st.st_dev;
		file.inode = st.st_ino;
		this.files = &file;
		snprintf(this.path, sizeof(this.path), "%s", above);
		read_file(&this, name);
	}
}
