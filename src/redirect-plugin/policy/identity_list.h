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
 * @defgroup identity_list identity_list
 * @{ @ingroup redirect_policy
 */

#ifndef IDENTITY_LIST_H_
#define IDENTITY_LIST_H_

#include "utils/config_options.h"

#include <utils/identification.h>

/**
 * Make identities of a list of texts, as identification_create_from_string()
 * does, with wildcards.
 *
 * Commas separate both the elements of the list and the parts of a distinguished
 * name: parts that follow each other are one name. What could be read in two
 * ways, or can never match, is an error.
 *
 * @param section		section; errors are added to those of it
 * @param key			option the list is the value of
 * @param list			elements, char*, adopted; may be NULL
 * @param parts			TRUE if elements with an equals sign are parts of a
 *						distinguished name, FALSE if each is an identity
 * @param good			set to FALSE if there was an error
 * @return				identification_t*, NULL if there is none
 */
array_t *identity_list_read(const config_section_t *section, const char *key,
							array_t *list, bool parts, bool *good);

/**
 * Compare an identity with one that may have wildcards: as strongSwan does
 * (whole parts of a distinguished name, an asterisk as first character of
 * others), and * and ? anywhere in the text of names, addresses of mail and key
 * IDs. Any thread, hot path.
 *
 * @param id			identity
 * @param pattern		identity with wildcards
 * @return				TRUE if it matches
 */
bool identity_matches(identification_t *id, identification_t *pattern);

/**
 * Check whether all that match one identity with wildcards match another.
 *
 * @param general		the one that may be more general
 * @param special		the other one
 * @return				TRUE if so, FALSE if not or if that is not known
 */
bool identity_covers(identification_t *general, identification_t *special);

/**
 * Compare a text with one with wildcards * and ?; A to Z are a to z.
 *
 * @param text			text
 * @param pattern		text with wildcards
 * @param covers		TRUE if text has wildcards, too, of which * is only
 *						covered by *
 * @return				TRUE if it matches
 */
bool identity_text_matches(chunk_t text, chunk_t pattern, bool covers);

/**
 * Destroy a list.
 *
 * @param ids			list, may be NULL
 */
void identity_list_destroy(array_t *ids);

#endif /** IDENTITY_LIST_H_ @}*/
