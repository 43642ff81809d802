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
 * A gateway that has just started, and gets its connections later.
 */

#include "policy_fixture.h"
#include "virtual_time.h"

#include "cluster/cluster_self.h"
#include "fastpath/examiner.h"
#include "policy/connection_watch.h"
#include "wire/ike_probe.h"

#include <daemon.h>

/** milliseconds between two looks for connections */
#define LOOK 250

/** what stands in the configuration of the gateway */
#define CONF "self = moon\ngateways { " MOON SUN " }\n"

/**
 * Connections of charon.
 */
static linked_list_t *connections;

static enumerator_t *create_ike_cfg_enumerator(backend_t *this, host_t *me,
											   host_t *other)
{
	return connections->create_enumerator(connections);
}

static backend_t backend = {
	.create_ike_cfg_enumerator = create_ike_cfg_enumerator,
};

/**
 * Load a connection.
 */
static void load(ike_version_t version)
{
	ike_cfg_create_t create = {
		.version = version,
		.local = "192.0.2.1",
		.local_port = 500,
		/* would be resolved for a client */
		.remote = "clients.invalid",
		.remote_port = 500,
	};

	connections->insert_last(connections, ike_cfg_create(&create));
}

/**
 * Unload all connections.
 */
static void unload(void)
{
	ike_cfg_t *ike_cfg;

	while (connections->remove_last(connections, (void**)&ike_cfg) == SUCCESS)
	{
		ike_cfg->destroy(ike_cfg);
	}
}

/**
 * What is tested.
 */
static policy_fixture_t policy;
static connection_watch_t *watch;

static void begin(const char *conf)
{
	virtual_time_begin();
	policy = policy_fixture_create(conf);
	watch = connection_watch_create(policy.engine);
	watch->start(watch);
}

static void end(void)
{
	virtual_time_end();
	watch->destroy(watch);
	policy_fixture_destroy(&policy);
}

/**
 * Whether a request from an address gets no answer.
 */
static bool is_silent(const char *address)
{
	host_t *host = host_create_from_string((char*)address, 500);
	bool silent = watch->is_silent(watch, host);

	host->destroy(host);
	return silent;
}

/**
 * Let the plugin look for connections twice: once they were there before, and
 * are no more, that is the end.
 */
static void look_twice(void)
{
	virtual_time_pass(2 * LOOK);
}

START_TEST(clients_wait_until_all_connections_are_loaded)
{
	begin(CONF);
	ck_assert(is_silent("198.51.100.7"));
	virtual_time_pass(LOOK);
	load(IKEV2);
	virtual_time_pass(LOOK);
	ck_assert(is_silent("198.51.100.7"));
	/* swanctl loads one after the other */
	load(IKE_ANY);
	virtual_time_pass(LOOK);
	ck_assert(is_silent("198.51.100.7"));
	virtual_time_pass(LOOK);
	ck_assert(!is_silent("198.51.100.7"));
	ck_assert_uint_eq(watch->get_silenced(watch), 3);
	end();
}
END_TEST

START_TEST(clients_wait_no_longer_than_configured)
{
	begin(CONF "wait_for_connections = 5s\n");
	virtual_time_pass(4900);
	ck_assert(is_silent("198.51.100.7"));
	virtual_time_pass(200);
	ck_assert(!is_silent("198.51.100.7"));
	/* but other gateways do not find it alive, and send nobody */
	ck_assert(is_silent("192.0.2.2"));
	load(IKEV2);
	look_twice();
	ck_assert(!is_silent("192.0.2.2"));
	end();
}
END_TEST

START_TEST(nobody_waits_unless_it_is_wanted)
{
	begin(CONF "wait_for_connections = 0s\n");
	ck_assert(!is_silent("198.51.100.7"));
	ck_assert(!is_silent("192.0.2.2"));
	end();
}
END_TEST

START_TEST(connections_for_ikev1_serve_nobody_here)
{
	begin(CONF);
	load(IKEV1);
	look_twice();
	ck_assert(is_silent("198.51.100.7"));
	end();
}
END_TEST

START_TEST(nobody_waits_once_there_were_connections)
{
	load(IKEV2);
	begin(CONF);
	look_twice();
	unload();
	look_twice();
	ck_assert(!is_silent("198.51.100.7"));
	end();
}
END_TEST

