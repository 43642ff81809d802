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


#include "cluster_fixture.h"
#include "memory_store.h"

#include "cluster/cluster_link.h"

#include <daemon.h>

#include <unistd.h>

/**
 * Seconds that a condition may take on a machine that is busy.
 */
#define PATIENCE 20

/**
 * Seconds that the clock is ahead of what it should be
 */
static int clock_offset;

/**
 * In place of that of the C library.
 */
time_t time(time_t *tloc)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += clock_offset;
	if (tloc)
	{
		*tloc = ts.tv_sec;
	}
	return ts.tv_sec;
}

/**
 * A gateway with a store.
 */
typedef struct {
	policy_fixture_t policy;
	store_registry_t *stores;
	prober_t *prober;
	cluster_link_t *link;
} member_t;

static store_config_t *create_config(void)
{
	store_config_t *config;

	INIT(config,
		.url = strdup("memory://"),
		.prefix = strdup("redirect"),
		.secret = strdup(CLUSTER_SECRET),
		.interval = 1,
		.timeout = 1,
		.stale = 5,
		.max_draining = 1,
	);
	return config;
}

/**
 * Whether probes find mars down
 */
static refcount_t mars_down;

static void list_found(prober_t *this, gateway_verdict_t verdict, char *names,
					   size_t size)
{
	snprintf(names, size, "%s", verdict == GATEWAY_DOWN &&
			 ref_cur(&mars_down) ? "mars" : "");
}

/**
 * Whether probes are shared among all
 */
static refcount_t shared;

static void set_shared(prober_t *this, bool to)
{
	__atomic_store_n(&shared, to, __ATOMIC_RELAXED);
}

static void join(member_t *this, const char *self)
{
	char conf[512];

	snprintf(conf, sizeof(conf), "self = %s\n" CLUSTER_GATEWAYS, self);
	*this = (member_t){
		.policy = policy_fixture_create(conf),
		.stores = store_registry_create(),
	};
	this->prober = prober_create(this->policy.engine, this->policy.table, 500,
								 NULL);
	this->prober->list = list_found;
	this->prober->set_shared = set_shared;
	this->link = cluster_link_create(this->policy.engine, this->policy.table,
									 this->prober, this->stores);
	this->link->configure(this->link, create_config());
	this->link->start(this->link);
	/* plugins that offer stores are loaded later */
	ck_assert(this->stores->public.add(&this->stores->public, "memory",
								REDIRECT_STORE_API, memory_store_create));
}

static void leave(member_t *this)
{
	this->link->stop(this->link);
	this->link->destroy(this->link);
	this->prober->destroy(this->prober);
	this->stores->destroy(this->stores);
	policy_fixture_destroy(&this->policy);
}

/**
 * Wait for something while lists go around.
 */
#define wait_for(condition) ({ \
	time_t _start = time_monotonic(NULL); \
	memory_store_state(REDIRECT_STORE_UP); \
	while (!(condition)) \
	{ \
		ck_assert_msg(time_monotonic(NULL) - _start < PATIENCE, #condition); \
		memory_store_list(); \
		usleep(20000); \
	} \
})

static void begin(member_t *moon, member_t *sun)
{
	lib->processor->set_threads(lib->processor, 4);
	join(moon, "moon");
	join(sun, "sun");
}

static void end(member_t *moon, member_t *sun)
{
	lib->processor->cancel(lib->processor);
	leave(moon);
	leave(sun);
	memory_store_flush();
}

static cluster_order_t wanted(gateway_state_t state)
{
	return (cluster_order_t){
		.state = state,
		.weight = CLUSTER_UNKNOWN,
		.capacity = CLUSTER_UNKNOWN,
	};
}

START_TEST(shares_what_each_gateway_knows_of_itself)
{
	cluster_member_t member;
	cluster_status_t status;
	member_t moon, sun;

	begin(&moon, &sun);
	sun.policy.table->set_load(sun.policy.table, "sun", 17, 300,
							   GATEWAY_SOURCE_SELF);
	wait_for(cluster_fixture_status(&moon.policy, "sun").sessions == 17);
	ck_assert_int_eq(cluster_fixture_status(&moon.policy, "sun").health, GATEWAY_UP);
	ck_assert_uint_eq(cluster_fixture_status(&moon.policy, "sun").load, 300);
	ck_assert(moon.link->get_member(moon.link, "sun", &member));
	ck_assert_str_eq(member.heartbeat.addresses, "192.0.2.2");
	ck_assert_str_eq(member.heartbeat.version, PACKAGE_VERSION);
	moon.link->get_status(moon.link, &status);
	ck_assert(status.configured && status.offered);
	ck_assert_int_eq(status.state, REDIRECT_STORE_UP);
	/* a plugin takes its store back */
	sun.stores->public.remove(&sun.stores->public, "memory");
	sun.link->get_status(sun.link, &status);
	ck_assert(!status.offered);
	end(&moon, &sun);
}
END_TEST

