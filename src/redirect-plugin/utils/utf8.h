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
 * @defgroup utf8 utf8
 * @{ @ingroup redirect_utils
 */

#ifndef UTF8_H_
#define UTF8_H_

#include <utils/chunk.h>

/**
 * Get the length of the character that a text begins with.
 *
 * @param text			text, not empty
 * @return				octets, 0 if it begins with none of UTF-8 (RFC 3629) or with
 *						one that controls (C0, DEL, C1)
 */
size_t utf8_length(chunk_t text);

#endif /** UTF8_H_ @}*/
