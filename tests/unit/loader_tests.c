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

#include <daemon.h>

#include "policy/overload_monitor.h"
#include "config_loader.h"
#include "initiator/initiator_config.h"
#include "sessions/session_config.h"
#include "utils/monotonic.h"

#include <unistd.h>

/**
 * What was logged.
 */
static char logged[4096];

/**
 * Take log lines.
 */
static void take_line(debug_t group, level_t level, char *fmt, ...)
{
	size_t used = strlen(logged);
	va_list args;

	va_start(args, fmt);
	vsnprintf(logged + used, sizeof(logged) - used, fmt, args);
	va_end(args);
}

/**
 * Selectors of a plugin that comes and goes.
 */
static int foreign_selectors;

static int select_first(redirect_selector_t *this,
						const redirect_selector_request_t *request,
						const redirect_selector_view_t *view)
{
	return 0;
}

static void destroy_foreign(redirect_selector_t *this)
{
	foreign_selectors--;
	free(this);
}

static redirect_selector_t *create_foreign(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.select = select_first,
		.destroy = destroy_foreign,
	);
	foreign_selectors++;
	return this;
}

/**
 * An engine whose configuration is read by a loader.
 */
typedef struct {
	selector_registry_t *registry;
	redirect_selector_registry_t *public;
	gateway_table_t *table;
	policy_engine_t *engine;
	config_loader_t *loader;
} fixture_t;

/**
 * Put a configuration into lib->settings.
 */
static void configure(const char *conf)
{
	char *text;

	ck_assert(asprintf(&text, "charon { plugins { redirect {\n%s\n} } }\n",
					   conf) > 0);
	ck_assert(lib->settings->load_string(lib->settings, text, FALSE));
	free(text);
}

static fixture_t create(const char *conf)
{
	fixture_t this = {
		.registry = selector_registry_create(),
		.table = gateway_table_create(),
	};

	foreign_selectors = 0;
	*logged = '\0';
	dbg = take_line;
	configure(conf);
	this.public = &this.registry->public;
	this.engine = policy_engine_create(this.table, NULL);
	this.loader = config_loader_create(this.engine, this.registry);
	return this;
}

static void destroy(fixture_t *this)
{
	this->loader->destroy(this->loader);
	this->engine->destroy(this->engine);
	this->table->destroy(this->table);
	this->registry->destroy(this->registry);
	dbg = dbg_default;
}

/**
 * Decide about a client.
 */
static redirect_decision_t decide(fixture_t *this)
{
	redirect_request_t request = policy_fixture_init("198.51.100.1", 1);
	redirect_decision_t decision;

	this->engine->decide(this->engine, &request, &decision);
	return decision;
}

#define RULES(selector) "self = moon\ngateways { " MOON SUN " }\n" \
			"rules { r { gateways = sun\n selector = " selector " } }"

START_TEST(puts_a_good_configuration_into_force)
{
	fixture_t this = create(RULES("weighted"));

	assert_decision(decide(&this), SERVE, NO_POLICY, "");
	ck_assert(this.loader->load(this.loader));
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	ck_assert_str_eq(logged, "redirect: configuration loaded, gateways: 2, "
					 "rules: 1");
	destroy(&this);
}
END_TEST

START_TEST(serves_everybody_with_a_bad_one_and_says_so_loudly)
{
	fixture_t this = create("gateways { " MOON " }\nslef = moon");

	ck_assert(!this.loader->load(this.loader));
	assert_decision(decide(&this), SERVE, NO_POLICY, "");
	ck_assert_str_eq(logged, "redirect: charon.plugins.redirect.slef: unknown "
		"option, did you mean 'self'?redirect: CONFIGURATION REFUSED, NO CLIENT "
		"IS REDIRECTED: fix the errors above and reload the settings");
	destroy(&this);
}
END_TEST

START_TEST(keeps_the_old_one_after_a_bad_reload)
{
	fixture_t this = create(RULES("weighted"));

	ck_assert(this.loader->load(this.loader));
	configure("self = sun\ngateways { moon { } }");
	*logged = '\0';
	ck_assert(!this.loader->load(this.loader));
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	ck_assert_ptr_nonnull(strstr(logged, "configuration refused, the one before "
								 "stays in force"));
	configure("self = moon\ngateways { " MOON MARS " }\n"
			  "rules { r { gateways = mars } }");
	ck_assert(this.loader->load(this.loader));
	assert_decision(decide(&this), REDIRECT, CAUSE, "mars");
	destroy(&this);
}
END_TEST

