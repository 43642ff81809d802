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

#include "policy_fixture.h"

#include "policy/week.h"

/**
 * A minute of the week.
 */
#define AT(day, hour, minute) ((day) * 1440 + (hour) * 60 + (minute))

enum { MONDAY, THURSDAY = 3, FRIDAY, SATURDAY, SUNDAY };

/**
 * Count the minutes of a window, 0 if it is none.
 */
static int count(const char *window)
{
	week_t week = {};
	int minute, minutes = 0;

	if (!week_add(&week, window))
	{
		return 0;
	}
	for (minute = 0; minute < WEEK_MINUTES; minute++)
	{
		minutes += week_contains(&week, minute);
	}
	return minutes;
}

/**
 * Check whether a minute is in a window.
 */
static bool contains(const char *window, uint32_t minute)
{
	week_t week = {};

	ck_assert_msg(week_add(&week, window), "%s", window);
	return week_contains(&week, minute);
}

START_TEST(knows_days_and_times)
{
	static const struct { char *window; int minutes; } cases[] = {
		{ "mon", 1440 }, { "mon-fri", 5 * 1440 }, { "fri-mon", 4 * 1440 },
		{ "08:00-18:00", 7 * 600 }, { "mon-fri 08:00-18:00", 5 * 600 },
		{ "sat 00:00-24:00", 1440 }, { "22:00-06:00", 7 * 480 },
		{ "sun 23:59-00:01", 2 }, { "Sat-Sun  10:00-10:01", 2 },
		{ "sun-sat", 7 * 1440 },
	};

	ck_assert_int_eq(count(cases[_i].window), cases[_i].minutes);
}
END_TEST

START_TEST(includes_the_first_minute_but_not_the_last)
{
	ck_assert(!contains("mon-fri 08:00-18:00", AT(MONDAY, 7, 59)));
	ck_assert(contains("mon-fri 08:00-18:00", AT(MONDAY, 8, 0)));
	ck_assert(contains("mon-fri 08:00-18:00", AT(FRIDAY, 17, 59)));
	ck_assert(!contains("mon-fri 08:00-18:00", AT(FRIDAY, 18, 0)));
	ck_assert(!contains("mon-fri 08:00-18:00", AT(SATURDAY, 12, 0)));
}
END_TEST

START_TEST(goes_on_over_midnight_from_the_day_it_begins_on)
{
	ck_assert(contains("fri 22:00-06:00", AT(FRIDAY, 22, 0)));
	ck_assert(contains("fri 22:00-06:00", AT(SATURDAY, 5, 59)));
	ck_assert(!contains("fri 22:00-06:00", AT(SATURDAY, 6, 0)));
	ck_assert(!contains("fri 22:00-06:00", AT(FRIDAY, 5, 0)));
	ck_assert(contains("sun 22:00-06:00", AT(MONDAY, 5, 59)));
}
END_TEST

START_TEST(refuses_what_is_no_window)
{
	static const char *const windows[] = {
		"", "moon", "monday", "mon-", "mon 8:00-18:00", "mon 08:00",
		"08:00-08:00", "08:60-09:00", "24:00-24:00", "08:00-24:01",
		"mon 08:00-18:00x", "mon-fri-sun", "mon ", "08:00 - 18:00",
	};

	ck_assert_msg(!count(windows[_i]), "%s", windows[_i]);
}
END_TEST

START_TEST(knows_the_minute_of_the_week_in_local_time)
{
	/* Thursday 1970-01-01 00:00:00 UTC */
	setenv("TZ", "UTC", 1);
	tzset();
	ck_assert_uint_eq(week_minute(0), AT(THURSDAY, 0, 0));
	ck_assert_uint_eq(week_minute(4 * 86400 - 1), AT(SUNDAY, 23, 59));
	ck_assert_uint_eq(week_minute(4 * 86400), AT(MONDAY, 0, 0));
	setenv("TZ", "CET-1", 1);
	tzset();
	ck_assert_uint_eq(week_minute(0), AT(THURSDAY, 1, 0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("week");
	TCase *tcase = tcase_create("week");

	tcase_add_loop_test(tcase, knows_days_and_times, 0, 10);
	tcase_add_test(tcase, includes_the_first_minute_but_not_the_last);
	tcase_add_test(tcase, goes_on_over_midnight_from_the_day_it_begins_on);
	tcase_add_loop_test(tcase, refuses_what_is_no_window, 0, 14);
	tcase_add_test(tcase, knows_the_minute_of_the_week_in_local_time);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
