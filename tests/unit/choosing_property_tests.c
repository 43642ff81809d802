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
 * What holds for any fleet and any client: random ones, from fixed seeds.
 */

#include "policy_fixture.h"

/**
 * Fleets, and clients of each.
 */
#define FLEETS 40
#define CLIENTS 500

/**
 * Most gateways of a fleet.
 */
#define GATEWAYS 12

static const char *const selectors[] = {
	"rendezvous", "weighted", "round-robin", "least-loaded", "power-of-two",
	"priority",
};

/**
 * What a fleet was made of, to compare answers with.
 */
typedef struct {
	int count;
	int self;
	bool usable[GATEWAYS];
	bool ipv4[GATEWAYS];
	bool ipv6[GATEWAYS];
	uint32_t room[GATEWAYS];
	uint32_t claims[GATEWAYS];
	policy_fixture_t fixture;
} fleet_t;

/**
 * Next number of a sequence.
 */
static uint32_t next(uint64_t *seed)
{
	*seed = redirect_selector_mix(*seed, 0x5685);
	return *seed >> 32;
}

/**
 * Write a configuration of gateways in random states.
 */
static char *write_conf(fleet_t *fleet, const char *selector, uint64_t *seed)
{
	static const char *const states[] = {
		"active", "active", "active", "active", "drain", "disabled"
	};
	const char *state;
	uint32_t weight;
	int limited = 0;
	char *conf;
	size_t len;
	FILE *file;
	int i;

	file = open_memstream(&conf, &len);
	fleet->count = 1 + next(seed) % GATEWAYS;
	fleet->self = next(seed) % fleet->count;
	fprintf(file, "self = g%d\nselector = %s\nbalance_factor = %d\nsticky = %d\n"
			"gateways {\n", fleet->self, selector, next(seed) % 2 * 120,
			next(seed) % 2 * 600);
	for (i = 0; i < fleet->count; i++)
	{
		state = states[next(seed) % countof(states)];
		fleet->usable[i] = streq(state, "active");
		fleet->ipv4[i] = next(seed) % 4;
		fleet->ipv6[i] = !fleet->ipv4[i] || next(seed) % 2;
		fleet->room[i] = next(seed) % 3 ? UINT32_MAX : 100;
		weight = 1 + next(seed) % 200;
		/* what clients without proof of their address may take of the room */
		fleet->claims[i] = min(16 * weight, 50);
		limited += fleet->room[i] == 100;
		fprintf(file, "g%d { state = %s\n weight = %u\n capacity = %u\n"
				"priority = %u\n addresses = ", i, state, weight,
				fleet->room[i] == 100 ? 150 : 0, next(seed) % 3);
		if (fleet->ipv4[i])
		{
			fprintf(file, "10.9.0.%d,", i + 1);
		}
		if (fleet->ipv6[i])
		{
			fprintf(file, "2001:db8:9::%x", i + 1);
		}
		fprintf(file, " }\n");
	}
	fprintf(file, "}\nrules { r { phase = init, auth\n onward = yes } }\n");
	for (i = 0; i < fleet->count && limited == fleet->count; i++)
	{
		fleet->claims[i] = 150 / 8;
	}
	fclose(file);
	return conf;
}

/**
 * Create a fleet: some gateways are down, some are nearly full.
 */
