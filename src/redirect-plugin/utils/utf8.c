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

#include "utf8.h"

/*
 * Described in header
 */
size_t utf8_length(chunk_t text)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t character = text.ptr[0];
	size_t i, len;

	len = character < 0x80 ? 1 : character < 0xc0 ? 0 : character < 0xe0 ? 2 :
		  character < 0xf0 ? 3 : character < 0xf8 ? 4 : 0;
	if (!len || len > text.len)
	{
		return 0;
	}
	character &= len == 1 ? 0x7f : 0x7f >> len;
	for (i = 1; i < len; i++)
	{
		if ((text.ptr[i] & 0xc0) != 0x80)
		{
			return 0;
		}
		character = character << 6 | (text.ptr[i] & 0x3f);
	}
	return character < smallest[len] || character > 0x10ffff ||
		   (character >= 0xd800 && character < 0xe000) || character < 0x20 ||
		   (character >= 0x7f && character < 0xa0) ? 0 : len;
}
