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
 * @defgroup monotonic monotonic
 * @{ @ingroup redirect_utils
 */

#ifndef MONOTONIC_H_
#define MONOTONIC_H_

#include <utils/utils.h>

#include <time.h>

/**
 * Milliseconds of the clock that is never set, since an unknown time; any thread.
 */
static inline uint64_t monotonic_ms()
{
	timeval_t tv;

	time_monotonic(&tv);
	return tv.tv_sec * 1000ULL + tv.tv_usec / 1000;
}

/**
 * Seconds of that clock as the kernel noted them last, some milliseconds ago: for
 * hot paths, and not to compare with other clocks.
 */
static inline time_t monotonic_noted()
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

#endif /** MONOTONIC_H_ @}*/
