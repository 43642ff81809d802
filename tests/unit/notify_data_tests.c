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

#include <encoding/payloads/notify_payload.h>

#include "notify_corpus.h"
#include "wire/notify_data.h"

/**
 * Malformed cases that the corpus has at least.
 */
#define MALFORMED_MIN 30

/**
 * Cases of tests/corpus/notifies.
 */
static notify_case_t *cases;
static int case_count;

/**
 * Nonce of a request, of 32 octets.
 */
static chunk_t test_nonce()
{
	static uint8_t octets[32] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	return chunk_from_thing(octets);
}

/**
 * Parse an address or name that is known to be valid.
 */
static gateway_identity_t identity(const char *str)
{
	gateway_identity_t id;

	ck_assert_msg(gateway_identity_from_string(str, &id), "%s", str);
	return id;
}

/**
 * Parse a case as REDIRECT in one place.
 */
static wire_verdict_t parse_redirect(notify_case_t *this, wire_place_t place)
{
	uint8_t buf[NOTIFY_CASE_DATA_MAX];
	gateway_identity_t id;
	chunk_t nonce, data;

	data = notify_case_data(this, place == WIRE_IKE_SA_INIT ? test_nonce()
															: chunk_empty, buf);
	return redirect_notify_parse(place, this->protocol, this->spi_size, data,
								 FALSE, &id, &nonce);
}

/**
 * Check a verdict of the parser.
 */
static void assert_verdict(notify_case_t *this, const char *place,
						   wire_verdict_t verdict)
{
	ck_assert_msg(verdict == this->verdict, "%s in %s: %s instead of %s",
				  this->name, place,
				  enum_to_name(wire_verdict_names, verdict),
				  enum_to_name(wire_verdict_names, this->verdict));
}

/* proves: R9.1-2 gateway, R9.1-3 gateway, R9.3-4 gateway, R9.3-5 gateway,
 * R9.3-7 gateway */
START_TEST(judges_each_case_of_the_corpus)
{
	notify_case_t *this = &cases[_i];
	uint8_t buf[NOTIFY_CASE_DATA_MAX];
	gateway_identity_t id;
	chunk_t data;

	if (this->places & NOTIFY_IN_INIT)
	{
		assert_verdict(this, "init", parse_redirect(this, WIRE_IKE_SA_INIT));
	}
	if (this->places & NOTIFY_IN_AUTH)
	{
		assert_verdict(this, "auth", parse_redirect(this, WIRE_IKE_AUTH));
	}
	if (this->places & NOTIFY_IN_INFORMATIONAL)
	{
		assert_verdict(this, "informational",
					   parse_redirect(this, WIRE_INFORMATIONAL));
	}
	if (this->places & NOTIFY_IN_REQUEST)
	{
		data = notify_case_data(this, chunk_empty, buf);
		assert_verdict(this, "request", this->type == REDIRECTED_FROM ?
			redirected_from_parse(this->protocol, this->spi_size, data,
								  FALSE, &id) :
			redirect_supported_parse(this->protocol, this->spi_size, data));
	}
}
END_TEST

START_TEST(corpus_has_a_case_for_each_verdict)
{
	u_int seen[WIRE_VERDICT_MAX] = {}, malformed = 0;
	int i, j;

	for (i = 0; i < case_count; i++)
	{
		ck_assert_msg(cases[i].places, "%s has no place", cases[i].name);
		ck_assert_msg((cases[i].type == REDIRECT) ==
					  !(cases[i].places & NOTIFY_IN_REQUEST),
					  "%s in the wrong place", cases[i].name);
		for (j = 0; j < i; j++)
		{
			ck_assert_str_ne(cases[i].name, cases[j].name);
		}
		seen[cases[i].verdict]++;
		malformed += cases[i].verdict != WIRE_OK;
	}
	for (i = 0; i < WIRE_VERDICT_MAX; i++)
	{
		ck_assert_msg(seen[i], "no case for %s",
					  enum_to_name(wire_verdict_names, i));
	}
	ck_assert_int_ge(malformed, MALFORMED_MIN);
}
END_TEST

START_TEST(gives_each_verdict_a_name)
{
	int i, j;

	for (i = 0; i < WIRE_VERDICT_MAX; i++)
	{
		ck_assert_ptr_nonnull(enum_to_name(wire_verdict_names, i));
		for (j = 0; j < i; j++)
		{
			ck_assert_str_ne(enum_to_name(wire_verdict_names, i),
							 enum_to_name(wire_verdict_names, j));
		}
	}
	ck_assert_ptr_null(enum_to_name(wire_verdict_names, WIRE_VERDICT_MAX));
}
END_TEST

static const char *gateways[] = {
	"192.0.2.1", "223.255.255.255", "2001:db8::1", "sun.example.org", "sun",
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg",
};

