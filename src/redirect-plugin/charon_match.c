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

#include "charon_match.h"

#include <ctype.h>
#include <dlfcn.h>
#include <link.h>
#include <string.h>

/**
 * What stands before the version in log messages of strongSwan's daemons
 */
#define PREFIX "strongSwan "

/**
 * Whether we were built for a libcharon with mediation
 */
#ifdef ME
# define BUILT_WITH_ME TRUE
#else
# define BUILT_WITH_ME FALSE
#endif

/**
 * Read an octet, 0 beyond the end.
 *
 * The constant data of a program has gaps that AddressSanitizer guards; this is
 * the one function that reads it.
 */
__attribute__((no_sanitize("address")))
static char octet_at(chunk_t text, size_t pos)
{
	return pos < text.len ? text.ptr[pos] : '\0';
}

/**
 * Check whether a string stands at a position
 */
static bool stands_at(chunk_t text, size_t pos, const char *str)
{
	while (*str && octet_at(text, pos) == *str)
	{
		pos++;
		str++;
	}
	return !*str;
}

/**
 * Check that what stands before a version is not part of it
 */
static bool begins_here(chunk_t text, size_t pos)
{
	if (pos == 0 || octet_at(text, pos - 1) == '\0')
	{
		return TRUE;
	}
	return pos >= strlen(PREFIX) && stands_at(text, pos - strlen(PREFIX), PREFIX);
}

/**
 * Check that what stands behind a version is not part of it
 */
static bool ends_here(chunk_t text, size_t end)
{
	char next = octet_at(text, end);

	return !isalnum((unsigned char)next) && next != '.' && next != '-';
}

/*
 * Described in header
 */
bool charon_match_version(chunk_t text, const char *version)
{
	size_t len = strlen(version), pos;

	for (pos = 0; pos < text.len; pos++)
	{
		if (stands_at(text, pos, version) && begins_here(text, pos) &&
			ends_here(text, pos + len))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Look for our version in the program itself, which is always the first object
 * that is listed; data is a bool that receives the result
 */
static int look_into_program(struct dl_phdr_info *info, size_t size, void *data)
{
	bool *matches = data;
	int i;

	for (i = 0; i < info->dlpi_phnum && !*matches; i++)
	{
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_R))
		{
			*matches = charon_match_version(
				chunk_create((u_char*)(info->dlpi_addr + segment->p_vaddr),
							 segment->p_filesz), VERSION);
		}
	}
	return 1;
}

/*
 * Described in header
 */
bool charon_match_check()
{
	bool matches = FALSE, me;

	dl_iterate_phdr(look_into_program, &matches);
	if (!matches)
	{	/* DBG_DMN is the one group that has the same number in every version */
		DBG1(DBG_DMN, "plugin 'redirect' was built for strongSwan %s, but this "
			 "daemon is of another version: build the plugin again", VERSION);
		return FALSE;
	}
	/* the function is part of libcharon only if that was built with ME */
	me = dlsym(RTLD_DEFAULT, "ike_me_create") != NULL;
	if (me != BUILT_WITH_ME)
	{
		DBG1(DBG_DMN, "plugin 'redirect' was built for a charon %s mediation "
			 "(ME), but this one was built %s: build the plugin again",
			 BUILT_WITH_ME ? "with" : "without", me ? "with it" : "without it");
		return FALSE;
	}
	return TRUE;
}
