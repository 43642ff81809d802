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

#include "notify_corpus.h"

#include <encoding/payloads/notify_payload.h>

#include <err.h>
#include <stdio.h>

/**
 * More cases than this are not expected in the file.
 */
#define CASES_MAX 512

/**
 * Decode hex octets, with repetitions and the place of the nonce.
 */
static size_t decode(const char *name, const char *text, chunk_t nonce,
					 uint8_t *buf, size_t size)
{
	size_t len = 0;
	u_int octet, count;
	int used;

	while (*text)
	{
		if (*text == ' ')
		{
			text++;
			continue;
		}
		count = 1;
		used = 0;
		if (strpfx(text, "Ni"))
		{
			if (nonce.len > size - len)
			{
				errx(1, "%s: data too long", name);
			}
			memcpy(buf + len, nonce.ptr, nonce.len);
			len += nonce.len;
			text += 2;
			continue;
		}
		if (sscanf(text, "%2x%n", &octet, &used) != 1 || used < 2)
		{
			errx(1, "%s: no hex octet: %s", name, text);
		}
		text += 2;
		used = 0;
		if (*text == '{' &&
			(sscanf(text, "{%u}%n", &count, &used) != 1 || !used))
		{
			errx(1, "%s: bad repetition: %s", name, text);
		}
		text += used;
		if (count > size - len)
		{
			errx(1, "%s: data too long", name);
		}
		memset(buf + len, octet, count);
		len += count;
	}
	return len;
}

/**
 * Read the names of places.
 */
static int parse_places(const char *name, char *list)
{
	static const struct {
		const char *name;
		notify_place_t place;
	} places[] = {
		{ "request",		NOTIFY_IN_REQUEST		},
		{ "init",			NOTIFY_IN_INIT			},
		{ "auth",			NOTIFY_IN_AUTH			},
		{ "informational",	NOTIFY_IN_INFORMATIONAL	},
	};
	char *word;
	int found = 0, i;

	for (word = strtok(list, ","); word; word = strtok(NULL, ","))
	{
		for (i = 0; i < (int)countof(places); i++)
		{
			if (streq(word, places[i].name))
			{
				found |= places[i].place;
				break;
			}
		}
		if (i == countof(places))
		{
			errx(1, "%s: unknown place %s", name, word);
		}
	}
	return found;
}

/**
 * Read the name of a notify.
 */
static uint16_t parse_notify(const char *name, const char *notify)
{
	int type;

	if (streq(notify, "REDIRECT"))
	{
		return REDIRECT;
	}
	if (streq(notify, "REDIRECTED_FROM"))
	{
		return REDIRECTED_FROM;
	}
	if (streq(notify, "REDIRECT_SUPPORTED"))
	{
		return REDIRECT_SUPPORTED;
	}
	if (sscanf(notify, "%d", &type) != 1)
	{
		errx(1, "%s: unknown notify %s", name, notify);
	}
	return type;
}

/**
 * Read one line.
 */
static void parse_line(char *line, notify_case_t *this)
{
	char notify[32], places[64], spi[64], verdict[32];
	u_int protocol;
	int value;

	if (sscanf(line, "%31s %31s %63s %u %63s %31s %127[^\n]", this->name,
			   notify, places, &protocol, spi, verdict, this->data) != 7)
	{
		errx(1, "not a case: %s", line);
	}
	this->type = parse_notify(this->name, notify);
	this->places = parse_places(this->name, places);
	this->protocol = protocol;
	if (!streq(spi, "-"))
	{
		this->spi_size = decode(this->name, spi, chunk_empty, this->spi,
								sizeof(this->spi));
	}
	if (!enum_from_name(wire_verdict_names, verdict, &value))
	{
		errx(1, "%s: unknown verdict %s", this->name, verdict);
	}
	this->verdict = value;
	if (streq(this->data, "-"))
	{
		this->data[0] = '\0';
	}
}

/*
 * Described in header
 */
notify_case_t *notify_corpus_load(int *count)
{
	const char *path = CORPUS_DIR "/notifies";
	notify_case_t *cases;
	char line[512];
	FILE *file;

	file = fopen(path, "r");
	if (!file)
	{
		err(1, "%s", path);
	}
	cases = calloc(CASES_MAX, sizeof(notify_case_t));
	*count = 0;
	while (fgets(line, sizeof(line), file))
	{
		if (line[0] == '#' || line[0] == '\n')
		{
			continue;
		}
		if (*count == CASES_MAX)
		{
			errx(1, "more than %d cases in %s", CASES_MAX, path);
		}
		parse_line(line, &cases[(*count)++]);
	}
	fclose(file);
	return cases;
}

/*
 * Described in header
 */
chunk_t notify_case_data(notify_case_t *this, chunk_t nonce, uint8_t *buf)
{
	return chunk_create(buf, decode(this->name, this->data, nonce, buf,
									NOTIFY_CASE_DATA_MAX));
}
