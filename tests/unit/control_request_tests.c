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
 * Requests of the control socket: what a command does is bounded by its
 * arguments, so that each is understood or the command refused.
 */

#include "control/control_commands.h"
#include "policy_fixture.h"

#include <vici_builder.h>

#include <check.h>

/**
 * Drains and rebalancing that were asked for, and with what.
 */
static struct {
	int drains, to, ids, connections, rebalances;
	bool remote, stop;
	uint32_t unique_id, rate, grace, deadline;
	bool keep, delete_rest, refuse;
} seen;

static drain_options_t get_defaults(drain_t *this)
{
	return (drain_options_t){ .rate = 50, .grace = 30,
		.ignored = SESSION_IGNORED_KEEP };
}

static bool note_drain(drain_t *this, drain_options_t *options,
					   const char **error)
{
	seen.drains++;
	seen.to = array_count(options->to);
	seen.ids = array_count(options->filter.ids);
	seen.connections = array_count(options->filter.connections);
	seen.remote = options->filter.remote != NULL;
	seen.unique_id = options->filter.unique_id;
	seen.rate = options->rate;
	seen.grace = options->grace;
	seen.deadline = options->deadline;
	seen.keep = options->ignored == SESSION_IGNORED_KEEP;
	seen.delete_rest = options->delete_rest;
	seen.refuse = options->refuse;
	drain_options_clear(options);
	return TRUE;
}

static void no_progress(drain_t *this, drain_progress_t *progress)
{
	*progress = (drain_progress_t){};
}

static const char *note_rebalance(rebalance_t *this, bool on,
								  rebalance_status_t *status)
{
	*status = (rebalance_status_t){};
	seen.rebalances++;
	seen.stop = !on;
	return NULL;
}

static bool no_drain(drain_t *this)
{
	return FALSE;
}

/**
 * What the store of the cluster tells, and what was ordered of whom.
 */
static struct {
	bool configured, full, force;
	cluster_order_t order;
	char name[REDIRECT_NAME_MAX];
} store;

static void store_status(cluster_link_t *this, cluster_status_t *status)
{
	*status = (cluster_status_t){ .configured = store.configured };
}

static bool store_may_drain(cluster_link_t *this, const char *name, char *error)
{
	ck_assert_str_eq(name, "moon");
	snprintf(error, REDIRECT_STORE_WHY_MAX, "no room");
	return !store.full;
}

static bool note_order(cluster_link_t *this, const char *name,
					   cluster_order_t *order, bool force, char *error)
{
	snprintf(store.name, sizeof(store.name), "%s", name);
	store.order = *order;
	store.force = force;
	snprintf(error, REDIRECT_STORE_WHY_MAX, "no room");
	return force || !store.full;
}

/**
 * Parts of moon, whose drain and rebalancing only note what they are asked.
 */
typedef struct {
	policy_fixture_t policy;
	drain_t drain;
	rebalance_t rebalance;
	redirect_sessions_t sessions;
	cluster_link_t link;
	cluster_t cluster;
	control_context_t context;
} fixture_t;

static fixture_t *fixture_create(void)
{
	fixture_t *this;

	INIT(this,
		.policy = policy_fixture_create("self = moon\ngateways {\n" MOON SUN MARS
			"}\nrules {\nu2 {\nid = \"C=DE, O=M\xc3\xbcller GmbH, CN=*\"\n"
			"gateways = sun\n}\nc1 {\nconnection = b\xc3\xbcro\n"
			"gateways = sun\n}\ng1 {\ngroup = Au\xc3\x9f" "endienst\n"
			"gateways = sun\n}\n}\n"),
		.drain = {
			.get_defaults = get_defaults,
			.start = note_drain,
			.get_progress = no_progress,
			.is_on = no_drain,
		},
		.rebalance = {
			.set = note_rebalance,
		},
	);
	this->link = (cluster_link_t){
		.get_status = store_status,
		.may_drain = store_may_drain,
		.order = note_order,
	};
	this->cluster.link = &this->link;
	this->context.parts.cluster = &this->cluster;
	this->sessions.drain = &this->drain;
	this->sessions.rebalance = &this->rebalance;
	this->context.parts.sessions = &this->sessions;
	this->context.parts.engine = this->policy.engine;
	this->context.parts.gateways = this->policy.table;
	memset(&seen, 0, sizeof(seen));
	memset(&store, 0, sizeof(store));
	return this;
}

