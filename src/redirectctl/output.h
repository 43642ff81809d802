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

/**
 * @defgroup output output
 * @{ @ingroup redirectctl
 */

#ifndef OUTPUT_H_
#define OUTPUT_H_

#include <vici_message.h>

#include <stdio.h>

typedef enum output_format_t output_format_t;
typedef enum output_color_t output_color_t;
typedef struct output_column_t output_column_t;
typedef struct output_table_t output_table_t;

/**
 * How to write.
 */
enum output_format_t {
	/** for people */
	OUTPUT_TEXT,
	/** JSON: an object a message, an array of them for lists */
	OUTPUT_JSON,
	/** as swanctl --raw writes messages, a line each */
	OUTPUT_RAW,
};

/**
 * Colours, on terminals only, and not if NO_COLOR is set.
 */
enum output_color_t {
	COLOR_NONE,
	COLOR_GOOD,
	COLOR_WARN,
	COLOR_BAD,
	COLOR_HEAD,
};

/**
 * A column of a table.
 */
struct output_column_t {

	/** title */
	const char *title;

	/** TRUE for numbers, that stand to the right */
	bool right;
};

/**
 * A table whose columns are as wide as what stands in them.
 */
struct output_table_t {

	/**
	 * Begin a row.
	 *
	 * @param color		colour of the row
	 */
	void (*add_row)(output_table_t *this, output_color_t color);

	/**
	 * Add a cell to the row.
	 *
	 * @param text		text, copied; NULL for "-"
	 */
	void (*add)(output_table_t *this, const char *text);

	/**
	 * Write the table and destroy it.
	 *
	 * @param out		NULL to destroy it only
	 * @param width		columns of the terminal: those at the right that have no
	 *					room are left out; 0 to write all
	 * @param rows		most rows to write, 0 to write all
	 */
	void (*write)(output_table_t *this, FILE *out, int width, int rows);
};

/**
 * Create a table.
 *
 * @param columns		columns, static
 * @param count			number of columns
 */
output_table_t *output_table_create(const output_column_t *columns, int count);

/**
 * Begin and end a colour.
 *
 * @return				escape sequence, empty if there are no colours
 */
const char *output_color(output_color_t color);

/**
 * Get a value of a message as text for people: what is not UTF-8 and what controls
 * terminals is shown as question marks.
 *
 * @param def			text if there is no such value, may be NULL
 * @param key			key, with names of sections and dots in front
 * @return				text, valid until the 32nd call from this one
 */
const char *get_text(vici_message_t *message, const char *def, const char *key);

/**
 * Write a number of things: "1 rule", "2 rules".
 *
 * @param thing			the word for one of them
 * @return				text, valid until the 32nd call from this one
 */
const char *count_text(int count, const char *thing);

/**
 * Write a message in a format for scripts: in JSON values are numbers, true and
 * false by their key, so that a name is a text though it looks like a number.
 *
 * @param label			what it is
 * @param format		OUTPUT_JSON or OUTPUT_RAW
 */
void output_message(vici_message_t *message, const char *label,
					output_format_t format, FILE *out);

/**
 * Write an answer for scripts, if that is asked for.
 *
 * @return				FALSE if it is to be written for people
 */
bool output_for_scripts(vici_message_t *answer, const char *label,
						output_format_t format);

/**
 * Write a text as JSON.
 */
void output_json_text(const char *text, FILE *out);

/**
 * Write a message as a JSON object, its values as what their keys say they are.
 */
void output_json(vici_message_t *message, FILE *out);

#endif /** OUTPUT_H_ @}*/
