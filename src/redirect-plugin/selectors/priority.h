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
 * @defgroup priority priority
 * @{ @ingroup redirect_selectors
 */

#ifndef PRIORITY_H_
#define PRIORITY_H_

#include "redirect_selector.h"

/**
 * Create the selector; see the head of the source file for what it does.
 *
 * @param options		options, valid during the call only
 * @return				selector
 */
redirect_selector_t *priority_selector_create(
								const redirect_selector_options_t *options);

#endif /** PRIORITY_H_ @}*/
