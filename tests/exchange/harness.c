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

#include "harness.h"
#include "harness_config.h"

#include <collections/linked_list.h>
#include <encoding/payloads/auth_payload.h>
#include <encoding/payloads/nonce_payload.h>
#include <encoding/payloads/notify_payload.h>
#include <processing/jobs/job.h>
#include <threading/mutex.h>

#include <time.h>

#include <utils/mock_ipsec.h>
#include <utils/mock_net.h>
#include <utils/mock_sender.h>

typedef struct waiting_t waiting_t;

/**
 * A job that waits, or a timer.
 */
struct waiting_t {
	job_t *job;
	uint32_t delay;
};

/**
 * Something that is put into messages.
 */
static struct {
	place_t place;
	notify_type_t type;
	chunk_t data;
	int count;
	uint8_t protocol;
	chunk_t spi;
	payload_type_t strip[2];
	bool spoil;
	notify_case_t *entry;
} inject;

/**
 * Redirects of the gateway.
 */
static struct {
	char *gateway;
	int times;
	bool auth;
} provide;

/**
 * Nonce of the last IKE_SA_INIT request.
 */
static chunk_t nonce_i;

guard_t *guard;
seen_t seen;

/**
 * How far the clock of the guard is ahead, in seconds.
 */
static uint32_t ahead;

static mock_sender_t *sender;
static linked_list_t *queued, *timers, *put_back;
static mutex_t *mutex;
static char *resolve_to;
static int lookups;

/**
 * Collect a job instead of running it; also called by threads of the guard.
 */
static void collect_job(processor_t *this, job_t *job)
{
	waiting_t *waiting;

	INIT(waiting,
		.job = job,
	);
	mutex->lock(mutex);
	queued->insert_last(queued, waiting);
	mutex->unlock(mutex);
}

/**
 * Collect a timer.
 */
static void collect_timer(scheduler_t *this, job_t *job, uint32_t seconds)
{
	waiting_t *waiting;

	INIT(waiting,
		.job = job,
		.delay = seconds,
	);
	mutex->lock(mutex);
	timers->insert_last(timers, waiting);
	mutex->unlock(mutex);
}

/**
 * Collect a timer that no test runs, e.g. of a retransmission.
 */
static void collect_timer_ms(scheduler_t *this, job_t *job, uint32_t ms)
{
	collect_timer(this, job, UINT32_MAX);
}

static void collect_timer_tv(scheduler_t *this, job_t *job, timeval_t tv)
{
	collect_timer(this, job, UINT32_MAX);
}

/**
 * Run a job once.
 */
static void run(waiting_t *waiting)
{
	waiting->job->execute(waiting->job);
	waiting->job->destroy(waiting->job);
	free(waiting);
}

/**
 * Forget a job.
 */
static void waiting_destroy(waiting_t *waiting)
{
	waiting->job->destroy(waiting->job);
	free(waiting);
}

/**
 * Take the next job.
 */
static waiting_t *next_job(linked_list_t *list)
{
	waiting_t *waiting = NULL;

	mutex->lock(mutex);
	list->remove_first(list, (void**)&waiting);
	mutex->unlock(mutex);
	return waiting;
}

void harness_jobs(void)
{
	waiting_t *waiting;

	while ((waiting = next_job(queued)))
	{
		run(waiting);
	}
}

int harness_timers(uint32_t delay)
{
	linked_list_t *due = linked_list_create();
	enumerator_t *enumerator;
	waiting_t *waiting;
	int count = 0;

	mutex->lock(mutex);
	enumerator = timers->create_enumerator(timers);
	while (enumerator->enumerate(enumerator, &waiting))
	{
		if (waiting->delay == delay)
		{
			timers->remove_at(timers, enumerator);
			due->insert_last(due, waiting);
		}
	}
	enumerator->destroy(enumerator);
	mutex->unlock(mutex);
	while ((waiting = next_job(due)))
	{
		run(waiting);
		count++;
	}
	due->destroy(due);
	harness_jobs();
	return count;
}

/**
 * Look a name up for the guard.
 */