static void fixture_destroy(fixture_t *this)
{
	policy_fixture_destroy(&this->policy);
	free(this);
}

/**
 * Make a request of lines: "key=value", "list[", "-item", "]", "section{", "}".
 */
static vici_message_t *create_request(const char *lines)
{
	vici_builder_t *builder = vici_builder_create();
	char copy[8192], *line, *rest = copy, *value;
	vici_type_t type;

	snprintf(copy, sizeof(copy), "%s", lines);
	while ((line = strsep(&rest, "\n")))
	{
		value = line + max(strlen(line), 1) - 1;
		if (*line == '-')
		{
			builder->add(builder, VICI_LIST_ITEM, chunk_from_str(line + 1));
		}
		else if (*line == ']' || *line == '}')
		{
			builder->add(builder, *line == ']' ? VICI_LIST_END
											   : VICI_SECTION_END);
		}
		else if (*value == '[' || *value == '{')
		{
			type = *value == '[' ? VICI_LIST_START : VICI_SECTION_START;
			*value = '\0';
			builder->add(builder, type, line);
		}
		else if (*line)
		{
			value = strsep(&line, "=");
			builder->add(builder, VICI_KEY_VALUE, value, chunk_from_str(line));
		}
	}
	return builder->finalize(builder);
}

/**
 * Ask a command.
 *
 * @param error			receives why it was refused, empty if it was not
 * @return				TRUE if it was not
 */
static bool run(fixture_t *this, control_command_t command,
				vici_message_t *request, char error[512])
{
	vici_message_t *answer = command(&this->context, NULL, request);
	bool success = answer->get_bool(answer, FALSE, "success");

	snprintf(error, 512, "%s", answer->get_str(answer, "", "errmsg"));
	ck_assert_msg(success == !*error, "success %d, but '%s'", success, error);
	answer->destroy(answer);
	request->destroy(request);
	return success;
}

/**
 * Requests of a command that are refused, and a part of what is said.
 */
typedef struct {
	const char *lines, *error;
} refused_t;

static void assert_refused(control_command_t command, const refused_t *refused,
						   int count)
{
	fixture_t *this = fixture_create();
	char error[512];
	int i;

	for (i = 0; i < count; i++)
	{
		ck_assert_msg(!run(this, command, create_request(refused[i].lines),
						   error), "accepted: %s", refused[i].lines);
		ck_assert_msg(strstr(error, refused[i].error), "%s: %s",
					  refused[i].lines, error);
	}
	ck_assert_int_eq(seen.drains + seen.rebalances, 0);
	fixture_destroy(this);
}

