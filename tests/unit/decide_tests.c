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

#include <limits.h>

#include "decide_fixture.h"

#define CLIENT6 "2001:db8:9::1"

START_TEST(serves_everybody_without_a_policy)
{
	policy_fixture_t fixture = policy_fixture_create("");

	fixture.engine->set_policy(fixture.engine, NULL);
	assert_decision(policy_fixture_decide(&fixture,
										  policy_fixture_init(CLIENT, 1)),
					SERVE, NO_POLICY, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(redirects_by_a_rule)
{
	redirect_decision_t decision;

	decision = decide(TO_SUN, policy_fixture_init(CLIENT, 1));
	assert_decision(decision, REDIRECT, CAUSE, "sun");
	ck_assert_int_eq(decision.cause, REDIRECT_CAUSE_RULE);
	ck_assert_str_eq(decision.rule, "west");
	ck_assert_str_eq(decision.selector, "rendezvous");
	ck_assert_str_eq(target(decision), "192.0.2.2");
}
END_TEST

START_TEST(serves_who_no_rule_is_about)
{
	redirect_decision_t decision;

	decision = decide(TO_SUN, policy_fixture_init("203.0.113.1", 1));
	assert_decision(decision, SERVE, CAUSE, "");
	ck_assert_int_eq(decision.cause, REDIRECT_CAUSE_NONE);
}
END_TEST

START_TEST(follows_the_first_rule_that_matches)
{
	assert_decision(decide(GATEWAYS "rules {\n"
						   "a { remote = 203.0.113.0/24\n gateways = sun }\n"
						   "b { remote = 198.51.100.0/24\n gateways = mars }\n"
						   "c { gateways = sun }\n}",
						   policy_fixture_init(CLIENT, 1)),
					REDIRECT, CAUSE, "mars");
}
END_TEST

START_TEST(sends_clients_to_an_address_of_their_family)
{
	ck_assert_str_eq(target(decide(TO_SUN, policy_fixture_init(CLIENT6, 1))),
					 "2001:db8::2");
	assert_decision(decide("self = moon\ngateways { " MOON
						   "sun { addresses = 2001:db8::2 } }\n"
						   "rules { r { gateways = sun } }",
						   policy_fixture_init(CLIENT, 1)),
					SERVE, NO_GATEWAY, "");
}
END_TEST

START_TEST(serves_or_refuses_by_rule)
{
	assert_decision(decide(GATEWAYS "rules { r { action = serve } }",
						   policy_fixture_init(CLIENT, 1)), SERVE, CAUSE, "");
	assert_decision(decide(GATEWAYS "rules { r { action = refuse } }",
						   policy_fixture_init(CLIENT, 1)), REFUSE, CAUSE, "");
}
END_TEST

/* proves: R3-4 gateway partly: the decision, not the wire */
START_TEST(never_redirects_who_did_not_announce_support)
{
	redirect_request_t request = policy_fixture_init(CLIENT, 1);

	request.supported = FALSE;
	assert_decision(decide(TO_SUN, request), SERVE, UNSUPPORTED, "");
	assert_decision(decide("unsupported = refuse\n" TO_SUN, request),
					REFUSE, UNSUPPORTED, "");
	assert_decision(decide(GATEWAYS "rules { r { gateways = sun\n"
						   "unsupported = refuse } }", request),
					REFUSE, UNSUPPORTED, "");
	assert_decision(decide("unsupported = refuse\n" GATEWAYS
						   "rules { r { gateways = sun\n unsupported = serve } }",
						   request), SERVE, UNSUPPORTED, "");
}
END_TEST

START_TEST(serves_who_this_gateway_is_chosen_for)
{
	assert_decision(decide(GATEWAYS "rules { r { gateways = moon } }",
						   policy_fixture_init(CLIENT, 1)),
					SERVE, SELF, "moon");
	/* also if it has to find itself by the address */
	assert_decision(decide("gateways { " MOON SUN " }\n"
						   "rules { r { gateways = moon } }",
						   policy_fixture_init(CLIENT, 1)),
					SERVE, SELF, "moon");
}
END_TEST

START_TEST(tells_why_each_gateway_was_left_out)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\ngateways {\n"
		MOON
		"a { addresses = 192.0.2.11\n state = drain }\n"
		"b { addresses = 192.0.2.12\n state = disabled }\n"
		"c { addresses = 192.0.2.13 }\n"
		"d { addresses = 192.0.2.14\n capacity = 5 }\n"
		"e { addresses = 192.0.2.15\n weight = 0 }\n"
		"f { addresses = 2001:db8::16 }\n"
		"g { addresses = 192.0.2.17 }\n"
		"}\nrules { r { gateways = a, b, c, d, e, f, g\n onward = yes } }");
	redirect_decision_t decision;
	char text[512];
	int i;

	fixture.table->testify(fixture.table, "c",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	fixture.table->set_load(fixture.table, "d", 5, REDIRECT_SELECTOR_UNKNOWN,
			GATEWAY_SOURCE_OPERATOR);
	fixture.engine->refresh(fixture.engine);
	decision = policy_fixture_decide(&fixture, redirected("192.0.2.17", 1));
	assert_decision(decision, SERVE, NO_GATEWAY, "");
	for (i = GATEWAY_LEFT_DISABLED; i <= GATEWAY_LEFT_FAMILY; i++)
	{
		ck_assert_uint_eq(decision.left_out[i], i != GATEWAY_LEFT_SELF &&
												i != GATEWAY_LEFT_RETURNED);
	}
	redirect_decision_describe(&decision, REDIRECT_PHASE_INIT, text,
							   sizeof(text));
	ck_assert_str_eq(text, "served in IKE_SA_INIT, rule r, no gateway to send it "
		"to (1 disabled, 1 draining, 1 down, 1 full, 1 without weight, 1 where "
		"the client came from, 1 of another address family)");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(fills_no_gateway_beyond_its_capacity_between_samples)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\nmax_returns = 0\n"
		"gateways { " MOON "sun { addresses = 192.0.2.2\n capacity = 10 } }\n"
		"rules { r { phase = init, auth\n gateways = sun } }");
	redirect_request_t request = policy_fixture_init(CLIENT, 1);
	int i;

	fixture.table->set_load(fixture.table, "sun", 5, REDIRECT_SELECTOR_UNKNOWN,
			GATEWAY_SOURCE_OPERATOR);
	fixture.engine->refresh(fixture.engine);
	request.phase = REDIRECT_PHASE_AUTH;
	for (i = 1; i <= 5; i++)
	{
		request.spi_i = i;
		assert_decision(policy_fixture_carry_out(&fixture, request),
						REDIRECT, CAUSE, "sun");
	}
	request.spi_i = i;
	assert_decision(policy_fixture_carry_out(&fixture, request),
					SERVE, NO_GATEWAY, "");
	request.phase = REDIRECT_PHASE_INIT;
	assert_decision(policy_fixture_carry_out(&fixture, request),
					SERVE, NO_GATEWAY, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(counts_clients_on_while_only_loads_are_told)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\nmax_returns = 0\n"
		"gateways { " MOON "sun { addresses = 192.0.2.2\n capacity = 10 } }\n"
		"rules { r { phase = auth\n gateways = sun } }");
	redirect_request_t request = policy_fixture_init(CLIENT, 1);
	int i, sent = 0;

	fixture.table->set_load(fixture.table, "sun", 8, 500,
							GATEWAY_SOURCE_OPERATOR);
	request.phase = REDIRECT_PHASE_AUTH;
	for (i = 1; i <= 50; i++)
	{
		fixture.engine->refresh(fixture.engine);
		request.spi_i = i;
		sent += policy_fixture_carry_out(&fixture, request).action ==
																REDIRECT_REDIRECT;
		fixture.table->set_load(fixture.table, "sun", GATEWAY_AS_TOLD, 500,
								GATEWAY_SOURCE_OPERATOR);
	}
	ck_assert_int_eq(sent, 2);
	/* the number of sessions says who of them has arrived */
	fixture.table->set_load(fixture.table, "sun", 9, GATEWAY_AS_TOLD,
							GATEWAY_SOURCE_OPERATOR);
	fixture.engine->refresh(fixture.engine);
	request.spi_i = i;
	assert_decision(policy_fixture_carry_out(&fixture, request),
					REDIRECT, CAUSE, "sun");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(lets_strangers_make_no_gateway_full)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\nmax_returns = 0\n"
		"gateways { " MOON "sun { addresses = 192.0.2.2\n capacity = 1000 } }\n"
		"rules { r { phase = init, auth\n gateways = sun } }");
	redirect_request_t request;
	gateway_status_t status;
	char remote[32];
	int i;

	fixture.table->set_load(fixture.table, "sun", 500,
							REDIRECT_SELECTOR_UNKNOWN, GATEWAY_SOURCE_OPERATOR);
	fixture.engine->refresh(fixture.engine);
	for (i = 0; i < 2400; i++)
	{
		snprintf(remote, sizeof(remote), "203.0.%d.%d", i / 200, 1 + i % 200);
		assert_decision(policy_fixture_carry_out(&fixture,
									policy_fixture_init(remote, 1 + i)),
						REDIRECT, CAUSE, "sun");
	}
	fixture.table->get_status(fixture.table, "sun", &status);
	ck_assert_uint_eq(status.assigned, 250);
	ck_assert_uint_eq(status.redirected, 2400);
	/* there is room for those who can prove their address */
	request = policy_fixture_init(CLIENT, 1);
	request.phase = REDIRECT_PHASE_AUTH;
	for (i = 0; i < 250; i++)
	{
		request.spi_i = i;
		assert_decision(policy_fixture_carry_out(&fixture, request),
						REDIRECT, CAUSE, "sun");
	}
	request.spi_i = i;
	assert_decision(policy_fixture_carry_out(&fixture, request),
					SERVE, NO_GATEWAY, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(tells_but_does_not_do_in_a_dry_run)
{
	redirect_decision_t decision;
	char text[512];

	decision = decide("dry_run = yes\n" TO_SUN, policy_fixture_init(CLIENT, 1));
	assert_decision(decision, SERVE, DRY_RUN, "sun");
	ck_assert_int_eq(decision.wanted, REDIRECT_REDIRECT);
	ck_assert_ptr_null(decision.live);
	redirect_decision_describe(&decision, REDIRECT_PHASE_INIT, text,
							   sizeof(text));
	ck_assert_str_eq(text, "served, but without dry_run redirected to sun "
					 "(192.0.2.2) in IKE_SA_INIT, rule west, rendezvous");
	decision = decide(GATEWAYS "rules { r { action = refuse\n dry_run = yes } }",
					  policy_fixture_init(CLIENT, 1));
	assert_decision(decision, SERVE, DRY_RUN, "");
	ck_assert_int_eq(decision.wanted, REDIRECT_REFUSE);
}
END_TEST

START_TEST(a_dry_run_of_one_rule_leaves_others_alone)
{
	const char *conf = GATEWAYS "rules {\n"
		"a { remote = 198.51.100.0/24\n gateways = sun\n dry_run = yes }\n"
		"b { gateways = sun } }";

	assert_decision(decide(conf, policy_fixture_init(CLIENT, 1)),
					SERVE, DRY_RUN, "sun");
	assert_decision(decide(conf, policy_fixture_init("203.0.113.1", 1)),
					REDIRECT, CAUSE, "sun");
}
END_TEST

START_TEST(keeps_a_client_whose_other_session_was_replaced)
{
	redirect_request_t request = policy_fixture_auth("carol@b.example");
	const char *conf = GATEWAYS "rules { r { phase = auth, active\n"
					   "gateways = sun } }";

	assert_decision(decide(conf, request), REDIRECT, CAUSE, "sun");
	request.replaces = TRUE;
	assert_decision(decide(conf, request), SERVE, SESSION, "");
	request.phase = REDIRECT_PHASE_ACTIVE;
	assert_decision(decide(conf, request), REDIRECT, CAUSE, "sun");
	policy_fixture_forget(&request);
}
END_TEST

START_TEST(gives_a_client_the_gateway_it_had)
{
	const char *conf = "sticky = 1h\nself = moon\ngateways { " MOON SUN MARS
		VENUS " }\nselector = round-robin\n"
		"rules { r { gateways = sun, mars, venus } }";
	policy_fixture_t fixture = policy_fixture_create(conf);
	redirect_decision_t first, again;
	int i;

	first = policy_fixture_carry_out(&fixture, policy_fixture_init(CLIENT, 1));
	ck_assert_str_eq(first.selector, "round-robin");
	for (i = 2; i < 20; i++)
	{
		again = policy_fixture_carry_out(&fixture,
										 policy_fixture_init(CLIENT, i));
		ck_assert_str_eq(again.gateway, first.gateway);
		ck_assert_str_eq(again.selector, "sticky");
	}
	/* over a reload */
	policy_fixture_reload(&fixture, conf);
	again = policy_fixture_decide(&fixture, policy_fixture_init(CLIENT, i));
	ck_assert_str_eq(again.gateway, first.gateway);
	/* as long as it takes clients */
	fixture.table->testify(fixture.table, first.gateway,
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	fixture.engine->refresh(fixture.engine);
	again = policy_fixture_decide(&fixture, policy_fixture_init(CLIENT, i));
	assert_decision(again, REDIRECT, CAUSE, again.gateway);
	ck_assert_str_ne(again.gateway, first.gateway);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(does_not_stick_without_being_asked)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { " MOON SUN MARS " }\nselector = round-robin\n"
		"rules { r { gateways = sun, mars } }");
	redirect_decision_t first, second;

	first = policy_fixture_carry_out(&fixture, policy_fixture_init(CLIENT, 1));
	second = policy_fixture_carry_out(&fixture, policy_fixture_init(CLIENT, 2));
	ck_assert_str_ne(first.gateway, second.gateway);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(gives_a_retransmission_the_same_answer)
{
	static const char *const selectors[] = {
		"rendezvous", "weighted", "round-robin", "least-loaded",
		"power-of-two", "priority"
	};
	policy_fixture_t fixture;
	redirect_decision_t first, again;
	char *conf;
	int i, j;

	ck_assert(asprintf(&conf, "self = moon\ngateways { " MOON SUN MARS VENUS
					   " }\nselector = %s\nbalance_factor = 110\n"
					   "rules { r { gateways = sun, mars, venus } }",
					   selectors[_i]) > 0);
	fixture = policy_fixture_create(conf);
	for (i = 1; i < 100; i++)
	{
		first = policy_fixture_carry_out(&fixture,
										 policy_fixture_init(CLIENT, i));
		for (j = 0; j < 3; j++)
		{
			again = policy_fixture_carry_out(&fixture,
											 policy_fixture_init(CLIENT, i));
			ck_assert_str_eq(first.gateway, again.gateway);
		}
	}
	policy_fixture_destroy(&fixture);
	free(conf);
}
END_TEST

/**
 * Selector that answers what it is told to.
 */
static int nonsense;

static int select_nonsense(redirect_selector_t *this,
						   const redirect_selector_request_t *request,
						   const redirect_selector_view_t *view)
{
	return nonsense;
}

static void destroy_nonsense(redirect_selector_t *this)
{
	free(this);
}

static redirect_selector_t *create_nonsense(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.select = select_nonsense,
		.destroy = destroy_nonsense,
	);
	return this;
}

START_TEST(ignores_a_selector_that_returns_nonsense)
{
	static const int answers[] = { -1, 2, INT_MAX, INT_MIN };
	policy_fixture_t fixture = policy_fixture_create("");
	redirect_selector_registry_t *registry = &fixture.registry->public;
	redirect_decision_t decision;
	char text[512];

	ck_assert(registry->add(registry, "nonsense", REDIRECT_SELECTOR_API,
							create_nonsense));
	policy_fixture_reload(&fixture, GATEWAYS "rules { r { gateways = sun, mars\n"
						  "selector = nonsense } }");
	nonsense = answers[_i];
	decision = policy_fixture_decide(&fixture, policy_fixture_init(CLIENT, 1));
	assert_decision(decision, SERVE, SELECTOR, "");
	redirect_decision_describe(&decision, REDIRECT_PHASE_INIT, text,
							   sizeof(text));
	ck_assert_str_eq(text, "served in IKE_SA_INIT, rule r, selector nonsense "
					 "failed");
	nonsense = 1;
	assert_decision(policy_fixture_decide(&fixture,
										  policy_fixture_init(CLIENT, 2)),
					REDIRECT, CAUSE, "mars");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(limits_the_answer_to_the_scope_of_the_question)
{
	policy_fixture_t fixture = policy_fixture_create(GATEWAYS);
	uint64_t mars = gateway_hash(chunk_from_str("mars"));
	redirect_scope_t scope = { .ids = &mars, .count = 1, .move = TRUE };
	redirect_request_t request = policy_fixture_init(CLIENT, 1);
	redirect_decision_t decision;

	request.phase = REDIRECT_PHASE_ACTIVE;
	request.scope = &scope;
	decision = policy_fixture_decide(&fixture, request);
	assert_decision(decision, REDIRECT, CAUSE, "mars");
	ck_assert_uint_eq(decision.left_out[GATEWAY_LEFT_SCOPE], 2);
	policy_fixture_destroy(&fixture);
}
END_TEST

/**
 * As many gateways as there can be.
 */
static policy_fixture_t create_most(void)
{
	policy_fixture_t fixture;
	char *conf;
	size_t len;
	FILE *file;
	int i;

	file = open_memstream(&conf, &len);
	fprintf(file, "self = g0\ngateways {\n");
	for (i = 0; i < GATEWAYS_MAX; i++)
	{
		fprintf(file, "g%d { addresses = 10.9.%d.%d }\n", i, i >> 8, i & 0xff);
	}
	fprintf(file, "}\n");
	fclose(file);
	fixture = policy_fixture_create(conf);
	free(conf);
	return fixture;
}

/* from a drain to all others to one to a single gateway */
START_TEST(limits_the_answer_to_each_scope_of_4096_gateways)
{
	policy_fixture_t fixture = create_most();
	uint64_t *ids = calloc(GATEWAYS_MAX, sizeof(*ids));
	redirect_scope_t scope = { .ids = ids, .move = TRUE };
	redirect_request_t request;
	redirect_decision_t decision;
	char name[16], client[32];
	int step, i;

	for (step = 1; step < GATEWAYS_MAX; step = step * 5 + 2)
	{
		scope.count = 0;
		for (i = step; i < GATEWAYS_MAX; i += step)
		{
			snprintf(name, sizeof(name), "g%d", i);
			ids[scope.count++] = gateway_hash(chunk_from_str(name));
		}
		qsort(ids, scope.count, sizeof(*ids), redirect_scope_compare);
		for (i = 1; i <= 100; i++)
		{
			snprintf(client, sizeof(client), "203.0.113.%d", i);
			request = policy_fixture_init(client, i);
			request.phase = REDIRECT_PHASE_ACTIVE;
			request.scope = &scope;
			decision = policy_fixture_decide(&fixture, request);
			ck_assert_int_eq(decision.action, REDIRECT_REDIRECT);
			ck_assert_int_ge(atoi(decision.gateway + 1), step);
			ck_assert_int_eq(atoi(decision.gateway + 1) % step, 0);
			ck_assert_uint_eq(decision.left_out[GATEWAY_LEFT_SCOPE],
							  GATEWAYS_MAX - scope.count);
		}
	}
	free(ids);
	policy_fixture_destroy(&fixture);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("decide");
	TCase *tcase = tcase_create("decide");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, serves_everybody_without_a_policy);
	tcase_add_test(tcase, redirects_by_a_rule);
	tcase_add_test(tcase, serves_who_no_rule_is_about);
	tcase_add_test(tcase, follows_the_first_rule_that_matches);
	tcase_add_test(tcase, sends_clients_to_an_address_of_their_family);
	tcase_add_test(tcase, serves_or_refuses_by_rule);
	tcase_add_test(tcase, never_redirects_who_did_not_announce_support);
	tcase_add_test(tcase, serves_who_this_gateway_is_chosen_for);
	tcase_add_test(tcase, tells_why_each_gateway_was_left_out);
	tcase_add_test(tcase, fills_no_gateway_beyond_its_capacity_between_samples);
	tcase_add_test(tcase, gives_a_client_the_gateway_it_had);
	tcase_add_test(tcase, does_not_stick_without_being_asked);
	tcase_add_loop_test(tcase, gives_a_retransmission_the_same_answer, 0, 6);
	tcase_add_loop_test(tcase, ignores_a_selector_that_returns_nonsense, 0, 4);
	tcase_add_test(tcase, limits_the_answer_to_the_scope_of_the_question);
	tcase_add_test(tcase, limits_the_answer_to_each_scope_of_4096_gateways);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("caution");
	tcase_add_test(tcase, counts_clients_on_while_only_loads_are_told);
	tcase_add_test(tcase, lets_strangers_make_no_gateway_full);
	tcase_add_test(tcase, tells_but_does_not_do_in_a_dry_run);
	tcase_add_test(tcase, a_dry_run_of_one_rule_leaves_others_alone);
	tcase_add_test(tcase, keeps_a_client_whose_other_session_was_replaced);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