static const size_t nonces[] = { 0, 16, 17, 32, 255, 256 };

START_TEST(reads_the_redirect_that_it_writes)
{
	uint8_t buf[WIRE_REDIRECT_MAX], octets[WIRE_NONCE_MAX];
	gateway_identity_t id, parsed;
	wire_place_t place;
	chunk_t nonce, found;
	size_t len, i;

	id = identity(gateways[_i]);
	memset(octets, 0xa5, sizeof(octets));
	for (i = 0; i < countof(nonces); i++)
	{
		nonce = chunk_create(octets, nonces[i]);
		place = nonce.len ? WIRE_IKE_SA_INIT : WIRE_IKE_AUTH;
		len = redirect_notify_write(&id, nonce, buf);
		ck_assert_uint_eq(len, 2 + id.len + nonce.len);
		ck_assert_int_eq(buf[0], id.type);
		ck_assert_int_eq(buf[1], id.len);
		ck_assert_int_eq(redirect_notify_parse(place, 0, 0,
							chunk_create(buf, len), FALSE, &parsed, &found),
						 WIRE_OK);
		ck_assert(gateway_identity_equals(&id, &parsed));
		ck_assert_uint_eq(found.len, nonce.len);
		ck_assert(!nonce.len || chunk_equals(nonce, found));
	}
}
END_TEST

START_TEST(finds_the_nonce_inside_the_data)
{
	uint8_t buf[WIRE_REDIRECT_MAX];
	gateway_identity_t id = identity("sun.example.org"), parsed;
	chunk_t nonce;
	size_t len;

	len = redirect_notify_write(&id, test_nonce(), buf);
	ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_SA_INIT, 0, 0,
						chunk_create(buf, len), FALSE, &parsed, &nonce),
					 WIRE_OK);
	ck_assert_ptr_eq(nonce.ptr, buf + 2 + id.len);
	ck_assert_uint_eq(nonce.len, test_nonce().len);
	/* who does not want the nonce need not take it */
	ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_SA_INIT, 0, 0,
						chunk_create(buf, len), FALSE, &parsed, NULL),
					 WIRE_OK);
}
END_TEST

START_TEST(finds_no_nonce_outside_of_init)
{
	uint8_t buf[WIRE_REDIRECT_MAX];
	gateway_identity_t id = identity("192.0.2.1"), parsed;
	chunk_t nonce = test_nonce();
	size_t len;

	len = redirect_notify_write(&id, chunk_empty, buf);
	ck_assert_int_eq(redirect_notify_parse(WIRE_INFORMATIONAL, 0, 0,
						chunk_create(buf, len), FALSE, &parsed, &nonce),
					 WIRE_OK);
	ck_assert_uint_eq(nonce.len, 0);
	ck_assert_ptr_null(nonce.ptr);
}
END_TEST

START_TEST(folds_the_case_of_names_it_reads)
{
	chunk_t data = chunk_from_chars(3, 7, 'S', 'u', 'N', '.', 'O', 'r', 'G');
	gateway_identity_t id;

	ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_AUTH, 0, 0, data, FALSE,
										   &id, NULL), WIRE_OK);
	ck_assert_int_eq(id.len, 7);
	ck_assert_str_eq((char*)id.data, "sun.org");
}
END_TEST

START_TEST(takes_the_dot_off_names_it_reads)
{
	chunk_t data = chunk_from_chars(3, 8, 'S', '_', 'N', '.', 'O', 'r', 'G', '.');
	gateway_identity_t id;

	ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_AUTH, 0, 0, data, FALSE,
										   &id, NULL), WIRE_OK);
	ck_assert_int_eq(id.len, 7);
	ck_assert_str_eq((char*)id.data, "s_n.org");
}
END_TEST

static const struct {
	const char *data;
	size_t len;
	const char *text;
} names[] = {
	{ "\3\7sun gw.",				9,	"sun\\x20gw."			},
	{ "\3\5%s\n\\\33",			7,	"%s\\x0a\\x5c\\x1b"	},
	{ "\3\4s\374n\177",			6,	"s\\xfcn\\x7f"			},
	/* shorter and longer than it says */
	{ "\3\377sun",				5,	"sun"					},
	{ "\3\3suns",					6,	"sun"					},
	/* no name */
	{ "\3",						1,	""						},
	{ "\1\4sun.",					6,	""						},
	{ "",							0,	""						},
};

START_TEST(writes_a_refused_name_for_a_log)
{
	char buf[WIRE_NAME_PRINT_MAX];

	ck_assert_str_eq(redirect_name_print(chunk_create((u_char*)names[_i].data,
								names[_i].len), buf), names[_i].text);
}
END_TEST