START_TEST(refuses_a_drain_that_is_not_understood_in_full)
{
	static const refused_t refused[] = {
		{ "match=unique-id=9", "drain.match: unknown option" },
		{ "match[\n-unique-id=9\n]", "drain.match: takes one value, or is unknown" },
		{ "unique-id=9", "drain.unique-id: unknown option" },
		{ "Match{\nunique-id=9\n}", "drain.Match: unknown section" },
		{ "match{\nids=carol@x\n}", "drain.match.ids: unknown option" },
		{ "match{\nid{\na=b\n}\n}", "drain.match.id: unknown section" },
		{ "match{\n}", "drain.match: is empty" },
		{ "match{\nid=\n}", "drain.match.id: is empty" },
		{ "match{\nid[\n]\n}", "drain.match.id: is empty" },
		{ "match{\nid[\n-carol@x\n-\n]\n}", "drain.match.id: is empty" },
		{ "match{\nid=a@x\nid=b@x\n}", "drain.match.id: is there twice" },
		{ "match{\nid=a@x\n}\nmatch{\nid=b@x\n}", "is there twice" },
		{ "match{\nid=car\xc3ol@x\n}", "must be UTF-8" },
		{ "match{\nid=carol@x\x7f\n}", "must be UTF-8" },
		{ "match{\nunique-id=4294967303\n}", "must be one number" },
		{ "match{\nunique-id=-7\n}", "must be one number" },
		{ "match{\nremote=192.0.2.300\n}", "must be one list of addresses" },
		{ "deadlin=10m", "unknown option, did you mean 'deadline'?" },
		{ "deadline=10m\r", "drain.deadline: must be UTF-8" },
		{ "deadline=31d", "must be a time from 0s to 30d" },
		{ "deadline[\n-10m\n]", "drain.deadline: takes one value, or is unknown" },
		{ "deadline=", "drain.deadline: is empty" },
		{ "rate=1\nrate=100", "drain.rate: is there twice" },
		{ "rate=0", "must be a number from 1 to 100000" },
		{ "rate=1x", "must be a number from 1 to 100000" },
		{ "grace=soon", "drain.grace = soon: must be a time" },
		{ "ignored=drop", "must be one of proven, delete, keep" },
		{ "rest=drop", "must be one of keep, delete" },
		{ "refuse=on", "must be yes or no" },
		{ "to[\n]", "drain.to: is empty" },
		{ "to[\n-moon\n]", "clients cannot be drained to this gateway" },
		{ "to[\n-sun\n]\nto[\n-mars\n]", "drain.to: is there twice" },
		{ "=x", "unknown option" },
		{ "a.b=x", "unknown option" },
		{ "%s%n=x", "unknown option" },
	};

	assert_refused(control_drain, refused, countof(refused));
}
END_TEST

START_TEST(takes_a_drain_as_it_is_asked_for)
{
	fixture_t *this = fixture_create();
	char error[512];

	ck_assert_msg(run(this, control_drain, create_request(""), error), "%s",
				  error);
	ck_assert_uint_eq(seen.rate, 50);
	ck_assert(seen.keep && !seen.delete_rest && !seen.to && !seen.ids);
	ck_assert_msg(run(this, control_drain, create_request(
		"rate=7\ngrace=never\nignored=delete\nrest=delete\nrefuse=yes\n"
		"deadline=10m\nto[\n-sun\n-mars\n]\nmatch{\nid[\n-a@x\n"
		"-C=DE, O=M\xc3\xbcller GmbH, CN=J\xc3\xb6rg\n-b@x, c@x\n]\n"
		"connection=rw, b\xc3\xbcro\nremote=192.0.2.0/24\nunique-id=9\n}"),
		error), "%s", error);
	ck_assert_uint_eq(seen.rate, 7);
	ck_assert_uint_eq(seen.grace, SESSION_GRACE_NEVER);
	ck_assert_uint_eq(seen.deadline, 600);
	ck_assert(!seen.keep && seen.delete_rest && seen.refuse && seen.remote);
	ck_assert_int_eq(seen.to, 2);
	ck_assert_int_eq(seen.ids, 4);
	ck_assert_int_eq(seen.connections, 2);
	ck_assert_uint_eq(seen.unique_id, 9);
	ck_assert_int_eq(seen.drains, 2);
	fixture_destroy(this);
}
END_TEST

START_TEST(drains_not_if_the_others_have_no_room_unless_it_is_forced)
{
	fixture_t *this = fixture_create();
	char error[512];

	store.full = TRUE;
	ck_assert(run(this, control_drain, create_request(""), error));
	store.configured = TRUE;
	ck_assert(!run(this, control_drain, create_request("rate=7"), error));
	ck_assert_str_eq(error, "no room");
	ck_assert_int_eq(seen.drains, 1);
	ck_assert(run(this, control_drain, create_request("match{\nid=a@x\n}"),
				  error));
	ck_assert(run(this, control_drain, create_request("force=yes"), error));
	ck_assert_int_eq(seen.drains, 3);
	fixture_destroy(this);
}
END_TEST