START_TEST(waits_for_a_selector_of_another_plugin)
{
	fixture_t this = create(RULES("foreign"));

	ck_assert(this.loader->load(this.loader));
	assert_decision(decide(&this), SERVE, NO_POLICY, "");
	ck_assert_str_eq(logged, "");
	ck_assert(this.public->add(this.public, "foreign", REDIRECT_SELECTOR_API,
							   create_foreign));
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	destroy(&this);
	ck_assert_int_eq(foreign_selectors, 0);
}
END_TEST

START_TEST(serves_everybody_if_the_selector_in_use_is_withdrawn)
{
	fixture_t this = create(RULES("foreign"));

	ck_assert(this.public->add(this.public, "foreign", REDIRECT_SELECTOR_API,
							   create_foreign));
	ck_assert(this.loader->load(this.loader));
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	ck_assert_int_gt(foreign_selectors, 0);
	this.public->remove(this.public, "foreign");
	/* its code may be gone as soon as this returns */
	ck_assert_int_eq(foreign_selectors, 0);
	assert_decision(decide(&this), SERVE, NO_POLICY, "");
	ck_assert_ptr_nonnull(strstr(logged, "selector foreign was withdrawn"));
	destroy(&this);
}
END_TEST

START_TEST(does_not_care_about_a_selector_that_is_not_in_use)
{
	fixture_t this = create(RULES("weighted"));

	ck_assert(this.public->add(this.public, "foreign", REDIRECT_SELECTOR_API,
							   create_foreign));
	ck_assert(this.loader->load(this.loader));
	this.public->remove(this.public, "foreign");
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	destroy(&this);
}
END_TEST

START_TEST(complains_of_an_unknown_selector_on_reload)
{
	fixture_t this = create(RULES("weighted"));

	ck_assert(this.loader->load(this.loader));
	configure(RULES("foreign"));
	ck_assert(!this.loader->load(this.loader));
	ck_assert_ptr_nonnull(strstr(logged, "rules.r.selector = foreign: no such "
								 "selector, there are rendezvous"));
	destroy(&this);
}
END_TEST

START_TEST(warns_of_limits_of_charon)
{
	fixture_t this = create("overload { half_open = 100 }");

	ck_assert(this.loader->load(this.loader));
	ck_assert_ptr_nonnull(strstr(logged, "overload.half_open is 100, not below "
								 "charon.cookie_threshold"));
	destroy(&this);
}
END_TEST

START_TEST(warns_if_this_gateway_does_not_know_which_it_is)
{
	fixture_t this = create("gateways { " MOON SUN " }");

	ck_assert(this.loader->load(this.loader));
	ck_assert_ptr_nonnull(strstr(logged, "redirect: warning: "
								 "charon.plugins.redirect.self: not set, so "
								 "capacity and load of this gateway are not "
								 "known"));
	destroy(&this);
}
END_TEST

/**
 * Get the hash of a configuration that is put into force.
 */
static uint64_t hash(fixture_t *this, const char *conf)
{
	config_status_t status;

	configure(conf);
	ck_assert_msg(this->loader->load(this->loader), "%s", logged);
	this->loader->get_status(this->loader, &status);
	ck_assert(status.loaded && !status.refused);
	return status.hash;
}

START_TEST(gives_the_same_hash_to_configurations_that_mean_the_same)
{
	fixture_t this = create("");
	uint64_t expected;
	size_t i;
	static const char *const same[] = {
		"self = moon\ngateways { " SUN MOON " }\nrules { a { id = a, b\n gateways "
			"= sun }\n b { } }",
		"gateways { " MOON "\n}\n rules { \n a { gateways   =  sun # the west\n"
			"id=a ,b } b { } }\nself = sun\ngateways { " SUN " }",
		"load = yes\ncontrol { socket = unix:///run/charon.other }\ngateways { "
			SUN MOON " }\nrules { a { id = a,\tb\n gateways = sun }\n b { } }",
	};
	static const char *const other[] = {
		"gateways { " SUN MOON " }\nrules { b { }\n a { id = a, b\n gateways = "
			"sun } }",
		"gateways { " SUN MOON " }\nrules { a { id = a, c\n gateways = sun }\n b "
			"{ } }",
		"gateways { " SUN MOON " }\nrules { a { id = ab\n gateways = sun }\n b "
			"{ } }",
		"gateways { " SUN MARS " }\nrules { a { id = a, b\n gateways = sun }\n b "
			"{ } }",
		"gateways { " SUN MOON " }\nrules { a { id = a, b\n gateways = sun } }",
		"gateways { " SUN MOON " }\nrules { a { id = a, b\n gateways = sun }\n b "
			"{ } }\ndrain { rate = 7 }",
	};

	expected = hash(&this, same[0]);
	for (i = 1; i < countof(same); i++)
	{
		ck_assert_uint_eq(hash(&this, same[i]), expected);
	}
	for (i = 0; i < countof(other); i++)
	{
		ck_assert_msg(hash(&this, other[i]) != expected, "%s", other[i]);
	}
	destroy(&this);
}
END_TEST