static fleet_t create_fleet(const char *selector, uint64_t *seed)
{
	fleet_t fleet = {};
	char name[16], *conf;
	int i;

	conf = write_conf(&fleet, selector, seed);
	fleet.fixture = policy_fixture_create(conf);
	free(conf);
	for (i = 0; i < fleet.count; i++)
	{
		snprintf(name, sizeof(name), "g%d", i);
		if (next(seed) % 5 == 0)
		{
			fleet.fixture.table->testify(fleet.fixture.table, name,
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
			fleet.usable[i] = FALSE;
		}
		if (fleet.room[i] == 100)
		{
			fleet.fixture.table->set_load(fleet.fixture.table, name, 50,
										  REDIRECT_SELECTOR_UNKNOWN,
					GATEWAY_SOURCE_OPERATOR);
		}
	}
	fleet.fixture.engine->refresh(fleet.fixture.engine);
	return fleet;
}

/**
 * A random client, some of them redirected by one of the gateways.
 */
static redirect_request_t create_client(fleet_t *fleet, uint64_t *seed)
{
	redirect_request_t request = {
		.phase = next(seed) % 2 ? REDIRECT_PHASE_AUTH : REDIRECT_PHASE_INIT,
		.supported = TRUE,
		.spi_i = next(seed) + 1ULL,
		.remote_port = 1024 + next(seed) % 60000,
	};
	bool ipv6 = next(seed) % 2;
	uint32_t from = next(seed) % fleet->count, host = next(seed) % 4096;
	char buf[64];

	snprintf(buf, sizeof(buf), ipv6 ? "2001:db8:c::%x" : "198.18.%u.%u",
			 ipv6 ? host : host >> 8, host & 0xff);
	request.remote = policy_fixture_address(buf);
	request.local = policy_fixture_address(ipv6 ? "2001:db8:9::ff"
												: "10.9.0.255");
	if (next(seed) % 4 == 0)
	{
		snprintf(buf, sizeof(buf), fleet->ipv4[from] ? "10.9.0.%u"
				 : "2001:db8:9::%x", from + 1);
		request.redirected_from = policy_fixture_address(buf);
	}
	return request;
}

/**
 * Position of the gateway that was chosen, -1 if none was.
 */
static int chosen(const redirect_decision_t *decision)
{
	return *decision->gateway ? atoi(decision->gateway + 1) : -1;
}

/**
 * Position of the gateway that a client comes from, -1 if from none.
 */
static int came_from(const redirect_request_t *request)
{
	int last = request->redirected_from.version == 4 ? 3 : 15;

	return request->redirected_from.version
						? request->redirected_from.data[last] - 1 : -1;
}

/**
 * Check what must hold for any decision.
 */
static void check(fleet_t *fleet, const redirect_request_t *request,
				  const redirect_decision_t *decision)
{
	int gateway = chosen(decision);

	ck_assert_int_ne(decision->action, REDIRECT_REFUSE);
	if (gateway < 0)
	{
		ck_assert_int_eq(decision->action, REDIRECT_SERVE);
		return;
	}
	ck_assert_msg(fleet->usable[gateway], "g%d takes no clients", gateway);
	ck_assert_msg(fleet->room[gateway] > 0, "g%d is full", gateway);
	ck_assert_msg(request->remote.version == 4 ? fleet->ipv4[gateway]
				  : fleet->ipv6[gateway], "g%d is of the wrong family", gateway);
	ck_assert_int_ne(gateway, came_from(request));
	ck_assert_int_eq(decision->action == REDIRECT_REDIRECT,
					 gateway != fleet->self);
	if (decision->action == REDIRECT_REDIRECT)
	{
		ck_assert_int_eq(decision->target.type, request->remote.version == 4
						 ? GATEWAY_IDENTITY_IPV4 : GATEWAY_IDENTITY_IPV6);
	}
}

/**
 * Check whether a client takes a place of a gateway.
 */
static bool takes_room(fleet_t *fleet, const redirect_request_t *request,
					   int gateway)
{
	if (gateway < 0 || fleet->room[gateway] == UINT32_MAX)
	{
		return FALSE;
	}
	if (request->phase == REDIRECT_PHASE_INIT)
	{
		return fleet->claims[gateway] && fleet->claims[gateway]--;
	}
	return TRUE;
}

START_TEST(never_sends_a_client_where_it_cannot_be_served)
{
	uint64_t seed = 1000 + _i;
	redirect_request_t request;
	redirect_decision_t decision, again;
	fleet_t fleet;
	int i, j, gateway, redirected = 0;

	for (i = 0; i < FLEETS; i++)
	{
		fleet = create_fleet(selectors[_i], &seed);
		for (j = 0; j < CLIENTS; j++)
		{
			request = create_client(&fleet, &seed);
			decision = policy_fixture_decide(&fleet.fixture, request);
			check(&fleet, &request, &decision);
			fleet.fixture.engine->carry_out(fleet.fixture.engine, &request,
											&decision);
			gateway = chosen(&decision);
			redirected += decision.action == REDIRECT_REDIRECT;
			if (takes_room(&fleet, &request, gateway))
			{
				fleet.room[gateway]--;
			}
			/* same request, same answer, unless it took the last place */
			again = policy_fixture_decide(&fleet.fixture, request);
			ck_assert(chosen(&again) == gateway || !fleet.room[gateway]);
		}
		policy_fixture_destroy(&fleet.fixture);
	}
	/* it is not for lack of redirects that nothing was found */
	ck_assert_int_gt(redirected, FLEETS * CLIENTS / 4);
}
END_TEST

START_TEST(sends_no_client_in_a_circle)
{
	/* gateways that all send every client onward, by chance */
	policy_fixture_t gateways[6];
	redirect_request_t request;
	redirect_decision_t decision;
	uint64_t seed = 7;
	char *conf, buf[32];
	int i, client, hops, at, most = 0;
	bool visited[6];

	for (i = 0; i < 6; i++)
	{
		ck_assert(asprintf(&conf, "self = g%d\nselector = weighted\ngateways {\n"
			"g0 { addresses = 10.9.0.1 }\ng1 { addresses = 10.9.0.2 }\n"
			"g2 { addresses = 10.9.0.3 }\ng3 { addresses = 10.9.0.4 }\n"
			"g4 { addresses = 10.9.0.5 }\ng5 { addresses = 10.9.0.6 } }\n"
			"rules { r { gateways = %s\n onward = yes } }", i,
			i < 3 ? "g3, g4, g5" : "g0, g1, g2") > 0);
		gateways[i] = policy_fixture_create(conf);
		free(conf);
	}
	for (client = 0; client < 1000; client++)
	{
		memset(visited, 0, sizeof(visited));
		at = client % 6;
		request = (redirect_request_t){
			.phase = REDIRECT_PHASE_INIT,
			.supported = TRUE,
			.remote_port = 500,
			.nonce = client + 1,
		};
		snprintf(buf, sizeof(buf), "198.18.%d.%d", client >> 8, client & 0xff);
		request.remote = policy_fixture_address(buf);
		for (hops = 0; ; hops++)
		{
			request.spi_i = next(&seed) + 1ULL;
			snprintf(buf, sizeof(buf), "10.9.0.%d", at + 1);
			request.local = policy_fixture_address(buf);
			decision = policy_fixture_carry_out(&gateways[at], request);
			if (decision.action != REDIRECT_REDIRECT)
			{
				break;
			}
			ck_assert_msg(!visited[at], "sent away twice by g%d", at);
			visited[at] = TRUE;
			request.redirected_from = request.local;
			at = chosen(&decision);
		}
		most = max(most, hops);
	}
	/* chains were long enough to be circles if nobody looked */
	ck_assert_int_ge(most, 4);
	for (i = 0; i < 6; i++)
	{
		policy_fixture_destroy(&gateways[i]);
	}
}
END_TEST

START_TEST(prepared_candidates_are_those_of_a_look_at_each)
{
	uint64_t ids[GATEWAYS], seed = 9000;
	redirect_scope_t scope = { .ids = ids };
	redirect_decision_t prepared, each;
	redirect_request_t request;
	fleet_t fleet;
	char name[16];
	int i, j;

	for (i = 0; i < FLEETS; i++)
	{
		fleet = create_fleet("rendezvous", &seed);
		for (scope.count = 0; scope.count < fleet.count; scope.count++)
		{
			snprintf(name, sizeof(name), "g%d", scope.count);
			ids[scope.count] = gateway_hash(chunk_from_str(name));
		}
		qsort(ids, scope.count, sizeof(*ids), redirect_scope_compare);
		for (j = 0; j < 50; j++)
		{
			request = create_client(&fleet, &seed);
			prepared = policy_fixture_decide(&fleet.fixture, request);
			request.scope = &scope;
			each = policy_fixture_decide(&fleet.fixture, request);
			ck_assert_str_eq(prepared.gateway, each.gateway);
			ck_assert_int_eq(prepared.reason, each.reason);
			ck_assert(memeq(prepared.left_out, each.left_out,
							sizeof(each.left_out)));
		}
		policy_fixture_destroy(&fleet.fixture);
	}
}
END_TEST

START_TEST(moves_as_few_clients_as_possible_when_a_fleet_changes)
{
	redirect_request_t request;
	redirect_decision_t before, after;
	const char *conf = "self = a\ngateways { a { addresses = 10.9.0.1 }\n"
		"b { addresses = 10.9.0.2\n weight = %d }\n"
		"c { addresses = 10.9.0.3\n weight = 30 }\n"
		"d { addresses = 10.9.0.4\n weight = 170 }\n%s }\n"
		"rules { r { gateways = b, c, d%s } }";
	policy_fixture_t old, new;
	char *text, buf[32];
	int i, moved = 0;

	ck_assert(asprintf(&text, conf, 100, "", "") > 0);
	old = policy_fixture_create(text);
	free(text);
	ck_assert(asprintf(&text, conf, 100, "e { addresses = 10.9.0.5 }", ", e") >
			  0);
	new = policy_fixture_create(text);
	free(text);
	for (i = 0; i < 20000; i++)
	{
		snprintf(buf, sizeof(buf), "198.18.%d.%d", i >> 8, i & 0xff);
		request = policy_fixture_init(buf, i + 1);
		before = policy_fixture_decide(&old, request);
		after = policy_fixture_decide(&new, request);
		if (!streq(before.gateway, after.gateway))
		{
			ck_assert_str_eq(after.gateway, "e");
			moved++;
		}
	}
	/* a quarter, within five standard deviations */
	ck_assert_int_gt(moved, 5000 - 306);
	ck_assert_int_lt(moved, 5000 + 306);
	policy_fixture_destroy(&old);
	policy_fixture_destroy(&new);
}
END_TEST

START_TEST(all_gateways_come_to_the_same_answer)
{
	const char *conf = "self = %s\ngateways { " MOON SUN MARS VENUS " }\n"
					   "rules { r { percent = 50 } }";
	policy_fixture_t a, b;
	redirect_decision_t first, second;
	char *text, buf[32];
	int i;

	ck_assert(asprintf(&text, conf, "moon") > 0);
	a = policy_fixture_create(text);
	free(text);
	ck_assert(asprintf(&text, conf, "venus") > 0);
	b = policy_fixture_create(text);
	free(text);
	for (i = 0; i < 10000; i++)
	{
		snprintf(buf, sizeof(buf), "198.18.%d.%d", i >> 8, i & 0xff);
		first = policy_fixture_decide(&a, policy_fixture_init(buf, 1));
		second = policy_fixture_decide(&b, policy_fixture_init(buf, 2));
		ck_assert_str_eq(first.rule, second.rule);
		ck_assert_str_eq(first.gateway, second.gateway);
	}
	policy_fixture_destroy(&a);
	policy_fixture_destroy(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("choosing_property");
	TCase *tcase = tcase_create("choosing_property");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, never_sends_a_client_where_it_cannot_be_served,
						0, countof(selectors));
	tcase_add_test(tcase, sends_no_client_in_a_circle);
	tcase_add_test(tcase,
				   moves_as_few_clients_as_possible_when_a_fleet_changes);
	tcase_add_test(tcase, all_gateways_come_to_the_same_answer);
	tcase_add_test(tcase, prepared_candidates_are_those_of_a_look_at_each);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
