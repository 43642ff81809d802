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

#include "log_limit.h"

#include "monotonic.h"

/*
 * Described in header
 */
bool log_limit_allow(log_limit_t *this, uint32_t *suppressed)
{
	uint32_t now, second;

	now = monotonic_noted();
	second = __atomic_load_n(&this->second, __ATOMIC_RELAXED);
	if (now != second &&
		__atomic_compare_exchange_n(&this->second, &second, now, FALSE,
									__ATOMIC_RELAXED, __ATOMIC_RELAXED))
	{
		__atomic_store_n(&this->lines, 0, __ATOMIC_RELAXED);
	}
	if (__atomic_fetch_add(&this->lines, 1, __ATOMIC_RELAXED) < this->rate)
	{
		*suppressed = __atomic_exchange_n(&this->suppressed, 0,
										  __ATOMIC_RELAXED);
		return TRUE;
	}
	__atomic_fetch_add(&this->suppressed, 1, __ATOMIC_RELAXED);
	*suppressed = 0;
	return FALSE;
}
