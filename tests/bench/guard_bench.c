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
 * What the guard costs a message that has no redirect notify, and what a storm
 * of REDIRECTs leaves behind.
 *
 *   guard_bench [messages]
 *
 * Prints a table, then a line with MET or MISSED a bar; the exit status is 1 if
 * one was missed. The time is that of the whole hook for a message that came in,
 * the median of batches. The storm goes through the hook alone, as it comes from
 * one peer: 10,000 REDIRECTs to different gateways on one IKE_SA.
 */

#include "initiator/initiator.h"

#include <daemon.h>
#include <encoding/payloads/auth_payload.h>
#include <encoding/payloads/id_payload.h>
#include <encoding/payloads/nonce_payload.h>

#include <malloc.h>
#include <stdio.h>
#include <time.h>

/** Messages that are timed together. */
#define BATCH 100

/** REDIRECTs of the storm. */
#define STORM 10000

/** Bars: ns at the median, and octets that the storm may leave. */
#define BAR_MESSAGE 2000
#define BAR_STORM 65536

/** Plugins that it takes to have an IKE_SA. */
#define PLUGINS "random nonce sha1 sha2 hmac kdf aes curve25519"

/** A message that came in, and what it is. */
typedef struct {
	char *name;
	exchange_type_t exchange;
	bool request;
	bool client;
	message_t *message;
} subject_t;

static guard_t *gate;
static initiator_t *guard;
static ike_sa_t *client, *gateway;

/** Read the clock, in ns. */
static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/** Compare two times. */
static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t*)a, y = *(const uint64_t*)b;

	return x < y ? -1 : x > y;
}

/** Make a message of an exchange, without payloads. */
static message_t *create_message(subject_t *subject)
{
	message_t *message = message_create(IKEV2_MAJOR_VERSION,
										IKEV2_MINOR_VERSION);

	message->set_exchange_type(message, subject->exchange);
	message->set_request(message, subject->request);
	message->set_source(message, host_create_from_string("192.0.2.1", 500));
	message->set_destination(message, host_create_from_string("192.0.2.2", 500));
	return message;
}

/** Put in what a message of its kind has besides redirect notifies. */
static void fill(subject_t *subject)
{
	message_t *message = subject->message = create_message(subject);
	chunk_t data = chunk_from_chars(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
									14, 15, 16, 17, 18, 19, 20);
	notify_type_t init[] = { NAT_DETECTION_SOURCE_IP,
		NAT_DETECTION_DESTINATION_IP, FRAGMENTATION_SUPPORTED,
		SIGNATURE_HASH_ALGORITHMS, CHILDLESS_IKEV2_SUPPORTED };
	notify_type_t auth[] = { MOBIKE_SUPPORTED, ADDITIONAL_IP4_ADDRESS,
		ADDITIONAL_IP4_ADDRESS, ESP_TFC_PADDING_NOT_SUPPORTED };
	nonce_payload_t *nonce;
	int i;

	if (subject->exchange == IKE_SA_INIT)
	{
		nonce = nonce_payload_create(PLV2_NONCE);
		nonce->set_nonce(nonce, data);
		message->add_payload(message, (payload_t*)nonce);
		message->add_payload(message,
							 payload_create(PLV2_SECURITY_ASSOCIATION));
		message->add_payload(message, payload_create(PLV2_KEY_EXCHANGE));
		for (i = 0; i < (int)countof(init); i++)
		{
			message->add_notify(message, FALSE, init[i], data);
		}
	}
	else if (subject->exchange == IKE_AUTH)
	{
		message->add_payload(message, payload_create(subject->request ?
									PLV2_ID_INITIATOR : PLV2_ID_RESPONDER));
		message->add_payload(message, payload_create(PLV2_AUTH));
		message->add_payload(message,
							 payload_create(PLV2_SECURITY_ASSOCIATION));
		message->add_payload(message, payload_create(PLV2_TS_INITIATOR));
		message->add_payload(message, payload_create(PLV2_TS_RESPONDER));
		for (i = 0; i < (int)countof(auth); i++)
		{
			message->add_notify(message, FALSE, auth[i], data);
		}
	}
}

/** Have the guard look at a message. */
static void look(subject_t *subject)
{
	ike_sa_t *ike_sa = subject->client ? client : gateway;

	gate->listener.message(&gate->listener, ike_sa, subject->message, TRUE, TRUE);
	guard->listener.message(&guard->listener, ike_sa, subject->message, TRUE,
							TRUE);
}

