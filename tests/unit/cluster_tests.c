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


#include "memory_store.h"
#include "policy_fixture.h"

#include "cluster/cluster_link.h"

#include <daemon.h>

#include <unistd.h>

/**
 * Seconds that a condition may take on a machine that is busy.
 */
#define PATIENCE 20

#define SECRET "sixteen or more characters"

/**
 * Gateways of the cluster.
 */
#define GATEWAYS "gateways { moon { addresses = 192.0.2.1\n capacity = 100 }\n" \
	"sun { addresses = 192.0.2.2\n capacity = 100 }\n" \
	"mars { addresses = 192.0.2.3\n capacity = 100 } }"

/**
 * A heartbeat that has all of it.
 */
static const cluster_heartbeat_t typical = {
	.start = 1700000000000,
	.sequence = 7,
	.order = 3,
	.state = GATEWAY_DRAIN,
	.weight = 100,
	.capacity = 5000,
	.sessions = 42,
	.half_open = CLUSTER_UNKNOWN,
	.load = 250,
	.draining = 1,
	.hash = 0xfedcba9876543210,
	.version = "0.9.0",
	.addresses = "192.0.2.2,sun.example.org",
	.up = "moon",
	.down = "",
};

/**
 * Make a record.
 */
static size_t write_record(const char *secret, cluster_kind_t kind,
						   const char *name, const void *record, char *value)
{
	signer_t *signer = cluster_signer_create(chunk_from_str((char*)secret));
	size_t len;

	ck_assert(signer != NULL);
	len = cluster_record_write(signer, kind, name, record, value);
	signer->destroy(signer);
	return len;
}

static cluster_verdict_t read_record(cluster_kind_t kind, const char *name,
									 const char *value, size_t len, void *record)
{
	signer_t *signer = cluster_signer_create(chunk_from_str(SECRET));
	cluster_verdict_t verdict;

	verdict = cluster_record_read(signer, kind, name,
								  chunk_create((u_char*)value, len), record);
	signer->destroy(signer);
	return verdict;
}

START_TEST(reads_what_it_wrote)
{
	cluster_order_t order = {
		.sequence = 9,
		.state = GATEWAY_DRAIN,
		.weight = CLUSTER_UNKNOWN,
		.capacity = 0,
		.by = "moon",
	}, read_order;
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat;
	size_t len;

	len = write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &typical, value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value, len,
								 &heartbeat), CLUSTER_OK);
	ck_assert(memeq(&heartbeat, &typical, sizeof(typical)));
	len = write_record(SECRET, CLUSTER_ORDER, "sun", &order, value);
	ck_assert_int_eq(read_record(CLUSTER_ORDER, "sun", value, len, &read_order),
					 CLUSTER_OK);
	ck_assert(memeq(&read_order, &order, sizeof(order)));
}
END_TEST

START_TEST(refuses_what_differs_in_any_octet)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat;
	cluster_verdict_t verdict;
	size_t len, i;

	len = write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &typical, value);
	for (i = 0; i < len; i++)
	{
		value[i] ^= 1;
		verdict = read_record(CLUSTER_HEARTBEAT, "sun", value, len, &heartbeat);
		ck_assert(verdict == CLUSTER_FORGED || verdict == CLUSTER_MALFORMED);
		value[i] ^= 1;
		verdict = read_record(CLUSTER_HEARTBEAT, "sun", value, i, &heartbeat);
		ck_assert(verdict == CLUSTER_FORGED || verdict == CLUSTER_MALFORMED);
	}
}
END_TEST

START_TEST(refuses_records_of_others_and_in_other_places)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat;
	size_t len;

	len = write_record("another secret, long enough", CLUSTER_HEARTBEAT, "sun",
					   &typical, value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value, len,
								 &heartbeat), CLUSTER_FORGED);
	len = write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &typical, value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "moon", value, len,
								 &heartbeat), CLUSTER_FORGED);
	ck_assert_int_eq(read_record(CLUSTER_ORDER, "sun", value, len, &heartbeat),
					 CLUSTER_MALFORMED);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value,
								 REDIRECT_STORE_VALUE_MAX + 1, &heartbeat),
					 CLUSTER_TOO_LONG);
}
END_TEST

