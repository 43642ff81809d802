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

#include "gateways/overload_limits.h"

/**
 * Read marks.
 */
static overload_marks_t read_marks(const char *overload)
{
	selector_registry_t *registry = selector_registry_create();
	overload_marks_t marks;
	array_t *errors;
	policy_t *policy;
	char *conf;

	ck_assert(asprintf(&conf, "overload { %s }", overload) > 0);
	policy = policy_fixture_read(registry, conf, &errors);
	ck_assert(policy != NULL);
	marks = policy->overload;
	policy_destroy(policy);
	config_list_destroy(errors);
	registry->destroy(registry);
	free(conf);
	return marks;
}

/**
 * A sample with one metric.
 */
static own_load_t sample(own_load_metric_t metric, uint32_t value)
{
	own_load_t load = {};

	load.values[metric] = value;
	return load;
}

/**
 * Compare one metric with marks.
 */
static overload_level_t compare(const overload_marks_t *marks,
								overload_state_t *state,
								own_load_metric_t metric, uint32_t value)
{
	own_load_t load = sample(metric, value);

	return overload_marks_compare(marks, 1000, &load, state);
}

/**
 * Warnings about charon's limits, the first one or NULL.
 */
static char *first_warning(const char *charon, const overload_marks_t *marks,
						   uint32_t capacity, int expected)
{
	settings_t *settings = settings_create_string((char*)charon);
	array_t *warnings;
	char *first = NULL;

	ck_assert(settings != NULL);
	warnings = overload_limits_check(settings, "charon", marks, capacity);
	ck_assert_int_eq(array_count(warnings), expected);
	array_remove(warnings, ARRAY_HEAD, &first);
	config_list_destroy(warnings);
	settings->destroy(settings);
	return first;
}

START_TEST(begins_at_the_high_mark_and_ends_below_the_low_one)
{
	overload_marks_t marks = read_marks("half_open = 100, 80");
	overload_state_t state = {};
	own_load_metric_t m = OWN_LOAD_HALF_OPEN;

	ck_assert_int_eq(compare(&marks, &state, m, 99), OVERLOAD_NONE);
	ck_assert_int_eq(compare(&marks, &state, m, 100), OVERLOAD_HIGH);
	ck_assert_int_eq(compare(&marks, &state, m, 80), OVERLOAD_HIGH);
	ck_assert_int_eq(compare(&marks, &state, m, 79), OVERLOAD_NONE);
	ck_assert_int_eq(compare(&marks, &state, m, 99), OVERLOAD_NONE);
}
END_TEST

START_TEST(another_metric_between_its_marks_does_not_prolong_it)
{
	overload_marks_t marks = read_marks("half_open = 100, 80\n jobs = 10, 5");
	overload_state_t state = {};
	own_load_t load = sample(OWN_LOAD_HALF_OPEN, 100);

	load.values[OWN_LOAD_JOBS] = 7;
	ck_assert_int_eq(overload_marks_compare(&marks, 0, &load, &state),
					 OVERLOAD_HIGH);
	load.values[OWN_LOAD_HALF_OPEN] = 10;
	ck_assert_int_eq(overload_marks_compare(&marks, 0, &load, &state),
					 OVERLOAD_NONE);
}
END_TEST

START_TEST(beyond_the_hard_limit_it_is_hard_until_below_the_mark)
{
	overload_marks_t marks = read_marks("jobs = 100, 50\n hard = 200");
	overload_state_t state = {};
	own_load_metric_t m = OWN_LOAD_JOBS;

	ck_assert_int_eq(compare(&marks, &state, m, 199), OVERLOAD_HIGH);
	ck_assert_int_eq(compare(&marks, &state, m, 200), OVERLOAD_HARD);
	ck_assert_int_eq(compare(&marks, &state, m, 100), OVERLOAD_HARD);
	ck_assert_int_eq(compare(&marks, &state, m, 99), OVERLOAD_HIGH);
	ck_assert_int_eq(compare(&marks, &state, m, 49), OVERLOAD_NONE);
	marks = read_marks("jobs = 100, 50\n hard = 0");
	ck_assert_int_eq(compare(&marks, &state, m, 100000), OVERLOAD_HIGH);
}
END_TEST

START_TEST(low_marks_are_nine_tenths_by_default)
{
	overload_marks_t marks = read_marks("half_open = 100");

	ck_assert_uint_eq(marks.marks[OWN_LOAD_HALF_OPEN].low, 90);
}
END_TEST

