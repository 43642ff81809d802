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

#define P "charon.plugins.redirect."

START_TEST(tells_what_is_wrong_with_gateways)
{
	static const struct { char *conf, *error; } cases[] = {
		{ "gateways { moon { } }", P "gateways.moon.addresses: missing, a "
		  "gateway needs at least one address or domain name" },
		{ "gateways { moon { addresses = 192.0.2.300 } }",
		  P "gateways.moon.addresses = 192.0.2.300: must be IPv4 or IPv6 "
		  "addresses or domain names, of letters, digits, hyphens and "
		  "underscores with dots between them" },
		{ "gateways { moon { addresses = 224.0.0.1 } }",
		  P "gateways.moon.addresses = 224.0.0.1: no client can be sent there "
		  "(address-multicast)" },
		{ "gateways { moon { addresses = 127.0.0.1 } }",
		  P "gateways.moon.addresses = 127.0.0.1: no client can be sent there "
		  "(address-loopback)" },
		{ "gateways { " MOON " sun { addresses = 192.0.2.1 } }",
		  P "gateways = 192.0.2.1: belongs to moon and to sun, but must belong "
		  "to one gateway only" },
		{ "gateways { moon { addresses = 192.0.2.1\n weight = 65536 } }",
		  P "gateways.moon.weight = 65536: must be a number from 0 to 65535" },
		{ "gateways { moon { addresses = 192.0.2.1\n state = off } }",
		  P "gateways.moon.state = off: must be one of active, drain, "
		  "disabled" },
		{ "gateways { moon { addresses = 192.0.2.1\n wieght = 1 } }",
		  P "gateways.moon.wieght: unknown option, did you mean 'weight'?" },
		{ "self = mon\ngateways { " MOON " }", P "self = mon: no such gateway "
		  "in section gateways, did you mean 'moon'?" },
		{ "gateways { " MOON " }\nselector = randezvous", P "selector = "
		  "randezvous: no such selector, there are rendezvous, weighted, "
		  "round-robin, least-loaded, power-of-two, priority" },
	};

	policy_fixture_refused(cases[_i].conf, cases[_i].error);
}
END_TEST

START_TEST(tells_what_is_wrong_with_rules)
{
	static const struct { char *rule, *error; } cases[] = {
		{ "gateways = mars", P "rules.r.gateways = mars: no such gateway in "
		  "section gateways" },
		{ "gateways = sun, moon, sun", P "rules.r.gateways = sun: named twice, "
		  "give a gateway more weight instead" },
		{ "phase = init, never", P "rules.r.phase = init, never: must be one or "
		  "more of init, auth, active and identity" },
		{ "phase = init\nid = a@b.example", P "rules.r.phase = init: id is not "
		  "known then, so the rule would never match; use auth" },
		{ "phase = identity\ngroup = staff", P "rules.r.phase = identity: group "
		  "is not known then, so the rule would never match; use auth" },
		{ "action = serve\nselector = weighted", P "rules.r.selector: only of "
		  "use with action = redirect" },
		{ "action = deny", P "rules.r.action = deny: must be one of serve, "
		  "redirect, refuse" },
		{ "time = mo-fr", P "rules.r.time = mo-fr: must be days and times of "
		  "day, for instance mon-fri 08:00-18:00, sat 22:00-06:00" },
		{ "percent = 101", P "rules.r.percent = 101: must be a number from 0 to "
		  "100" },
		{ "redirected_from = mars", P "rules.r.redirected_from = mars: must be "
		  "any, the name of a gateway, an address, a subnet or a range" },
		{ "balance_factor = 100", P "rules.r.balance_factor = 100: must be a "
		  "number from 101 to 1000, or 0" },
		{ "remote = 198.51.100.0/24, !192.0.2.1", P "rules.r.remote = "
		  "198.51.100.0/24, !192.0.2.1: an exclamation mark is allowed as first "
		  "character only, it negates all that follows" },
		{ "goup = staff", P "rules.r.goup: unknown option, did you mean "
		  "'group'?" },
		{ "key = address", P "rules.r.key = address: must be one of source, "
		  "identity, connection" },
	};
	char *conf;

	ck_assert(asprintf(&conf, "gateways { " MOON SUN " }\nrules { r {\n%s\n} }",
					   cases[_i].rule) > 0);
	policy_fixture_refused(conf, cases[_i].error);
	free(conf);
}
END_TEST

