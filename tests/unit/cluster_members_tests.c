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

#include "cluster/cluster_members.h"

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
		.policy = policy_fixture_create("self = moon\n" CLUSTER_GATEWAYS),
	};
	this->members = cluster_members_create(this->policy.table,
				cluster_signer_create(chunk_from_str(CLUSTER_SECRET)), get_probed, this);
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

	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_HEARTBEAT, name, heartbeat, value);
	return this->members->learn(this->members, CLUSTER_HEARTBEAT, name,
								chunk_create((u_char*)value, len), now);
}

/**
 * Have the table told what is known, with a list that came now.
 *
 * @param since			when the first list came, 0 while the store fails
 */
static bool tell_since(known_t *this, uint64_t now, uint64_t since)
{
	cluster_lists_t lists = {
		.since = since,
		.last = since ? now : 0,
	};

	return this->members->tell(this->members, now, 3000, 10000, lists);
}

static gateway_verdict_t health(known_t *this, const char *name)
{
	return cluster_fixture_status(&this->policy, name).health;
}

START_TEST(believes_heartbeats_while_they_are_news)
{
	cluster_heartbeat_t heartbeat = cluster_typical;
	known_t this;

	know(&this);
	heartbeat.state = GATEWAY_ACTIVE;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	tell_since(&this, 2000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health_by,
					 GATEWAY_WITNESS_HEARTBEAT);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").sessions, 42);
	/* the same again is no news */
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 4500), CLUSTER_REPLAYED);
	tell_since(&this, 4500, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_DOWN);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").sessions, 42);
	/* but if the store is gone nobody knows */
	tell_since(&this, 12000, 0);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UNKNOWN);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").sessions,
					  REDIRECT_SELECTOR_UNKNOWN);
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 12000), CLUSTER_OK);
	tell_since(&this, 12000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	forget(&this);
}
END_TEST

START_TEST(takes_nobody_for_silent_without_lists)
{
	cluster_lists_t lists = { .since = 500, .last = 4000 };
	known_t this;

	know(&this);
	ck_assert_int_eq(hear(&this, "sun", &cluster_typical, 1000), CLUSTER_OK);
	/* its heartbeat is old, but the store was not seen to have no newer one */
	this.members->tell(this.members, 4500, 3000, 10000, lists);
	ck_assert_int_eq(health(&this, "sun"), GATEWAY_UNKNOWN);
	lists.last = 4001;
	this.members->tell(this.members, 4500, 3000, 10000, lists);
	ck_assert_int_eq(health(&this, "sun"), GATEWAY_DOWN);
	forget(&this);
}
END_TEST

START_TEST(gives_others_time_to_find_a_store_that_works_again)
{
	cluster_heartbeat_t heartbeat = cluster_typical;
	known_t this;

	know(&this);
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "mars", &heartbeat, 1000), CLUSTER_OK);
	tell_since(&this, 60000, 0);
	/* all wrote last before it failed, and this gateway is the first one back */
	tell_since(&this, 61000, 61000);
	ck_assert_int_eq(health(&this, "sun"), GATEWAY_UNKNOWN);
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "mars", &heartbeat, 62000), CLUSTER_OK);
	tell_since(&this, 62000, 61000);
	ck_assert_int_eq(health(&this, "mars"), GATEWAY_UP);
	/* who was back has no such time */
	tell_since(&this, 65001, 61000);
	ck_assert_int_eq(health(&this, "mars"), GATEWAY_DOWN);
	tell_since(&this, 74000, 61000);
	ck_assert_int_eq(health(&this, "sun"), GATEWAY_UNKNOWN);
	tell_since(&this, 74001, 61000);
	ck_assert_int_eq(health(&this, "sun"), GATEWAY_DOWN);
	forget(&this);
}
END_TEST

START_TEST(counts_who_is_sent_there_until_the_next_heartbeat)
{
	cluster_heartbeat_t heartbeat = cluster_typical;
	const policy_state_t *state;
	known_t this;
	int token;

	know(&this);
	heartbeat.state = GATEWAY_ACTIVE;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	tell_since(&this, 1250, 1);
	state = this.policy.engine->acquire(this.policy.engine, &token);
	ck_assert_str_eq(state->view->gateways[1].name, "sun");
	gateway_live_assign(state->view->live[1], TRUE, TRUE);
	this.policy.engine->release(this.policy.engine, token);
	/* nothing was heard in between */
	tell_since(&this, 1500, 1);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").assigned, 1);
	heartbeat.sequence++;
	heartbeat.sessions++;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 2000), CLUSTER_OK);
	tell_since(&this, 2000, 1);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").assigned, 0);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").sessions, 43);
	forget(&this);
}
END_TEST