START_TEST(orders_what_is_to_be_changed_and_nothing_else)
{
	static const refused_t refused[] = {
		{ "state=drain", "order.name: has to be given" },
		{ "name=sun", "order: nothing is to be changed" },
		{ "name=sun\nstate=down", "must be one of active, drain, disabled" },
		{ "name=sun\nweight=65536", "must be a number from 0 to 65535" },
		{ "name=sun\nup=no", "order.up: unknown option" },
	};
	fixture_t *this;
	char error[512];

	assert_refused(control_order, refused, countof(refused));
	this = fixture_create();
	ck_assert(run(this, control_order, create_request("name=sun\nweight=0"),
				  error));
	ck_assert_str_eq(store.name, "sun");
	ck_assert(store.order.state == CLUSTER_UNKNOWN && !store.order.weight &&
			  store.order.capacity == CLUSTER_UNKNOWN && !store.force);
	store.full = TRUE;
	ck_assert(!run(this, control_order, create_request("name=sun\nstate=drain"),
				   error));
	ck_assert_str_eq(error, "no room");
	ck_assert(run(this, control_order,
				  create_request("name=mars\nstate=drain\nforce=yes"), error));
	ck_assert_uint_eq(store.order.state, GATEWAY_DRAIN);
	ck_assert(store.force && streq(store.name, "mars"));
	fixture_destroy(this);
}
END_TEST

/**
 * A request that is octets.
 */
static vici_message_t *create_raw(chunk_t octets)
{
	return vici_message_create_from_data(chunk_clone(octets), TRUE);
}

START_TEST(drains_nobody_by_a_message_that_breaks_off)
{
	fixture_t *this = fixture_create();
	vici_message_t *whole;
	char error[512];
	chunk_t octets;
	size_t len;

	whole = create_request("match{\nid[\n-carol@example.org\n]\n}");
	octets = whole->get_encoding(whole);
	for (len = 1; len < octets.len; len++)
	{
		ck_assert_msg(!run(this, control_drain,
						   create_raw(chunk_create(octets.ptr, len)), error),
					  "%zu of %zu octets were enough", len, octets.len);
	}
	ck_assert_int_eq(seen.drains, 0);
	ck_assert(run(this, control_drain, whole, error));
	ck_assert_int_eq(seen.ids, 1);
	fixture_destroy(this);
}
END_TEST

START_TEST(drains_nobody_by_a_message_that_ends_before_its_end)
{
	fixture_t *this = fixture_create();
	vici_message_t *whole;
	char error[512];
	chunk_t octets;

	/* a zero in place of the type of the part that names the clients */
	whole = create_request("rate=5\nmatch{\nid=carol@x\n}");
	octets = whole->get_encoding(whole);
	octets.ptr[1 + 1 + strlen("rate") + 2 + 1] = 0;
	ck_assert(!run(this, control_drain, create_raw(octets), error));
	ck_assert_int_eq(seen.drains, 0);
	whole->destroy(whole);
	fixture_destroy(this);
}
END_TEST

START_TEST(survives_and_refuses_requests_with_changed_octets)
{
	fixture_t *this = fixture_create();
	vici_message_t *whole;
	char error[512];
	u_int state = 1, i;
	chunk_t octets;

	whole = create_request("rate=5\nto[\n-sun\n]\nmatch{\nid=carol@x\n}");
	for (i = 0; i < 20000; i++)
	{
		octets = chunk_clonea(whole->get_encoding(whole));
		octets.ptr[rand_r(&state) % octets.len] = rand_r(&state);
		octets.len -= rand_r(&state) % 3;
		if (run(this, control_drain, create_raw(octets), error))
		{	/* a letter of a value has changed, never the condition as a whole */
			ck_assert(seen.ids || seen.connections || seen.unique_id ||
					  seen.remote);
		}
	}
	ck_assert_int_lt(seen.drains, 20000);
	whole->destroy(whole);
	fixture_destroy(this);
}
END_TEST