static int lookup(const char *name, ip_address_t *addresses)
{
	enumerator_t *enumerator;
	char *address;
	int count = 0;

	__atomic_add_fetch(&lookups, 1, __ATOMIC_SEQ_CST);
	while (!resolve_to)
	{
		/* cancelled when the guard is destroyed */
		sleep(1);
	}
	enumerator = enumerator_create_token(resolve_to, ",", " ");
	while (enumerator->enumerate(enumerator, &address))
	{
		count += ip_address_from_string(address, &addresses[count]) ? 1 : 0;
	}
	enumerator->destroy(enumerator);
	return count;
}

/**
 * Look a name up for charon, which waits for it: never a real query.
 */
static host_t *resolve(host_resolver_t *this, char *name, int family)
{
	host_t *host = host_create_from_string_and_family(name, family, 0);

	if (!host)
	{
		__atomic_add_fetch(&lookups, 1, __ATOMIC_SEQ_CST);
	}
	return host;
}

/**
 * The clock of the guard, in place of libstrongswan's.
 */
time_t time_monotonic(timeval_t *tv)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += ahead;
	if (tv)
	{
		tv->tv_sec = now.tv_sec;
		tv->tv_usec = now.tv_nsec / 1000;
	}
	return now.tv_sec;
}

void harness_forward(uint32_t seconds)
{
	ahead += seconds;
}

void harness_resolve(char *addresses)
{
	resolve_to = addresses;
}

int harness_lookups(void)
{
	return __atomic_load_n(&lookups, __ATOMIC_SEQ_CST);
}

/**
 * Whether a message is one of those a notify is put into.
 */
static bool is_place(place_t *place, message_t *message, bool client)
{
	return message->get_exchange_type(message) == place->exchange &&
		   message->get_request(message) == place->request &&
		   client == place->client &&
		   (place->mid < 0 ||
			message->get_message_id(message) == (uint32_t)place->mid);
}

/**
 * Take payloads of two types out of a message; 0 for none.
 */
static void strip_payloads(message_t *message, payload_type_t first,
						   payload_type_t second)
{
	enumerator_t *enumerator;
	payload_t *payload;

	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		if (payload->get_type(payload) == first ||
			payload->get_type(payload) == second)
		{
			message->remove_payload_at(message, enumerator);
			payload->destroy(payload);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Put the notify into a message.
 */
static void put_notify(message_t *message)
{
	uint8_t buf[NOTIFY_CASE_DATA_MAX];
	notify_payload_t *notify;

	if (inject.entry)
	{
		free(inject.data.ptr);
		inject.data = chunk_clone(notify_case_data(inject.entry,
					message->get_exchange_type(message) == IKE_SA_INIT &&
					!message->get_request(message) ? nonce_i : chunk_empty,
					buf));
	}

	notify = notify_payload_create(PLV2_NOTIFY);
	notify->set_notify_type(notify, inject.type);
	notify->set_notification_data(notify, inject.data);
	if (inject.spi.len)
	{
		/* charon refuses to set an SPI without protocol */
		notify->set_protocol_id(notify, PROTO_IKE);
		notify->set_spi_data(notify, inject.spi);
	}
	notify->set_protocol_id(notify, inject.protocol);
	message->add_payload(message, (payload_t*)notify);
}

/**
 * Change the AUTH payload of a message.
 */
static void spoil_auth(message_t *message)
{
	auth_payload_t *auth;
	chunk_t data;

	auth = (auth_payload_t*)message->get_payload(message, PLV2_AUTH);
	if (auth)
	{
		data = chunk_clone(auth->get_data(auth));
		data.ptr[0] ^= 1;
		auth->set_data(auth, data);
		free(data.ptr);
	}
}

/**
 * Count what is sent, and remember its nonce.
 */
static void count_message(message_t *message)
{
	nonce_payload_t *nonce;

	if (message->get_exchange_type(message) == IKE_SA_INIT &&
		message->get_request(message))
	{
		nonce = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
		free(nonce_i.ptr);
		nonce_i = nonce->get_nonce(nonce);
	}
	if (message->get_exchange_type(message) == IKE_SA_INIT &&
		message->get_request(message))
	{
		seen.init_requests++;
	}
	if (message->get_notify(message, AUTHENTICATION_FAILED) &&
		message->get_request(message))
	{
		seen.auth_failed++;
	}
	if (message->get_payload(message, PLV2_DELETE) &&
		message->get_request(message))
	{
		seen.deletes++;
	}
}

/**
 * Hook: put in what is to be put in, and count.
 */
static bool message_hook(listener_t *this, ike_sa_t *ike_sa, message_t *message,
						 bool incoming, bool plain)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	if (incoming || !plain)
	{
		return TRUE;
	}
	if (id->is_initiator(id) && message->get_request(message) &&
		message->get_exchange_type(message) == IKE_AUTH)
	{
		/* the client does not tell whom it wants, so that any answers */
		strip_payloads(message, PLV2_ID_RESPONDER, 0);
	}
	if (inject.count && is_place(&inject.place, message, id->is_initiator(id)))
	{
		inject.count--;
		strip_payloads(message, inject.strip[0], inject.strip[1]);
		if (inject.spoil)
		{
			spoil_auth(message);
		}
		put_notify(message);
	}
	/* the guard comes first, so this is not sent if it does not want to */
	if (message->get_exchange_type(message) != EXCHANGE_TYPE_UNDEFINED)
	{
		count_message(message);
	}
	return TRUE;
}

/**
 * Hook: count IKE_SAs of the client.
 */
static bool updown_hook(listener_t *this, ike_sa_t *ike_sa, bool up)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	if (id->is_initiator(id))
	{
		seen.up += up ? 1 : 0;
		seen.failed += up ? 0 : 1;
	}
	return TRUE;
}

