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
 * @defgroup config_hash config_hash
 * @{ @ingroup redirect
 */

#ifndef CONFIG_HASH_H_
#define CONFIG_HASH_H_

#include "utils/config_options.h"

/**
 * Hash a configuration, to compare those of several gateways.
 *
 * The same for the same options, whatever the order of keys and sections, white
 * space, comments and how it is spread over files; only the order of rules
 * counts. Not part of it is what has to differ or has to be kept secret: self,
 * load, the section control, and keys that hold a URL or a secret. An option
 * that is set to its default is not the same as one that is not set. For the
 * thread that loads the configuration.
 *
 * @param section		section charon.plugins.redirect, without errors
 * @return				hash
 */
uint64_t config_hash(const config_section_t *section);

#endif /** CONFIG_HASH_H_ @}*/
