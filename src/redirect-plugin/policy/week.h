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
 * @defgroup week week
 * @{ @ingroup redirect_policy
 */

#ifndef WEEK_H_
#define WEEK_H_

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef struct week_t week_t;

/**
 * Minutes of a week.
 */
#define WEEK_MINUTES (7 * 24 * 60)

/**
 * Minutes of a week that something is allowed in, a bit each; plain data.
 */
struct week_t {
	uint8_t minutes[(WEEK_MINUTES + 7) / 8];
};

/**
 * Add a window of time: days, times of day, or both.
 *
 * "mon-fri 08:00-18:00", "sat" (all day), "22:00-06:00" (every day, over
 * midnight), "fri-mon", "fri 20:00-24:00". A window over midnight belongs to the
 * day it begins on, also from Sunday to Monday. The last minute is not part of it.
 *
 * @param week			receives the minutes, in addition to those it has
 * @param window		text of the window
 * @return				FALSE if it is none
 */
bool week_add(week_t *week, const char *window);

/**
 * Check whether a minute is part of a week. Any thread, hot path.
 *
 * @param week			week
 * @param minute		minute since Monday 00:00
 * @return				TRUE if it is
 */
static inline bool week_contains(const week_t *week, uint32_t minute)
{
	return minute < WEEK_MINUTES && week->minutes[minute / 8] >> minute % 8 & 1;
}

/**
 * Get the minute of the week in local time. Not for hot paths, may take a lock
 * of the C library.
 *
 * @param now			time
 * @return				minute since Monday 00:00
 */
uint32_t week_minute(time_t now);

#endif /** WEEK_H_ @}*/
