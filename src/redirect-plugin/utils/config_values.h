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
 * @defgroup config_values config_values
 * @{ @ingroup redirect_utils
 */

#ifndef CONFIG_VALUES_H_
#define CONFIG_VALUES_H_

#include <library.h>

typedef struct config_option_t config_option_t;
typedef enum config_option_type_t config_option_type_t;

/**
 * Room for the sentence that tells what is allowed.
 */
#define CONFIG_WHY_MAX 256

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
 * Parse a value by the type of its option.
 *
 * @param value			value to parse
 * @param option		option it is of
 * @param field			field to fill in, as the type says; what it holds is freed
 * @param why			receives what is allowed if FALSE is returned; what it holds
 *						with TRUE is a warning
 * @return				FALSE if value is not allowed
 */
bool config_value_parse(const char *value, const config_option_t *option,
						void *field, char why[CONFIG_WHY_MAX]);

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

#endif /** CONFIG_VALUES_H_ @}*/