START_TEST(refuses_numbers_and_words_that_nobody_writes)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t bad[4] = { typical, typical, typical, typical };
	cluster_heartbeat_t heartbeat;
	size_t len;

	bad[0].state = GATEWAY_DISABLED + 1;
	bad[1].draining = 2;
	bad[2].weight = 65536;
	strcpy(bad[3].version, "1 2");
	len = write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &bad[_i], value);
	ck_assert_int_eq(read_record(CLUSTER_HEARTBEAT, "sun", value, len,
								 &heartbeat), CLUSTER_MALFORMED);
}
END_TEST

START_TEST(writes_no_record_that_does_not_fit)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat = typical;

	memset(heartbeat.up, 'a', sizeof(heartbeat.up) - 1);
	memset(heartbeat.down, 'a', sizeof(heartbeat.down) - 1);
	ck_assert_uint_gt(write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &heartbeat,
								   value), 0);
	memset(heartbeat.addresses, 'a', sizeof(heartbeat.addresses) - 1);
	/* the largest there is fits just so, or is not written */
	ck_assert_uint_le(write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &heartbeat,
								   value), REDIRECT_STORE_VALUE_MAX);
}
END_TEST

/**
 * What is known, with votes of own probes.
 */
typedef struct {
	policy_fixture_t policy;
	cluster_members_t *members;
	gateway_verdict_t probed;
} known_t;

static gateway_verdict_t get_probed(void *data, const char *name)
{
	known_t *this = data;

	return streq(name, "sun") ? this->probed : GATEWAY_UNKNOWN;
}

/**
 * Have the members know the gateways in force.
 */
static void set_gateways(known_t *this)
{
	const policy_state_t *state;
	int token;

	state = this->policy.engine->acquire(this->policy.engine, &token);
	this->members->set_gateways(this->members, state->policy->gateways,
								state->policy->gateway_count);
	this->policy.engine->release(this->policy.engine, token);
}

static void know(known_t *this)
{
	*this = (known_t){
		.policy = policy_fixture_create("self = moon\n" GATEWAYS),
	};
	this->members = cluster_members_create(this->policy.table,
				cluster_signer_create(chunk_from_str(SECRET)), get_probed, this);
	this->members->set_self(this->members, "moon");
	set_gateways(this);
}

static void forget(known_t *this)
{
	this->members->destroy(this->members);
	policy_fixture_destroy(&this->policy);
}

/**
 * Learn a heartbeat.
 */
static cluster_verdict_t hear(known_t *this, const char *name,
							  const cluster_heartbeat_t *heartbeat, uint64_t now)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	size_t len;

	len = write_record(SECRET, CLUSTER_HEARTBEAT, name, heartbeat, value);
	return this->members->learn(this->members, CLUSTER_HEARTBEAT, name,
								chunk_create((u_char*)value, len), now);
}

static gateway_status_t get_status(policy_fixture_t *policy, const char *name)
{
	gateway_status_t status;

	ck_assert(policy->table->get_status(policy->table, name, &status));
	return status;
}

START_TEST(believes_heartbeats_while_they_are_news)
{
	cluster_heartbeat_t heartbeat = typical;
	known_t this;

	know(&this);
	heartbeat.state = GATEWAY_ACTIVE;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	this.members->tell(this.members, 2000, 3000, 10000, TRUE);
	ck_assert_int_eq(get_status(&this.policy, "sun").health, GATEWAY_UP);
	ck_assert_int_eq(get_status(&this.policy, "sun").health_by,
					 GATEWAY_WITNESS_HEARTBEAT);
	ck_assert_uint_eq(get_status(&this.policy, "sun").sessions, 42);
	/* the same again is no news */
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 4500), CLUSTER_REPLAYED);
	this.members->tell(this.members, 4500, 3000, 10000, TRUE);
	ck_assert_int_eq(get_status(&this.policy, "sun").health, GATEWAY_DOWN);
	ck_assert_uint_eq(get_status(&this.policy, "sun").sessions, 42);
	/* but if the store is gone nobody knows */
	this.members->tell(this.members, 12000, 3000, 10000, FALSE);
	ck_assert_int_eq(get_status(&this.policy, "sun").health, GATEWAY_UNKNOWN);
	ck_assert_uint_eq(get_status(&this.policy, "sun").sessions,
					  REDIRECT_SELECTOR_UNKNOWN);
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 12000), CLUSTER_OK);
	this.members->tell(this.members, 12000, 3000, 10000, TRUE);
	ck_assert_int_eq(get_status(&this.policy, "sun").health, GATEWAY_UP);
	forget(&this);
}
END_TEST