static listener_t listener = {
	.message = message_hook,
	.ike_updown = updown_hook,
};

/**
 * Redirect a client in IKE_SA_INIT, if told to.
 */
static bool redirect_on_init(redirect_provider_t *this, ike_sa_t *ike_sa,
							 identification_t **gateway)
{
	*gateway = NULL;
	if (provide.times > 0 && !provide.auth)
	{
		provide.times--;
		*gateway = identification_create_from_string(provide.gateway);
	}
	return *gateway != NULL;
}

/**
 * Redirect a client in IKE_AUTH, if told to.
 */
static bool redirect_on_auth(redirect_provider_t *this, ike_sa_t *ike_sa,
							 identification_t **gateway)
{
	*gateway = NULL;
	if (provide.times > 0 && provide.auth)
	{
		provide.times--;
		*gateway = identification_create_from_string(provide.gateway);
	}
	return *gateway != NULL;
}

static redirect_provider_t provider = {
	.redirect_on_init = redirect_on_init,
	.redirect_on_auth = redirect_on_auth,
};

void harness_redirect_init(char *gateway, int times)
{
	provide.gateway = gateway;
	provide.times = times;
	provide.auth = FALSE;
}

void harness_redirect_auth(char *gateway, int times)
{
	harness_redirect_init(gateway, times);
	provide.auth = TRUE;
}

void harness_inject_odd(place_t place, notify_type_t type, chunk_t data,
						int count, uint8_t protocol, chunk_t spi)
{
	free(inject.data.ptr);
	inject.place = place;
	inject.type = type;
	inject.data = chunk_clone(data);
	inject.count = count;
	inject.protocol = protocol;
	inject.spi = spi;
	inject.strip[0] = inject.strip[1] = 0;
	inject.spoil = FALSE;
	inject.entry = NULL;
}

void harness_inject_case(place_t place, notify_case_t *entry, int count)
{
	harness_inject_odd(place, entry->type, chunk_empty, count, entry->protocol,
					   chunk_create(entry->spi, entry->spi_size));
	inject.entry = entry;
}

int harness_to_inject(void)
{
	return inject.count;
}

void harness_spoil_auth(void)
{
	inject.spoil = TRUE;
}

void harness_inject(place_t place, notify_type_t type, chunk_t data, int count)
{
	harness_inject_odd(place, type, data, count, 0, chunk_empty);
}

void harness_strip(payload_type_t first, payload_type_t second)
{
	inject.strip[0] = first;
	inject.strip[1] = second;
}

