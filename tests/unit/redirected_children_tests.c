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

#include "responder/child_offer.h"
#include "responder/redirected_children.h"

#include <check.h>
#include <daemon.h>
#include <stdlib.h>

#define UNIQUE_ID 7

/**
 * A client, as far as it is looked at.
 */
static struct {
	ike_sa_t public;
	ike_sa_id_t *id;
	peer_cfg_t *peer_cfg;
	host_t *host;
	linked_list_t *vips;
	linked_list_t *none;
	task_t task;
	identification_t *name;
	bool responding;
	bool initiator;
	bool fragmented;
	exchange_type_t exchange;
	uint32_t rekeyed;
	ike_sa_state_t state;
	/* what was initiated, and which message is sent now, without an answer */
	int initiated;
	uint32_t message_id;
	bool waits;
	/* charon was asked to retransmit, which is its own business */
	int retransmitted;
	/* messages sent again, and the last of them */
	int repeated;
	uint32_t repeated_id;
	traffic_selector_t *src;
	traffic_selector_t *dst;
	uint32_t reqid;
} client;

static ike_sa_id_t *get_id(ike_sa_t *this)
{
	return client.id;
}

static uint32_t get_unique_id(ike_sa_t *this)
{
	return UNIQUE_ID + client.rekeyed;
}

static uint32_t get_old_unique_id(ike_sa_t *this)
{
	return UNIQUE_ID;
}

static identification_t *get_other_id(ike_sa_t *this)
{
	return client.name;
}

static ike_version_t get_version(ike_sa_t *this)
{
	return IKEV2;
}

static bool has_condition(ike_sa_t *this, ike_condition_t condition)
{
	return condition == COND_ORIGINAL_INITIATOR && client.initiator;
}

static ike_sa_state_t get_state(ike_sa_t *this)
{
	return client.state;
}

static peer_cfg_t *get_peer_cfg(ike_sa_t *this)
{
	return client.peer_cfg;
}

static host_t *get_host(ike_sa_t *this)
{
	return client.host;
}

static enumerator_t *create_virtual_ip_enumerator(ike_sa_t *this, bool local)
{
	linked_list_t *list = local ? client.none : client.vips;

	return list->create_enumerator(list);
}

static enumerator_t *create_task_enumerator(ike_sa_t *this, task_queue_t queue)
{
	if (client.responding && queue == TASK_QUEUE_PASSIVE)
	{
		return enumerator_create_single(&client.task, NULL);
	}
	if (client.waits && queue == TASK_QUEUE_ACTIVE)
	{
		return enumerator_create_single(&client.task, NULL);
	}
	return enumerator_create_empty();
}

/**
 * What is sent: a header with the message ID.
 */
static packet_t *get_packet(message_t *this)
{
	chunk_t data = chunk_alloca(28);

	memset(data.ptr, 0, data.len);
	htoun32(data.ptr + 20, client.message_id);
	return packet_create_from_data(host_create_any(AF_INET),
								   host_create_any(AF_INET), chunk_clone(data));
}

static bool get_true(message_t *this)
{
	return TRUE;
}

static bool is_fragmented(message_t *this)
{
	return client.fragmented;
}

static exchange_type_t get_exchange_type(message_t *this)
{
	return client.exchange ?: CREATE_CHILD_SA;
}

/**
 * Send a request.
 */
static void request(void)
{
	message_t message = {
		.get_request = get_true,
		.get_exchange_type = get_exchange_type,
		.is_fragmented = is_fragmented,
		.get_packet = get_packet,
	};

	client.waits = TRUE;
	charon->bus->message(charon->bus, &message, FALSE, TRUE);
	charon->bus->message(charon->bus, &message, FALSE, FALSE);
}

/**
 * The packets charon sends.
 */
static void send_packet(sender_t *this, packet_t *packet)
{
	chunk_t data = packet->get_data(packet);

	client.repeated++;
	client.repeated_id = untoh32(data.ptr + 20);
	packet->destroy(packet);
}

static sender_t sender = {
	.send = send_packet,
};