START_TEST(takes_no_record_older_than_the_last)
{
	cluster_heartbeat_t heartbeat = typical;
	uint64_t counters[CLUSTER_VERDICT_MAX];
	known_t this;

	know(&this);
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	heartbeat.sequence = 6;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_REPLAYED);
	heartbeat.start++;
	heartbeat.sequence = 1;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "sun", &typical, 1000), CLUSTER_REPLAYED);
	ck_assert_int_eq(hear(&this, "venus", &typical, 1000), CLUSTER_STRANGER);
	this.members->get_counters(this.members, counters);
	ck_assert_uint_eq(counters[CLUSTER_OK], 2);
	ck_assert_uint_eq(counters[CLUSTER_REPLAYED], 2);
	ck_assert_uint_eq(counters[CLUSTER_STRANGER], 1);
	forget(&this);
}
END_TEST

START_TEST(hears_who_drains_but_not_against_its_operator)
{
	known_t this;

	know(&this);
	ck_assert_int_eq(hear(&this, "sun", &typical, 1000), CLUSTER_OK);
	ck_assert_int_eq(get_status(&this.policy, "sun").state, GATEWAY_DRAIN);
	ck_assert(this.policy.table->set(this.policy.table, "mars", GATEWAY_DISABLED,
									 -1, -1, GATEWAY_SOURCE_OPERATOR));
	ck_assert_int_eq(hear(&this, "mars", &typical, 1000), CLUSTER_OK);
	ck_assert_int_eq(get_status(&this.policy, "mars").state, GATEWAY_DISABLED);
	/* nor is this gateway told what it does */
	ck_assert_int_eq(hear(&this, "moon", &typical, 1000), CLUSTER_OK);
	this.members->tell(this.members, 1000, 3000, 10000, TRUE);
	ck_assert_int_eq(get_status(&this.policy, "moon").state, GATEWAY_ACTIVE);
	ck_assert_uint_eq(get_status(&this.policy, "moon").sessions,
					  REDIRECT_SELECTOR_UNKNOWN);
	forget(&this);
}
END_TEST

START_TEST(holds_to_an_order_until_the_gateway_knows_it)
{
	cluster_order_t order = {
		.sequence = 5,
		.state = GATEWAY_DRAIN,
		.weight = CLUSTER_UNKNOWN,
		.capacity = CLUSTER_UNKNOWN,
		.by = "moon",
	};
	cluster_heartbeat_t heartbeat = typical;
	known_t this;

	know(&this);
	this.members->set_order(this.members, "sun", &order);
	heartbeat.state = GATEWAY_ACTIVE;
	heartbeat.order = 4;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(get_status(&this.policy, "sun").state, GATEWAY_DRAIN);
	heartbeat.order = 5;
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(get_status(&this.policy, "sun").state, GATEWAY_ACTIVE);
	forget(&this);
}
END_TEST

START_TEST(lets_most_probers_outweigh_a_heartbeat)
{
	cluster_heartbeat_t sun = typical, mars = typical;
	known_t this;

	know(&this);
	sun.state = mars.state = GATEWAY_ACTIVE;
	strcpy(mars.up, "moon,sun");
	ck_assert_int_eq(hear(&this, "sun", &sun, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "mars", &mars, 1000), CLUSTER_OK);
	this.probed = GATEWAY_DOWN;
	this.policy.table->testify(this.policy.table, "sun", GATEWAY_WITNESS_PROBE,
							   GATEWAY_DOWN, 0);
	/* one says so, one says no */
	ck_assert(this.members->tell(this.members, 1000, 3000, 10000, TRUE));
	ck_assert(!this.members->tell(this.members, 1000, 3000, 10000, TRUE));
	ck_assert_int_eq(get_status(&this.policy, "sun").health, GATEWAY_UP);
	strcpy(mars.up, "moon");
	strcpy(mars.down, "sun");
	mars.sequence++;
	ck_assert_int_eq(hear(&this, "mars", &mars, 1000), CLUSTER_OK);
	ck_assert(this.members->tell(this.members, 1000, 3000, 10000, TRUE));
	ck_assert_int_eq(get_status(&this.policy, "sun").health, GATEWAY_DOWN);
	ck_assert_int_eq(get_status(&this.policy, "sun").health_by,
					 GATEWAY_WITNESS_PEERS);
	forget(&this);
}
END_TEST

