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
 * Decisions that depend on where the client came from, and on what goes on at
 * this gateway.
 */

#include "decide_fixture.h"

START_TEST(serves_who_was_redirected_here)
{
	assert_decision(decide(TO_SUN, redirected("192.0.2.3", 1)),
					SERVE, REDIRECTED, "");
}
END_TEST

START_TEST(sends_onward_if_the_rule_asks_for_it)
{
	assert_decision(decide(GATEWAYS "rules { r { gateways = sun, mars\n"
						   "onward = yes } }", redirected("192.0.2.3", 1)),
					REDIRECT, CAUSE, "sun");
}
END_TEST

START_TEST(never_sends_back_where_the_client_came_from)
{
	redirect_decision_t decision;

	decision = decide(GATEWAYS "rules { r { gateways = sun\n onward = yes } }",
					  redirected("192.0.2.2", 1));
	assert_decision(decision, SERVE, NO_GATEWAY, "");
	ck_assert_uint_eq(decision.left_out[GATEWAY_LEFT_FROM], 1);
}
END_TEST

START_TEST(never_sends_in_a_circle)
{
	policy_fixture_t moon = policy_fixture_create(GATEWAYS
						"rules { r { gateways = sun\n onward = yes } }");
	policy_fixture_t sun = policy_fixture_create("self = sun\n"
						"gateways { " MOON SUN MARS " }\n"
						"rules { r { gateways = mars\n onward = yes } }");
	policy_fixture_t mars = policy_fixture_create("self = mars\n"
						"gateways { " MOON SUN MARS " }\n"
						"rules { r { gateways = moon\n onward = yes } }");

	assert_decision(policy_fixture_carry_out(&moon,
						policy_fixture_init(CLIENT, 1)),
					REDIRECT, CAUSE, "sun");
	assert_decision(policy_fixture_carry_out(&sun, redirected("192.0.2.1", 2)),
					REDIRECT, CAUSE, "mars");
	assert_decision(policy_fixture_carry_out(&mars, redirected("192.0.2.2", 3)),
					REDIRECT, CAUSE, "moon");
	assert_decision(policy_fixture_carry_out(&moon, redirected("192.0.2.3", 4)),
					SERVE, CIRCLE, "");
	policy_fixture_destroy(&moon);
	policy_fixture_destroy(&sun);
	policy_fixture_destroy(&mars);
}
END_TEST