static status_t initiate(ike_sa_t *this, child_cfg_t *cfg,
						 child_init_args_t *args)
{
	cfg->destroy(cfg);
	client.initiated++;
	if (!client.waits)
	{
		request();
	}
	client.reqid = args->reqid;
	DESTROY_IF(client.src);
	DESTROY_IF(client.dst);
	client.src = args->src->clone(args->src);
	client.dst = args->dst->clone(args->dst);
	return SUCCESS;
}

static uint32_t get_message_id(ike_sa_t *this, bool initiate)
{
	return initiate ? client.message_id : 1;
}

static status_t retransmit(ike_sa_t *this, uint32_t message_id)
{
	client.retransmitted++;
	return SUCCESS;
}

/**
 * In place of libcharon's, which looks at members that are not public.
 */
linked_list_t *ike_sa_get_dynamic_hosts(ike_sa_t *ike_sa, bool local)
{
	ck_assert(local);
	return linked_list_create_with_items(client.host, NULL);
}

/**
 * Knows the client only.
 */
static ike_sa_t *checkout(ike_sa_manager_t *this, ike_sa_id_t *id)
{
	return id->equals(id, client.id) ? &client.public : NULL;
}

static void checkin(ike_sa_manager_t *this, ike_sa_t *ike_sa)
{
	ck_assert_ptr_eq(ike_sa, &client.public);
}

static ike_sa_manager_t manager = {
	.checkout = checkout,
	.checkin = checkin,
};

/**
 * Jobs that wait, in place of the scheduler's.
 */
static linked_list_t *jobs;

static void schedule_job_ms(scheduler_t *this, job_t *job, uint32_t ms)
{
	jobs->insert_last(jobs, job);
}

/**
 * Run the job that is next.
 */
static bool run_job(void)
{
	job_t *job;

	if (jobs->remove_first(jobs, (void**)&job) != SUCCESS)
	{
		return FALSE;
	}
	job->execute(job);
	job->destroy(job);
	return TRUE;
}

/**
 * Run all jobs, and tell how many there were.
 */
static int run_jobs(void)
{
	int count = 0;

	while (run_job())
	{
		count++;
	}
	return count;
}

/**
 * Make a selector of "SUBNET" or "SUBNET PORT".
 */
static traffic_selector_t *selector(const char *string)
{
	char subnet[64];
	int port = 0;

	sscanf(string, "%63s %d", subnet, &port);
	return traffic_selector_create_from_cidr(subnet, port ? 6 : 0, port,
											 port ?: 65535);
}

/**
 * Make a list of selectors of a comma separated list.
 */
static linked_list_t *selectors(const char *string)
{
	linked_list_t *list = linked_list_create();
	enumerator_t *enumerator;
	char *token;

	enumerator = enumerator_create_token(string, ",", " ");
	while (enumerator->enumerate(enumerator, &token))
	{
		list->insert_last(list, selector(token));
	}
	enumerator->destroy(enumerator);
	return list;
}

static void selectors_destroy(linked_list_t *list)
{
	list->destroy_offset(list, offsetof(traffic_selector_t, destroy));
}

/**
 * Make the configuration of the connection: one CHILD_SA to 10.1.0.0/16 and
 * fec1::/16 for the virtual IPs of the client.
 */
static peer_cfg_t *create_peer_cfg(void)
{
	ike_cfg_create_t ike = {
		.version = IKEV2,
		.local = "%any",
		.remote = "%any",
	};
	peer_cfg_create_t peer = {};
	child_cfg_create_t child = {
		.mode = MODE_TUNNEL,
	};
	peer_cfg_t *peer_cfg;
	child_cfg_t *child_cfg;

	child_cfg = child_cfg_create("net", &child);
	child_cfg->add_traffic_selector(child_cfg, TRUE, selector("10.1.0.0/16"));
	child_cfg->add_traffic_selector(child_cfg, TRUE, selector("fec1::/16"));
	child_cfg->add_traffic_selector(child_cfg, FALSE,
								traffic_selector_create_dynamic(0, 0, 65535));
	peer_cfg = peer_cfg_create("rw", ike_cfg_create(&ike), &peer);
	peer_cfg->add_child_cfg(peer_cfg, child_cfg);
	return peer_cfg;
}