/**
 * Members of a fleet in the subnets that they are reached at.
 */
static cluster_join_t create_join(char *names, const char *subnets)
{
	cluster_join_t join = {
		.names = array_create(0, 0),
		.subnets = ip_set_create(subnets, NULL),
		.forget = 60,
	};

	array_insert(join.names, ARRAY_TAIL, strdup(names));
	return join;
}

/**
 * A heartbeat of a gateway that no configuration names.
 */
static cluster_heartbeat_t from(const char *addresses, uint64_t sequence)
{
	cluster_heartbeat_t heartbeat = typical;

	snprintf(heartbeat.addresses, sizeof(heartbeat.addresses), "%s", addresses);
	heartbeat.state = GATEWAY_ACTIVE;
	heartbeat.sequence = sequence;
	return heartbeat;
}

/**
 * Get the names of those that joined, "same" if that is no news.
 */
static void assert_joined(known_t *this, const char *names)
{
	gateways_joined_t joined;
	char list[256] = "same";
	size_t len = 0;
	int i;

	if (this->members->get_joined(this->members, &joined))
	{
		list[0] = '\0';
		for (i = 0; i < joined.count; i++)
		{
			len += snprintf(list + len, sizeof(list) - len, "%s%s",
							len ? "," : "", joined.gateways[i].name);
		}
	}
	gateways_joined_clear(&joined);
	ck_assert_str_eq(list, names);
}

START_TEST(lets_members_join_and_forgets_them_when_they_are_gone)
{
	cluster_join_t join = create_join("east-*", "198.51.100.0/24, 2001:db8::/32");
	cluster_heartbeat_t heartbeat = from("198.51.100.7,2001:db8::7", 1);
	known_t this;

	know(&this);
	this.members->set_join(this.members, &join);
	assert_joined(&this, "");
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 1000), CLUSTER_OK);
	assert_joined(&this, "same");
	/* it works: it writes again */
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 2000), CLUSTER_OK);
	assert_joined(&this, "east-7");
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 3000), CLUSTER_OK);
	assert_joined(&this, "same");
	heartbeat.sequence++;
	heartbeat.weight = 50;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 4000), CLUSTER_OK);
	assert_joined(&this, "east-7");
	/* it is not forgotten while the store fails, nor when it is back */
	this.members->tell(this.members, 200000, 3000, 10000, FALSE);
	this.members->tell(this.members, 201000, 3000, 10000, TRUE);
	this.members->tell(this.members, 260000, 3000, 10000, TRUE);
	assert_joined(&this, "same");
	this.members->tell(this.members, 261000, 3000, 10000, TRUE);
	assert_joined(&this, "");
	forget(&this);
	cluster_join_clear(&join);
}
END_TEST

static struct {
	const char *name, *addresses;
	cluster_verdict_t verdict;
} outsiders[] = {
	{ "east-7", "198.51.100.7", CLUSTER_OK },
	{ "west-7", "198.51.100.7", CLUSTER_OUTSIDE },
	{ "east-7", "198.51.101.7", CLUSTER_OUTSIDE },
	{ "east-7", "198.51.100.7,203.0.113.1", CLUSTER_OUTSIDE },
	{ "east-7", "2001:db8::7", CLUSTER_OUTSIDE },
	{ "east-7", "east-7.example.org", CLUSTER_OUTSIDE },
	{ "east-7", "198.51.100.7,east-7.example.org", CLUSTER_OUTSIDE },
	{ "east-7", "", CLUSTER_OUTSIDE },
	{ "east-7", ",", CLUSTER_OUTSIDE },
	{ "east-{7}", "198.51.100.7", CLUSTER_OUTSIDE },
	{ "east-\"", "198.51.100.7", CLUSTER_OUTSIDE },
};

