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

#include "week.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>
#include <string.h>

#define DAY_MINUTES (24 * 60)

static const char *const days[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun"
};

/**
 * Parse a day.
 *
 * @param str			moved behind the day
 * @param day			receives 0 for Monday to 6 for Sunday
 */
static bool parse_day(const char **str, int *day)
{
	for (*day = 0; *day < 7; (*day)++)
	{
		if (strncasecmp(*str, days[*day], 3) == 0 &&
			!isalnum((unsigned char)(*str)[3]))
		{
			*str += 3;
			return true;
		}
	}
	return false;
}

/**
 * Parse a time of day, 00:00 to 24:00.
 *
 * @param str			moved behind the time
 * @param minute		receives the minute of the day
 */
static bool parse_time(const char **str, int *minute)
{
	const char *s = *str;

	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) ||
		s[2] != ':' ||
		!isdigit((unsigned char)s[3]) || !isdigit((unsigned char)s[4]))
	{
		return false;
	}
	*minute = ((s[0] - '0') * 10 + s[1] - '0') * 60 +
			  (s[3] - '0') * 10 + s[4] - '0';
	*str += 5;
	return s[3] < '6' && *minute <= DAY_MINUTES;
}

/**
 * Parse a hyphen.
 */
static bool parse_hyphen(const char **str)
{
	if (**str != '-')
	{
		return false;
	}
	(*str)++;
	return true;
}

/**
 * Parse days, every day if there is none.
 */
static bool parse_days(const char **str, int *first, int *last)
{
	*first = 0;
	*last = 6;
	if (!isalpha((unsigned char)**str))
	{
		return true;
	}
	if (!parse_day(str, first))
	{
		return false;
	}
	*last = *first;
	return !parse_hyphen(str) || parse_day(str, last);
}

/**
 * Parse times of day, all day if there is none.
 */
static bool parse_times(const char **str, int *from, int *to)
{
	*from = 0;
	*to = DAY_MINUTES;
	if (!**str)
	{
		return true;
	}
	return parse_time(str, from) && parse_hyphen(str) && parse_time(str, to) &&
		   *from != *to && *from < DAY_MINUTES;
}

/*
 * Described in header
 */
bool week_add(week_t *week, const char *window)
{
	int first, last, from, to, day, minute, i;

	if (!*window || !parse_days(&window, &first, &last))
	{
		return false;
	}
	if (*window == ' ')
	{
		window += strspn(window, " ");
		if (!isdigit((unsigned char)*window))
		{
			return false;
		}
	}
	if (!parse_times(&window, &from, &to) || *window)
	{
		return false;
	}
	if (to < from)
	{
		to += DAY_MINUTES;
	}
	if (last < first)
	{
		last += 7;
	}
	for (day = first; day <= last; day++)
	{
		for (i = from; i < to; i++)
		{
			minute = (day * DAY_MINUTES + i) % WEEK_MINUTES;
			week->minutes[minute / 8] |= 1 << minute % 8;
		}
	}
	return true;
}

/*
 * Described in header
 */
uint32_t week_minute(time_t now)
{
	struct tm tm;

	if (!localtime_r(&now, &tm))
	{
		return 0;
	}
	return ((tm.tm_wday + 6) % 7) * DAY_MINUTES + tm.tm_hour * 60 + tm.tm_min;
}
