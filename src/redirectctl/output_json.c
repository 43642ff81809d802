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

#include <ctype.h>

/**
 * Write octets as JSON text; what is not UTF-8 becomes U+FFFD.
 */
static void write_json(chunk_t text, FILE *out)
{
	size_t len;

	fputc('"', out);
	for (; text.len; text = chunk_skip(text, max(len, 1)))
	{
		len = utf8_length(text);
		if (*text.ptr == '"' || *text.ptr == '\\')
		{
			fprintf(out, "\\%c", *text.ptr);
		}
		else if (*text.ptr < 0x20 || *text.ptr == 0x7f)
		{
			fprintf(out, "\\u%04x", *text.ptr);
		}
		else if (!len)
		{
			fputs("\\ufffd", out);
		}
		else
		{
			fwrite(text.ptr, 1, len, out);
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

/*
 * Keys whose values are numbers, sections of such keys, and keys whose values are
 * yes or no: tests/unit/redirectctl_output_tests compares them with what the plugin
 * sends, and with redirectctl(8).
 */
static const char *const numbers[] = {
	"age-ms", "answered", "asked", "assigned", "capacity", "capacity-age",
	"capacity-in-file", "clients", "combined-percent", "deleting", "departed",
	"dropped", "dropped-clients", "dropped-events", "errors", "established",
	"failed", "foreign", "gateways", "half-open", "health-age", "hits",
	"json", "left", "listed-ms", "load-percent", "missed", "rate", "read",
	"redirected", "rules", "run", "seconds", "seconds-left", "sending-ms",
	"sent", "sessions", "share", "since", "start", "state-age", "targets",
	"told-age", "total", "unique-id", "uptime", "value", "version", "waiting",
	"warnings", "weight", "weight-age", "weight-in-effect", "weight-in-file",
};
static const char *const number_sections[] = {
	"left-out", "load", "outcomes", "records", "sessions", "stuck",
};
static const char *const booleans[] = {
	"carried-out", "changed", "configured", "connected", "dry-run", "enabled",
	"once", "onward",
	"overloaded", "partial", "refused", "responder", "running", "self",
	"success", "supported", "takes-clients", "up", "waits",
};

/**
 * Look for a word in a list.
 */
static bool is_one_of(const char *word, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
	{
		if (streq(word, words[i]))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Write a value, as what its key says it is.
 *
 * @param section		section it is in, empty at the top
 */
static void write_value(const char *section, const char *key, chunk_t value,
						FILE *out)
{
	bool yes = chunk_equals(value, chunk_from_str("yes"));
	size_t digits, i;

	if (is_one_of(key, booleans, countof(booleans)) &&
		(yes || chunk_equals(value, chunk_from_str("no"))))
	{
		fputs(yes ? "true" : "false", out);
		return;
	}
	for (i = digits = 0; i < value.len; i++)
	{
		digits += isdigit(value.ptr[i]) || (i && value.ptr[i] == '.');
	}
	if (value.len && digits == value.len && !streq(section, "labels") &&
		(is_one_of(key, numbers, countof(numbers)) ||
		 is_one_of(section, number_sections, countof(number_sections))))
	{
		fwrite(value.ptr, 1, value.len, out);
		return;
	}
	write_json(value, out);
}

/*
 * Described in header
 */
void output_json(vici_message_t *message, FILE *out)
{
	char section[UINT8_MAX + 2] = "";
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
			*section = '\0';
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
			snprintf(section, sizeof(section), "%s", name);
			continue;
		}
		if (type == VICI_LIST_ITEM)
		{
			write_json(value, out);
		}
		else
		{
			write_value(section, name, value, out);
		}
		first = FALSE;
	}
	enumerator->destroy(enumerator);
	fputc('}', out);
}
