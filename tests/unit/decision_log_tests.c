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

#include <utils/debug.h>

/**
 * What was logged last, and how many lines of it at which level.
 */
static struct {
	char line[512];
	int lines[3];
} logged;

/**
 * Take log lines.
 */
static void take_line(debug_t group, level_t level, char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(logged.line, sizeof(logged.line), fmt, args);
	va_end(args);
	logged.lines[level]++;
}

/**
 * Create an engine whose log lines are taken.
 */
static policy_fixture_t create(const char *conf)
{
	policy_fixture_t this = policy_fixture_create(conf);

	memset(&logged, 0, sizeof(logged));
	dbg = take_line;
	return this;
}

static void destroy(policy_fixture_t *this)
{
	dbg = dbg_default;
	policy_fixture_destroy(this);
}

/**
 * Decide and carry out.
 */
static bool carry_out(policy_fixture_t *this, redirect_request_t request)
{
	redirect_decision_t decision = policy_fixture_decide(this, request);

	return this->engine->carry_out(this->engine, &request, &decision);
}

#define TO_SUN "self = moon\ngateways { " MOON SUN " }\n" \
			   "rules { west { remote = 198.51.100.0/24\n gateways = sun } }"

START_TEST(tells_a_redirect_in_one_line)
{
	policy_fixture_t this = create(TO_SUN);

	ck_assert(carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	ck_assert_str_eq(logged.line, "redirect: 198.51.100.1 redirected to sun "
					 "(192.0.2.2) in IKE_SA_INIT, rule west, rendezvous");
	ck_assert_int_eq(logged.lines[1], 1);
	ck_assert_int_eq(logged.lines[2], 0);
	destroy(&this);
}
END_TEST

START_TEST(tells_who_is_served_at_level_2)
{
	policy_fixture_t this = create(TO_SUN);

	ck_assert(carry_out(&this, policy_fixture_init("203.0.113.1", 1)));
	ck_assert_str_eq(logged.line, "redirect: 203.0.113.1 served in IKE_SA_INIT, "
					 "no rule matches");
	ck_assert_int_eq(logged.lines[1], 0);
	ck_assert_int_eq(logged.lines[2], 1);
	destroy(&this);
}
END_TEST

START_TEST(tells_what_a_dry_run_would_do_at_level_1)
{
	policy_fixture_t this = create("dry_run = yes\n" TO_SUN);

	ck_assert(carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	ck_assert_int_eq(logged.lines[1], 1);
	ck_assert_uint_eq(this.log->get_count(this.log,
						REDIRECT_PHASE_INIT, REDIRECT_SERVE,
						REDIRECT_CAUSE_RULE, REDIRECT_REASON_DRY_RUN), 1);
	destroy(&this);
}
END_TEST

START_TEST(counts_and_tells_a_retransmission_once)
{
	policy_fixture_t this = create(TO_SUN);
	gateway_status_t status;
	int i;

	ck_assert(carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	for (i = 0; i < 5; i++)
	{
		ck_assert(!carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	}
	ck_assert(carry_out(&this, policy_fixture_init("198.51.100.1", 2)));
	ck_assert_uint_eq(this.log->get_count(this.log,
						REDIRECT_PHASE_INIT, REDIRECT_REDIRECT,
						REDIRECT_CAUSE_RULE, REDIRECT_REASON_CAUSE), 2);
	ck_assert_uint_eq(this.log->get_retransmissions(this.log), 5);
	ck_assert_int_eq(logged.lines[1], 2);
	ck_assert(this.table->get_status(this.table, "sun", &status));
	ck_assert_uint_eq(status.redirected, 2);
	ck_assert_uint_eq(status.assigned, 2);
	destroy(&this);
}
END_TEST

START_TEST(counts_decisions_of_a_rule_over_reloads_and_arrivals)
{
	policy_fixture_t this = create(TO_SUN);
	redirect_request_t request;

	ck_assert(carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	ck_assert(carry_out(&this, policy_fixture_init("203.0.113.1", 1)));
	policy_fixture_reload(&this, TO_SUN);
	request = policy_fixture_init("198.51.100.2", 2);
	request.redirected_from = policy_fixture_address("192.0.2.2");
	ck_assert(carry_out(&this, request));
	ck_assert_uint_eq(this.log->get_hits(this.log, "west"), 2);
	ck_assert_uint_eq(this.log->get_hits(this.log, "east"), 0);
	ck_assert_uint_eq(this.log->get_arrivals(this.log), 1);
	destroy(&this);
}
END_TEST

START_TEST(limits_lines_but_not_counters)
{
	policy_fixture_t this = create(TO_SUN);
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);
	int i;

	for (i = 1; i <= 5000; i++)
	{	/* each from a NAT's port of its own: clients that do not come back */
		request.spi_i = i;
		request.remote_port = 10000 + i;
		ck_assert(carry_out(&this, request));
	}
	ck_assert_uint_eq(this.log->get_count(this.log,
						REDIRECT_PHASE_INIT, REDIRECT_REDIRECT,
						REDIRECT_CAUSE_RULE, REDIRECT_REASON_CAUSE), 5000);
	/* 50 a second, with one more a second that tells of the rest */
	ck_assert_int_ge(logged.lines[1], 50);
	ck_assert_int_lt(logged.lines[1], 1000);
	destroy(&this);
}
END_TEST

START_TEST(remembers_clients_for_stickiness_and_circles)
{
	policy_fixture_t this = create("sticky = 1h\nselector = round-robin\nself = moon\n"
		"gateways { " MOON SUN MARS " }\n"
		"rules { r { gateways = sun, mars\n onward = yes } }");
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);
	redirect_decision_t decision;

	ck_assert(carry_out(&this, request));
	request.spi_i = 2;
	decision = policy_fixture_decide(&this, request);
	ck_assert_str_eq(decision.selector, "sticky");
	request.redirected_from = policy_fixture_address("192.0.2.77");
	assert_decision(policy_fixture_decide(&this, request),
					SERVE, CIRCLE, "");
	destroy(&this);
}
END_TEST

/**
 * Observer that counts.
 */
static void count_decision(void *data, const redirect_request_t *request,
						   const redirect_decision_t *decision)
{
	(*(int*)data)++;
}

START_TEST(tells_its_observer_of_what_it_counts)
{
	policy_fixture_t this = create(TO_SUN);
	int told = 0;

	this.log->set_observer(this.log, count_decision, &told);
	ck_assert(carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	ck_assert(!carry_out(&this, policy_fixture_init("198.51.100.1", 1)));
	ck_assert(carry_out(&this, policy_fixture_init("203.0.113.1", 1)));
	ck_assert_int_eq(told, 2);
	destroy(&this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("decision_log");
	TCase *tcase = tcase_create("decision_log");

	tcase_add_test(tcase, tells_a_redirect_in_one_line);
	tcase_add_test(tcase, tells_who_is_served_at_level_2);
	tcase_add_test(tcase, tells_what_a_dry_run_would_do_at_level_1);
	tcase_add_test(tcase, counts_and_tells_a_retransmission_once);
	tcase_add_test(tcase,
				   counts_decisions_of_a_rule_over_reloads_and_arrivals);
	tcase_add_test(tcase, limits_lines_but_not_counters);
	tcase_add_test(tcase, remembers_clients_for_stickiness_and_circles);
	tcase_add_test(tcase, tells_its_observer_of_what_it_counts);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
