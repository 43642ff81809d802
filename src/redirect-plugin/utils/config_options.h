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

#ifndef CONFIG_OPTIONS_H_
#define CONFIG_OPTIONS_H_

#include <collections/array.h>
#include <settings/settings.h>

typedef struct config_section_t config_section_t;
typedef struct config_option_t config_option_t;
typedef enum config_option_type_t config_option_type_t;

/**
 * Deepest section that can be read, e.g. charon.plugins.redirect.rules.west
 */
#define CONFIG_DEPTH_MAX 8

/**
 * Room for the sentence that tells what is allowed.
 */
#define CONFIG_WHY_MAX 256

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
 * Types of options, with the type of the field each is stored in.
 */
enum config_option_type_t {
	/** yes or no; bool */
	CONFIG_BOOL,
	/** number from min to max; uint32_t */
	CONFIG_NUMBER,
	/** time with unit s, m, h or d, seconds without; uint32_t, in seconds */
	CONFIG_TIME,
	/** one of the words in words; int, index of the word */
	CONFIG_WORD,
	/** any text; char*, allocated, NULL if not set */
	CONFIG_TEXT,
	/** comma separated list; array_t* of allocated char*, NULL if not set */
	CONFIG_LIST,
	/** addresses, subnets and ranges; ip_set_t*, NULL if not set */
	CONFIG_ADDRESSES,
	/** whatever parse makes of it */
	CONFIG_PARSE,
	/** known, but read elsewhere */
	CONFIG_ELSEWHERE,
};

/**
 * An option of a section, an entry of a static table.
 */
struct config_option_t {

	/** name of the key */
	const char *name;

	/** type of its value */
	config_option_type_t type;

	/** offset of the field in the struct that is filled in */
	size_t offset;

	/** value if the key is not set, as text; NULL leaves the field untouched */
	const char *def;

	/** smallest and largest value of NUMBER and TIME, in seconds for TIME */
	uint32_t min, max;

	/** words of WORD, ends with NULL; their order gives the value */
	const char *const *words;

	/**
	 * Parser of PARSE.
	 *
	 * @param value		value to parse
	 * @param field		field to fill in
	 * @param why		receives what is allowed if FALSE is returned; what it
	 *					holds with TRUE is a warning
	 * @return			FALSE if value is not allowed
	 */
	bool (*parse)(const char *value, void *field, char why[CONFIG_WHY_MAX]);

	/** offset of a bool that receives TRUE if the value begins with an
	 * exclamation mark, which negates all of it; 0 if that is not allowed */
	size_t negated;
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
 * Fill in a struct from a section: values that are set, defaults for others.
 *
 * An unknown key, an unknown section below and a value that is not allowed are
 * errors: each is added to the errors with the full key, the value and what is
 * allowed, for unknown ones with the nearest known name. Fields of options with
 * errors are left as they are.
 *
 * @param section		section to read
 * @param options		options of the section
 * @param count			number of options
 * @param sections		names of known sections below, ends with NULL; NULL if
 *						there is none, { "*", NULL } if any name is fine
 * @param config		struct the offsets are relative to
 * @return				TRUE if there was no error
 */
bool config_section_read(const config_section_t *section,
						 const config_option_t *options, int count,
						 const char *const *sections, void *config);

/**
 * Fill in a struct like config_section_read(), without a look at what else
 * there is in the section: for options whose section another room checks, where
 * they are of type CONFIG_ELSEWHERE.
 *
 * @param section		section to read
 * @param options		options to read
 * @param count			number of options
 * @param config		struct the offsets are relative to
 * @return				TRUE if there was no error
 */
bool config_section_read_values(const config_section_t *section,
								const config_option_t *options, int count,
								void *config);

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
 * Say which times are taken, as people write them: 30d, not 2592000s.
 *
 * @param min			shortest, in seconds
 * @param max			longest, in seconds
 * @param why			receives the text
 */
void config_times_refuse(uint32_t min, uint32_t max, char why[CONFIG_WHY_MAX]);

/**
 * Warn of subnets with bits behind their prefix, for parsers of lists.
 *
 * @param value			list, also of other elements
 * @param why			receives the first one
 */
void config_subnets_check(const char *value, char why[CONFIG_WHY_MAX]);

/**
 * Write the options of a table that are set in a section, for people.
 *
 * @return				"name = value; name = value", allocated, empty without any
 */
char *config_section_describe(const config_section_t *section,
							  const config_option_t *options, int count);

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

/**
 * Split a comma separated list, without empty elements and outer spaces; "\,"
 * is a comma that is part of an element.
 *
 * @return				array_t of allocated char*, NULL if there is no element
 */
array_t *config_list_create(const char *value);

/**
 * Destroy a list of allocated strings.
 *
 * @param list			list, may be NULL
 */
void config_list_destroy(array_t *list);

/**
 * Find the word that was probably meant.
 *
 * @param word			word that is not known
 * @param words			known words
 * @param count			number of known words
 * @return				the nearest of words, NULL if none is near
 */
const char *config_nearest(const char *word, const char *const *words,
						   int count);

#endif /** CONFIG_OPTIONS_H_ @}*/