START_TEST(refuses_values_longer_than_any_that_is_meant)
{
	fixture_t *this = fixture_create();
	char lines[6000] = "match{\nremote=192.0.2.1", error[512];
	size_t len;

	for (len = strlen(lines); len < sizeof(lines) - 20;)
	{
		len += sprintf(lines + len, ",192.0.2.1");
	}
	strcat(lines, "\n}");
	ck_assert(!run(this, control_drain, create_request(lines), error));
	ck_assert_str_eq(error, "drain.match.remote: is too long");
	ck_assert_int_eq(seen.drains, 0);
	fixture_destroy(this);
}
END_TEST

START_TEST(refuses_what_is_no_utf8)
{
	static const char *const wrong[] = {
		"\x80", "\xc3", "\xc0\xaf", "\xe2\x82", "\xe0\x80\xaf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff",
		"\x1b[31m", "\302\23331m", "a\tb",
	};
	static const char *const right[] = {
		"caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "plain",
	};
	fixture_t *this = fixture_create();
	char lines[64], error[512];
	size_t i;

	for (i = 0; i < countof(wrong); i++)
	{
		snprintf(lines, sizeof(lines), "match{\nid=%s\n}", wrong[i]);
		ck_assert(!run(this, control_drain, create_request(lines), error));
		ck_assert_msg(strstr(error, "must be UTF-8"), "%s", error);
	}
	for (i = 0; i < countof(right); i++)
	{
		snprintf(lines, sizeof(lines), "match{\nid=%s\n}", right[i]);
		ck_assert(run(this, control_drain, create_request(lines), error));
	}
	fixture_destroy(this);
}
END_TEST

START_TEST(rebalances_only_when_told_so)
{
	static const refused_t refused[] = {
		{ "stop=on", "must be yes or no" },
		{ "stopp=yes", "did you mean 'stop'?" },
		{ "stop=", "rebalance.stop: is empty" },
		{ "stop{\n}", "unknown section" },
	};
	/* a value that is longer than the message */
	static const uint8_t broken[] = { 3, 4, 's', 't', 'o', 'p', 0xff, 0xff };
	fixture_t *this = fixture_create();
	char error[512];

	ck_assert(!run(this, control_rebalance,
				   create_raw(chunk_from_thing(broken)), error));
	ck_assert_int_eq(seen.rebalances, 0);
	ck_assert(run(this, control_rebalance, create_request("stop=yes"), error));
	ck_assert(seen.stop);
	fixture_destroy(this);
	assert_refused(control_rebalance, refused, countof(refused));
}
END_TEST

START_TEST(changes_only_gateways_and_values_there_are)
{
	static const refused_t refused[] = {
		{ "name=sun", "nothing is to be changed" },
		{ "weight=5", "set-gateway.name: has to be given" },
		{ "name=venus\nweight=5", "there is no gateway of that name" },
		{ "name=sun\nwieght=0", "did you mean 'weight'?" },
		{ "name=sun\nweight=70000", "must be a number from 0 to 65535" },
		{ "name=sun\nweight=-1", "must be a number from 0 to 65535" },
		{ "name=sun\nload=1001", "must be a number from 0 to 1000" },
		{ "name=sun\nup=maybe", "must be one of auto, yes, no" },
		{ "name=sun\nstate=gone", "must be one of active, drain, disabled" },
	};
	fixture_t *this = fixture_create();
	gateway_status_t status;
	char error[512];

	ck_assert_msg(run(this, control_set_gateway, create_request(
		"name=sun\nweight=7\nload=300\nup=no\nstate=drain"), error), "%s",
		error);
	ck_assert(this->policy.table->get_status(this->policy.table, "sun",
											 &status));
	ck_assert_uint_eq(status.weight, 7);
	ck_assert_uint_eq(status.load, 300);
	ck_assert_uint_eq(status.sessions, REDIRECT_SELECTOR_UNKNOWN);
	ck_assert(!status.up && status.state == GATEWAY_DRAIN);
	policy_fixture_reload(&this->policy, "self = moon\ngateways {\n" MOON SUN
						  "}\n");
	ck_assert(!run(this, control_set_gateway,
				   create_request("name=mars\nweight=7"), error));
	ck_assert_msg(strstr(error, "not in the configuration anymore"), "%s",
				  error);
	fixture_destroy(this);
	assert_refused(control_set_gateway, refused, countof(refused));
}
END_TEST

