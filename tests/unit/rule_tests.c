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
 * Some minutes of the week, as requests carry them.
 */
#define MONDAY_NOON (1 + 12 * 60)
#define SUNDAY_NOON (1 + 6 * 1440 + 12 * 60)

/**
 * Check whether a rule with these options matches a request.
 */
static bool matches(const char *options, redirect_request_t *request)
{
	policy_fixture_t fixture;
	redirect_decision_t decision;
	char *conf;

	ck_assert(asprintf(&conf, "self = moon\ngateways { " MOON SUN " }\n"
					   "rules { r {\n action = refuse\n%s\n} }",
					   options) > 0);
	fixture = policy_fixture_create(conf);
	free(conf);
	fixture.engine->decide(fixture.engine, request, &decision);
	policy_fixture_destroy(&fixture);
	ck_assert_int_eq(decision.action == REDIRECT_REFUSE,
					 streq(decision.rule, "r"));
	return decision.action == REDIRECT_REFUSE;
}

/**
 * Check an IKE_SA_INIT request.
 */
static bool matches_init(const char *options, const char *remote)
{
	redirect_request_t request = policy_fixture_init(remote, 1);

	return matches(options, &request);
}

/**
 * Check an IKE_AUTH request; a group, an issuer and an EAP identity if given.
 */
static bool matches_auth(const char *options, const char *id, const char *eap,
						 const char *group, const char *issuer)
{
	redirect_request_t request = policy_fixture_auth(id);
	bool matched;

	if (eap)
	{
		request.eap_id = identification_create_from_string((char*)eap);
	}
	if (group)
	{
		request.groups[0] = identification_create_from_string("others");
		request.groups[1] = identification_create_from_string((char*)group);
	}
	if (issuer)
	{
		request.issuers[0] = identification_create_from_string((char*)issuer);
	}
	matched = matches(options, &request);
	policy_fixture_forget(&request);
	return matched;
}

START_TEST(matches_remote_addresses_of_both_families)
{
	const char *remote = "remote = 198.51.100.0/24, 2001:db8:5::/48";

	ck_assert(matches_init(remote, "198.51.100.1"));
	ck_assert(!matches_init(remote, "203.0.113.1"));
	ck_assert(matches_init(remote, "2001:db8:5::1"));
	ck_assert(!matches_init(remote, "2001:db8:6::1"));
}
END_TEST

START_TEST(matches_local_addresses)
{
	ck_assert(matches_init("local = 192.0.2.1", "203.0.113.1"));
	ck_assert(!matches_init("local = 192.0.2.2", "203.0.113.1"));
}
END_TEST

START_TEST(negates_conditions)
{
	ck_assert(!matches_init("remote = !198.51.100.0/24", "198.51.100.1"));
	ck_assert(matches_init("remote = !198.51.100.0/24", "203.0.113.1"));
	ck_assert(!matches_init("local = ! 192.0.2.1", "203.0.113.1"));
	ck_assert(!matches_auth("id = !*@a.example", "x@a.example", NULL, NULL,
							NULL));
	ck_assert(matches_auth("id = !*@a.example", "x@b.example", NULL, NULL,
						   NULL));
	ck_assert(!matches_auth("connection = !rw", "x@b.example", NULL, NULL,
							NULL));
	ck_assert(matches_auth("group = !staff", "x@b.example", NULL, "guests",
						   NULL));
	ck_assert(matches_auth("group = !staff", "x@b.example", NULL, NULL, NULL));
	ck_assert(!matches_auth("group = !staff", "x@b.example", NULL, "staff",
							NULL));
	ck_assert(matches_auth("eap_identity = !bob", "x@b.example", NULL, NULL,
						   NULL));
	ck_assert(!matches_auth("issuer = !\"C=CH, O=Partner, CN=*\"", "x@b.example",
							NULL, NULL, "C=CH, O=Partner, CN=CA"));
}
END_TEST

START_TEST(needs_all_conditions_to_hold)
{
	const char *both = "remote = 198.51.100.0/24\nlocal = 192.0.2.2";

	ck_assert(!matches_init(both, "198.51.100.1"));
}
END_TEST

START_TEST(matches_identities_with_wildcards)
{
	const char *id = "id = *@partner.example, carol@b.example";

	ck_assert(matches_auth(id, "dave@partner.example", NULL, NULL, NULL));
	ck_assert(matches_auth(id, "carol@b.example", NULL, NULL, NULL));
	ck_assert(!matches_auth(id, "dave@b.example", NULL, NULL, NULL));
	/* the EAP identity counts as well */
	ck_assert(matches_auth(id, "192.0.2.77", "dave@partner.example", NULL,
						   NULL));
}
END_TEST

