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

#include "redis_records.h"
#include "redis_options.h"

#include <library.h>

#include <ctype.h>
#include <errno.h>

/*
 * Described in header
 */
size_t redis_stamp(char stamp[REDIS_STAMP_MAX], uint64_t expires)
{
	return snprintf(stamp, REDIS_STAMP_MAX, "%llu ",
					(unsigned long long)expires);
}

/**
 * Parse a number that all of a string up to end is.
 */
static bool parse_number(const char *text, const char *end, uint64_t *number)
{
	char *rest;

	errno = 0;
	*number = strtoull(text, &rest, 10);
	return isdigit((u_char)*text) && rest == end && !errno;
}

/**
 * Take a value and the time it expires at off a field of a list.
 */
static bool parse_field(const redisReply *reply, uint64_t *expires,
						redirect_store_record_t *record)
{
	const char *space;

	/* there is a zero behind it, which ends the search for digits */
	space = memchr(reply->str, ' ', min(reply->len, REDIS_STAMP_MAX));
	if (!space || !parse_number(reply->str, space, expires))
	{
		return FALSE;
	}
	record->value = (const uint8_t*)space + 1;
	record->len = reply->len - (space + 1 - reply->str);
	return record->len <= REDIRECT_STORE_VALUE_MAX;
}

/*
 * Described in header
 */
int redis_records_parse(const redisReply *reply, uint64_t now,
						redirect_store_record_t *records, const char *dead[],
						int dead_max, int *dead_count, uint64_t *ignored)
{
	const redisReply *name, *value;
	uint64_t expires;
	size_t i;
	int count = 0;

	*dead_count = 0;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements % 2)
	{
		return -1;
	}
	for (i = 0; i < reply->elements; i += 2)
	{
		name = reply->element[i];
		value = reply->element[i + 1];
		if (name->type != REDIS_REPLY_STRING ||
			value->type != REDIS_REPLY_STRING ||
			!redis_word_valid(name->str, name->len, REDIRECT_STORE_NAME_MAX) ||
			count == REDIRECT_STORE_RECORDS_MAX ||
			!parse_field(value, &expires, &records[count]))
		{
			(*ignored)++;
		}
		else if (!expires || expires > now)
		{
			records[count++].name = name->str;
		}
		else if (now - expires > REDIS_PURGE_AFTER && *dead_count < dead_max)
		{
			dead[(*dead_count)++] = name->str;
		}
	}
	return count;
}

/*
 * Described in header
 */
bool redis_message_parse(const redisReply *reply, const char **kind,
						 redirect_store_record_t *record)
{
	const redisReply *payload = reply->element[2];
	char *space, *name, *end;

	if (payload->type != REDIS_REPLY_STRING)
	{
		return FALSE;
	}
	end = payload->str + payload->len;
	space = memchr(payload->str, ' ', payload->len);
	if (!space || !redis_word_valid(payload->str, space - payload->str,
									REDIRECT_STORE_KIND_MAX))
	{
		return FALSE;
	}
	*space = '\0';
	*kind = payload->str;
	name = space + 1;
	space = memchr(name, ' ', end - name) ?: end;
	if (!redis_word_valid(name, space - name, REDIRECT_STORE_NAME_MAX))
	{
		return FALSE;
	}
	record->name = name;
	record->value = NULL;
	record->len = 0;
	if (space < end)
	{
		*space = '\0';
		record->value = (const uint8_t*)space + 1;
		record->len = end - space - 1;
	}
	return record->len <= REDIRECT_STORE_VALUE_MAX;
}

/*
 * Described in header
 */
bool redis_time_parse(const redisReply *reply, uint64_t *now)
{
	uint64_t seconds, micro;
	redisReply **part;

	part = reply->element;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
		part[0]->type != REDIS_REPLY_STRING || part[0]->len > 12 ||
		part[1]->type != REDIS_REPLY_STRING || part[1]->len > 6 ||
		!parse_number(part[0]->str, part[0]->str + part[0]->len, &seconds) ||
		!parse_number(part[1]->str, part[1]->str + part[1]->len, &micro))
	{
		return FALSE;
	}
	*now = seconds * 1000 + micro / 1000;
	return TRUE;
}
