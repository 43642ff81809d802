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

#include "config_words.h"

#include <ctype.h>

#include <utils/debug.h>
#include <collections/enumerator.h>

/**
 * Most characters that a word may differ in from the one suggested instead.
 */
#define NEAR_MAX 3

/**
 * Longest word a suggestion is looked for.
 */
#define NEAR_LEN 64

/**
 * Edit distance of two short words (Levenshtein 1966), case ignored.
 */
static int distance(const char *a, const char *b)
{
	int row[NEAR_LEN + 1], len = strlen(b), diagonal, above, i, j;

	for (j = 0; j <= len; j++)
	{
		row[j] = j;
	}
	for (i = 1; a[i - 1]; i++)
	{
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= len; j++)
		{
			above = row[j];
			diagonal += tolower((u_char)a[i - 1]) != tolower((u_char)b[j - 1]);
			row[j] = min(diagonal, min(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[len];
}

/*
 * Described in header
 */
const char *config_nearest(const char *word, const char *const *words,
						   int count)
{
	const char *nearest = NULL;
	int i, d, best = NEAR_MAX + 1;

	if (strlen(word) > NEAR_LEN)
	{
		return NULL;
	}
	for (i = 0; i < count; i++)
	{
		if (strlen(words[i]) > NEAR_LEN)
		{
			continue;
		}
		d = distance(word, words[i]);
		/* a word that has to change in most of its letters is another word */
		if (d < best && d * 2 <= (int)strlen(words[i]))
		{
			best = d;
			nearest = words[i];
		}
	}
	return nearest;
}

/*
 * Described in header
 */
array_t *config_list_create(const char *value)
{
	array_t *list = NULL;
	char *element, *end;

	while (*value)
	{
		value += strspn(value, " \t,");
		end = element = strdup(value);
		for (; *value && *value != ','; value++)
		{	/* an escaped comma is part of the element */
			value += strpfx(value, "\\,");
			*end++ = *value;
		}
		while (end > element && strchr(" \t", end[-1]))
		{
			end--;
		}
		*end = '\0';
		if (*element)
		{
			array_insert_create(&list, ARRAY_TAIL, element);
		}
		else
		{
			free(element);
		}
	}
	return list;
}

/*
 * Described in header
 */
void config_list_destroy(array_t *list)
{
	char *element;

	while (array_remove(list, ARRAY_TAIL, &element))
	{
		free(element);
	}
	array_destroy(list);
}
