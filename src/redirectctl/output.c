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

#include "output.h"
#include "utils/utf8.h"

#include <library.h>
#include <collections/array.h>

#include <limits.h>
#include <unistd.h>

typedef struct private_output_table_t private_output_table_t;
typedef struct row_t row_t;

/**
 * A row of a table.
 */
struct row_t {

	/** colour */
	output_color_t color;

	/** number of cells that are filled in */
	int count;

	/** cells */
	char *cells[];
};

/**
 * Private data
 */
struct private_output_table_t {

	/**
	 * Public interface
	 */
	output_table_t public;

	/**
	 * Columns
	 */
	const output_column_t *columns;
	int count;

	/**
	 * Rows, row_t*
	 */
	array_t *rows;
};

/*
 * Described in header
 */
const char *output_color(output_color_t color)
{
	static const char *const sequences[] = {
		[COLOR_NONE] = "\033[0m",
		[COLOR_GOOD] = "\033[32m",
		[COLOR_WARN] = "\033[33m",
		[COLOR_BAD] = "\033[31m",
		[COLOR_HEAD] = "\033[1m",
	};
	static int colors = -1;

	if (colors == -1)
	{
		colors = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	}
	return colors ? sequences[color] : "";
}

METHOD(output_table_t, add_row, void,
	private_output_table_t *this, output_color_t color)
{
	row_t *row;

	row = calloc(1, sizeof(row_t) + this->count * sizeof(char*));
	row->color = color;
	array_insert(this->rows, ARRAY_TAIL, row);
}

METHOD(output_table_t, add, void,
	private_output_table_t *this, const char *text)
{
	row_t *row;

	if (array_get(this->rows, ARRAY_TAIL, &row) && row->count < this->count)
	{
		row->cells[row->count++] = strdup(text && *text ? text : "-");
	}
}

/**
 * Width of a column, in characters of UTF-8.
 */
static int text_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
	{
		width += (*text & 0xc0) != 0x80;
	}
	return width;
}

/**
 * Write a cell.
 */
static void write_cell(const char *text, int width, bool right, bool last,
					   FILE *out)
{
	int fill = width - text_width(text);

	fprintf(out, "%*s%s%*s", right ? fill : 0, "", text,
			right || last ? 0 : fill, "");
	fputs(last ? "" : "  ", out);
}

/**
 * Find out how wide the columns are.
 */
static void get_widths(private_output_table_t *this, int *widths)
{
	row_t *row;
	int i, j;

	for (i = 0; i < this->count; i++)
	{
		widths[i] = text_width(this->columns[i].title);
		for (j = 0; j < array_count(this->rows); j++)
		{
			array_get(this->rows, j, &row);
			widths[i] = max(widths[i], text_width(row->cells[i] ?: "-"));
		}
	}
}

/**
 * Write the titles.
 */
static void write_head(private_output_table_t *this, const int *widths,
					   int columns, FILE *out)
{
	int i;

	fputs(output_color(COLOR_HEAD), out);
	for (i = 0; i < columns; i++)
	{
		write_cell(this->columns[i].title, widths[i], this->columns[i].right,
				   i + 1 == columns, out);
	}
	fprintf(out, "%s\n", output_color(COLOR_NONE));
}

/**
 * Write a row.
 */
static void write_row(private_output_table_t *this, row_t *row,
					  const int *widths, int columns, FILE *out)
{
	int i;

	if (row->color != COLOR_NONE)
	{
		fputs(output_color(row->color), out);
	}
	for (i = 0; i < columns; i++)
	{
		write_cell(row->cells[i] ?: "-", widths[i], this->columns[i].right,
				   i + 1 == columns, out);
	}
	fprintf(out, "%s\n", row->color == COLOR_NONE ? ""
												  : output_color(COLOR_NONE));
}

/**
 * Find out how many columns there is room for; the first one always has.
 */
static int get_fitting(private_output_table_t *this, const int *widths,
					   int width)
{
	int i, used = widths[0];

	for (i = 1; i < this->count; i++)
	{
		used += 2 + widths[i];
		if (width && used > width)
		{
			break;
		}
	}
	return i;
}

METHOD(output_table_t, write_, void,
	private_output_table_t *this, FILE *out, int width, int rows)
{
	int i, fitting, widths[this->count];
	row_t *row;

	get_widths(this, widths);
	fitting = get_fitting(this, widths, width);
	if (out)
	{
		write_head(this, widths, fitting, out);
	}
	for (rows = rows ?: INT_MAX; array_remove(this->rows, ARRAY_HEAD, &row);
		 rows--)
	{
		if (out && rows > 0)
		{
			write_row(this, row, widths, fitting, out);
		}
		for (i = 0; i < this->count; i++)
		{
			free(row->cells[i]);
		}
		free(row);
	}
	array_destroy(this->rows);
	free(this);
}

/*
 * Described in header
 */
output_table_t *output_table_create(const output_column_t *columns, int count)
{
	private_output_table_t *this;

	INIT(this,
		.public = {
			.add_row = _add_row,
			.add = _add,
			.write = _write_,
		},
		.columns = columns,
		.count = count,
		.rows = array_create(0, 0),
	);
	return &this->public;
}

/**
 * Remember a text for a while.
 */
static const char *keep(char *text)
{
	static char *kept[32];
	static int next;

	free(kept[next]);
	kept[next] = text;
	next = (next + 1) % countof(kept);
	return text;
}

/*
 * Described in header
 */
const char *get_text(vici_message_t *message, const char *def, const char *key)
{
	chunk_t none = chunk_from_chars(0), value, rest;
	char *text, *pos;
	size_t len;

	value = message->get_value(message, none, "%s", key);
	if (value.ptr == none.ptr)
	{
		return def;
	}
	text = pos = malloc(value.len + 1);
	for (rest = value; rest.len; rest = chunk_skip(rest, max(len, 1)))
	{
		len = utf8_length(rest);
		memcpy(pos, len ? (char*)rest.ptr : "?", max(len, 1));
		pos += max(len, 1);
	}
	*pos = '\0';
	return keep(text);
}

/*
 * Described in header
 */
const char *count_text(int count, const char *thing)
{
	char *text = NULL;

	if (asprintf(&text, "%d %s%s", count, thing, count == 1 ? "" : "s") < 0)
	{
		return thing;
	}
	return keep(text);
}

/*
 * Described in header
 */
void output_message(vici_message_t *message, const char *label,
					output_format_t format, FILE *out)
{
	if (format == OUTPUT_JSON)
	{
		output_json(message, out);
	}
	else
	{
		message->dump(message, (char*)label, FALSE, out);
	}
}

/*
 * Described in header
 */
bool output_for_scripts(vici_message_t *answer, const char *label,
						output_format_t format)
{
	if (format == OUTPUT_TEXT)
	{
		return FALSE;
	}
	output_message(answer, label, format, stdout);
	fputs(format == OUTPUT_JSON ? "\n" : "", stdout);
	return TRUE;
}