START_TEST(takes_no_record_older_than_the_last)
{
	cluster_heartbeat_t heartbeat = cluster_typical;
	uint64_t counters[CLUSTER_VERDICT_MAX];
	known_t this;

	know(&this);
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	heartbeat.sequence = 6;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_REPLAYED);
	heartbeat.start++;
	heartbeat.sequence = 1;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "sun", &cluster_typical, 1000), CLUSTER_REPLAYED);
	ck_assert_int_eq(hear(&this, "venus", &cluster_typical, 1000), CLUSTER_STRANGER);
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
	ck_assert_int_eq(hear(&this, "sun", &cluster_typical, 1000), CLUSTER_OK);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").state, GATEWAY_DRAIN);
	ck_assert(this.policy.table->set(this.policy.table, "mars", GATEWAY_DISABLED,
									 -1, -1, GATEWAY_SOURCE_OPERATOR));
	ck_assert_int_eq(hear(&this, "mars", &cluster_typical, 1000), CLUSTER_OK);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "mars").state, GATEWAY_DISABLED);
	/* nor is this gateway told what it does */
	ck_assert_int_eq(hear(&this, "moon", &cluster_typical, 1000), CLUSTER_OK);
	tell_since(&this, 1000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "moon").state, GATEWAY_ACTIVE);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "moon").sessions,
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
	cluster_heartbeat_t heartbeat = cluster_typical;
	known_t this;

	know(&this);
	this.members->set_order(this.members, "sun", &order);
	heartbeat.state = GATEWAY_ACTIVE;
	heartbeat.order = 4;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").state, GATEWAY_DRAIN);
	heartbeat.order = 5;
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").state, GATEWAY_ACTIVE);
	forget(&this);
}
END_TEST

START_TEST(lets_most_probers_outweigh_a_heartbeat)
{
	cluster_heartbeat_t sun = cluster_typical, mars = cluster_typical;
	cluster_heartbeat_t moon = cluster_typical;
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
	ck_assert(tell_since(&this, 1000, 1));
	ck_assert(!tell_since(&this, 1000, 1));
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	/* the own word does not count twice */
	strcpy(moon.up, "mars");
	strcpy(moon.down, "sun");
	ck_assert_int_eq(hear(&this, "moon", &moon, 1000), CLUSTER_OK);
	ck_assert(!tell_since(&this, 1000, 1));
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	strcpy(mars.up, "moon");
	strcpy(mars.down, "sun");
	mars.sequence++;
	ck_assert_int_eq(hear(&this, "mars", &mars, 1000), CLUSTER_OK);
	ck_assert(tell_since(&this, 1000, 1));
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_DOWN);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health_by,
					 GATEWAY_WITNESS_PEERS);
	forget(&this);
}
END_TEST