chunk_t harness_redirect_nonce(char *gateway, chunk_t nonce)
{
	identification_t *id = identification_create_from_string(gateway);
	chunk_t encoding = id->get_encoding(id), data, head;
	uint8_t type = id->get_type(id) == ID_IPV4_ADDR ? 1 :
				   id->get_type(id) == ID_IPV6_ADDR ? 2 : 3;
	uint8_t len = encoding.len;

	head = chunk_cata("cc", chunk_from_thing(type), chunk_from_thing(len));
	data = chunk_cat("ccc", head, encoding, nonce);
	id->destroy(id);
	return data;
}

chunk_t harness_redirect(char *gateway)
{
	return harness_redirect_nonce(gateway, chunk_empty);
}

void harness_initiate(void)
{
	peer_cfg_t *peer_cfg = harness_config_client();
	child_cfg_t *child_cfg = harness_config_child();
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa;

	ike_sa = manager->checkout_by_config(manager, peer_cfg);
	ck_assert(ike_sa != NULL);
	ck_assert_int_eq(ike_sa->initiate(ike_sa, child_cfg, NULL), SUCCESS);
	manager->checkin(manager, ike_sa);
	peer_cfg->destroy(peer_cfg);
}

message_t *harness_next(void)
{
	message_t *message = NULL;

	if (put_back->remove_first(put_back, (void**)&message) == SUCCESS)
	{
		return message;
	}
	return sender->dequeue(sender);
}

void harness_put_back(message_t *message)
{
	put_back->insert_first(put_back, message);
}

/**
 * Check if a message is sent to an address.
 */
static bool is_to(message_t *message, char *to)
{
	host_t *host = message->get_destination(message), *expected;
	bool equal;

	expected = host_create_from_string(to, 0);
	equal = host->ip_equals(host, expected);
	expected->destroy(expected);
	return equal;
}

void harness_expect_to(char *to)
{
	message_t *message = harness_next();
	char found[INET6_ADDRSTRLEN] = "nobody";
	ip_address_t address;

	if (message)
	{
		address = ip_address_from_host(message->get_destination(message));
		ip_address_to_string(&address, found, sizeof(found));
		harness_put_back(message);
	}
	if (to ? !message || !is_to(message, to) : message != NULL)
	{
		ck_abort_msg("next message goes to %s, not to %s", found,
					 to ?: "nobody");
	}
}

void harness_deliver(message_t *message)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa;
	host_t *host;

	message = message ?: harness_next();
	ck_assert_msg(message != NULL, "there is no message to deliver");
	/* an initiator that has no route yet sends from 0.0.0.0 */
	host = message->get_source(message);
	if (host->is_anyaddr(host))
	{
		message->set_source(message, host_create_from_string(GATEWAY, 500));
	}
	ike_sa = manager->checkout_by_message(manager, message);
	if (ike_sa)
	{
		if (ike_sa->process_message(ike_sa, message) == DESTROY_ME)
		{
			manager->checkin_and_destroy(manager, ike_sa);
		}
		else
		{
			manager->checkin(manager, ike_sa);
		}
	}
	message->destroy(message);
}

void harness_deliver_all(char *to)
{
	message_t *message;

	harness_jobs();
	while ((message = harness_next()))
	{
		if (to && is_to(message, to))
		{
			harness_put_back(message);
			return;
		}
		harness_deliver(message);
		harness_jobs();
	}
}

/**
 * Find the newest IKE_SA of one side, or the newest that is established.
 */
static ike_sa_t *find_sa(bool client, bool established)
{
	ike_sa_t *ike_sa, *found = NULL;
	enumerator_t *enumerator;

	enumerator = charon->ike_sa_manager->create_enumerator(
											charon->ike_sa_manager, FALSE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR) == client &&
			(!established || ike_sa->get_state(ike_sa) == IKE_ESTABLISHED) &&
			(!found || ike_sa->get_unique_id(ike_sa) >
											found->get_unique_id(found)))
		{
			found = ike_sa;
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

ike_sa_t *harness_sa(bool client)
{
	return find_sa(client, FALSE);
}

/**
 * Count IKE_SAs, or their CHILD_SAs.
 */
static int count(bool client, char *to, bool children)
{
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;
	host_t *other = to ? host_create_from_string(to, 0) : NULL, *host;
	int found = 0;

	enumerator = charon->ike_sa_manager->create_enumerator(
											charon->ike_sa_manager, FALSE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		host = client ? ike_sa->get_other_host(ike_sa)
					  : ike_sa->get_my_host(ike_sa);
		if (ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR) == client &&
			(!other || host->ip_equals(host, other)))
		{
			found += children ? ike_sa->get_child_count(ike_sa) : 1;
		}
	}
	enumerator->destroy(enumerator);
	DESTROY_IF(other);
	return found;
}

