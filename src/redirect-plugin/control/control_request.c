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

#include "control_request.h"
#include "utils/utf8.h"

#include <library.h>

/**
 * Room for the name of an argument or section, as VICI has them.
 */
#define PART_MAX (UINT8_MAX + 1)

typedef struct reader_t reader_t;

/**
 * A request that is being read.
 */
struct reader_t {

	/** what the command understands */
	const control_arguments_t *arguments;

	/** receives what is read */
	void *config;

	/** options of the command, read when the message is known as a whole */
	config_section_t section;

	/** name of the section of the message, empty outside */
	char in[PART_MAX];

	/** argument a value belongs to, its position in others or -1 for an option */
	char name[2 * PART_MAX];
	int other;

	/** others that were there, as bits */
	uint32_t seen;

	/** values in the list or section that is read */
	int values;
};

/**
 * Add an error about the argument that is read; always FALSE.
 */
static bool refuse(reader_t *this, const char *why)
{
	config_section_error(&this->section, this->name, NULL, "%s", why);
	return FALSE;
}

/**
 * Copy a value as text, if it is one.
 */
static bool get_text(reader_t *this, chunk_t value,
					 char text[CONTROL_VALUE_MAX + 1])
{
	chunk_t rest = value;
	size_t len;

	if (!value.len)
	{
		return refuse(this, "is empty");
	}
	if (value.len > CONTROL_VALUE_MAX)
	{
		return refuse(this, "is too long");
	}
	while (rest.len)
	{
		len = utf8_length(rest);
		if (!len)
		{
			return refuse(this, "must be UTF-8 without control characters");
		}
		rest = chunk_skip(rest, len);
	}
	snprintf(text, CONTROL_VALUE_MAX + 1, "%.*s", (int)value.len, value.ptr);
	return TRUE;
}

/**
 * Begin to read an argument, or a section of arguments.
 *
 * @param section		TRUE for a section
 * @return				FALSE if it is not known, or was there before
 */
static bool begin(reader_t *this, const char *name, bool section)
{
	const char *const *others = this->arguments->others;
	size_t len;
	int i;

	snprintf(this->name, sizeof(this->name), "%s%s%s", this->in,
			 *this->in ? "." : "", name);
	len = strlen(this->name);
	this->other = -1;
	for (i = 0; others && others[i]; i++)
	{
		if (section ? strneq(others[i], this->name, len) && others[i][len] == '.'
					: streq(others[i], this->name))
		{
			this->other = i;
		}
	}
	/* a section is there twice if one of its arguments is */
	if (this->other >= 0 && !section)
	{
		if (this->seen & (1U << this->other))
		{
			return refuse(this, "is there twice");
		}
		this->seen |= 1U << this->other;
	}
	return this->other >= 0 || !section || refuse(this, "unknown section");
}

/**
 * Take over a value of the argument that is read.
 */
static bool add_value(reader_t *this, chunk_t value)
{
	settings_t *settings = this->section.settings;
	char text[CONTROL_VALUE_MAX + 1], *known;
	const char *command = this->section.path[0], *why;

	if (!get_text(this, value, text))
	{
		return FALSE;
	}
	this->values++;
	if (this->other >= 0)
	{
		why = this->arguments->add(this->config, this->name, text);
		if (why)
		{
			config_section_error(&this->section, this->name, text, "%s", why);
		}
		return !why;
	}
	known = settings->get_str(settings, "%s.%s", NULL, command, this->name);
	if (known)
	{
		return refuse(this, "is there twice");
	}
	/* what cannot be the name of an option would be one of a section */
	if (*this->in || !*this->name || strpbrk(this->name, ".:%*"))
	{
		return refuse(this, "unknown option");
	}
	settings->set_str(settings, "%s.%s", text, command, this->name);
	return TRUE;
}

/**
 * Read a part of the message.
 *
 * @return				FALSE if there is an error
 */
static bool read_part(reader_t *this, vici_type_t type, const char *name,
					  chunk_t value)
{
	switch (type)
	{
		case VICI_SECTION_START:
			if (*this->in)
			{
				return begin(this, name, FALSE) &&
					   refuse(this, "unknown section");
			}
			this->values = 0;
			if (!begin(this, name, TRUE))
			{
				return FALSE;
			}
			snprintf(this->in, sizeof(this->in), "%s", name);
			return TRUE;
		case VICI_SECTION_END:
			snprintf(this->name, sizeof(this->name), "%s", this->in);
			*this->in = '\0';
			return this->values || refuse(this, "is empty");
		case VICI_KEY_VALUE:
			return begin(this, name, FALSE) && add_value(this, value);
		case VICI_LIST_START:
			this->values = 0;
			return begin(this, name, FALSE) &&
				   (this->other >= 0 || refuse(this, "takes one value, or is unknown"));
		case VICI_LIST_ITEM:
			return add_value(this, value);
		case VICI_LIST_END:
			return this->values || refuse(this, "is empty");
		default:
			return refuse(this, "malformed message");
	}
}

/**
 * Octets that a part of a message has on the wire: its type, lengths of one
 * octet for names and two for values, and these.
 */
static size_t part_len(vici_type_t type, const char *name, chunk_t value)
{
	switch (type)
	{
		case VICI_SECTION_START:
		case VICI_LIST_START:
			return 2 + strlen(name);
		case VICI_KEY_VALUE:
			return 2 + strlen(name) + 2 + value.len;
		case VICI_LIST_ITEM:
			return 1 + 2 + value.len;
		default:
			return 1;
	}
}

/**
 * Read all of the message.
 */
static bool read_message(reader_t *this, vici_message_t *request)
{
	enumerator_t *enumerator;
	vici_type_t type = VICI_LIST_END, last;
	size_t left = request->get_encoding(request).len;
	chunk_t value;
	char *name;
	bool good = TRUE;

	enumerator = request->create_enumerator(request);
	do
	{
		/* the enumerator leaves alone what a message that breaks off lacks */
		last = type;
		type = -1;
		value = chunk_empty;
		if (!enumerator->enumerate(enumerator, &type, &name, &value))
		{
			type = -1;
		}
		/* charon 6 takes an octet of zero for the end as well, and what stands
		 * behind it would be dropped */
		if (type == VICI_END && !left && !*this->in &&
			last != VICI_LIST_START && last != VICI_LIST_ITEM)
		{
			break;
		}
		good = read_part(this, type, name, value);
		if (good)
		{
			left -= part_len(type, name, value);
		}
	}
	while (good);
	enumerator->destroy(enumerator);
	return good;
}

/*
 * Described in header
 */
char *control_request_read(vici_message_t *request, const char *command,
						   const control_arguments_t *arguments, void *config)
{
	static const control_arguments_t none = {};
	array_t *errors = array_create(0, 0);
	reader_t this = {
		.arguments = arguments ?: &none,
		.config = config,
		.section = {
			.settings = settings_create(NULL),
			.errors = errors,
			.depth = 1,
			.path = { command },
		},
	};
	char *error = NULL;

	if (read_message(&this, request))
	{
		config_section_read(&this.section, this.arguments->options,
							this.arguments->count, NULL, config);
	}
	array_remove(errors, ARRAY_HEAD, &error);
	config_list_destroy(errors);
	this.section.settings->destroy(this.section.settings);
	return error;
}