START_TEST(cuts_a_long_refused_name)
{
	uint8_t octets[257];
	char buf[WIRE_NAME_PRINT_MAX], *end;
	int i;

	for (i = 0; i < 2; i++)
	{
		memset(octets, i ? '\n' : 'a', sizeof(octets));
		octets[0] = 3;
		octets[1] = 255;
		redirect_name_print(chunk_from_thing(octets), buf);
		ck_assert_int_lt(strlen(buf), WIRE_NAME_PRINT_MAX);
		ck_assert_int_gt(strlen(buf), WIRE_NAME_PRINT_MAX / 2);
		end = buf + strlen(buf) - 3;
		ck_assert_str_eq(end, "...");
	}
}
END_TEST

START_TEST(allows_loopback_if_told_so)
{
	gateway_identity_t ids[] = {
		identity("127.0.0.1"), identity("127.255.255.255"), identity("::1"),
	}, parsed;
	uint8_t buf[WIRE_REDIRECT_MAX];
	chunk_t data;
	size_t i;

	for (i = 0; i < countof(ids); i++)
	{
		data = chunk_create(buf,
							redirect_notify_write(&ids[i], chunk_empty, buf));
		ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_AUTH, 0, 0, data,
						 FALSE, &parsed, NULL), WIRE_ADDRESS_LOOPBACK);
		ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_AUTH, 0, 0, data,
						 TRUE, &parsed, NULL), WIRE_OK);
		ck_assert(gateway_identity_equals(&ids[i], &parsed));
		ck_assert_int_eq(redirected_from_parse(0, 0, data, FALSE, &parsed),
						 WIRE_ADDRESS_LOOPBACK);
		ck_assert_int_eq(redirected_from_parse(0, 0, data, TRUE, &parsed),
						 WIRE_OK);
		ck_assert(gateway_identity_equals(&ids[i], &parsed));
		ck_assert_int_eq(redirect_target_check(&ids[i], FALSE),
						 WIRE_ADDRESS_LOOPBACK);
		ck_assert_int_eq(redirect_target_check(&ids[i], TRUE), WIRE_OK);
	}
}
END_TEST

static const struct {
	const char *str;
	wire_verdict_t verdict;
} targets[] = {
	{ "1.0.0.0",				WIRE_OK							},
	{ "10.1.0.1",				WIRE_OK							},
	{ "126.255.255.255",		WIRE_OK							},
	{ "128.0.0.0",				WIRE_OK							},
	{ "169.253.255.255",		WIRE_OK							},
	{ "169.255.0.0",			WIRE_OK							},
	{ "223.255.255.255",		WIRE_OK							},
	{ "fc00::1",				WIRE_OK							},
	{ "fec0::1",				WIRE_OK							},
	{ "fe7f::1",				WIRE_OK							},
	{ "64:ff9b::192.0.2.1",		WIRE_OK							},
	{ "::1:0:0:0",				WIRE_OK							},
	{ "::fffe:0:0",				WIRE_OK							},
	{ "::ff:0:0",				WIRE_OK							},
	{ "sun.example.org",		WIRE_OK							},
	{ "0.0.0.0",				WIRE_ADDRESS_UNSPECIFIED		},
	{ "0.255.255.255",			WIRE_ADDRESS_UNSPECIFIED		},
	{ "::",						WIRE_ADDRESS_UNSPECIFIED		},
	{ "127.0.0.0",				WIRE_ADDRESS_LOOPBACK			},
	{ "::1",					WIRE_ADDRESS_LOOPBACK			},
	{ "169.254.0.0",			WIRE_ADDRESS_LINK_LOCAL			},
	{ "169.254.255.255",		WIRE_ADDRESS_LINK_LOCAL			},
	{ "fe80::",					WIRE_ADDRESS_LINK_LOCAL			},
	{ "febf:ffff::",			WIRE_ADDRESS_LINK_LOCAL			},
	{ "224.0.0.0",				WIRE_ADDRESS_MULTICAST			},
	{ "239.255.255.255",		WIRE_ADDRESS_MULTICAST			},
	{ "ff00::",					WIRE_ADDRESS_MULTICAST			},
	{ "ffff::1",				WIRE_ADDRESS_MULTICAST			},
	{ "240.0.0.0",				WIRE_ADDRESS_BROADCAST			},
	{ "255.255.255.255",		WIRE_ADDRESS_BROADCAST			},
	{ "::ffff:0.0.0.0",			WIRE_ADDRESS_MAPPED				},
	{ "::ffff:127.0.0.1",		WIRE_ADDRESS_MAPPED				},
	{ "::2",					WIRE_ADDRESS_MAPPED				},
	{ "::127.0.0.1",			WIRE_ADDRESS_MAPPED				},
};

