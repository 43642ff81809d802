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


#include "probe_share.h"

/**
 * Mix two numbers (finalizer of MurmurHash3): the same on every gateway, and
 * nothing that an attacker has a say in.
 */
static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ (b * 0x9e3779b97f4a7c15ULL);

	x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
	x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ (x >> 33);
}

/*
 * Described in header
 */
bool probe_share_mine(const uint64_t *ids, int count, uint64_t self,
					  uint64_t other)
{
	uint64_t mine = mix(self, other);
	int i, above = 0;

	if (count <= PROBE_SHARE_MAX + 1)
	{
		return TRUE;
	}
	for (i = 0; i < count && above < PROBE_SHARE_PROBERS; i++)
	{
		above += ids[i] != self && ids[i] != other &&
				 mix(ids[i], other) > mine;
	}
	return above < PROBE_SHARE_PROBERS;
}