START_TEST(ike_sas_are_measured_by_the_capacity)
{
	overload_marks_t marks = read_marks("");
	overload_state_t state = {};
	own_load_t load = sample(OWN_LOAD_SAS, 100000);

	ck_assert_int_eq(compare(&marks, &state, OWN_LOAD_SAS, 999), OVERLOAD_NONE);
	ck_assert_int_eq(compare(&marks, &state, OWN_LOAD_SAS, 1000),
					 OVERLOAD_HIGH);
	ck_assert_int_eq(compare(&marks, &state, OWN_LOAD_SAS, 949), OVERLOAD_NONE);
	/* without a capacity there is nothing to compare with */
	ck_assert_int_eq(overload_marks_compare(&marks, 0, &load, &state),
					 OVERLOAD_NONE);
	ck_assert_uint_eq(overload_marks_combine(&marks, 0, &load, NULL),
					  REDIRECT_SELECTOR_UNKNOWN);
}
END_TEST

START_TEST(the_combined_load_is_that_of_the_worst_metric)
{
	overload_marks_t marks = read_marks("sas = 1000\n jobs = 10\n cpu = 80%");
	own_load_t load = { .values = { 500, 0, 9, 0, 20 } };
	own_load_metric_t metric;

	ck_assert_uint_eq(overload_marks_combine(&marks, 0, &load, &metric), 900);
	ck_assert_int_eq(metric, OWN_LOAD_JOBS);
	load.values[OWN_LOAD_CPU] = 100;
	ck_assert_uint_eq(overload_marks_combine(&marks, 0, &load, &metric), 1250);
	ck_assert_int_eq(metric, OWN_LOAD_CPU);
}
END_TEST

START_TEST(warns_of_limits_that_come_before_the_marks)
{
	static const struct { char *charon, *overload, *warning; } cases[] = {
		{ "charon { block_threshold = 0 }", "half_open = 30",
		  "charon.plugins.redirect.overload.half_open is 30, not below "
		  "charon.cookie_threshold = 30: clients are sent a cookie first, which "
		  "costs them a round trip" },
		{ "charon { cookie_threshold = 0 }", "half_open = 5",
		  "charon.plugins.redirect.overload.half_open is 5, not below "
		  "charon.block_threshold = 5: charon ignores clients of one address, "
		  "e.g. behind a NAT, without a redirect" },
		{ "charon { init_limit_half_open = 3 }", "half_open = 4",
		  "charon.plugins.redirect.overload.half_open is 4, not below "
		  "charon.init_limit_half_open = 3: charon ignores clients without a "
		  "redirect" },
		{ "charon { init_limit_job_load = 100 }", "jobs = 100",
		  "charon.plugins.redirect.overload.jobs is 100, not below "
		  "charon.init_limit_job_load = 100: charon ignores clients without a "
		  "redirect" },
		{ "charon { ikesa_limit = 500 }", "",
		  "charon.plugins.redirect.overload.sas is 1000, not below "
		  "charon.ikesa_limit = 500: charon ignores clients without a "
		  "redirect" },
	};
	overload_marks_t marks = read_marks(cases[_i].overload);
	char *warning;

	warning = first_warning(cases[_i].charon, &marks, 1000, 1);
	ck_assert_str_eq(warning, cases[_i].warning);
	free(warning);
}
END_TEST

START_TEST(does_not_warn_of_limits_above_the_marks)
{
	overload_marks_t marks = read_marks("half_open = 4\n jobs = 99");

	ck_assert_ptr_null(first_warning("charon { init_limit_job_load = 100\n"
						"ikesa_limit = 2000\n init_limit_half_open = 5 }",
						&marks, 1000, 0));
	/* cookie_threshold and block_threshold are 30 and 5 if they are not set */
	marks = read_marks("half_open = 100, 80");
	ck_assert_ptr_null(first_warning("charon { dos_protection = no }", &marks,
									 1000, 0));
	marks = read_marks("");
	ck_assert_ptr_null(first_warning("charon { ikesa_limit = 1 }", &marks, 0,
									 0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("overload");
	TCase *tcase = tcase_create("overload");

	tcase_add_test(tcase, begins_at_the_high_mark_and_ends_below_the_low_one);
	tcase_add_test(tcase,
				   another_metric_between_its_marks_does_not_prolong_it);
	tcase_add_test(tcase,
				   beyond_the_hard_limit_it_is_hard_until_below_the_mark);
	tcase_add_test(tcase, low_marks_are_nine_tenths_by_default);
	tcase_add_test(tcase, ike_sas_are_measured_by_the_capacity);
	tcase_add_test(tcase, the_combined_load_is_that_of_the_worst_metric);
	tcase_add_loop_test(tcase, warns_of_limits_that_come_before_the_marks, 0,
						5);
	tcase_add_test(tcase, does_not_warn_of_limits_above_the_marks);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