int harness_count_sas(bool client, char *to)
{
	return count(client, to, FALSE);
}

int harness_count_children(bool client, char *to)
{
	return count(client, to, TRUE);
}

/**
 * A task that sends a REDIRECT as it is told to.
 */
typedef struct {
	task_t task;
	chunk_t data;
} redirect_task_t;

METHOD(task_t, build_redirect, status_t,
	redirect_task_t *this, message_t *message)
{
	message->add_notify(message, FALSE, REDIRECT, this->data);
	return NEED_MORE;
}

METHOD(task_t, get_type, task_type_t,
	redirect_task_t *this)
{
	return TASK_IKE_DPD;
}

METHOD(task_t, destroy_redirect, void,
	redirect_task_t *this)
{
	free(this->data.ptr);
	free(this);
}

/**
 * Check out the newest IKE_SA of one side, or the newest established one.
 */
static ike_sa_t *checkout_sa(bool client, bool established)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa = find_sa(client, established);
	ike_sa_id_t *id;

	ck_assert_msg(ike_sa != NULL, "there is no such IKE_SA");
	id = ike_sa->get_id(ike_sa);
	id = id->clone(id);
	ike_sa = manager->checkout(manager, id);
	id->destroy(id);
	return ike_sa;
}

void harness_call(bool client, status_t (*method)(ike_sa_t*))
{
	ike_sa_t *ike_sa = checkout_sa(client, TRUE);

	ck_assert_int_eq(method(ike_sa), SUCCESS);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
}

void harness_give_up(void)
{
	ike_sa_t *ike_sa = checkout_sa(TRUE, FALSE);
	message_t *message;
	int i;

	for (i = 0; i < 20 && ike_sa->retransmit(ike_sa, 0) == SUCCESS; i++)
	{
		message = sender->dequeue(sender);
		ck_assert(message != NULL);
		message->destroy(message);
	}
	ck_assert_int_lt(i, 20);
	charon->ike_sa_manager->checkin_and_destroy(charon->ike_sa_manager, ike_sa);
}

void harness_delete(bool client)
{
	ike_sa_t *ike_sa = checkout_sa(client, TRUE);

	ck_assert_int_eq(ike_sa->delete(ike_sa, FALSE), SUCCESS);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
}

void harness_establish(void)
{
	harness_initiate();
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}

void harness_wait(void)
{
	message_t *message;
	int i;

	for (i = 0; i < 2000; i++)
	{
		harness_jobs();
		message = harness_next();
		if (message)
		{
			harness_put_back(message);
			return;
		}
		usleep(5000);
	}
	ck_abort_msg("nothing was sent in 10 seconds");
}

void harness_redirect_active(bool client, chunk_t data)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa = checkout_sa(client, TRUE);
	redirect_task_t *task;

	INIT(task,
		.task = {
			.get_type = _get_type,
			.build = _build_redirect,
			.process = (void*)return_success,
			.migrate = (void*)nop,
			.destroy = _destroy_redirect,
		},
		.data = chunk_clone(data),
	);
	ike_sa->queue_task(ike_sa, &task->task);
	ck_assert_int_eq(ike_sa->initiate(ike_sa, NULL, NULL), SUCCESS);
	manager->checkin(manager, ike_sa);
}

message_t *harness_look(void)
{
	message_t *message = harness_next(), *copy;
	host_t *host;
	packet_t *packet;

	ck_assert_msg(message != NULL, "there is no message to look at");
	packet = packet_create_from_data(
				host_create_from_string("127.0.0.1", 500),
				host_create_from_string("127.0.0.1", 500),
				chunk_clone(message->get_packet_data(message)));
	copy = message_create_from_packet(packet);
	host = message->get_source(message);
	copy->set_source(copy, host->clone(host));
	host = message->get_destination(message);
	copy->set_destination(copy, host->clone(host));
	ck_assert_int_eq(copy->parse_header(copy), SUCCESS);
	ck_assert_int_eq(copy->parse_body(copy, NULL), SUCCESS);
	harness_put_back(message);
	return copy;
}