START_TEST(knows_where_clients_can_be_sent)
{
	gateway_identity_t id = identity(targets[_i].str);

	ck_assert_msg(redirect_target_check(&id, FALSE) == targets[_i].verdict,
				  "%s: %s", targets[_i].str, enum_to_name(wire_verdict_names,
									redirect_target_check(&id, FALSE)));
}
END_TEST

START_TEST(sends_nobody_to_no_gateway)
{
	gateway_identity_t id = {};
	uint8_t buf[WIRE_REDIRECT_MAX];

	ck_assert_int_eq(redirect_target_check(&id, TRUE), WIRE_IDENT_TYPE);
	ck_assert_uint_eq(redirect_notify_write(&id, chunk_empty, buf), 0);
	ck_assert_uint_eq(redirect_notify_write(&id, test_nonce(), buf), 0);
	ck_assert_uint_eq(redirected_from_write(&id, buf), 0);
}
END_TEST

START_TEST(writes_no_nonce_of_a_wrong_length)
{
	uint8_t buf[WIRE_REDIRECT_MAX], octets[WIRE_NONCE_MAX + 1] = {};
	gateway_identity_t id = identity("192.0.2.1");
	size_t len;

	for (len = 1; len < WIRE_NONCE_MIN; len++)
	{
		ck_assert_uint_eq(redirect_notify_write(&id,
										chunk_create(octets, len), buf), 0);
	}
	ck_assert_uint_eq(redirect_notify_write(&id, chunk_from_thing(octets),
											buf), 0);
}
END_TEST

START_TEST(reads_the_redirected_from_that_it_writes)
{
	const char *addrs[] = { "192.0.2.1", "2001:db8::1" };
	gateway_identity_t id, parsed;
	uint8_t buf[18];
	size_t len, i;

	for (i = 0; i < countof(addrs); i++)
	{
		id = identity(addrs[i]);
		len = redirected_from_write(&id, buf);
		ck_assert_uint_eq(len, 2 + id.len);
		ck_assert_int_eq(redirected_from_parse(0, 0, chunk_create(buf, len),
											   FALSE, &parsed), WIRE_OK);
		ck_assert(gateway_identity_equals(&id, &parsed));
	}
}
END_TEST

START_TEST(writes_no_name_into_redirected_from)
{
	gateway_identity_t id = identity("sun.example.org");
	uint8_t buf[WIRE_REDIRECT_MAX];

	ck_assert_uint_eq(redirected_from_write(&id, buf), 0);
}
END_TEST

START_TEST(refuses_every_truncation)
{
	uint8_t buf[WIRE_REDIRECT_MAX];
	gateway_identity_t id = identity(gateways[_i]), parsed;
	size_t len, i;
	uint8_t *copy;

	len = redirect_notify_write(&id, chunk_empty, buf);
	for (i = 0; i < len; i++)
	{
		/* of exactly this size, so that ASan sees who reads too far */
		copy = malloc(i);
		memcpy(copy, buf, i);
		ck_assert_int_eq(redirect_notify_parse(WIRE_IKE_AUTH, 0, 0,
							chunk_create(copy, i), FALSE, &parsed, NULL),
						 WIRE_TRUNCATED);
		free(copy);
	}
}
END_TEST

int main()
{
	Suite *suite = suite_create("notify_data");
	TCase *tcase;
	SRunner *runner;
	int failed;

	cases = notify_corpus_load(&case_count);

	tcase = tcase_create("corpus");
	tcase_add_loop_test(tcase, judges_each_case_of_the_corpus, 0, case_count);
	tcase_add_test(tcase, corpus_has_a_case_for_each_verdict);
	tcase_add_test(tcase, gives_each_verdict_a_name);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("parse");
	tcase_add_test(tcase, finds_the_nonce_inside_the_data);
	tcase_add_test(tcase, finds_no_nonce_outside_of_init);
	tcase_add_test(tcase, folds_the_case_of_names_it_reads);
	tcase_add_test(tcase, takes_the_dot_off_names_it_reads);
	tcase_add_loop_test(tcase, writes_a_refused_name_for_a_log, 0,
						countof(names));
	tcase_add_test(tcase, cuts_a_long_refused_name);
	tcase_add_test(tcase, allows_loopback_if_told_so);
	tcase_add_loop_test(tcase, knows_where_clients_can_be_sent,
						0, countof(targets));
	tcase_add_loop_test(tcase, refuses_every_truncation, 0, countof(gateways));
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("write");
	tcase_add_loop_test(tcase, reads_the_redirect_that_it_writes,
						0, countof(gateways));
	tcase_add_test(tcase, sends_nobody_to_no_gateway);
	tcase_add_test(tcase, writes_no_nonce_of_a_wrong_length);
	tcase_add_test(tcase, reads_the_redirected_from_that_it_writes);
	tcase_add_test(tcase, writes_no_name_into_redirected_from);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	free(cases);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