START_TEST(keeps_what_became_of_the_last_configuration)
{
	fixture_t this = create(RULES("weighted"));
	config_status_t status;
	uint64_t in_force;

	this.loader->get_status(this.loader, &status);
	ck_assert(!status.read && !status.loaded && !status.refused);
	ck_assert(this.loader->load(this.loader));
	this.loader->get_status(this.loader, &status);
	ck_assert(status.read && status.loaded && !status.refused);
	ck_assert_str_eq(status.error, "");
	in_force = status.hash;
	configure("slef = sun\nrules { r { persent = 5 } }");
	ck_assert(!this.loader->load(this.loader));
	this.loader->get_status(this.loader, &status);
	ck_assert(status.loaded && status.refused);
	ck_assert_uint_eq(status.errors, 2);
	ck_assert_uint_eq(status.hash, in_force);
	ck_assert_str_eq(status.error, "charon.plugins.redirect.slef: unknown "
					 "option, did you mean 'self'?");
	configure(RULES("weighted"));
	ck_assert(this.loader->load(this.loader));
	this.loader->get_status(this.loader, &status);
	ck_assert(!status.refused);
	ck_assert_str_eq(status.error, "");
	destroy(&this);
}
END_TEST

/**
 * Rooms that count what is put into force.
 */
static int applied_alone, applied_together;

static void apply_alone(void *data, void *config)
{
	applied_alone++;
	initiator_config_destroy(config);
}

static void apply_together(void *data, void *config)
{
	applied_together++;
	free(config);
}

START_TEST(applies_a_room_alone_only_as_long_as_nothing_is_in_force)
{
	fixture_t this = create("slef = moon");
	config_room_t alone = {
		.read = (void*)initiator_config_read,
		.apply = apply_alone,
		.discard = (void*)initiator_config_destroy,
		.alone = TRUE,
	}, together = {
		.read = (void*)session_config_read,
		.apply = apply_together,
		.discard = free,
	};

	applied_alone = applied_together = 0;
	this.loader->add_room(this.loader, &alone);
	this.loader->add_room(this.loader, &together);
	ck_assert(!this.loader->load(this.loader));
	ck_assert_int_eq(applied_alone, 1);
	ck_assert_int_eq(applied_together, 0);
	configure("guard { follw = no }");
	ck_assert(!this.loader->load(this.loader));
	ck_assert_int_eq(applied_alone, 1);
	configure(RULES("weighted"));
	ck_assert(this.loader->load(this.loader));
	ck_assert_int_eq(applied_alone, 2);
	ck_assert_int_eq(applied_together, 1);
	configure("slef = moon");
	ck_assert(!this.loader->load(this.loader));
	ck_assert_int_eq(applied_alone, 2);
	destroy(&this);
}
END_TEST