/**
 * Assign virtual IPs, a comma separated list.
 */
static void assign(const char *vips)
{
	enumerator_t *enumerator;
	char *token;

	enumerator = enumerator_create_token(vips, ",", " ");
	while (enumerator->enumerate(enumerator, &token))
	{
		client.vips->insert_last(client.vips,
								 host_create_from_string(token, 0));
	}
	enumerator->destroy(enumerator);
}

static void setup(void)
{
	ck_assert(library_init("", "charon"));
	ck_assert(libcharon_init());
	charon->ike_sa_manager = &manager;
	charon->sender = &sender;
	lib->scheduler->schedule_job_ms = schedule_job_ms;
	jobs = linked_list_create();
	client = (typeof(client)){
		.public = {
			.get_id = get_id,
			.get_unique_id = get_unique_id,
			.get_other_id = get_other_id,
			.get_version = get_version,
			.get_state = get_state,
			.has_condition = has_condition,
			.get_peer_cfg = get_peer_cfg,
			.get_my_host = get_host,
			.get_other_host = get_host,
			.create_virtual_ip_enumerator = create_virtual_ip_enumerator,
			.create_task_enumerator = create_task_enumerator,
			.initiate = initiate,
			.get_message_id = get_message_id,
			.retransmit = retransmit,
		},
		.id = ike_sa_id_create(IKEV2_MAJOR_VERSION, 1, 2, FALSE),
		.peer_cfg = create_peer_cfg(),
		.host = host_create_from_string("192.0.2.2", 500),
		.vips = linked_list_create(),
		.none = linked_list_create(),
		.name = identification_create_from_string("carol@example.org"),
		.responding = TRUE,
		.state = IKE_ESTABLISHED,
	};
}

static void teardown(void)
{
	DESTROY_IF(client.src);
	DESTROY_IF(client.dst);
	client.id->destroy(client.id);
	client.name->destroy(client.name);
	client.peer_cfg->destroy(client.peer_cfg);
	client.host->destroy(client.host);
	client.none->destroy(client.none);
	client.vips->destroy_offset(client.vips, offsetof(host_t, destroy));
	jobs->destroy_offset(jobs, offsetof(job_t, destroy));
	charon->ike_sa_manager = NULL;
	charon->sender = NULL;
	libcharon_deinit();
	library_deinit();
}

/**
 * Make an offer of a request.
 */
static child_offer_t *offer(const char *tsi, const char *tsr)
{
	linked_list_t *i = selectors(tsi), *r = selectors(tsr);
	child_offer_t *offer;

	offer = child_offer_create(&client.public, i, r);
	selectors_destroy(i);
	selectors_destroy(r);
	return offer;
}

/**
 * Requests with virtual IPs of another gateway.
 */
static struct {
	const char *vips, *tsi, *tsr;
	/* offered first */
	const char *local, *remote;
} offered[] = {
	{ "10.3.2.1", "10.3.1.1/32", "10.1.0.0/16", "10.1.0.0/16", "10.3.2.1/32" },
	/* with both families, first what the client wants to reach */
	{ "10.3.2.1, fec3::2:1", "10.3.1.1/32, fec3::1:1/128", "fec1::/16",
	  "fec1::/16", "fec3::2:1/128" },
	{ "10.3.2.1, fec3::2:1", "10.3.1.1/32", "10.1.7.0/24", "10.1.7.0/24",
	  "10.3.2.1/32" },
	/* there is a virtual IP of one family only here */
	{ "10.3.2.1", "fec3::1:1/128, 10.3.1.1/32", "10.1.0.0/16", "10.1.0.0/16",
	  "10.3.2.1/32" },
	/* not more than it asked for, not more than is configured */
	{ "10.3.2.1", "10.3.1.1/32 443", "10.1.0.0/16 443", "10.1.0.0/16 443",
	  "10.3.2.1/32 443" },
	{ "10.3.2.1", "10.3.1.1/32", "0.0.0.0/0", "10.1.0.0/16", "10.3.2.1/32" },
	{ "10.3.2.1", "10.3.1.1/32", "172.16.0.0/12, 10.1.0.10/32", "10.1.0.10/32",
	  "10.3.2.1/32" },
};