/** Time a message, in ns at the median. */
static uint64_t measure(subject_t *subject, int count)
{
	int batches = max(count / BATCH, 11), i, j;
	uint64_t times[batches], begin;

	for (i = 0; i < batches; i++)
	{
		begin = now();
		for (j = 0; j < BATCH; j++)
		{
			look(subject);
		}
		times[i] = (now() - begin) / BATCH;
	}
	qsort(times, batches, sizeof(times[0]), compare);
	return times[batches / 2];
}

/** Send a storm, and tell how much more memory is in use then. */
static int64_t storm(bool to_client)
{
	subject_t subject = {
		.exchange = INFORMATIONAL,
		.request = TRUE,
		.client = to_client,
	};
	struct mallinfo2 before = {}, after;
	uint8_t data[] = { 1, 4, 192, 0, 2, 0 };
	int i;

	for (i = 0; i < STORM + 100; i++)
	{
		/* what is made for the first ones stays, and is no matter */
		if (i == 100)
		{
			before = mallinfo2();
		}
		subject.message = create_message(&subject);
		data[4] = i / 250;
		data[5] = 1 + i % 250;
		subject.message->add_notify(subject.message, FALSE, REDIRECT,
									chunk_from_thing(data));
		look(&subject);
		subject.message->destroy(subject.message);
	}
	after = mallinfo2();
	return (int64_t)after.uordblks - (int64_t)before.uordblks;
}

/** Say whether a bar was met. */
static bool tell(char *what, int64_t value, int64_t bar, char *unit)
{
	printf("%s %s: %lld %s, bar %lld %s\n", value < bar ? "MET" : "MISSED",
		   what, (long long)value, unit, (long long)bar, unit);
	return value < bar;
}

int main(int argc, char *argv[])
{
	subject_t subjects[] = {
		{ "gateway: IKE_SA_INIT request", IKE_SA_INIT, TRUE, FALSE, NULL },
		{ "gateway: IKE_AUTH request", IKE_AUTH, TRUE, FALSE, NULL },
		{ "gateway: INFORMATIONAL request", INFORMATIONAL, TRUE, FALSE, NULL },
		{ "client: IKE_SA_INIT response", IKE_SA_INIT, FALSE, TRUE, NULL },
		{ "client: IKE_AUTH response", IKE_AUTH, FALSE, TRUE, NULL },
		{ "client: INFORMATIONAL request", INFORMATIONAL, TRUE, TRUE, NULL },
	};
	int count = argc > 1 ? atoi(argv[1]) : 200000, i;
	uint64_t ns, slowest = 0;
	bool good;

	library_init(NULL, "guard-bench");
	libcharon_init();
	lib->settings->set_str(lib->settings, "%s.filelog.stderr.default", "-1",
						   lib->ns);
	charon->load_loggers(charon);
	plugin_loader_add_plugindirs(PLUGINDIR, PLUGINS);
	charon->initialize(charon, PLUGINS);
	gate = guard_create();
	guard = initiator_create(gate, NULL);
	client = charon->ike_sa_manager->create_new(charon->ike_sa_manager, IKEV2,
												TRUE);
	gateway = charon->ike_sa_manager->create_new(charon->ike_sa_manager, IKEV2,
												 FALSE);
	client->set_condition(client, COND_ORIGINAL_INITIATOR, TRUE);

	printf("%-34s %10s\n", "message without redirect notify", "ns");
	for (i = 0; i < (int)countof(subjects); i++)
	{
		fill(&subjects[i]);
		ns = measure(&subjects[i], count);
		slowest = max(slowest, ns);
		printf("%-34s %10llu\n", subjects[i].name, (unsigned long long)ns);
		subjects[i].message->destroy(subjects[i].message);
	}
	good = tell("the slowest of them", slowest, BAR_MESSAGE, "ns");
	good = tell("memory after 10,000 REDIRECTs at a client", storm(TRUE),
				BAR_STORM, "octets") && good;
	good = tell("memory after 10,000 REDIRECTs at a gateway", storm(FALSE),
				BAR_STORM, "octets") && good;

	client->destroy(client);
	gateway->destroy(gateway);
	guard->destroy(guard);
	gate->destroy(gate);
	libcharon_deinit();
	library_deinit();
	return good ? 0 : 1;
}