START_TEST(counts_one_word_of_each_gateway_and_none_on_itself)
{
	cluster_heartbeat_t sun = cluster_typical, mars = cluster_typical;
	known_t this;

	know(&this);
	sun.state = mars.state = GATEWAY_ACTIVE;
	strcpy(sun.up, "");
	strcpy(mars.up, "");
	strcpy(mars.down, "sun,sun,sun");
	this.probed = GATEWAY_UP;
	ck_assert_int_eq(hear(&this, "sun", &sun, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "mars", &mars, 1000), CLUSTER_OK);
	/* one of two is not most */
	tell_since(&this, 1000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	/* both words at once are one */
	strcpy(mars.up, "sun");
	mars.sequence++;
	this.probed = GATEWAY_DOWN;
	ck_assert_int_eq(hear(&this, "mars", &mars, 1000), CLUSTER_OK);
	tell_since(&this, 1000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	/* who is dead for all others does not keep itself alive */
	strcpy(mars.up, "");
	mars.sequence++;
	strcpy(sun.up, "sun,sun,sun");
	sun.sequence++;
	ck_assert_int_eq(hear(&this, "sun", &sun, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "mars", &mars, 1000), CLUSTER_OK);
	tell_since(&this, 1000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_DOWN);
	forget(&this);
}
END_TEST

START_TEST(knows_whether_records_are_refused_now)
{
	cluster_heartbeat_t heartbeat = cluster_typical;
	char value[REDIRECT_STORE_VALUE_MAX];
	known_t this;
	size_t len;

	know(&this);
	/* not by what is only old, or of a stranger */
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_REPLAYED);
	ck_assert_int_eq(hear(&this, "venus", &heartbeat, 1000), CLUSTER_STRANGER);
	ck_assert_int_eq(this.members->get_refused(this.members, 1000, 3000), CLUSTER_OK);
	len = cluster_fixture_write("another secret than theirs", CLUSTER_HEARTBEAT,
								"sun", &heartbeat, value);
	ck_assert_int_eq(this.members->learn(this.members, CLUSTER_HEARTBEAT, "sun",
					 chunk_create((u_char*)value, len), 5000), CLUSTER_FORGED);
	ck_assert_int_eq(this.members->get_refused(this.members, 8000, 3000), CLUSTER_FORGED);
	ck_assert_int_eq(this.members->get_refused(this.members, 8001, 3000), CLUSTER_OK);
	forget(&this);
}
END_TEST

START_TEST(takes_what_comes_after_the_clock_was_read_for_new)
{
	cluster_heartbeat_t sun = cluster_typical, mars = cluster_typical;
	cluster_member_t member;
	known_t this;

	know(&this);
	sun.state = mars.state = GATEWAY_ACTIVE;
	strcpy(mars.down, "sun");
	ck_assert_int_eq(hear(&this, "sun", &sun, 1001), CLUSTER_OK);
	tell_since(&this, 1000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health, GATEWAY_UP);
	ck_assert_uint_eq(cluster_fixture_status(&this.policy, "sun").sessions, 42);
	ck_assert(this.members->get(this.members, "sun", 1000, &member));
	ck_assert_uint_eq(member.age, 0);
	/* nor is a vote lost */
	ck_assert_int_eq(hear(&this, "mars", &mars, 1001), CLUSTER_OK);
	tell_since(&this, 1000, 1);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").health_by,
					 GATEWAY_WITNESS_PEERS);
	forget(&this);
}
END_TEST

START_TEST(takes_no_number_that_none_could_follow)
{
	uint64_t year = 365 * 86400000ULL, now = (uint64_t)time(NULL) * 1000;
	char value[REDIRECT_STORE_VALUE_MAX];
	cluster_heartbeat_t heartbeat = cluster_typical;
	uint64_t counters[CLUSTER_VERDICT_MAX];
	cluster_order_t order = {
		.sequence = UINT64_MAX,
		.state = GATEWAY_DISABLED,
		.weight = CLUSTER_UNKNOWN,
		.capacity = CLUSTER_UNKNOWN,
		.by = "mars",
	};
	known_t this;
	size_t len;

	know(&this);
	/* one above would be zero, or refused as of the future itself */
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_ORDER, "sun", &order, value);
	ck_assert_int_eq(this.members->learn(this.members, CLUSTER_ORDER, "sun",
						chunk_create((u_char*)value, len), 1000), CLUSTER_AHEAD);
	ck_assert_int_eq(cluster_fixture_status(&this.policy, "sun").state, GATEWAY_ACTIVE);
	heartbeat.start = UINT64_MAX;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_AHEAD);
	heartbeat.start = now + 11 * year;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_AHEAD);
	/* clocks may be wrong by much, and what is ordered next can follow */
	order.sequence = now + 9 * year;
	len = cluster_fixture_write(CLUSTER_SECRET, CLUSTER_ORDER, "sun", &order, value);
	ck_assert_int_eq(this.members->learn(this.members, CLUSTER_ORDER, "sun",
						chunk_create((u_char*)value, len), 1000), CLUSTER_OK);
	heartbeat.start = now + 9 * year;
	ck_assert_int_eq(hear(&this, "sun", &heartbeat, 1000), CLUSTER_OK);
	this.members->get_counters(this.members, counters);
	ck_assert_uint_eq(counters[CLUSTER_AHEAD], 3);
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
	cluster_heartbeat_t heartbeat = cluster_typical;

	snprintf(heartbeat.addresses, sizeof(heartbeat.addresses), "%s", addresses);
	heartbeat.state = GATEWAY_ACTIVE;
	heartbeat.sequence = sequence;
	return heartbeat;
}

/**
 * Get the names of those that joined, "same" if that is no news.
 */