START_TEST(drains_a_gateway_from_another_one_and_at_once)
{
	char error[REDIRECT_STORE_WHY_MAX] = "";
	cluster_order_t order = wanted(GATEWAY_DRAIN);
	member_t moon, sun;

	begin(&moon, &sun);
	ck_assert_msg(moon.link->order(moon.link, "sun", &order, FALSE, error),
				  "%s", error);
	/* no list was needed for that */
	ck_assert_int_eq(cluster_fixture_status(&moon.policy, "sun").state, GATEWAY_DRAIN);
	ck_assert_int_eq(cluster_fixture_status(&sun.policy, "sun").state, GATEWAY_DRAIN);
	/* only one may */
	order = wanted(GATEWAY_DRAIN);
	ck_assert(!moon.link->order(moon.link, "mars", &order, FALSE, error));
	ck_assert(strstr(error, "max_draining") != NULL);
	ck_assert(moon.link->order(moon.link, "mars", &order, TRUE, error));
	ck_assert(!moon.link->order(moon.link, "venus", &order, TRUE, error));
	ck_assert_str_eq(error, "there is no gateway of that name");
	order = wanted(GATEWAY_ACTIVE);
	ck_assert(sun.link->order(sun.link, "sun", &order, FALSE, error));
	ck_assert_int_eq(cluster_fixture_status(&moon.policy, "sun").state, GATEWAY_ACTIVE);
	end(&moon, &sun);
}
END_TEST

START_TEST(keeps_an_order_over_a_restart_until_it_is_undrained_there)
{
	char error[REDIRECT_STORE_WHY_MAX];
	cluster_order_t order = wanted(GATEWAY_DRAIN);
	member_t moon, sun[3];

	begin(&moon, &sun[0]);
	ck_assert(moon.link->order(moon.link, "sun", &order, FALSE, error));
	sun[0].link->stop(sun[0].link);
	join(&sun[1], "sun");
	wait_for(cluster_fixture_status(&sun[1].policy, "sun").state == GATEWAY_DRAIN);
	ck_assert(sun[1].policy.table->set(sun[1].policy.table, "sun",
							GATEWAY_ACTIVE, -1, -1, GATEWAY_SOURCE_OPERATOR));
	wait_for(cluster_fixture_status(&moon.policy, "sun").state == GATEWAY_ACTIVE);
	sun[1].link->stop(sun[1].link);
	join(&sun[2], "sun");
	sun[2].policy.table->set_load(sun[2].policy.table, "sun", 3, 0,
								  GATEWAY_SOURCE_SELF);
	wait_for(cluster_fixture_status(&moon.policy, "sun").sessions == 3);
	ck_assert_int_eq(cluster_fixture_status(&sun[2].policy, "sun").state, GATEWAY_ACTIVE);
	end(&moon, &sun[0]);
	leave(&sun[1]);
	leave(&sun[2]);
}
END_TEST

/**
 * Set the state of sun as its operator does.
 */
static void set_state(member_t *sun, gateway_state_t state)
{
	ck_assert(sun->policy.table->set(sun->policy.table, "sun", state, -1, -1,
									 GATEWAY_SOURCE_OPERATOR));
	sun->policy.table->tick(sun->policy.table);
	sun->policy.table->tick(sun->policy.table);
}