START_TEST(the_monitor_turns_overload_on_and_off)
{
	fixture_t this = create("self = moon\n"
		"gateways { moon { addresses = 192.0.2.1\n capacity = 100 } " SUN " }");
	overload_monitor_t *monitor;
	overload_report_t report;
	gateway_status_t status;
	own_load_t load = { .values = { 100 }, .sessions = 90 };

	ck_assert(this.loader->load(this.loader));
	monitor = overload_monitor_create(this.engine, this.table);
	monitor->tick(monitor, &load);
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	ck_assert_ptr_nonnull(strstr(logged, "redirect: overloaded, sas at 100, 100 "
								 "per cent of its mark, new clients are sent "
								 "to others"));
	ck_assert(this.table->get_status(this.table, "moon", &status));
	ck_assert_uint_eq(status.sessions, 90);
	ck_assert_uint_eq(status.load, 1000);
	monitor->get_report(monitor, &report);
	ck_assert_int_eq(report.level, OVERLOAD_HIGH);

	load.values[OWN_LOAD_SAS] = 95;
	monitor->tick(monitor, &load);
	assert_decision(decide(&this), REDIRECT, CAUSE, "sun");
	load.values[OWN_LOAD_SAS] = 94;
	monitor->tick(monitor, &load);
	assert_decision(decide(&this), SERVE, CAUSE, "");
	ck_assert_ptr_nonnull(strstr(logged, "redirect: not overloaded anymore"));
	monitor->destroy(monitor);
	destroy(&this);
}
END_TEST

START_TEST(the_monitor_lets_gateways_start_slowly)
{
	fixture_t this = create("self = moon\nslow_start = 5s\n"
							"gateways { " MOON SUN " }");
	overload_monitor_t *monitor;
	const policy_state_t *state;
	own_load_t load = {};
	uint32_t weight;
	int token, i;

	ck_assert(this.loader->load(this.loader));
	monitor = overload_monitor_create(this.engine, this.table);
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_DOWN, 0);
	this.table->testify(this.table, "sun",
						 GATEWAY_WITNESS_OPERATOR, GATEWAY_UP, 0);
	for (i = 1; i <= 6; i++)
	{
		monitor->tick(monitor, &load);
		state = this.engine->acquire(this.engine, &token);
		weight = state->view->gateways[1].weight;
		this.engine->release(this.engine, token);
		ck_assert_uint_eq(weight, min(i * 20, 100));
	}
	monitor->destroy(monitor);
	destroy(&this);
}
END_TEST

START_TEST(tells_once_a_second_who_joins_and_counts_the_rest)
{
	static const char *const joined = "of these joined by the store";
	fixture_t this = create("self = moon\ngateways { " MOON SUN " }");
	int i, end, untold, told = 0, lines = 0;
	time_t begin, last;
	char *found;

	ck_assert(this.loader->load(this.loader));
	/* the clock of the limit, which is a little behind */
	begin = monotonic_noted();
	for (i = 0; i < 50; i++)
	{
		this.loader->set_joined(this.loader, (gateways_joined_t){});
	}
	last = monotonic_noted();
	while (monotonic_noted() == last)
	{
		usleep(1000);
	}
	this.loader->set_joined(this.loader, (gateways_joined_t){});
	for (found = logged; (found = strstr(found, joined)); lines++)
	{
		found += strlen(joined);
		end = 0;
		sscanf(found, "redirect: %d such changes%n", &untold, &end);
		told += end ? untold : 0;
	}
	ck_assert_int_ge(lines, 2);
	ck_assert_int_le(lines, last - begin + 2);
	ck_assert_int_eq(told + lines, 51);
	destroy(&this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loader");
	TCase *tcase = tcase_create("loader");

	tcase_add_test(tcase, puts_a_good_configuration_into_force);
	tcase_add_test(tcase, serves_everybody_with_a_bad_one_and_says_so_loudly);
	tcase_add_test(tcase, keeps_the_old_one_after_a_bad_reload);
	tcase_add_test(tcase, waits_for_a_selector_of_another_plugin);
	tcase_add_test(tcase,
				   serves_everybody_if_the_selector_in_use_is_withdrawn);
	tcase_add_test(tcase, does_not_care_about_a_selector_that_is_not_in_use);
	tcase_add_test(tcase, complains_of_an_unknown_selector_on_reload);
	tcase_add_test(tcase, warns_of_limits_of_charon);
	tcase_add_test(tcase, warns_if_this_gateway_does_not_know_which_it_is);
	tcase_add_test(tcase,
				   gives_the_same_hash_to_configurations_that_mean_the_same);
	tcase_add_test(tcase, keeps_what_became_of_the_last_configuration);
	tcase_add_test(tcase,
				   applies_a_room_alone_only_as_long_as_nothing_is_in_force);
	tcase_add_test(tcase, the_monitor_turns_overload_on_and_off);
	tcase_add_test(tcase, the_monitor_lets_gateways_start_slowly);
	tcase_add_test(tcase, tells_once_a_second_who_joins_and_counts_the_rest);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