START_TEST(takes_a_stranger_for_no_circle)
{
	/* this gateway drains, so clients that were redirected here go onward */
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } " SUN MARS "}");
	redirect_request_t forged = policy_fixture_init(CLIENT, 1);
	int i;

	/* in the client's name, but nobody knows its nonce */
	forged.nonce++;
	for (i = 1; i <= 10; i++)
	{
		forged.spi_i = i;
		policy_fixture_carry_out(&fixture, forged);
	}
	ck_assert_int_eq(policy_fixture_decide(&fixture,
								redirected("203.0.113.7", 99)).action,
					 REDIRECT_REDIRECT);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(sends_nobody_around_among_gateways_that_all_drain)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } " SUN MARS "}");
	redirect_request_t request = policy_fixture_init(CLIENT, 1);

	request.phase = REDIRECT_PHASE_ACTIVE;
	ck_assert_int_eq(policy_fixture_carry_out(&fixture, request).action,
					 REDIRECT_REDIRECT);
	/* with another nonce each, from whom it may be that it was not sent to */
	request = redirected("192.0.2.2", 2);
	request.nonce += 2;
	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CIRCLE, "");
	request = redirected("192.0.2.3", 3);
	request.nonce += 3;
	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CIRCLE, "");
	/* and once it is established */
	request.phase = REDIRECT_PHASE_ACTIVE;
	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CIRCLE, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(serves_rather_than_refuses_who_went_in_a_circle)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } " SUN MARS "}");
	redirect_decision_t decision;

	fixture.engine->set_refusing(fixture.engine, TRUE);
	decision = policy_fixture_carry_out(&fixture,
										policy_fixture_init(CLIENT, 1));
	ck_assert_int_eq(decision.action, REDIRECT_REDIRECT);
	assert_decision(policy_fixture_decide(&fixture,
										  redirected(target(decision), 2)),
					SERVE, CIRCLE, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(ends_after_the_hop_budget)
{
	policy_fixture_t fixture = policy_fixture_create("max_hops = 2\n" GATEWAYS
						"rules { r { gateways = sun\n onward = yes } }");
	uint64_t spi;

	for (spi = 1; spi <= 2; spi++)
	{
		assert_decision(policy_fixture_carry_out(&fixture,
												 redirected("192.0.2.3", spi)),
						REDIRECT, CAUSE, "sun");
	}
	assert_decision(policy_fixture_carry_out(&fixture,
											 redirected("192.0.2.3", spi)),
					SERVE, HOPS, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(drains_to_others_in_init_and_active)
{
	const char *conf = "self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } " SUN " }";
	redirect_request_t request = policy_fixture_init(CLIENT, 1);
	redirect_decision_t decision;

	decision = decide(conf, request);
	assert_decision(decision, REDIRECT, CAUSE, "sun");
	ck_assert_int_eq(decision.cause, REDIRECT_CAUSE_DRAIN);
	request.phase = REDIRECT_PHASE_ACTIVE;
	assert_decision(decide(conf, request), REDIRECT, CAUSE, "sun");
}
END_TEST

START_TEST(redirects_nobody_in_auth_without_a_rule)
{
	redirect_request_t request = policy_fixture_auth("carol@b.example");
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"anycast = 192.0.2.1\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } " SUN " }");

	fixture.engine->tick(fixture.engine, OVERLOAD_HARD);
	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CAUSE, "");
	request.phase = REDIRECT_PHASE_IDENTITY;
	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CAUSE, "");
	policy_fixture_destroy(&fixture);
	policy_fixture_forget(&request);
}
END_TEST

