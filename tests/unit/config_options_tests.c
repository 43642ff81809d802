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

/**
 * What is read in these tests.
 */
typedef struct {
	bool flag;
	uint32_t number;
	uint32_t time;
	int word;
	char *text;
	array_t *list;
	ip_set_t *addresses;
	bool negated;
} values_t;

static const char *const words[] = { "one", "two", NULL };

static const config_option_t options[] = {
	{ "flag", CONFIG_BOOL, offsetof(values_t, flag), .def = "no" },
	{ "number", CONFIG_NUMBER, offsetof(values_t, number), .def = "7",
		.min = 1, .max = 100 },
	{ "time", CONFIG_TIME, offsetof(values_t, time), .def = "1m",
		.min = 1, .max = 86400 },
	{ "word", CONFIG_WORD, offsetof(values_t, word), .def = "two",
		.words = words },
	{ "text", CONFIG_TEXT, offsetof(values_t, text), .def = NULL },
	{ "list", CONFIG_LIST, offsetof(values_t, list),
		.negated = offsetof(values_t, negated) },
	{ "addresses", CONFIG_ADDRESSES, offsetof(values_t, addresses),
		.def = NULL },
	{ "elsewhere", CONFIG_ELSEWHERE, 0, .def = NULL },
};

static const char *const sections[] = { "below", NULL };

/**
 * Read a section.
 *
 * @param errors		receives the errors
 * @return				FALSE if there was one
 */
static bool read_conf(const char *conf, values_t *values, array_t **errors)
{
	config_section_t section;
	settings_t *settings;
	char *text;
	bool good;

	*values = (values_t){};
	*errors = array_create(0, 0);
	ck_assert(asprintf(&text, "charon { plugins { redirect {\n%s\n} } }\n",
					   conf) > 0);
	settings = settings_create_string(text);
	ck_assert(settings != NULL);
	free(text);
	section = config_section_create(settings, *errors, "charon");
	good = config_section_read(&section, options, countof(options), sections,
							   values);
	settings->destroy(settings);
	ck_assert_int_eq(good, array_count(*errors) == 0);
	return good;
}

/**
 * Free what was read.
 */
static void clear(values_t *values, array_t *errors)
{
	free(values->text);
	config_list_destroy(values->list);
	ip_set_destroy(values->addresses);
	config_list_destroy(errors);
}

/**
 * Assert that a line is refused with an error.
 */
static void refused(const char *conf, const char *error)
{
	values_t values;
	array_t *errors;
	char *first;

	ck_assert_msg(!read_conf(conf, &values, &errors), "%s", conf);
	array_get(errors, 0, &first);
	ck_assert_str_eq(first, error);
	clear(&values, errors);
}

START_TEST(takes_defaults_for_what_is_not_set)
{
	values_t values;
	array_t *errors;

	ck_assert(read_conf("", &values, &errors));
	ck_assert(!values.flag);
	ck_assert_uint_eq(values.number, 7);
	ck_assert_uint_eq(values.time, 60);
	ck_assert_int_eq(values.word, 1);
	ck_assert_ptr_null(values.text);
	ck_assert_ptr_null(values.list);
	ck_assert_ptr_null(values.addresses);
	clear(&values, errors);
}
END_TEST

START_TEST(reads_values_of_each_type)
{
	ip_address_t address = policy_fixture_address("198.51.100.9");
	values_t values;
	array_t *errors;
	char *element;

	ck_assert(read_conf("flag = yes\nnumber = 100\ntime = 2h\nword = ONE\n"
						"text = a b\nlist = x , , y\n"
						"addresses = 198.51.100.0/28, 2001:db8::1\n"
						"elsewhere = what ever\nbelow { any = thing }",
						&values, &errors));
	ck_assert(values.flag);
	ck_assert_uint_eq(values.number, 100);
	ck_assert_uint_eq(values.time, 7200);
	ck_assert_int_eq(values.word, 0);
	ck_assert_str_eq(values.text, "a b");
	ck_assert_int_eq(array_count(values.list), 2);
	array_get(values.list, 1, &element);
	ck_assert_str_eq(element, "y");
	ck_assert(!values.negated);
	ck_assert(ip_set_contains(values.addresses, &address));
	clear(&values, errors);
}
END_TEST