START_TEST(matches_distinguished_names)
{
	const char *id = "id = C=CH, O=Partner, CN=*, carol@b.example";

	ck_assert(matches_auth(id, "C=CH, O=Partner, CN=dave", NULL, NULL, NULL));
	ck_assert(!matches_auth(id, "C=CH, O=Other, CN=dave", NULL, NULL, NULL));
	ck_assert(matches_auth(id, "carol@b.example", NULL, NULL, NULL));
}
END_TEST

START_TEST(matches_wildcards_wherever_they_are)
{
	ck_assert(matches_auth("group = vpn-*", "a", NULL, "vpn-staff", NULL));
	ck_assert(!matches_auth("group = vpn-*", "a", NULL, "lan-staff", NULL));
	ck_assert(matches_auth("group = *-staff", "a", NULL, "x-staff", NULL));
	ck_assert(matches_auth("eap_identity = CORP\\*", "a", "CORP\\alice", NULL,
						   NULL));
	ck_assert(!matches_auth("eap_identity = CORP\\*", "a", "ALICE\\corp", NULL,
							NULL));
	ck_assert(matches_auth("id = gw*.branch.example", "GW7.branch.example", NULL,
						   NULL, NULL));
	ck_assert(!matches_auth("id = gw*.branch.example", "gw7.branch.example.org",
							NULL, NULL, NULL));
	ck_assert(matches_auth("id = user1?@x.example", "user12@x.example", NULL,
						   NULL, NULL));
	ck_assert(!matches_auth("id = user1?@x.example", "user123@x.example", NULL,
							NULL, NULL));
	ck_assert(matches_auth("id = al*", "alice@corp.example", NULL, NULL, NULL));
	ck_assert(matches_auth("id = *a*b*", "xaybz", NULL, NULL, NULL));
	ck_assert(!matches_auth("id = *a*b*", "xbyaz", NULL, NULL, NULL));
	ck_assert(!matches_auth("id = !vpn*", "vpn7", NULL, NULL, NULL));
	/* addresses are not texts, and names are not parts of others */
	ck_assert(!matches_auth("id = 1*x", "192.0.2.1", NULL, NULL, NULL));
	ck_assert(!matches_auth("id = *.a.example", "x@b.a.example", NULL, NULL,
							NULL));
}
END_TEST

START_TEST(keeps_commas_in_and_between_distinguished_names_apart)
{
	const char *one = "id = C=US, O=Acme\\, Inc., CN=*";
	const char *two = "issuer = /C=CH/CN=Moon, /C=DE/O=Acme\\, Inc./CN=*";
	char name[700] = "id = ";

	ck_assert(matches_auth(one, "/C=US/O=Acme, Inc./CN=eve", NULL, NULL, NULL));
	ck_assert(!matches_auth(one, "C=US, O=Acme, CN=eve", NULL, NULL, NULL));
	ck_assert(matches_auth(two, "a", NULL, NULL, "C=CH, CN=Moon"));
	ck_assert(matches_auth(two, "a", NULL, NULL, "/C=DE/O=Acme, Inc./CN=CA"));
	ck_assert(!matches_auth(two, "a", NULL, NULL, "C=DE, CN=CA"));
	/* of a directory of Microsoft */
	ck_assert(matches_auth("id = CN=*, CN=Users, DC=corp, DC=example",
						   "CN=Bob, CN=Users, DC=corp, DC=example", NULL, NULL,
						   NULL));
	/* each element is a group */
	ck_assert(matches_auth("group = OU=eng;, OU=ops;", "a", NULL, "OU=ops;",
						   NULL));
	ck_assert(!matches_auth("group = OU=eng;, OU=ops;", "a", NULL,
							"OU=eng;, OU=ops;", NULL));
	/* longer than any buffer */
	memset(name + 5, 'x', 600);
	ck_assert(matches_auth(name, name + 5, NULL, NULL, NULL));
	name[604]++;
	ck_assert(!matches_auth("id = C=CH, O=x", name + 5, NULL, NULL, NULL));
}
END_TEST

START_TEST(matches_the_eap_identity_alone)
{

	ck_assert(matches_auth("eap_identity = bobby", "192.0.2.77", "bobby", NULL,
						   NULL));
	ck_assert(!matches_auth("eap_identity = bobby", "bobby", NULL, NULL, NULL));
}
END_TEST

START_TEST(matches_identities_of_all_rounds)
{
	redirect_request_t request = policy_fixture_auth("192.0.2.77");

	/* RFC 4739: a device with a certificate, then its user */
	request.ids[0] = identification_create_from_string("laptop@b.example");
	request.ids[1] = identification_create_from_string("192.0.2.77");
	request.ids[2] = identification_create_from_string("bob");
	ck_assert(matches("id = laptop@b.example", &request));
	ck_assert(matches("id = 192.0.2.77", &request));
	ck_assert(matches("id = bob", &request));
	ck_assert(!matches("id = !*@b.example", &request));
	ck_assert(!matches("id = alice", &request));
	policy_fixture_forget(&request);
}
END_TEST