START_TEST(takes_the_last_word_whether_it_is_said_here_or_elsewhere)
{
	char error[REDIRECT_STORE_WHY_MAX];
	cluster_order_t order = wanted(GATEWAY_DRAIN);
	member_t moon, sun;

	begin(&moon, &sun);
	wait_for(cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_UP);
	/* drained and undrained on sun, then drained from moon */
	set_state(&sun, GATEWAY_ACTIVE);
	ck_assert(moon.link->order(moon.link, "sun", &order, FALSE, error));
	wait_for(cluster_fixture_status(&sun.policy, "sun").state == GATEWAY_DRAIN &&
			 cluster_fixture_status(&moon.policy, "sun").state == GATEWAY_DRAIN);
	/* drained on sun, and undrained from moon */
	set_state(&sun, GATEWAY_DRAIN);
	order = wanted(GATEWAY_ACTIVE);
	ck_assert(moon.link->order(moon.link, "sun", &order, FALSE, error));
	wait_for(cluster_fixture_status(&sun.policy, "sun").state == GATEWAY_ACTIVE &&
			 cluster_fixture_status(&moon.policy, "sun").state == GATEWAY_ACTIVE);
	/* or by name on sun itself */
	set_state(&sun, GATEWAY_DRAIN);
	ck_assert(sun.link->order(sun.link, "sun", &order, FALSE, error));
	ck_assert_int_eq(cluster_fixture_status(&sun.policy, "sun").state, GATEWAY_ACTIVE);
	/* what is said of sun on moon is for moon only, and stays */
	ck_assert(moon.policy.table->set(moon.policy.table, "sun", GATEWAY_DISABLED,
									 -1, -1, GATEWAY_SOURCE_OPERATOR));
	ck_assert(moon.link->order(moon.link, "sun", &order, FALSE, error));
	ck_assert_int_eq(cluster_fixture_status(&moon.policy, "sun").state, GATEWAY_DISABLED);
	end(&moon, &sun);
}
END_TEST

START_TEST(keeps_what_was_said_here_since_an_order_was_given)
{
	char value[REDIRECT_STORE_VALUE_MAX + 1] = "";
	cluster_order_t order = wanted(GATEWAY_DRAIN);
	member_t moon, sun;
	size_t len;

	begin(&moon, &sun);
	set_state(&sun, GATEWAY_ACTIVE);
	/* of a minute ago, and not known here before */
	order.sequence = (uint64_t)time(NULL) * 1000 - 60000;
	strcpy(order.by, "moon");
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_ORDER, "sun", &order, value);
	memory_store_put("order", "sun", value, len);
	/* it is ended by another one */
	wait_for(memory_store_get("order", "sun", (uint8_t*)value) &&
			 strstr(value, "by sun"));
	ck_assert_int_eq(cluster_fixture_status(&sun.policy, "sun").state, GATEWAY_ACTIVE);
	end(&moon, &sun);
}
END_TEST

START_TEST(refuses_to_drain_if_the_others_have_no_room)
{
	char error[REDIRECT_STORE_WHY_MAX];
	cluster_order_t order = wanted(GATEWAY_DRAIN);
	member_t moon, sun;
	gateway_table_t *table;

	begin(&moon, &sun);
	table = moon.policy.table;
	table->set_load(table, "moon", 60, 0, GATEWAY_SOURCE_SELF);
	table->set_load(table, "mars", 60, 0, GATEWAY_SOURCE_OPERATOR);
	table->set_load(table, "sun", 81, 0, GATEWAY_SOURCE_OPERATOR);
	moon.policy.engine->refresh(moon.policy.engine);
	ck_assert(!moon.link->order(moon.link, "sun", &order, FALSE, error));
	ck_assert_str_eq(error, "it has 81 sessions, and the others have room for "
					 "80");
	table->set_load(table, "sun", 80, 0, GATEWAY_SOURCE_OPERATOR);
	moon.policy.engine->refresh(moon.policy.engine);
	ck_assert(moon.link->order(moon.link, "sun", &order, FALSE, error));
	end(&moon, &sun);
}
END_TEST

START_TEST(believes_no_store_that_lies)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat = cluster_typical;
	cluster_status_t status;
	member_t moon, sun;
	size_t len;

	begin(&moon, &sun);
	len = cluster_fixture_write("a secret that is a guess", CLUSTER_HEARTBEAT, "mars",
					   &heartbeat, value);
	memory_store_put("gateway", "mars", value, len);
	memory_store_put("order", "moon", "redirect 1 order\n", 17);
	wait_for(({ moon.link->get_status(moon.link, &status);
				status.records[CLUSTER_FORGED] &&
				status.records[CLUSTER_MALFORMED]; }));
	ck_assert_int_eq(cluster_fixture_status(&moon.policy, "mars").health, GATEWAY_UNKNOWN);
	ck_assert_uint_eq(cluster_fixture_status(&moon.policy, "mars").sessions,
					  REDIRECT_SELECTOR_UNKNOWN);
	end(&moon, &sun);
}
END_TEST

START_TEST(tells_at_once_whom_its_probes_find_down)
{
	cluster_member_t member;
	member_t moon, sun;
	int i;

	begin(&moon, &sun);
	wait_for(cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_UP);
	ref_get(&mars_down);
	/* no list is needed for that */
	for (i = 0; i < PATIENCE * 100; i++)
	{
		ck_assert(moon.link->get_member(moon.link, "sun", &member));
		if (streq(member.heartbeat.down, "mars"))
		{
			break;
		}
		usleep(10000);
	}
	ck_assert_str_eq(member.heartbeat.down, "mars");
	ignore_result(ref_put(&mars_down));
	end(&moon, &sun);
}
END_TEST