START_TEST(without_a_valid_configuration_all_is_as_without_the_plugin)
{
	begin(CONF);
	policy.engine->set_policy(policy.engine, NULL);
	ck_assert(!is_silent("198.51.100.7"));
	virtual_time_pass(LOOK);
	/* nobody has to wait for the next look of one that was repaired */
	policy_fixture_reload(&policy, CONF);
	ck_assert(!is_silent("198.51.100.7"));
	virtual_time_pass(LOOK);
	ck_assert(is_silent("198.51.100.7"));
	end();
}
END_TEST

START_TEST(probes_of_gateways_get_no_answer_meanwhile)
{
	uint8_t probe[IKE_PROBE_LEN], answer[IKE_SOCKETS_ANSWER_MAX];
	fast_path_counters_t counters = {};
	fast_path_config_t config = {};
	examined_t question = {
		.message = chunk_from_thing(probe),
		.local_port = 500,
		.remote_port = 40000,
	};
	examiner_t *examiner;
	size_t len = 0;

	begin(CONF);
	examiner = examiner_create(policy.engine, NULL, &config, &counters);
	ike_probe_write(IKE_PROBE_PORT, 7, probe);
	ip_address_from_string("192.0.2.2", &question.request.remote);
	ck_assert_int_eq(examiner->examine(examiner, &question, answer, &len),
					 FAST_PATH_UNCONNECTED);
	ck_assert_uint_eq(len, 0);
	load(IKEV2);
	look_twice();
	ck_assert_int_eq(examiner->examine(examiner, &question, answer, &len),
					 FAST_PATH_PROBED);
	ck_assert_uint_eq(len, IKE_PROBE_ANSWER_LEN);
	examiner->destroy(examiner);
	end();
}
END_TEST

START_TEST(records_in_the_store_say_disabled_meanwhile)
{
	cluster_heartbeat_t heartbeat = {};
	prober_t *prober;

	begin(CONF);
	prober = prober_create(policy.engine, policy.table, 500, NULL);
	cluster_self_describe(&heartbeat, "moon", policy.engine, policy.table, prober);
	ck_assert_uint_eq(heartbeat.state, GATEWAY_DISABLED);
	/* who drains, drains */
	policy.table->set(policy.table, "moon", GATEWAY_DRAIN, -1, -1,
					  GATEWAY_SOURCE_OPERATOR);
	cluster_self_describe(&heartbeat, "moon", policy.engine, policy.table, prober);
	ck_assert_uint_eq(heartbeat.state, GATEWAY_DRAIN);
	policy.table->set(policy.table, "moon", GATEWAY_ACTIVE, -1, -1,
					  GATEWAY_SOURCE_OPERATOR);
	load(IKEV2);
	look_twice();
	cluster_self_describe(&heartbeat, "moon", policy.engine, policy.table, prober);
	ck_assert_uint_eq(heartbeat.state, GATEWAY_ACTIVE);
	prober->destroy(prober);
	end();
}
END_TEST

static void set_up(void)
{
	ck_assert(libcharon_init());
	connections = linked_list_create();
	charon->backends->add_backend(charon->backends, &backend);
}

static void tear_down(void)
{
	charon->backends->remove_backend(charon->backends, &backend);
	unload();
	connections->destroy(connections);
	libcharon_deinit();
}

int main()
{
	Suite *suite = suite_create("connection_watch");
	TCase *tcase;

	tcase = tcase_create("start");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, clients_wait_until_all_connections_are_loaded);
	tcase_add_test(tcase, clients_wait_no_longer_than_configured);
	tcase_add_test(tcase, nobody_waits_unless_it_is_wanted);
	tcase_add_test(tcase, connections_for_ikev1_serve_nobody_here);
	tcase_add_test(tcase, nobody_waits_once_there_were_connections);
	tcase_add_test(tcase, without_a_valid_configuration_all_is_as_without_the_plugin);
	tcase_add_test(tcase, probes_of_gateways_get_no_answer_meanwhile);
	tcase_add_test(tcase, records_in_the_store_say_disabled_meanwhile);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