START_TEST(matches_any_group_of_the_client)
{
	ck_assert(matches_auth("group = staff, admins", "x@b.example", NULL,
						   "admins", NULL));
	ck_assert(matches_auth("group = others", "x@b.example", NULL, "admins",
						   NULL));
	ck_assert(!matches_auth("group = staff", "x@b.example", NULL, "admins",
							NULL));
	ck_assert(!matches_auth("group = staff", "x@b.example", NULL, NULL, NULL));
}
END_TEST

START_TEST(matches_the_issuer_of_the_certificate)
{
	const char *issuer = "issuer = \"C=CH, O=Partner, CN=*\"";

	ck_assert(matches_auth(issuer, "x@b.example", NULL, NULL,
						   "C=CH, O=Partner, CN=Partner CA"));
	ck_assert(!matches_auth(issuer, "x@b.example", NULL, NULL,
							"C=CH, O=Other, CN=Partner CA"));
	ck_assert(!matches_auth(issuer, "x@b.example", NULL, NULL, NULL));
}
END_TEST

START_TEST(matches_connections_with_wildcards)
{
	ck_assert(matches_auth("connection = rw*", "x@b.example", NULL, NULL,
						   NULL));
	ck_assert(!matches_auth("connection = site-?, rw2", "x@b.example", NULL,
							NULL, NULL));
}
END_TEST

START_TEST(matches_in_its_time_only)
{
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);
	const char *time = "time = mon-fri 08:00-18:00";

	request.week_minute = MONDAY_NOON;
	ck_assert(matches(time, &request));
	ck_assert(!matches("time = !mon-fri 08:00-18:00", &request));
	request.week_minute = SUNDAY_NOON;
	ck_assert(!matches(time, &request));
	ck_assert(matches("time = mon-fri 08:00-18:00, sun", &request));
	/* now is some time */
	request.week_minute = 0;
	ck_assert(matches("time = mon-sun", &request));
	ck_assert(!matches("time = !mon-sun", &request));
}
END_TEST

START_TEST(matches_where_the_client_was_redirected_from)
{
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);

	ck_assert(!matches("redirected_from = any", &request));
	ck_assert(matches("redirected_from = !any", &request));
	ck_assert(matches("redirected_from = !sun", &request));
	request.redirected_from = policy_fixture_address("192.0.2.2");
	ck_assert(matches("redirected_from = any", &request));
	ck_assert(matches("redirected_from = sun", &request));
	ck_assert(matches("redirected_from = 203.0.113.9, 192.0.2.0/30", &request));
	ck_assert(!matches("redirected_from = moon", &request));
	ck_assert(!matches("redirected_from = !sun", &request));
}
END_TEST

START_TEST(matches_support)
{
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);

	ck_assert(matches("support = yes", &request));
	ck_assert(!matches("support = no", &request));
	request.supported = FALSE;
	ck_assert(!matches("support = yes", &request));
	ck_assert(matches("support = no", &request));
	ck_assert(matches("support = any", &request));
}
END_TEST

START_TEST(is_asked_in_its_phases_only)
{
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);
	const char *address = "remote = 198.51.100.0/24";

	ck_assert(matches(address, &request));
	request.phase = REDIRECT_PHASE_ACTIVE;
	ck_assert(matches(address, &request));
	request.phase = REDIRECT_PHASE_AUTH;
	ck_assert(!matches(address, &request));
	ck_assert(matches("phase = auth\nremote = 198.51.100.0/24", &request));
	request.phase = REDIRECT_PHASE_IDENTITY;
	ck_assert(!matches(address, &request));
	ck_assert(matches("phase = init, identity", &request));
}
END_TEST

START_TEST(does_not_match_what_is_not_known)
{
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);

	request.phase = REDIRECT_PHASE_AUTH;
	ck_assert(!matches("id = *@a.example", &request));
	ck_assert(!matches("id = !*@a.example", &request));
	ck_assert(!matches("connection = !rw", &request));
}
END_TEST

START_TEST(is_not_in_force_if_switched_off)
{
	ck_assert(!matches_init("enabled = no", "198.51.100.1"));
	ck_assert(matches_init("enabled = yes", "198.51.100.1"));
}
END_TEST