static void assert_joined(known_t *this, uint64_t now, const char *names)
{
	gateways_joined_t joined;
	char list[256] = "same";
	size_t len = 0;
	int i;

	if (this->members->get_joined(this->members, now, &joined))
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
	assert_joined(&this, 0, "");
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 1000), CLUSTER_OK);
	assert_joined(&this, 1000, "same");
	/* it works: it writes again */
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 2000), CLUSTER_OK);
	assert_joined(&this, 2000, "east-7");
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 3000), CLUSTER_OK);
	assert_joined(&this, 3000, "same");
	heartbeat.sequence++;
	heartbeat.weight = 50;
	ck_assert_int_eq(hear(&this, "east-7", &heartbeat, 4000), CLUSTER_OK);
	assert_joined(&this, 4000, "east-7");
	/* it is not forgotten while the store fails, nor when it is back */
	tell_since(&this, 200000, 0);
	tell_since(&this, 201000, 201000);
	tell_since(&this, 215000, 201000);
	tell_since(&this, 274000, 201000);
	assert_joined(&this, 274000, "same");
	tell_since(&this, 275000, 201000);
	assert_joined(&this, 275000, "");
	forget(&this);
	cluster_join_clear(&join);
}
END_TEST

START_TEST(tells_of_a_member_that_flaps_each_interval_only)
{
	cluster_join_t join = create_join("east-*", "198.51.100.0/24");
	cluster_heartbeat_t heartbeat = from("198.51.100.7", 1);
	gateways_joined_t joined;
	known_t this;
	int now, count = 0, changes = 40 * CLUSTER_JOINED_INTERVAL / 250;

	know(&this);
	this.members->set_join(this.members, &join);
	for (now = 250; now <= changes * 250; now += 250)
	{
		heartbeat = from(now % 500 ? "198.51.100.7" : "198.51.100.8", now);
		ck_assert_int_eq(hear(&this, "east-7", &heartbeat, now), CLUSTER_OK);
		if (this.members->get_joined(this.members, now, &joined))
		{
			count++;
			gateways_joined_clear(&joined);
		}
	}
	ck_assert_int_eq(count, 40);
	/* what changed last is not forgotten */
	assert_joined(&this, now + CLUSTER_JOINED_INTERVAL, "east-7");
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
	assert_joined(&this, 0, "");
	ck_assert_int_eq(hear(&this, outsiders[_i].name, &heartbeat, 1000),
					 outsiders[_i].verdict);
	heartbeat.sequence++;
	ck_assert_int_eq(hear(&this, outsiders[_i].name, &heartbeat, 2000),
					 outsiders[_i].verdict);
	this.members->get_counters(this.members, counters);
	ck_assert_uint_eq(counters[outsiders[_i].verdict], 2);
	assert_joined(&this, 2000, good ? outsiders[_i].name : "same");
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
	assert_joined(&this, 2000, "");
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
	ck_assert_int_eq(hear(&this, "sun", &cluster_typical, 2000), CLUSTER_OK);
	assert_joined(&this, 2000, "east-7");
	this.members->set_join(this.members, &west);
	set_gateways(&this);
	assert_joined(&this, 4000, "");
	/* those that the configuration names are known as before */
	ck_assert_int_eq(hear(&this, "sun", &cluster_typical, 2000), CLUSTER_REPLAYED);
	forget(&this);
	cluster_join_clear(&east);
	cluster_join_clear(&west);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cluster members");
	TCase *tcase = tcase_create("members");

	tcase_add_checked_fixture(tcase, cluster_fixture_set_up,
							  cluster_fixture_tear_down);
	tcase_add_test(tcase, believes_heartbeats_while_they_are_news);
	tcase_add_test(tcase, takes_nobody_for_silent_without_lists);
	tcase_add_test(tcase, gives_others_time_to_find_a_store_that_works_again);
	tcase_add_test(tcase, counts_who_is_sent_there_until_the_next_heartbeat);
	tcase_add_test(tcase, takes_no_record_older_than_the_last);
	tcase_add_test(tcase, hears_who_drains_but_not_against_its_operator);
	tcase_add_test(tcase, holds_to_an_order_until_the_gateway_knows_it);
	tcase_add_test(tcase, lets_most_probers_outweigh_a_heartbeat);
	tcase_add_test(tcase, counts_one_word_of_each_gateway_and_none_on_itself);
	tcase_add_test(tcase, takes_no_number_that_none_could_follow);
	tcase_add_test(tcase, knows_whether_records_are_refused_now);
	tcase_add_test(tcase, takes_what_comes_after_the_clock_was_read_for_new);
	tcase_add_test(tcase, lets_members_join_and_forgets_them_when_they_are_gone);
	tcase_add_test(tcase, tells_of_a_member_that_flaps_each_interval_only);
	tcase_add_loop_test(tcase, refuses_who_is_outside_of_members_by_name_or_address,
						0, countof(outsiders));
	tcase_add_test(tcase, lets_a_member_not_move_outside);
	tcase_add_test(tcase, drops_members_when_options_change);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