START_TEST(offers_the_virtual_ip_assigned_here)
{
	traffic_selector_t *local = selector(offered[_i].local);
	traffic_selector_t *remote = selector(offered[_i].remote);
	child_offer_t *this;

	assign(offered[_i].vips);
	this = offer(offered[_i].tsi, offered[_i].tsr);
	ck_assert(this != NULL);
	ck_assert_str_eq(this->cfg->get_name(this->cfg), "net");
	ck_assert(this->local->equals(this->local, local));
	ck_assert(this->remote->equals(this->remote, remote));
	child_offer_destroy(this);
	local->destroy(local);
	remote->destroy(remote);
}
END_TEST

/**
 * Requests that were refused for other reasons.
 */
static struct {
	const char *vips, *tsi, *tsr;
} refused[] = {
	/* no virtual IP, or none of that family */
	{ "", "10.3.1.1/32", "10.1.0.0/16" },
	{ "10.3.2.1", "fec3::1:1/128", "fec1::/16" },
	/* the right one, for something else */
	{ "10.3.2.1", "10.3.2.1/32", "172.16.0.0/12" },
	{ "10.3.2.1, 10.3.2.9", "10.3.2.9/32", "172.16.0.0/12" },
	/* the wrong one, for something that is not configured */
	{ "10.3.2.1", "10.3.1.1/32", "172.16.0.0/12" },
	/* networks of the client */
	{ "10.3.2.1", "10.3.1.0/24", "10.1.0.0/16" },
	{ "10.3.2.1", "10.3.1.1/32, 172.16.0.0/12", "10.1.0.0/16" },
	/* nothing at all */
	{ "10.3.2.1", "", "10.1.0.0/16" },
	{ "10.3.2.1", "10.3.1.1/32", "" },
};

START_TEST(offers_nothing_else)
{
	assign(refused[_i].vips);
	ck_assert(offer(refused[_i].tsi, refused[_i].tsr) == NULL);
}
END_TEST

START_TEST(offers_nothing_without_selectors)
{
	linked_list_t *list = selectors("10.3.1.1/32");

	assign("10.3.2.1");
	ck_assert(child_offer_create(&client.public, NULL, list) == NULL);
	ck_assert(child_offer_create(&client.public, list, NULL) == NULL);
	selectors_destroy(list);
}
END_TEST

/**
 * The listener, on charon's bus.
 */
static client_table_t *clients;
static redirected_children_t *children;

static void setup_listener(void)
{
	setup();
	clients = client_table_create();
	children = redirected_children_create(clients);
	charon->bus->add_listener(charon->bus, &clients->listener);
	charon->bus->add_listener(charon->bus, &children->listener);
	charon->bus->set_sa(charon->bus, &client.public);
	assign("10.3.2.1");
}

static void teardown_listener(void)
{
	charon->bus->set_sa(charon->bus, NULL);
	charon->bus->remove_listener(charon->bus, &children->listener);
	charon->bus->remove_listener(charon->bus, &clients->listener);
	children->destroy(children);
	clients->destroy(clients);
	teardown();
}

/**
 * Let the client come, redirected by a gateway, and get its virtual IP; it is
 * established before its CHILD_SA is made.
 */
static void arrive(bool redirected)
{
	client_t known = {};

	if (redirected)
	{
		ck_assert(ip_address_from_string("192.0.2.1", &known.redirected_from));
	}
	ck_assert(clients->put(clients, &client.public, &known, NULL));
	charon->bus->assign_vips(charon->bus, &client.public, TRUE);
	clients->settle(clients, &client.public);
}

/**
 * Refuse a request with a virtual IP of the other gateway.
 */
static void refuse(void)
{
	linked_list_t *tsi = selectors("10.3.1.1/32");
	linked_list_t *tsr = selectors("10.1.0.0/16");

	charon->bus->alert(charon->bus, ALERT_TS_MISMATCH, tsi, tsr);
	selectors_destroy(tsi);
	selectors_destroy(tsr);
}