START_TEST(is_heard_again_when_its_clock_is_set_right)
{
	cluster_member_t member;
	cluster_status_t status;
	member_t moon, sun[2];
	uint64_t start;

	begin(&moon, &sun[0]);
	wait_for(cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_UP);
	sun[0].link->stop(sun[0].link);
	/* what it told last has expired, but the others know it */
	memory_store_flush();
	clock_offset = -86400;
	join(&sun[1], "sun");
	sun[1].policy.table->set_load(sun[1].policy.table, "sun", 5, 0,
								  GATEWAY_SOURCE_SELF);
	wait_for(({ moon.link->get_status(moon.link, &status);
				status.records[CLUSTER_REPLAYED] > 1; }));
	clock_offset = 0;
	wait_for(cluster_fixture_status(&moon.policy, "sun").sessions == 5);
	/* it did not start again since */
	ck_assert(moon.link->get_member(moon.link, "sun", &member));
	start = member.heartbeat.start;
	wait_for(({ ck_assert(moon.link->get_member(moon.link, "sun", &member));
				ck_assert_uint_eq(member.heartbeat.start, start);
				member.heartbeat.sequence > 4; }));
	end(&moon, &sun[0]);
	leave(&sun[1]);
}
END_TEST

START_TEST(waits_for_others_when_the_store_works_again)
{
	time_t since;
	member_t moon, sun;
	int i;

	begin(&moon, &sun);
	wait_for(cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_UP);
	sun.link->stop(sun.link);
	memory_store_state(REDIRECT_STORE_DOWN);
	for (i = 0; i < PATIENCE * 100; i++)
	{
		if (cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_UNKNOWN)
		{
			break;
		}
		usleep(10000);
	}
	ck_assert_int_eq(cluster_fixture_status(&moon.policy, "sun").health,
					 GATEWAY_UNKNOWN);
	ck_assert(!ref_cur(&shared));
	/* it may not have found it yet, and some would be probed by nobody: not before
	 * three intervals and 'stale' have passed */
	since = time_monotonic(NULL);
	wait_for(ref_cur(&shared) ||
			 cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_DOWN);
	ck_assert_int_ge(time_monotonic(NULL) - since, 7);
	wait_for(ref_cur(&shared) &&
			 cluster_fixture_status(&moon.policy, "sun").health == GATEWAY_DOWN);
	end(&moon, &sun);
}
END_TEST

START_TEST(is_heard_after_a_start_with_a_clock_that_is_behind)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat = cluster_typical;
	member_t moon, sun;
	size_t len;

	begin(&moon, &sun);
	heartbeat.start = (uint64_t)time(NULL) * 1000 + 3600000;
	heartbeat.state = GATEWAY_ACTIVE;
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, "sun", &heartbeat, value);
	memory_store_put("gateway", "sun", value, len);
	memory_store_list();
	sun.policy.table->set_load(sun.policy.table, "sun", 5, 0,
							   GATEWAY_SOURCE_SELF);
	wait_for(cluster_fixture_status(&moon.policy, "sun").sessions == 5);
	end(&moon, &sun);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cluster link");
	TCase *tcase = tcase_create("link");

	tcase_add_checked_fixture(tcase, cluster_fixture_set_up,
							  cluster_fixture_tear_down);
	tcase_set_timeout(tcase, 5 * PATIENCE);
	tcase_add_test(tcase, shares_what_each_gateway_knows_of_itself);
	tcase_add_test(tcase, drains_a_gateway_from_another_one_and_at_once);
	tcase_add_test(tcase, keeps_an_order_over_a_restart_until_it_is_undrained_there);
	tcase_add_test(tcase, takes_the_last_word_whether_it_is_said_here_or_elsewhere);
	tcase_add_test(tcase, keeps_what_was_said_here_since_an_order_was_given);
	tcase_add_test(tcase, refuses_to_drain_if_the_others_have_no_room);
	tcase_add_test(tcase, believes_no_store_that_lies);
	tcase_add_test(tcase, tells_at_once_whom_its_probes_find_down);
	tcase_add_test(tcase, is_heard_again_when_its_clock_is_set_right);
	tcase_add_test(tcase, waits_for_others_when_the_store_works_again);
	tcase_add_test(tcase, is_heard_after_a_start_with_a_clock_that_is_behind);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