START_TEST(is_about_a_stable_share_of_the_clients)
{
	policy_fixture_t fixture = policy_fixture_create(
		"gateways { " MOON SUN " }\n"
		"rules { canary { action = refuse\n percent = 10 } }");
	policy_fixture_t other = policy_fixture_create(
		"gateways { " SUN " }\n"
		"rules { canary { action = refuse\n percent = 20 } }");
	redirect_request_t request = policy_fixture_init("198.51.0.0", 1);
	redirect_decision_t decision;
	int i, matched = 0;

	for (i = 0; i < 100000; i++)
	{
		request.remote.data[1] = i >> 16;
		request.remote.data[2] = i >> 8;
		request.remote.data[3] = i;
		decision = policy_fixture_decide(&fixture, request);
		if (decision.action == REDIRECT_REFUSE)
		{
			matched++;
			/* the same on another attempt; a share that grows keeps them */
			request.spi_i = i;
			decision = policy_fixture_decide(&other, request);
			ck_assert_int_eq(decision.action, REDIRECT_REFUSE);
		}
	}
	/* five standard deviations of a binomial distribution: 474 */
	ck_assert_int_gt(matched, 10000 - 474);
	ck_assert_int_lt(matched, 10000 + 474);
	policy_fixture_destroy(&fixture);
	policy_fixture_destroy(&other);
}
END_TEST

START_TEST(shares_of_two_rules_are_different_clients)
{
	policy_fixture_t fixture = policy_fixture_create(
		"gateways { " MOON SUN " }\nrules {\n"
		"first { action = refuse\n percent = 50 }\n"
		"second { action = refuse\n percent = 50 }\n }");
	redirect_request_t request = policy_fixture_init("198.51.0.0", 1);
	redirect_decision_t decision;
	int i, second = 0;

	for (i = 0; i < 10000; i++)
	{
		request.remote.data[2] = i >> 8;
		request.remote.data[3] = i;
		decision = policy_fixture_decide(&fixture, request);
		second += streq(decision.rule, "second");
	}
	/* a quarter, within five standard deviations */
	ck_assert_int_gt(second, 2500 - 217);
	ck_assert_int_lt(second, 2500 + 217);
	policy_fixture_destroy(&fixture);
}
END_TEST

START_TEST(knows_a_client_by_its_key)
{
	redirect_request_t a = policy_fixture_auth("carol@b.example"), b;

	b = a;
	b.remote = policy_fixture_address("203.0.113.77");
	ck_assert_uint_ne(client_key_hash(CLIENT_KEY_SOURCE, &a),
					  client_key_hash(CLIENT_KEY_SOURCE, &b));
	ck_assert_uint_eq(client_key_hash(CLIENT_KEY_IDENTITY, &a),
					  client_key_hash(CLIENT_KEY_IDENTITY, &b));
	ck_assert_uint_eq(client_key_hash(CLIENT_KEY_CONNECTION, &a),
					  client_key_hash(CLIENT_KEY_CONNECTION, &b));
	b.eap_id = identification_create_from_string("dave");
	ck_assert_uint_ne(client_key_hash(CLIENT_KEY_IDENTITY, &a),
					  client_key_hash(CLIENT_KEY_IDENTITY, &b));
	b.connection = "other";
	ck_assert_uint_ne(client_key_hash(CLIENT_KEY_CONNECTION, &a),
					  client_key_hash(CLIENT_KEY_CONNECTION, &b));
	b.eap_id->destroy(b.eap_id);
	b.eap_id = b.id = NULL;
	ck_assert_uint_eq(client_key_hash(CLIENT_KEY_IDENTITY, &b),
					  client_key_hash(CLIENT_KEY_SOURCE, &b));
	policy_fixture_forget(&a);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rule");
	TCase *tcase = tcase_create("rule");

	tcase_add_test(tcase, matches_remote_addresses_of_both_families);
	tcase_add_test(tcase, matches_local_addresses);
	tcase_add_test(tcase, negates_conditions);
	tcase_add_test(tcase, needs_all_conditions_to_hold);
	tcase_add_test(tcase, matches_identities_with_wildcards);
	tcase_add_test(tcase, matches_distinguished_names);
	tcase_add_test(tcase, matches_wildcards_wherever_they_are);
	tcase_add_test(tcase,
				   keeps_commas_in_and_between_distinguished_names_apart);
	tcase_add_test(tcase, matches_the_eap_identity_alone);
	tcase_add_test(tcase, matches_identities_of_all_rounds);
	tcase_add_test(tcase, matches_any_group_of_the_client);
	tcase_add_test(tcase, matches_the_issuer_of_the_certificate);
	tcase_add_test(tcase, matches_connections_with_wildcards);
	tcase_add_test(tcase, matches_in_its_time_only);
	tcase_add_test(tcase, matches_where_the_client_was_redirected_from);
	tcase_add_test(tcase, matches_support);
	tcase_add_test(tcase, is_asked_in_its_phases_only);
	tcase_add_test(tcase, does_not_match_what_is_not_known);
	tcase_add_test(tcase, is_not_in_force_if_switched_off);
	tcase_add_test(tcase, is_about_a_stable_share_of_the_clients);
	tcase_add_test(tcase, shares_of_two_rules_are_different_clients);
	tcase_add_test(tcase, knows_a_client_by_its_key);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
