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

#include <collections/array.h>

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

METHOD(output_table_t, write_, void,
	private_output_table_t *this, FILE *out)
{
	int i, widths[this->count];
	row_t *row;

	get_widths(this, widths);
	fputs(output_color(COLOR_HEAD), out);
	for (i = 0; i < this->count; i++)
	{
		write_cell(this->columns[i].title, widths[i], this->columns[i].right,
				   i + 1 == this->count, out);
	}
	fprintf(out, "%s\n", output_color(COLOR_NONE));
	while (array_remove(this->rows, ARRAY_HEAD, &row))
	{
		if (row->color != COLOR_NONE)
		{
			fputs(output_color(row->color), out);
		}
		for (i = 0; i < this->count; i++)
		{
			write_cell(row->cells[i] ?: "-", widths[i], this->columns[i].right,
					   i + 1 == this->count, out);
			free(row->cells[i]);
		}
		fprintf(out, "%s\n", row->color == COLOR_NONE ? ""
											: output_color(COLOR_NONE));
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
 * Write octets as JSON text.
 */
static void write_json(chunk_t text, FILE *out)
{
	size_t i;

	fputc('"', out);
	for (i = 0; i < text.len; i++)
	{
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
		{
			fprintf(out, "\\%c", text.ptr[i]);
		}
		else if (text.ptr[i] < 0x20)
		{
			fprintf(out, "\\u%04x", text.ptr[i]);
		}
		else
		{
			fputc(text.ptr[i], out);
		}
	}
	fputc('"', out);
}

/*
 * Described in header
 */
void output_json_text(const char *text, FILE *out)
{
	write_json(chunk_from_str((char*)text), out);
}

/**
 * Write a message as a JSON object.
 */
static void write_object(vici_message_t *message, FILE *out)
{
	enumerator_t *enumerator;
	vici_type_t type;
	bool first = TRUE;
	chunk_t value;
	char *name;

	fputc('{', out);
	enumerator = message->create_enumerator(message);
	while (enumerator->enumerate(enumerator, &type, &name, &value) &&
		   type != VICI_END)
	{
		if (type == VICI_SECTION_END || type == VICI_LIST_END)
		{
			fputc(type == VICI_LIST_END ? ']' : '}', out);
			first = FALSE;
			continue;
		}
		fputs(first ? "" : ",", out);
		if (type != VICI_LIST_ITEM)
		{
			output_json_text(name, out);
			fputc(':', out);
		}
		if (type == VICI_SECTION_START || type == VICI_LIST_START)
		{
			fputc(type == VICI_LIST_START ? '[' : '{', out);
			first = TRUE;
			continue;
		}
		write_json(value, out);
		first = FALSE;
	}
	enumerator->destroy(enumerator);
	fputc('}', out);
}

/*
 * Described in header
 */
void output_message(vici_message_t *message, const char *label,
					output_format_t format, FILE *out)
{
	if (format == OUTPUT_JSON)
	{
		write_object(message, out);
	}
	else
	{
		message->dump(message, (char*)label, FALSE, out);
	}
}
