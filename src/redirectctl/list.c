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

#include "list.h"

typedef struct writer_t writer_t;

/**
 * What is being written.
 */
struct writer_t {

	/** table, NULL for other formats */
	output_table_t *table;

	/** fills in a row */
	list_row_t row;

	/** name of the event, label of raw messages */
	const char *event;

	/** messages written */
	int count;
};

/**
 * Write a message.
 */
static void write_item(void *data, vici_message_t *message)
{
	writer_t *writer = data;

	writer->count++;
	if (writer->table)
	{
		writer->row(writer->table, message);
		return;
	}
	if (options.format == OUTPUT_JSON)
	{
		fputs(writer->count > 1 ? ",\n " : "[\n ", stdout);
	}
	output_message(message, writer->event, options.format, stdout);
}

/**
 * Finish what was written: an array without its end tells that something is
 * missing.
 */
static int finish(writer_t *writer, vici_message_t *answer, const char *nobody)
{
	bool success = answer && answer->get_bool(answer, TRUE, "success");
	bool none = success && nobody && !writer->count;

	if (writer->table)
	{
		writer->table->write(writer->table, success && !none ? stdout : NULL, 0,
							 0);
	}
	else if (success && options.format == OUTPUT_JSON)
	{
		fputs(writer->count ? "\n]\n" : "[]\n", stdout);
	}
	if (none)
	{
		fprintf(stderr, "redirectctl: %s\n", nobody);
		return EXIT_NOBODY;
	}
	if (answer && !success)
	{
		fprintf(stderr, "redirectctl: %s\n", get_text(answer, "refused",
													  "errmsg"));
		return EXIT_REFUSED;
	}
	return answer ? EXIT_DONE : EXIT_UNREACHABLE;
}

/*
 * Described in header
 */
int list(const char *command, const char *event, vici_message_t *request,
		 const output_column_t *columns, int count, list_row_t row,
		 const char *nobody)
{
	writer_t writer = {
		.row = row,
		.event = event,
	};
	vici_message_t *answer = NULL;
	int code;
	ipc_t *ipc;

	ipc = ipc_create(options.uri);
	if (ipc)
	{
		if (options.format == OUTPUT_TEXT)
		{
			writer.table = output_table_create(columns, count);
		}
		answer = ipc->request(ipc, command, request, event, write_item,
							  &writer);
		ipc->destroy(ipc);
	}
	DESTROY_IF(request);
	code = finish(&writer, answer, nobody);
	DESTROY_IF(answer);
	return code;
}

/*
 * Described in header
 */
char *list_join(vici_message_t *message, const char *name, char *buf, size_t len)
{
	enumerator_t *enumerator;
	vici_type_t type;
	bool in = FALSE;
	size_t used = 0;
	chunk_t value;
	char *key;

	buf[0] = '\0';
	enumerator = message->create_enumerator(message);
	while (enumerator->enumerate(enumerator, &type, &key, &value) &&
		   type != VICI_END)
	{
		if (type == VICI_LIST_START)
		{
			in = streq(key, name);
		}
		else if (type == VICI_LIST_ITEM && in && used < len)
		{
			used += snprintf(buf + used, len - used, "%s%.*s",
							 used ? ", " : "", (int)value.len, value.ptr);
		}
	}
	enumerator->destroy(enumerator);
	return buf;
}