START_TEST(sends_redirected_clients_onward_while_draining)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } "
		SUN MARS " }");

	assert_decision(policy_fixture_decide(&fixture, redirected("192.0.2.2", 1)),
					REDIRECT, CAUSE, "mars");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(refuses_who_cannot_leave_a_draining_gateway_if_asked)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n state = drain } "
		"sun { addresses = 2001:db8::2 } }");

	assert_decision(policy_fixture_decide(&fixture,
										  policy_fixture_init(CLIENT, 1)),
					SERVE, NO_GATEWAY, "");
	fixture.engine->set_refusing(fixture.engine, TRUE);
	assert_decision(policy_fixture_decide(&fixture,
										  policy_fixture_init(CLIENT, 1)),
					REFUSE, NO_GATEWAY, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(sends_new_clients_elsewhere_while_overloaded)
{
	policy_fixture_t fixture = policy_fixture_create("self = moon\n"
		"gateways { " MOON SUN " }\noverload { unsupported = refuse }");
	redirect_request_t request = policy_fixture_init(CLIENT, 1);
	redirect_decision_t decision;

	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CAUSE, "");
	fixture.engine->tick(fixture.engine, OVERLOAD_HIGH);
	decision = policy_fixture_decide(&fixture, request);
	assert_decision(decision, REDIRECT, CAUSE, "sun");
	ck_assert_int_eq(decision.cause, REDIRECT_CAUSE_OVERLOAD);
	request.supported = FALSE;
	assert_decision(policy_fixture_decide(&fixture, request),
					REFUSE, UNSUPPORTED, "");
	fixture.engine->tick(fixture.engine, OVERLOAD_NONE);
	assert_decision(policy_fixture_decide(&fixture, request), SERVE, CAUSE, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(sends_redirected_clients_onward_beyond_the_hard_limit_only)
{
	policy_fixture_t fixture = policy_fixture_create(GATEWAYS);

	fixture.engine->tick(fixture.engine, OVERLOAD_HIGH);
	assert_decision(policy_fixture_decide(&fixture, redirected("192.0.2.2", 1)),
					SERVE, REDIRECTED, "");
	fixture.engine->tick(fixture.engine, OVERLOAD_HARD);
	assert_decision(policy_fixture_decide(&fixture, redirected("192.0.2.2", 1)),
					REDIRECT, CAUSE, "mars");
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(leaves_itself_out_while_overloaded)
{
	policy_fixture_t fixture = policy_fixture_create(GATEWAYS
									"rules { r { gateways = moon, sun } }");
	redirect_decision_t decision;
	int i;

	fixture.engine->set_overloaded(fixture.engine, TRUE);
	for (i = 1; i < 100; i++)
	{
		decision = policy_fixture_decide(&fixture,
										 policy_fixture_init(CLIENT, i));
		assert_decision(decision, REDIRECT, CAUSE, "sun");
		ck_assert_uint_eq(decision.left_out[GATEWAY_LEFT_SELF], 1);
	}
	policy_fixture_destroy(&fixture);
}
END_TEST

/* proves: R4-3 gateway partly: the decision, not the wire */
START_TEST(answers_anycast_with_a_unicast_address)
{
	const char *conf = "self = moon\nanycast = 192.0.2.100\n"
		"gateways { moon { addresses = 192.0.2.100, 192.0.2.1 } }";
	redirect_request_t request = policy_fixture_init(CLIENT, 1);
	redirect_decision_t decision;

	request.local = policy_fixture_address("192.0.2.100");
	decision = decide(conf, request);
	assert_decision(decision, REDIRECT, CAUSE, "moon");
	ck_assert_int_eq(decision.cause, REDIRECT_CAUSE_ANYCAST);
	ck_assert_str_eq(target(decision), "192.0.2.1");
	request.supported = FALSE;
	assert_decision(decide(conf, request), SERVE, UNSUPPORTED, "");
}
END_TEST

START_TEST(falls_back_to_its_own_unicast_address_on_anycast)
{
	redirect_request_t request = policy_fixture_init(CLIENT, 1);

	request.local = policy_fixture_address("192.0.2.100");
	assert_decision(decide("self = moon\nanycast = 192.0.2.100\ngateways { " MOON
						   "sun { addresses = 192.0.2.2\n state = disabled } }\n"
						   "rules { r { gateways = sun } }", request),
					REDIRECT, CAUSE, "moon");
	assert_decision(decide("self = moon\nanycast = 192.0.2.100\ngateways { " MOON
						   SUN " }\nrules { r { action = serve } }", request),
					REDIRECT, CAUSE, "moon");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("decide_cause");
	TCase *tcase = tcase_create("hops");

	tcase_add_test(tcase, serves_who_was_redirected_here);
	tcase_add_test(tcase, sends_onward_if_the_rule_asks_for_it);
	tcase_add_test(tcase, never_sends_back_where_the_client_came_from);
	tcase_add_test(tcase, never_sends_in_a_circle);
	tcase_add_test(tcase, takes_a_stranger_for_no_circle);
	tcase_add_test(tcase, sends_nobody_around_among_gateways_that_all_drain);
	tcase_add_test(tcase, serves_rather_than_refuses_who_went_in_a_circle);
	tcase_add_test(tcase, ends_after_the_hop_budget);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("without a rule");
	tcase_add_test(tcase, drains_to_others_in_init_and_active);
	tcase_add_test(tcase, redirects_nobody_in_auth_without_a_rule);
	tcase_add_test(tcase, sends_redirected_clients_onward_while_draining);
	tcase_add_test(tcase, refuses_who_cannot_leave_a_draining_gateway_if_asked);
	tcase_add_test(tcase, sends_new_clients_elsewhere_while_overloaded);
	tcase_add_test(tcase,
				   sends_redirected_clients_onward_beyond_the_hard_limit_only);
	tcase_add_test(tcase, leaves_itself_out_while_overloaded);
	tcase_add_test(tcase, answers_anycast_with_a_unicast_address);
	tcase_add_test(tcase, falls_back_to_its_own_unicast_address_on_anycast);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