START_TEST(initiates_what_was_refused_after_the_answer)
{
	traffic_selector_t *vip = selector("10.3.2.1/32");

	arrive(TRUE);
	refuse();
	ck_assert_int_eq(client.initiated, 0);
	ck_assert_uint_eq(children->get_offered(children), 1);
	run_jobs();
	ck_assert_int_eq(client.initiated, 1);
	ck_assert(client.dst->equals(client.dst, vip));
	/* else charon takes a second of that configuration for a duplicate */
	ck_assert_uint_ne(client.reqid, 0);
	vip->destroy(vip);
}
END_TEST

START_TEST(initiates_each_of_several)
{
	arrive(TRUE);
	refuse();
	refuse();
	run_jobs();
	ck_assert_int_eq(client.initiated, 2);
}
END_TEST

START_TEST(repeats_the_first_once_should_the_client_not_be_established)
{
	client.message_id = 7;
	arrive(TRUE);
	refuse();
	refuse();
	run_jobs();
	ck_assert_int_eq(client.initiated, 2);
	ck_assert_int_eq(client.repeated, 1);
	ck_assert_uint_eq(client.repeated_id, 7);
}
END_TEST

/**
 * Charon counts what it retransmits, and each goes on with a timer of its own: a
 * client that vanishes just then has all the time that charon gives it.
 */
START_TEST(leaves_the_retransmissions_to_charon)
{
	arrive(TRUE);
	refuse();
	run_jobs();
	ck_assert_int_eq(client.repeated, 1);
	ck_assert_int_eq(client.retransmitted, 0);
}
END_TEST

START_TEST(repeats_nothing_that_was_answered)
{
	/* the answer, and the next request with the next ID */
	arrive(TRUE);
	refuse();
	run_job();
	client.waits = FALSE;
	run_jobs();
	ck_assert_int_eq(client.repeated, 0);

	refuse();
	run_job();
	client.message_id++;
	run_jobs();
	ck_assert_int_eq(client.repeated, 0);
}
END_TEST

START_TEST(repeats_no_offer_to_who_has_answered_one)
{
	arrive(TRUE);
	refuse();
	refuse();
	run_jobs();
	client.repeated = 0;
	client.responding = FALSE;
	charon->bus->child_updown(charon->bus, NULL, TRUE);
	client.message_id++;
	request();
	ck_assert_int_eq(run_jobs(), 0);
	ck_assert_int_eq(client.repeated, 0);
}
END_TEST

START_TEST(repeats_no_other_requests)
{
	arrive(TRUE);
	request();
	ck_assert_int_eq(run_jobs(), 0);
	refuse();
	run_jobs();
	client.repeated = 0;
	client.exchange = INFORMATIONAL;
	request();
	/* charon's own task has to do with fragments */
	client.exchange = CREATE_CHILD_SA;
	client.fragmented = TRUE;
	request();
	ck_assert_int_eq(run_jobs(), 0);
	ck_assert_int_eq(client.repeated, 0);
}
END_TEST

START_TEST(leaves_clients_alone_that_were_not_redirected)
{
	arrive(FALSE);
	refuse();
	ck_assert_int_eq(run_jobs(), 0);
}
END_TEST

START_TEST(leaves_gateways_alone_that_were_redirected_themselves)
{
	client.initiator = TRUE;
	arrive(TRUE);
	refuse();
	ck_assert_int_eq(run_jobs(), 0);
}
END_TEST

START_TEST(leaves_answers_of_clients_alone)
{
	client.responding = FALSE;
	arrive(TRUE);
	refuse();
	ck_assert_int_eq(run_jobs(), 0);
}
END_TEST

START_TEST(counts_what_clients_refuse_though_they_asked_for_it)
{
	arrive(TRUE);
	refuse();
	refuse();
	run_jobs();
	ck_assert_int_eq(client.initiated, 2);
	client.responding = FALSE;
	/* it takes one, and refuses the other */
	charon->bus->child_updown(charon->bus, NULL, TRUE);
	charon->bus->alert(charon->bus, ALERT_KEEP_ON_CHILD_SA_FAILURE, FALSE);
	ck_assert_uint_eq(children->get_refused(children), 1);
	/* what else fails was not offered */
	charon->bus->alert(charon->bus, ALERT_KEEP_ON_CHILD_SA_FAILURE, FALSE);
	ck_assert_uint_eq(children->get_refused(children), 1);
}
END_TEST

