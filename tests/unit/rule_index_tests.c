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

/*
 * The index of rules by address finds what reading all of them finds.
 */

#include "policy_fixture.h"
#include "policy/rule_index.h"

/**
 * Lists of rules, rules of each, and clients that ask.
 */
#define LISTS 40
#define RULES 60
#define CLIENTS 2000

/**
 * Next number of a sequence.
 */
static uint32_t next(uint64_t *seed)
{
	*seed = redirect_selector_mix(*seed, 0x5685);
	return *seed >> 32;
}

/**
 * Write an address of a small world, so that ranges meet; the first and the last
 * address of each family are in it.
 */
static void write_address(FILE *file, bool ipv6, uint64_t *seed)
{
	static const uint8_t octets[] = { 0, 1, 2, 127, 128, 254, 255, 255 };
	uint8_t ends = next(seed) % 3 ? 10 : octets[next(seed) % 8];

	if (ipv6)
	{
		ends = ends == 255 ? 255 : 0;
		fprintf(file, "%x:%x:%x:%x:%x:%x:%x:%x%x", ends * 0x101, ends * 0x101,
				ends * 0x101, ends * 0x101, ends * 0x101, ends * 0x101,
				ends * 0x101, octets[next(seed) % 8], octets[next(seed) % 8]);
		return;
	}
	fprintf(file, "%u.%u.%u.%u", ends, ends, octets[next(seed) % 8],
			octets[next(seed) % 8]);
}

/**
 * Write some subnets and addresses.
 */
static void write_set(FILE *file, uint64_t *seed)
{
	int i, count = 1 + next(seed) % 4;
	bool ipv6;

	for (i = 0; i < count; i++)
	{
		ipv6 = next(seed) % 3 == 0;
		fprintf(file, "%s", i ? ", " : "");
		write_address(file, ipv6, seed);
		if (next(seed) % 3)
		{
			fprintf(file, "/%u", next(seed) % (ipv6 ? 129 : 33));
		}
	}
}

/**
 * Write rules: some are about everybody, or about everybody but some.
 */
static char *write_rules(uint64_t *seed)
{
	int i, count = next(seed) % RULES;
	char *conf;
	size_t len;
	FILE *file;

	file = open_memstream(&conf, &len);
	fprintf(file, "gateways { sun { addresses = 192.0.2.2 } }\nrules {\n");
	for (i = 0; i < count; i++)
	{
		fprintf(file, "r%d { action = serve\n phase = %s\n", i,
				next(seed) % 2 ? "init" : "init, active");
		if (next(seed) % 8 == 0)
		{
			fprintf(file, "enabled = no\n");
		}
		if (next(seed) % 16)
		{
			fprintf(file, "remote = %s", next(seed) % 8 ? "" : "!");
			write_set(file, seed);
			fprintf(file, "\n");
		}
		if (next(seed) % 4)
		{
			fprintf(file, "percent = %u\n", 1 + next(seed) % 100);
		}
		fprintf(file, "}\n");
	}
	fprintf(file, "}\n");
	fclose(file);
	return conf;
}

/**
 * The first rule that matches, by reading all of them.
 */
static const rule_t *find_plain(const policy_t *policy,
								const redirect_request_t *request)
{
	int i;

	for (i = 0; i < policy->rule_count; i++)
	{
		if (policy->rules[i].enabled &&
			conditions_match(&policy->rules[i].conditions, request, 0))
		{
			return &policy->rules[i];
		}
	}
	return NULL;
}

/**
 * A client of the same small world, or of none.
 */
static redirect_request_t create_client(uint64_t *seed)
{
	redirect_request_t request = {
		.phase = next(seed) % 3 ? REDIRECT_PHASE_INIT : REDIRECT_PHASE_ACTIVE,
		.supported = TRUE,
	};
	char text[64] = "";
	FILE *file;

	if (next(seed) % 50)
	{
		file = fmemopen(text, sizeof(text), "w");
		write_address(file, next(seed) % 3 == 0, seed);
		fclose(file);
		ck_assert(ip_address_from_string(text, &request.remote));
	}
	return request;
}

START_TEST(finds_the_rule_that_reading_all_of_them_finds)
{
	const policy_state_t *state;
	policy_fixture_t fixture;
	redirect_request_t request;
	uint64_t seed = _i;
	int i, token, found = 0;
	char *conf;

	conf = write_rules(&seed);
	fixture = policy_fixture_create(conf);
	state = fixture.engine->acquire(fixture.engine, &token);
	for (i = 0; i < CLIENTS; i++)
	{
		request = create_client(&seed);
		ck_assert_ptr_eq(rule_index_find(state->policy->index, &request, 0),
						 find_plain(state->policy, &request));
		found += find_plain(state->policy, &request) != NULL;
	}
	/* it is not about nothing */
	ck_assert(found || state->policy->rule_count < 3);
	fixture.engine->release(fixture.engine, token);
	policy_fixture_destroy(&fixture);
	free(conf);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rule_index");
	TCase *tcase = tcase_create("rule_index");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, finds_the_rule_that_reading_all_of_them_finds,
						0, LISTS);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