START_TEST(reads_times_with_units)
{
	static const struct { char *conf; uint32_t seconds; } times[] = {
		{ "time = 5", 5 }, { "time = 5s", 5 }, { "time = 5m", 300 },
		{ "time = 5 m", 300 }, { "time = 5h", 18000 }, { "time = 1d", 86400 },
	};
	values_t values;
	array_t *errors;

	ck_assert(read_conf(times[_i].conf, &values, &errors));
	ck_assert_uint_eq(values.time, times[_i].seconds);
	clear(&values, errors);
}
END_TEST

START_TEST(names_key_value_and_what_is_allowed)
{
	static const struct { char *conf, *error; } cases[] = {
		{ "flag = maybe", "charon.plugins.redirect.flag = maybe: must be yes "
		  "or no" },
		{ "number = 101", "charon.plugins.redirect.number = 101: must be a "
		  "number from 1 to 100" },
		{ "number = -1", "charon.plugins.redirect.number = -1: must be a "
		  "number from 1 to 100" },
		{ "number = 5x", "charon.plugins.redirect.number = 5x: must be a "
		  "number from 1 to 100" },
		{ "number = 18446744073709551617", "charon.plugins.redirect.number = "
		  "18446744073709551617: must be a number from 1 to 100" },
		{ "time = 2d", "charon.plugins.redirect.time = 2d: must be a time from "
		  "1s to 1d, with unit s, m, h or d" },
		{ "time = 5w", "charon.plugins.redirect.time = 5w: must be a time from "
		  "1s to 1d, with unit s, m, h or d" },
		{ "word = three", "charon.plugins.redirect.word = three: must be one "
		  "of one, two" },
		{ "addresses = 192.0.2.1, 192.0.2.256",
		  "charon.plugins.redirect.addresses = 192.0.2.1, 192.0.2.256: "
		  "'192.0.2.256' is not an address, subnet (192.0.2.0/24) or range "
		  "(192.0.2.1-192.0.2.9)" },
		{ "list = a, !b", "charon.plugins.redirect.list = a, !b: an "
		  "exclamation mark is allowed as first character only, it negates "
		  "all that follows" },
		{ "list = !", "charon.plugins.redirect.list = !: an exclamation mark "
		  "is allowed as first character only, it negates all that follows" },
	};

	refused(cases[_i].conf, cases[_i].error);
}
END_TEST

START_TEST(suggests_the_nearest_known_name)
{
	refused("nubmer = 1", "charon.plugins.redirect.nubmer: unknown option, did "
			"you mean 'number'?");
	refused("adresses = 192.0.2.1", "charon.plugins.redirect.adresses: unknown "
			"option, did you mean 'addresses'?");
	refused("belwo { }", "charon.plugins.redirect.belwo: unknown section, did "
			"you mean 'below'?");
}
END_TEST

START_TEST(suggests_nothing_that_is_not_near)
{
	refused("zzzzzz = 1", "charon.plugins.redirect.zzzzzz: unknown option");
	ck_assert_ptr_null(config_nearest("sun", (const char*[]){ "moon" }, 1));
}
END_TEST

START_TEST(reads_a_negated_value)
{
	values_t values;
	array_t *errors;
	char *element;

	ck_assert(read_conf("list = ! x, y", &values, &errors));
	ck_assert(values.negated);
	ck_assert_int_eq(array_count(values.list), 2);
	array_get(values.list, 0, &element);
	ck_assert_str_eq(element, "x");
	clear(&values, errors);
}
END_TEST

START_TEST(tells_all_errors_at_once)
{
	values_t values;
	array_t *errors;

	ck_assert(!read_conf("number = 0\nflag = 2\nfoo = bar", &values, &errors));
	ck_assert_int_eq(array_count(errors), 3);
	clear(&values, errors);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config_section");
	TCase *tcase = tcase_create("config_section");

	tcase_add_test(tcase, takes_defaults_for_what_is_not_set);
	tcase_add_test(tcase, reads_values_of_each_type);
	tcase_add_loop_test(tcase, reads_times_with_units, 0, 6);
	tcase_add_loop_test(tcase, names_key_value_and_what_is_allowed, 0, 11);
	tcase_add_test(tcase, suggests_the_nearest_known_name);
	tcase_add_test(tcase, suggests_nothing_that_is_not_near);
	tcase_add_test(tcase, reads_a_negated_value);
	tcase_add_test(tcase, tells_all_errors_at_once);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
