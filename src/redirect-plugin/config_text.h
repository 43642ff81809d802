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
 * @defgroup config_text config_text
 * @{ @ingroup redirect
 */

#ifndef CONFIG_TEXT_H_
#define CONFIG_TEXT_H_

#include "utils/config_options.h"

/**
 * Look for what settings_t does not tell, in the text of a strongswan.conf and of
 * the files it includes: options of the plugin that are set twice to different
 * values, where the last one counts; gateways, rules and connections whose
 * section is there twice, which become one; options without a value, which are
 * as if they were not set; files to include that are not there or cannot be read.
 * Warns of each.
 *
 * @param section		section charon.plugins.redirect; warnings are added to
 *						those of it
 * @param file			file that is read
 * @param above			section the file is included in, e.g. "charon.plugins.";
 *						empty if it is a whole strongswan.conf
 */
void config_text_check(const config_section_t *section, const char *file,
					   const char *above);

/**
 * Look for files that include each other, or themselves: settings_t would read
 * them without end.
 *
 * @param file			file that is read
 * @param errors		receives what is wrong, char*
 */
void config_text_check_includes(const char *file, array_t *errors);

#endif /** CONFIG_TEXT_H_ @}*/