START_TEST(follows_clients_over_a_rekeying)
{
	ike_sa_t old = client.public;

	/* the old IKE_SA has another unique id than the new one */
	arrive(TRUE);
	old.get_unique_id = get_old_unique_id;
	client.rekeyed = 1;
	charon->bus->ike_rekey(charon->bus, &old, &client.public);
	charon->bus->ike_state_change(charon->bus, &old, IKE_DESTROYING);
	refuse();
	run_jobs();
	ck_assert_int_eq(client.initiated, 1);
}
END_TEST

START_TEST(leaves_other_alerts_alone)
{
	arrive(TRUE);
	charon->bus->alert(charon->bus, ALERT_PROPOSAL_MISMATCH_CHILD, NULL);
	charon->bus->alert(charon->bus, ALERT_TS_MISMATCH, NULL, NULL);
	charon->bus->set_sa(charon->bus, NULL);
	refuse();
	ck_assert_int_eq(run_jobs(), 0);
}
END_TEST

START_TEST(does_not_initiate_on_an_ike_sa_that_is_deleted)
{
	arrive(TRUE);
	refuse();
	client.state = IKE_DELETING;
	ck_assert_int_eq(run_jobs(), 1);
	ck_assert_int_eq(client.initiated, 0);
}
END_TEST

START_TEST(forgets_clients_whose_ike_sa_is_gone)
{
	arrive(TRUE);
	charon->bus->ike_state_change(charon->bus, &client.public, IKE_DESTROYING);
	refuse();
	ck_assert_int_eq(run_jobs(), 0);
}
END_TEST

START_TEST(initiates_a_limited_number_to_a_client)
{
	int i;

	arrive(TRUE);
	for (i = 0; i < REDIRECTED_CHILDREN_OFFERS + 5; i++)
	{
		refuse();
	}
	run_jobs();
	ck_assert_int_eq(client.initiated, REDIRECTED_CHILDREN_OFFERS);
	ck_assert_int_eq(client.repeated, 1);
	ck_assert_uint_eq(clients->get_dropped(clients, CLIENT_OFFERS), 0);
}
END_TEST

int main()
{
	Suite *suite = suite_create("redirected_children");
	TCase *tcase = tcase_create("offer");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, offers_the_virtual_ip_assigned_here,
						0, countof(offered));
	tcase_add_loop_test(tcase, offers_nothing_else, 0, countof(refused));
	tcase_add_test(tcase, offers_nothing_without_selectors);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("listener");
	tcase_add_checked_fixture(tcase, setup_listener, teardown_listener);
	tcase_add_test(tcase, initiates_what_was_refused_after_the_answer);
	tcase_add_test(tcase, initiates_each_of_several);
	tcase_add_test(tcase, repeats_the_first_once_should_the_client_not_be_established);
	tcase_add_test(tcase, leaves_the_retransmissions_to_charon);
	tcase_add_test(tcase, repeats_nothing_that_was_answered);
	tcase_add_test(tcase, repeats_no_offer_to_who_has_answered_one);
	tcase_add_test(tcase, repeats_no_other_requests);
	tcase_add_test(tcase, leaves_clients_alone_that_were_not_redirected);
	tcase_add_test(tcase, leaves_gateways_alone_that_were_redirected_themselves);
	tcase_add_test(tcase, leaves_answers_of_clients_alone);
	tcase_add_test(tcase, counts_what_clients_refuse_though_they_asked_for_it);
	tcase_add_test(tcase, follows_clients_over_a_rekeying);
	tcase_add_test(tcase, leaves_other_alerts_alone);
	tcase_add_test(tcase, does_not_initiate_on_an_ike_sa_that_is_deleted);
	tcase_add_test(tcase, forgets_clients_whose_ike_sa_is_gone);
	tcase_add_test(tcase, initiates_a_limited_number_to_a_client);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