/**
 * Ask what would be decided.
 */
static void assert_decided(fixture_t *this, const char *lines, const char *rule)
{
	vici_message_t *answer, *request = create_request(lines);

	answer = control_decide(&this->context, NULL, request);
	ck_assert_str_eq(answer->get_str(answer, "none", "rule"), rule);
	answer->destroy(answer);
	request->destroy(request);
}

START_TEST(decides_by_all_it_is_told_or_not_at_all)
{
	static const refused_t refused[] = {
		{ "", "decide.remote: the address" },
		{ "remote=nonsense", "must be an address" },
		{ "remote=192.0.2.9\nphase=x", "must be init, identity, auth" },
		{ "remote=192.0.2.9\nlocal=2001:db8::1", "another family" },
		{ "remote=192.0.2.9\ngroup=staff", "not known in phase init" },
		{ "remote=192.0.2.9\nid=carol@x", "not known in phase init" },
		{ "remote=192.0.2.9\nphase=identity\ngroup=x", "in phase identity" },
		{ "remote=192.0.2.9\neap_id=x", "did you mean 'eap-id'?" },
		{ "remote=192.0.2.9\nsupported=perhaps", "must be yes or no" },
	};
	fixture_t *this = fixture_create();

	assert_decided(this, "remote=192.0.2.9", "none");
	assert_decided(this, "remote=192.0.2.9\nphase=auth\n"
				   "id=C=DE, O=M\xc3\xbcller GmbH, CN=J\xc3\xb6rg", "u2");
	assert_decided(this, "remote=192.0.2.9\nphase=auth\nid=x\n"
				   "connection=b\xc3\xbcro", "c1");
	assert_decided(this, "remote=192.0.2.9\nphase=auth\nid=x\n"
				   "group=Au\xc3\x9f" "endienst", "g1");
	fixture_destroy(this);
	assert_refused(control_decide, refused, countof(refused));
}
END_TEST

START_TEST(lists_sessions_only_by_conditions_it_knows)
{
	static const refused_t refused[] = {
		{ "name=carol", "sessions.name: unknown option" },
		{ "match{\nid=carol@x\n}", "sessions.match: unknown section" },
		{ "id=", "sessions.id: is empty" },
		{ "remote=nonsense", "must be one list of addresses" },
	};

	assert_refused(control_sessions, refused, countof(refused));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control_request");
	TCase *tcase = tcase_create("control_request");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, refuses_a_drain_that_is_not_understood_in_full);
	tcase_add_test(tcase, takes_a_drain_as_it_is_asked_for);
	tcase_add_test(tcase, drains_not_if_the_others_have_no_room_unless_it_is_forced);
	tcase_add_test(tcase, orders_what_is_to_be_changed_and_nothing_else);
	tcase_add_test(tcase, drains_nobody_by_a_message_that_breaks_off);
	tcase_add_test(tcase, drains_nobody_by_a_message_that_ends_before_its_end);
	tcase_add_test(tcase, survives_and_refuses_requests_with_changed_octets);
	tcase_add_test(tcase, refuses_values_longer_than_any_that_is_meant);
	tcase_add_test(tcase, refuses_what_is_no_utf8);
	tcase_add_test(tcase, rebalances_only_when_told_so);
	tcase_add_test(tcase, changes_only_gateways_and_values_there_are);
	tcase_add_test(tcase, decides_by_all_it_is_told_or_not_at_all);
	tcase_add_test(tcase, lists_sessions_only_by_conditions_it_knows);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