START_TEST(refuses_who_is_outside_of_members_by_name_or_address)
{
	cluster_join_t join = create_join("east-*", "198.51.100.0/24");
	cluster_heartbeat_t heartbeat = from(outsiders[_i].addresses, 1);
	uint64_t counters[CLUSTER_VERDICT_MAX];
	bool good = outsiders[_i].verdict == CLUSTER_OK;
	known_t this;

	know(&this);
	this.members->set_join(this.members, &join);
	assert_joined(&this, "");
	ck_assert_int_eq(hear(&this, outsiders[_i].name, &heartbeat, 1000),
					 outsiders[_i].verdict);
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, outsiders[_i].name, &heartbeat, 2000),
					 outsiders[_i].verdict);
	this.members->get_counters(this.members, counters);
	ck_assert_uint_eq(counters[outsiders[_i].verdict], 2);
	assert_joined(&this, good ? outsiders[_i].name : "same");
	forget(&this);
	cluster_join_clear(&join);
}
END_TEST

START_TEST(lets_a_member_not_move_outside)
{
	cluster_join_t join = create_join("east-*", "198.51.100.0/24");
	cluster_heartbeat_t heartbeat = from("198.51.100.7", 1);
	cluster_member_t member;
	known_t this;

	know(&this);
	this.members->set_join(this.members, &join);
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 1000), CLUSTER_OK);
	heartbeat = from("203.0.113.1", 2);
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 2000), CLUSTER_OUTSIDE);
	ck_assert(this.members->get(this.members, "east-7", 2000, &member));
	ck_assert_str_eq(member.heartbeat.addresses, "198.51.100.7");
	/* nor is one that the configuration names told where it is */
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 2000), CLUSTER_OK);
	assert_joined(&this, "");
	forget(&this);
	cluster_join_clear(&join);
}
END_TEST

START_TEST(drops_members_when_options_change)
{
	cluster_join_t east = create_join("east-*", "198.51.100.0/24");
	cluster_join_t west = create_join("west-*", "198.51.100.0/24");
	cluster_heartbeat_t heartbeat = from("198.51.100.7", 1);
	known_t this;

	know(&this);
	this.members->set_join(this.members, &east);
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 1000), CLUSTER_OK);
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 2000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "sun", &typical, 2000), CLUSTER_OK);
	assert_joined(&this, "east-7");
	this.members->set_join(this.members, &west);
	set_gateways(&this);
	assert_joined(&this, "");
	/* those that the configuration names are known as before */
	ck_assert_int_eq(hear(&this, "sun", &typical, 2000), CLUSTER_REPLAYED);
	forget(&this);
	cluster_join_clear(&east);
	cluster_join_clear(&west);
}
END_TEST

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
		.secret = strdup(SECRET),
		.interval = 1,
		.timeout = 1,
		.stale = 5,
		.max_draining = 1,
	);
	return config;
}

static void join(member_t *this, const char *self)
{
	char conf[512];

	snprintf(conf, sizeof(conf), "self = %s\n" GATEWAYS, self);
	*this = (member_t){
		.policy = policy_fixture_create(conf),
		.stores = store_registry_create(),
	};
	this->prober = prober_create(this->policy.engine, this->policy.table, 500,
								 NULL);
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
	wait_for(get_status(&moon.policy, "sun").sessions == 17);
	ck_assert_int_eq(get_status(&moon.policy, "sun").health, GATEWAY_UP);
	ck_assert_uint_eq(get_status(&moon.policy, "sun").load, 300);
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
	ck_assert_int_eq(get_status(&moon.policy, "sun").state, GATEWAY_DRAIN);
	ck_assert_int_eq(get_status(&sun.policy, "sun").state, GATEWAY_DRAIN);
	/* only one may */
	order = wanted(GATEWAY_DRAIN);
	ck_assert(!moon.link->order(moon.link, "mars", &order, FALSE, error));
	ck_assert(strstr(error, "max_draining") != NULL);
	ck_assert(moon.link->order(moon.link, "mars", &order, TRUE, error));
	ck_assert(!moon.link->order(moon.link, "venus", &order, TRUE, error));
	ck_assert_str_eq(error, "there is no gateway of that name");
	order = wanted(GATEWAY_ACTIVE);
	ck_assert(sun.link->order(sun.link, "sun", &order, FALSE, error));
	ck_assert_int_eq(get_status(&moon.policy, "sun").state, GATEWAY_ACTIVE);
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
	wait_for(get_status(&sun[1].policy, "sun").state == GATEWAY_DRAIN);
	ck_assert(sun[1].policy.table->set(sun[1].policy.table, "sun",
							GATEWAY_ACTIVE, -1, -1, GATEWAY_SOURCE_OPERATOR));
	wait_for(get_status(&moon.policy, "sun").state == GATEWAY_ACTIVE);
	sun[1].link->stop(sun[1].link);
	join(&sun[2], "sun");
	sun[2].policy.table->set_load(sun[2].policy.table, "sun", 3, 0,
								  GATEWAY_SOURCE_SELF);
	wait_for(get_status(&moon.policy, "sun").sessions == 3);
	ck_assert_int_eq(get_status(&sun[2].policy, "sun").state, GATEWAY_ACTIVE);
	end(&moon, &sun[0]);
	leave(&sun[1]);
	leave(&sun[2]);
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
	cluster_heartbeat_t heartbeat = typical;
	cluster_status_t status;
	member_t moon, sun;
	size_t len;

	begin(&moon, &sun);
	len = write_record("a secret that is a guess", CLUSTER_HEARTBEAT, "mars",
					   &heartbeat, value);
	memory_store_put("gateway", "mars", value, len);
	memory_store_put("order", "moon", "redirect 1 order\n", 17);
	wait_for(({ moon.link->get_status(moon.link, &status);
				status.records[CLUSTER_FORGED] &&
				status.records[CLUSTER_MALFORMED]; }));
	ck_assert_int_eq(get_status(&moon.policy, "mars").health, GATEWAY_UNKNOWN);
	ck_assert_uint_eq(get_status(&moon.policy, "mars").sessions,
					  REDIRECT_SELECTOR_UNKNOWN);
	end(&moon, &sun);
}
END_TEST

