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
 * @defgroup config_words config_words
 * @{ @ingroup redirect_utils
 */

#ifndef CONFIG_WORDS_H_
#define CONFIG_WORDS_H_

#include <collections/array.h>

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

#endif /** CONFIG_WORDS_H_ @}*/
