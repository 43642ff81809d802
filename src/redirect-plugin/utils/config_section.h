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
 * @defgroup config_section config_section
 * @{ @ingroup redirect_utils
 */

#ifndef CONFIG_SECTION_H_
#define CONFIG_SECTION_H_

#include <collections/array.h>
#include <settings/settings.h>

typedef struct config_section_t config_section_t;

/**
 * Deepest section that can be read, e.g. charon.plugins.redirect.rules.west
 */
#define CONFIG_DEPTH_MAX 8

/**
 * A section of strongswan.conf that is being read.
 *
 * Passed around by value; path elements are borrowed. Nothing here locks more
 * than settings_t does itself, and everything is meant for the thread that
 * loads the configuration, not for hot paths.
 */
struct config_section_t {

	/** settings to read from */
	settings_t *settings;

	/** collects errors as char*, owned by who reads */
	array_t *errors;

	/** collects warnings as char*, owned by who reads; NULL if nobody wants
	 * them */
	array_t *warnings;

	/** elements used in path */
	int depth;

	/** names of the sections down to this one; they may contain dots */
	const char *path[CONFIG_DEPTH_MAX];
};

/**
 * Begin at a section.
 *
 * @param settings		settings to read
 * @param errors		collects errors: char*, each allocated
 * @param ns			first element of the path, lib->ns
 * @return				ns.plugins.redirect
 */
config_section_t config_section_create(settings_t *settings, array_t *errors,
									   const char *ns);

/**
 * Go one section down.
 *
 * @param section		section to start from, deeper than CONFIG_DEPTH_MAX is
 *						a programming error
 * @param name			name of the section below, borrowed
 * @return				section below, that need not exist
 */
config_section_t config_section_sub(const config_section_t *section,
									const char *name);

/**
 * Names of the sections right below a section, in the order of the file.
 *
 * @return				array_t of allocated char*, see config_list_destroy()
 */
array_t *config_section_names(const config_section_t *section);

/**
 * Names of the keys of a section that have a value.
 *
 * @return				array_t of allocated char*, see config_list_destroy()
 */
array_t *config_section_keys(const config_section_t *section);

/**
 * Get the value of a key as it is in the file.
 *
 * @param section		section
 * @param key			key in it
 * @return				value, owned by the settings; NULL if not set
 */
const char *config_section_get(const config_section_t *section,
							   const char *key);

/**
 * Find the first character that no name of a section may have.
 *
 * @return				position in name, of its end if there is none
 */
const char *config_name_end(const char *name);

/**
 * Check that the name of a section can be used everywhere: in lists, commands,
 * metrics and logs.
 *
 * @param section		section
 * @param max			octets it must be shorter than
 * @return				FALSE with an error added
 */
bool config_section_check_name(const config_section_t *section, int max);

/**
 * Add an error about a key of a section.
 *
 * @param section		section
 * @param key			key in it, NULL for the section itself
 * @param value			value that was read, NULL if there is none
 * @param fmt			printf format of what is wrong and what is allowed
 */
void config_section_error(const config_section_t *section, const char *key,
						  const char *value, const char *fmt, ...)
						  __attribute__((format(printf, 4, 5)));

/**
 * Add a warning: something that is allowed, but can hardly be meant.
 *
 * @param section		section
 * @param key			key in it, NULL for the section itself
 * @param value			value that was read, NULL if there is none
 * @param fmt			printf format of what is odd
 */
void config_section_warn(const config_section_t *section, const char *key,
						 const char *value, const char *fmt, ...)
						 __attribute__((format(printf, 4, 5)));

#endif /** CONFIG_SECTION_H_ @}*/