START_TEST(is_heard_after_a_start_with_a_clock_that_is_behind)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat = typical;
	member_t moon, sun;
	size_t len;

	begin(&moon, &sun);
	heartbeat.start = (uint64_t)time(NULL) * 1000 + 3600000;
	heartbeat.state = GATEWAY_ACTIVE;
	len = write_record(SECRET, CLUSTER_HEARTBEAT, "sun", &heartbeat, value);
	memory_store_put("gateway", "sun", value, len);
	memory_store_list();
	sun.policy.table->set_load(sun.policy.table, "sun", 5, 0,
							   GATEWAY_SOURCE_SELF);
	wait_for(get_status(&moon.policy, "sun").sessions == 5);
	end(&moon, &sun);
}
END_TEST

/**
 * Records need cryptography, log lines charon.
 */
static void set_up(void)
{
	ck_assert(libcharon_init());
	ck_assert(lib->plugins->load(lib->plugins, "sha2 hmac"));
}

static void tear_down(void)
{
	libcharon_deinit();
}

int main(void)
{
	Suite *suite = suite_create("cluster");
	TCase *tcase = tcase_create("record");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, reads_what_it_wrote);
	tcase_add_test(tcase, refuses_what_differs_in_any_octet);
	tcase_add_test(tcase, refuses_records_of_others_and_in_other_places);
	tcase_add_loop_test(tcase, refuses_numbers_and_words_that_nobody_writes, 0, 4);
	tcase_add_test(tcase, writes_no_record_that_does_not_fit);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("members");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, believes_heartbeats_while_they_are_news);
	tcase_add_test(tcase, takes_no_record_older_than_the_last);
	tcase_add_test(tcase, hears_who_drains_but_not_against_its_operator);
	tcase_add_test(tcase, holds_to_an_order_until_the_gateway_knows_it);
	tcase_add_test(tcase, lets_most_probers_outweigh_a_heartbeat);
	tcase_add_test(tcase, lets_members_join_and_forgets_them_when_they_are_gone);
	tcase_add_loop_test(tcase, refuses_who_is_outside_of_members_by_name_or_address,
						0, countof(outsiders));
	tcase_add_test(tcase, lets_a_member_not_move_outside);
	tcase_add_test(tcase, drops_members_when_options_change);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("link");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 5 * PATIENCE);
	tcase_add_test(tcase, shares_what_each_gateway_knows_of_itself);
	tcase_add_test(tcase, drains_a_gateway_from_another_one_and_at_once);
	tcase_add_test(tcase, keeps_an_order_over_a_restart_until_it_is_undrained_there);
	tcase_add_test(tcase, refuses_to_drain_if_the_others_have_no_room);
	tcase_add_test(tcase, believes_no_store_that_lies);
	tcase_add_test(tcase, is_heard_after_a_start_with_a_clock_that_is_behind);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