START_TEST(tells_what_is_wrong_with_the_rest)
{
	static const struct { char *conf, *error; } cases[] = {
		{ "max_hops = 5", P "max_hops = 5: must be a number from 1 to 4" },
		{ "sticky = 31d", P "sticky = 31d: must be a time from 0s to 30d, "
		  "with unit s, m, h or d" },
		{ "gatways { }", P "gatways: unknown section, did you mean "
		  "'gateways'?" },
		{ "overload { half_open = 10, 20 }", P "overload.half_open = 10, 20: "
		  "must be a high mark and optionally a low one that is not above it, "
		  "e.g. 500, 400; 0 switches it off" },
		{ "overload { half_open = 10% }", P "overload.half_open: must be a "
		  "number, not per cent" },
		{ "overload { cpu = 120 }", P "overload.cpu: per cent, so it must be at "
		  "most 100" },
		{ "overload { sas = 10, 5% }", P "overload.sas = 10, 5%: must be a high "
		  "mark and optionally a low one that is not above it, e.g. 500, 400; "
		  "0 switches it off" },
		{ "overload { halfopen = 10 }", P "overload.halfopen: unknown option, "
		  "did you mean 'half_open'?" },
		{ "anycast = everywhere", P "anycast = everywhere: 'everywhere' is not "
		  "an address, subnet (192.0.2.0/24) or range (192.0.2.1-192.0.2.9)" },
	};

	policy_fixture_refused(cases[_i].conf, cases[_i].error);
}
END_TEST

START_TEST(finds_gateways_by_their_addresses)
{
	selector_registry_t *registry = selector_registry_create();
	ip_address_t address = policy_fixture_address("2001:db8::2"), none = {};
	array_t *errors;
	policy_t *policy;

	policy = policy_fixture_read(registry, "gateways { " MOON SUN MARS " }",
								 &errors);
	ck_assert_int_eq(policy_find_gateway(policy, &address), 1);
	address = policy_fixture_address("192.0.2.3");
	ck_assert_int_eq(policy_find_gateway(policy, &address), 2);
	address = policy_fixture_address("192.0.2.9");
	ck_assert_int_eq(policy_find_gateway(policy, &address), -1);
	ck_assert_int_eq(policy_find_gateway(policy, &none), -1);
	ck_assert(policy_uses_selector(policy, "rendezvous"));
	ck_assert(!policy_uses_selector(policy, "weighted"));
	policy_destroy(policy);
	config_list_destroy(errors);
	registry->destroy(registry);
}
END_TEST

START_TEST(gives_addresses_of_a_family_in_order)
{
	selector_registry_t *registry = selector_registry_create();
	const gateway_identity_t *id;
	ip_address_t first = policy_fixture_address("192.0.2.7");
	char buf[GATEWAY_IDENTITY_FQDN_MAX + 1];
	array_t *errors;
	policy_t *policy;

	policy = policy_fixture_read(registry, "gateways { moon { addresses = "
		"192.0.2.7, 192.0.2.8, 2001:db8::7 }\n"
		"sun { addresses = 192.0.2.9, sun.example.org } }", &errors);
	id = gateway_address(&policy->gateways[0], GATEWAY_IPV4, NULL);
	ck_assert_str_eq(gateway_identity_to_string(id, buf, sizeof(buf)),
					 "192.0.2.7");
	id = gateway_address(&policy->gateways[0], GATEWAY_IPV4, &first);
	ck_assert_str_eq(gateway_identity_to_string(id, buf, sizeof(buf)),
					 "192.0.2.8");
	id = gateway_address(&policy->gateways[0], GATEWAY_IPV6, NULL);
	ck_assert_str_eq(gateway_identity_to_string(id, buf, sizeof(buf)),
					 "2001:db8::7");
	id = gateway_address(&policy->gateways[1], GATEWAY_IPV6, NULL);
	ck_assert_str_eq(gateway_identity_to_string(id, buf, sizeof(buf)),
					 "sun.example.org");
	policy_destroy(policy);
	config_list_destroy(errors);
	registry->destroy(registry);
}
END_TEST

START_TEST(an_empty_section_is_a_policy)
{
	policy_fixture_t fixture = policy_fixture_create("");

	assert_decision(policy_fixture_decide(&fixture,
						policy_fixture_init("198.51.100.1", 1)),
					SERVE, CAUSE, "");
	policy_fixture_destroy(&fixture);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("policy");
	TCase *tcase = tcase_create("policy");

	tcase_add_loop_test(tcase, tells_what_is_wrong_with_gateways, 0, 10);
	tcase_add_loop_test(tcase, tells_what_is_wrong_with_rules, 0, 14);
	tcase_add_loop_test(tcase, tells_what_is_wrong_with_the_rest, 0, 9);
	tcase_add_test(tcase, finds_gateways_by_their_addresses);
	tcase_add_test(tcase, gives_addresses_of_a_family_in_order);
	tcase_add_test(tcase, an_empty_section_is_a_policy);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
