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
 * Check whether an address is in a list.
 */
static bool contains(const char *list, const char *str)
{
	ip_address_t address = policy_fixture_address(str);
	ip_set_t *set;
	char *wrong = NULL;
	bool found;

	set = ip_set_create(list, &wrong);
	ck_assert_msg(set != NULL, "%s in %s", wrong, list);
	found = ip_set_contains(set, &address);
	ip_set_destroy(set);
	return found;
}

START_TEST(contains_addresses_subnets_and_ranges)
{
	const char *list = "192.0.2.1, 198.51.100.64/26, 203.0.113.5-203.0.113.9, "
					   "2001:db8::/32";

	ck_assert(contains(list, "192.0.2.1"));
	ck_assert(!contains(list, "192.0.2.0"));
	ck_assert(!contains(list, "192.0.2.2"));
	ck_assert(!contains(list, "198.51.100.63"));
	ck_assert(contains(list, "198.51.100.64"));
	ck_assert(contains(list, "198.51.100.127"));
	ck_assert(!contains(list, "198.51.100.128"));
	ck_assert(!contains(list, "203.0.113.4"));
	ck_assert(contains(list, "203.0.113.5"));
	ck_assert(contains(list, "203.0.113.9"));
	ck_assert(!contains(list, "203.0.113.10"));
	ck_assert(contains(list, "2001:db8:ffff::1"));
	ck_assert(!contains(list, "2001:db9::"));
}
END_TEST

START_TEST(takes_the_whole_space_of_a_family_only)
{
	ck_assert(contains("0.0.0.0/0", "255.255.255.255"));
	ck_assert(!contains("0.0.0.0/0", "::1"));
	ck_assert(contains("::/0", "ffff:ffff::"));
	ck_assert(!contains("::/0", "0.0.0.1"));
}
END_TEST

START_TEST(ignores_host_bits_of_a_subnet)
{
	ck_assert(contains("198.51.100.77/24", "198.51.100.1"));
	ck_assert(contains("2001:db8::77/121", "2001:db8::1"));
	ck_assert(!contains("2001:db8::77/121", "2001:db8::80"));
}
END_TEST

START_TEST(merges_ranges_that_overlap)
{
	const char *list = "192.0.2.10-192.0.2.20, 192.0.2.0/28, 192.0.2.12";

	ck_assert(contains(list, "192.0.2.0"));
	ck_assert(contains(list, "192.0.2.16"));
	ck_assert(contains(list, "192.0.2.20"));
	ck_assert(!contains(list, "192.0.2.21"));
}
END_TEST

START_TEST(tells_which_element_is_wrong)
{
	static const struct { char *list, *wrong; } cases[] = {
		{ "192.0.2.1, moon", "moon" }, { "192.0.2.0/33", "192.0.2.0/33" },
		{ "192.0.2.0/", "192.0.2.0/" }, { "192.0.2.0/8x", "192.0.2.0/8x" },
		{ "192.0.2.9-192.0.2.1", "192.0.2.9-192.0.2.1" },
		{ "192.0.2.1-2001:db8::1", "192.0.2.1-2001:db8::1" },
		{ "2001:db8::/129", "2001:db8::/129" }, { "", "" }, { " , ", "" },
	};
	char *wrong = NULL;

	ck_assert_ptr_null(ip_set_create(cases[_i].list, &wrong));
	ck_assert_str_eq(wrong, cases[_i].wrong);
	free(wrong);
}
END_TEST

START_TEST(agrees_with_a_look_at_each_range)
{
	/* 64 subnets of different size in the lower 16 bits, every address */
	ip_address_t address = policy_fixture_address("10.0.0.0");
	uint32_t from[64], to[64], value, seed = 5, prefix;
	char list[64 * 24] = "";
	size_t used = 0;
	ip_set_t *set;
	bool expected;
	int i;

	for (i = 0; i < 64; i++)
	{
		seed = seed * 1664525 + 1013904223;
		prefix = 20 + seed % 13;
		value = seed >> 16 & ~((1U << (32 - prefix)) - 1);
		from[i] = value;
		to[i] = value + (1U << (32 - prefix)) - 1;
		used += snprintf(list + used, sizeof(list) - used, "%s10.0.%u.%u/%u",
						 i ? "," : "", value >> 8, value & 0xff, prefix);
	}
	set = ip_set_create(list, NULL);
	ck_assert(set != NULL);
	for (value = 0; value <= 0xffff; value++)
	{
		expected = FALSE;
		for (i = 0; i < 64; i++)
		{
			expected |= value >= from[i] && value <= to[i];
		}
		address.data[2] = value >> 8;
		address.data[3] = value;
		ck_assert_msg(ip_set_contains(set, &address) == expected, "%u", value);
	}
	ip_set_destroy(set);
}
END_TEST

START_TEST(nothing_is_in_no_set)
{
	ip_address_t none = {}, address = policy_fixture_address("192.0.2.1");
	ip_set_t *set = ip_set_create("0.0.0.0/0, ::/0", NULL);

	ck_assert(!ip_set_contains(NULL, &address));
	ck_assert(!ip_set_contains(set, &none));
	ip_set_destroy(set);
	ip_set_destroy(NULL);
}
END_TEST

START_TEST(writes_addresses_as_people_read_them)
{
	ip_address_t address = policy_fixture_address("2001:DB8:0::1"), none = {};
	char buf[INET6_ADDRSTRLEN], same[INET_ADDRSTRLEN];
	int i;

	ck_assert_str_eq(ip_address_to_string(&address, buf, sizeof(buf)),
					 "2001:db8::1");
	ck_assert_str_eq(ip_address_to_string(&none, buf, sizeof(buf)), "(none)");
	for (i = 0; i < 256; i++)
	{
		address = ip_address_from_chunk(chunk_from_chars(i, 255 - i, i ^ 0x55,
														 i / 16));
		ck_assert_str_eq(ip_address_to_string(&address, buf, INET_ADDRSTRLEN),
						 inet_ntop(AF_INET, address.data, same, sizeof(same)));
	}
	/* without room there is no address, but no more than there is room for */
	ck_assert_str_eq(ip_address_to_string(&address, buf, 4), "(no");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ip_set");
	TCase *tcase = tcase_create("ip_set");

	tcase_add_test(tcase, contains_addresses_subnets_and_ranges);
	tcase_add_test(tcase, takes_the_whole_space_of_a_family_only);
	tcase_add_test(tcase, ignores_host_bits_of_a_subnet);
	tcase_add_test(tcase, merges_ranges_that_overlap);
	tcase_add_loop_test(tcase, tells_which_element_is_wrong, 0, 9);
	tcase_add_test(tcase, agrees_with_a_look_at_each_range);
	tcase_add_test(tcase, nothing_is_in_no_set);
	tcase_add_test(tcase, writes_addresses_as_people_read_them);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
