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

#include <check.h>
#include <stdlib.h>

#include "wire/notify_data.h"

/**
 * Label of 63 octets.
 */
#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

/**
 * Three such labels, 192 octets with the last dot.
 */
#define LABELS_192 LABEL_63 "." LABEL_63 "." LABEL_63 "."

START_TEST(reads_an_ipv4_address)
{
	gateway_identity_t id;

	ck_assert(gateway_identity_from_string("192.0.2.1", &id));
	ck_assert_int_eq(id.type, GATEWAY_IDENTITY_IPV4);
	ck_assert_int_eq(id.len, 4);
	ck_assert_mem_eq(id.data, "\xc0\x00\x02\x01", 4);
}
END_TEST

START_TEST(reads_an_ipv6_address)
{
	gateway_identity_t id;

	ck_assert(gateway_identity_from_string("2001:DB8::1", &id));
	ck_assert_int_eq(id.type, GATEWAY_IDENTITY_IPV6);
	ck_assert_int_eq(id.len, 16);
	ck_assert_mem_eq(id.data, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
}
END_TEST

START_TEST(reads_a_name_and_folds_its_case)
{
	gateway_identity_t id;

	ck_assert(gateway_identity_from_string("Sun-1.Example.ORG", &id));
	ck_assert_int_eq(id.type, GATEWAY_IDENTITY_FQDN);
	ck_assert_int_eq(id.len, 17);
	ck_assert_str_eq((char*)id.data, "sun-1.example.org");
}
END_TEST

static const char *valid[] = {
	"sun", "a", "3com.example", "1.2.3.a", "0x7f.0xg", "xn--sn-xka.example",
	"a.b.c.d.e.f", "s_n.org", "_sun.example", LABEL_63, LABELS_192 "a",
	/* 253 octets */
	LABELS_192 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg",
};

START_TEST(reads_valid_names)
{
	gateway_identity_t id;

	ck_assert(gateway_identity_from_string(valid[_i], &id));
	ck_assert_int_eq(id.type, GATEWAY_IDENTITY_FQDN);
	ck_assert_str_eq((char*)id.data, valid[_i]);
}
END_TEST

START_TEST(takes_a_name_with_a_dot_at_its_end_for_the_same)
{
	gateway_identity_t with, without;

	ck_assert(gateway_identity_from_string("sun.example.org.", &with));
	ck_assert(gateway_identity_from_string("sun.example.org", &without));
	ck_assert_str_eq((char*)with.data, "sun.example.org");
	ck_assert(gateway_identity_equals(&with, &without));
	ck_assert(redirect_target_check(&with, FALSE) == WIRE_OK);
}
END_TEST

static const char *invalid[] = {
	"", ".", "..", ".sun", "sun..", "sun..org", "1.2.3.4.", "-sun", "sun-", "sun-.org",
	"sun.-org", "sun org", " sun", "sun ", "sun\n", "s%n", "%any",
	"s\xc3\xbcn.org", "user@sun.org", "sun.org:500", "C=CH, O=sun", "*.org",
	/* numbers, and what inet_aton() takes for addresses */
	"1.2.3.4.5", "256.1.1.1", "127.1", "0x7f.1", "0x7f000001", "0X7F.0X1",
	"2130706433", "017700000001", "1.2.3.04", "sun.1", "sun.0x", "0",
	/* not quite IPv6 */
	"2001:db8::1::2", "fe80::1%eth0", "[2001:db8::1]", "2001:db8::/32",
	"192.0.2.1/32", ":", "::g",
	/* 64 and 254 octets */
	LABEL_63 "a", "sun." LABEL_63 "a",
	LABELS_192 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg",
	LABELS_192 LABEL_63 "." LABEL_63, LABELS_192 LABELS_192 LABELS_192,
};

START_TEST(refuses_what_is_neither_address_nor_name)
{
	gateway_identity_t id = { .type = 42, .len = 7 };

	ck_assert(!gateway_identity_from_string(invalid[_i], &id));
	/* unchanged */
	ck_assert_int_eq(id.type, 42);
	ck_assert_int_eq(id.len, 7);
}
END_TEST

START_TEST(refuses_a_missing_string)
{
	gateway_identity_t id;

	ck_assert(!gateway_identity_from_string(NULL, &id));
}
END_TEST

static const char *texts[] = {
	"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::1", "::",
	"::ffff:192.0.2.1", "fe80::1", "sun.example.org", LABEL_63 ".org",
};

START_TEST(writes_what_it_reads)
{
	gateway_identity_t id;
	char buf[GATEWAY_IDENTITY_FQDN_MAX + 1];

	ck_assert(gateway_identity_from_string(texts[_i], &id));
	ck_assert_str_eq(gateway_identity_to_string(&id, buf, sizeof(buf)),
					 texts[_i]);
}
END_TEST

START_TEST(writes_the_longest_name)
{
	gateway_identity_t id;
	char buf[GATEWAY_IDENTITY_FQDN_MAX + 1];
	const char *name = valid[countof(valid) - 1];

	ck_assert_int_eq(strlen(name), GATEWAY_IDENTITY_FQDN_MAX);
	ck_assert(gateway_identity_from_string(name, &id));
	ck_assert_str_eq(gateway_identity_to_string(&id, buf, sizeof(buf)), name);
}
END_TEST

START_TEST(writes_none)
{
	gateway_identity_t id = {};
	char buf[16];

	ck_assert_str_eq(gateway_identity_to_string(&id, buf, sizeof(buf)),
					 "(none)");
}
END_TEST

START_TEST(cuts_text_to_the_buffer)
{
	gateway_identity_t id;
	char buf[8] = "xxxxxxx";

	ck_assert(gateway_identity_from_string("sun.example.org", &id));
	ck_assert_str_eq(gateway_identity_to_string(&id, buf, 4), "sun");
	ck_assert_int_eq(buf[4], 'x');
}
END_TEST

static const struct {
	char *addr;
	gateway_identity_type_t type;
} hosts[] = {
	{ "192.0.2.1",		GATEWAY_IDENTITY_IPV4	},
	{ "2001:db8::1",	GATEWAY_IDENTITY_IPV6	},
};

START_TEST(takes_the_address_of_a_host)
{
	gateway_identity_t id, expected;
	host_t *host;

	host = host_create_from_string(hosts[_i].addr, 4500);
	ck_assert(gateway_identity_from_host(host, &id));
	host->destroy(host);
	ck_assert_int_eq(id.type, hosts[_i].type);
	ck_assert(gateway_identity_from_string(hosts[_i].addr, &expected));
	ck_assert(gateway_identity_equals(&id, &expected));
}
END_TEST

static int get_family_unix(host_t *this)
{
	return AF_UNIX;
}

START_TEST(refuses_a_host_of_another_family)
{
	gateway_identity_t id = { .type = 42 };
	host_t host = { .get_family = get_family_unix };

	ck_assert(!gateway_identity_from_host(&host, &id));
	/* unchanged */
	ck_assert_int_eq(id.type, 42);
}
END_TEST

static const struct {
	const char *str;
	id_type_t type;
} ids[] = {
	{ "192.0.2.1",			ID_IPV4_ADDR	},
	{ "2001:db8::1",		ID_IPV6_ADDR	},
	{ "sun.example.org",	ID_FQDN			},
	/* no name like this becomes anything else */
	{ "c-ch.example",		ID_FQDN			},
};

START_TEST(makes_identifications_for_libcharon)
{
	gateway_identity_t id;
	identification_t *ike;

	ck_assert(gateway_identity_from_string(ids[_i].str, &id));
	ike = gateway_identity_to_id(&id);
	ck_assert_int_eq(ike->get_type(ike), ids[_i].type);
	ck_assert_int_eq(ike->get_encoding(ike).len, id.len);
	ck_assert_mem_eq(ike->get_encoding(ike).ptr, id.data, id.len);
	ike->destroy(ike);
}
END_TEST

START_TEST(compares_type_and_value)
{
	gateway_identity_t a, b;

	ck_assert(gateway_identity_from_string("192.0.2.1", &a));
	ck_assert(gateway_identity_from_string("192.0.2.1", &b));
	ck_assert(gateway_identity_equals(&a, &b));
	ck_assert(gateway_identity_from_string("192.0.2.2", &b));
	ck_assert(!gateway_identity_equals(&a, &b));
	/* same octets, another type */
	b = a;
	b.type = GATEWAY_IDENTITY_FQDN;
	ck_assert(!gateway_identity_equals(&a, &b));

	ck_assert(gateway_identity_from_string("sun.example.org", &a));
	ck_assert(gateway_identity_from_string("SUN.example.org", &b));
	ck_assert(gateway_identity_equals(&a, &b));
	ck_assert(gateway_identity_from_string("sun.example.or", &b));
	ck_assert(!gateway_identity_equals(&a, &b));
	/* data that somebody else filled in */
	memcpy(b.data, "SUN.EXAMPLE.ORG", sizeof("SUN.EXAMPLE.ORG"));
	b.len = a.len;
	ck_assert(gateway_identity_equals(&a, &b));
}
END_TEST

int main()
{
	Suite *suite = suite_create("gateway_identity");
	TCase *tcase;
	SRunner *runner;
	int failed;

	tcase = tcase_create("from_string");
	tcase_add_test(tcase, reads_an_ipv4_address);
	tcase_add_test(tcase, reads_an_ipv6_address);
	tcase_add_test(tcase, reads_a_name_and_folds_its_case);
	tcase_add_loop_test(tcase, reads_valid_names, 0, countof(valid));
	tcase_add_test(tcase, takes_a_name_with_a_dot_at_its_end_for_the_same);
	tcase_add_loop_test(tcase, refuses_what_is_neither_address_nor_name,
						0, countof(invalid));
	tcase_add_test(tcase, refuses_a_missing_string);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("to_string");
	tcase_add_loop_test(tcase, writes_what_it_reads, 0, countof(texts));
	tcase_add_test(tcase, writes_the_longest_name);
	tcase_add_test(tcase, writes_none);
	tcase_add_test(tcase, cuts_text_to_the_buffer);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("conversion");
	tcase_add_loop_test(tcase, takes_the_address_of_a_host, 0, countof(hosts));
	tcase_add_test(tcase, refuses_a_host_of_another_family);
	tcase_add_loop_test(tcase, makes_identifications_for_libcharon,
						0, countof(ids));
	tcase_add_test(tcase, compares_type_and_value);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