bool harness_next_has(notify_type_t type)
{
	message_t *message = harness_look();
	bool found;

	found = message->get_notify(message, type) != NULL;
	message->destroy(message);
	return found;
}

chunk_t harness_next_notify(notify_type_t type)
{
	message_t *message = harness_look();
	notify_payload_t *notify;
	chunk_t data = chunk_empty;

	notify = message->get_notify(message, type);
	if (notify)
	{
		data = chunk_clone(notify->get_notification_data(notify));
	}
	message->destroy(message);
	return data;
}

void harness_option(char *name, char *value)
{
	array_t *errors = array_create(0, 0);
	char *error;

	char key[BUF_LEN];

	snprintf(key, sizeof(key), "%%s.plugins.redirect.guard.%s", name);
	lib->settings->set_str(lib->settings, key, value, lib->ns);
	if (guard)
	{
		guard->reload(guard, lib->settings, errors);
	}
	if (array_remove(errors, ARRAY_HEAD, &error))
	{
		ck_abort_msg("%s", error);
	}
	array_destroy(errors);
}

uint64_t harness_count(guard_count_t count)
{
	return guard ? guard->get_count(guard, count) : 0;
}

uint64_t harness_malformed(wire_verdict_t verdict)
{
	return guard ? guard->get_malformed(guard, verdict) : 0;
}

u_int harness_sessions(void)
{
	return guard ? guard->get_sessions(guard) : 0;
}

/**
 * Log to stderr as TESTS_VERBOSITY says, or not at all.
 */
static void setup_log(void)
{
	char *level = getenv("TESTS_VERBOSITY");

	lib->settings->set_str(lib->settings, "%s.filelog.stderr.default",
						   level ?: "-1", lib->ns);
	charon->load_loggers(charon);
}

void harness_setup(void)
{
	char *off = getenv("GUARD");

	ck_assert(library_init(NULL, "exchange-tests"));
	ck_assert(libcharon_init());
	plugin_loader_add_plugindirs(PLUGINDIR, PLUGINS);
	setup_log();
	/* complains, rightly, that there is neither kernel nor socket */
	charon->initialize(charon, PLUGINS);

	mutex = mutex_create(MUTEX_TYPE_DEFAULT);
	queued = linked_list_create();
	timers = linked_list_create();
	put_back = linked_list_create();
	lib->processor->queue_job = collect_job;
	lib->scheduler->schedule_job = collect_timer;
	lib->scheduler->schedule_job_ms = collect_timer_ms;
	lib->scheduler->schedule_job_tv = collect_timer_tv;
	lib->hosts->resolve = resolve;
	sender = mock_sender_create();
	charon->sender = (sender_t*)sender;
	charon->kernel->add_ipsec_interface(charon->kernel, mock_ipsec_create);
	charon->kernel->add_net_interface(charon->kernel, mock_net_create);
	harness_config_setup();
	resolve_to = "";

	if (!off || !streq(off, "off"))
	{
		guard = guard_create(lookup);
		charon->bus->add_listener(charon->bus, &guard->listener);
	}
	charon->bus->add_listener(charon->bus, &listener);
	charon->redirect->add_provider(charon->redirect, &provider);
}

void harness_teardown(void)
{
	charon->redirect->remove_provider(charon->redirect, &provider);
	charon->bus->remove_listener(charon->bus, &listener);
	charon->ike_sa_manager->flush(charon->ike_sa_manager);
	if (guard)
	{
		charon->bus->remove_listener(charon->bus, &guard->listener);
		guard->destroy(guard);
		guard = NULL;
	}
	harness_config_teardown();
	put_back->destroy_offset(put_back, offsetof(message_t, destroy));
	queued->destroy_function(queued, (void*)waiting_destroy);
	timers->destroy_function(timers, (void*)waiting_destroy);
	mutex->destroy(mutex);
	free(inject.data.ptr);
	free(nonce_i.ptr);
	/* charon did not make it, so it does not destroy it */
	sender->interface.destroy(&sender->interface);
	charon->sender = NULL;
	libcharon_deinit();
	library_deinit();
}
