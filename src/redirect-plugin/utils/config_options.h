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
 * @defgroup config_options config_options
 * @{ @ingroup redirect_utils
 */

#ifndef CONFIG_OPTIONS_H_
#define CONFIG_OPTIONS_H_

#include "config_section.h"
#include "config_values.h"
#include "config_words.h"

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
 * Write the options of a table that are set in a section, for people.
 *
 * @return				"name = value; name = value", allocated, empty without any
 */
char *config_section_describe(const config_section_t *section,
							  const config_option_t *options, int count);

#endif /** CONFIG_OPTIONS_H_ @}*/
