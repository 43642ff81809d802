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

/**
 * A client, its gateways and the guard in one process: messages of real IKE_SAs
 * go from one to the other by hand, jobs and timers run when the test says so.
 */

#ifndef HARNESS_H_
#define HARNESS_H_

#include "guard/guard.h"
#include "notify_corpus.h"

#include <check.h>
#include <daemon.h>

/**
 * What the client asks for first.
 */
#define GATEWAY "198.51.100.1"

/**
 * How client and gateway authenticate.
 */
typedef enum {
	/** PSK on both sides */
	AUTHENTICATE_PSK,
	/** EAP-GTC for the client, PSK for the gateway */
	AUTHENTICATE_EAP,
	/** as EAP, but the gateway has another identity than the client expects */
	AUTHENTICATE_EAP_OTHER,
} authenticate_t;

/**
 * Where something is put into messages, or looked for.
 */
typedef struct {
	/** exchange of the message */
	exchange_type_t exchange;
	/** TRUE for requests */
	bool request;
	/** TRUE for messages of the client */
	bool client;
	/** message ID, -1 for any */
	int mid;
} place_t;

/**
 * Start charon with client, gateway and guard; check fixture. With GUARD=off in
 * the environment the guard is left out, so that tests show what it is for.
 */
void harness_setup(void);

/**
 * End charon; check fixture.
 */
void harness_teardown(void);

/** The guard, NULL with GUARD=off. */
extern guard_t *guard;

/**
 * Set an option of the guard and reload it.
 */
void harness_option(char *name, char *value);

/**
 * Read a counter of the guard, 0 without guard.
 */
uint64_t harness_count(guard_count_t count);

/**
 * Read a counter of refusals by wire/, and the number of IKE_SAs that the guard
 * keeps a record of; 0 without guard.
 */
uint64_t harness_malformed(wire_verdict_t verdict);
u_int harness_sessions(void);

/**
 * Choose how to authenticate, and the keyingtries of the client.
 */
void harness_authentication(authenticate_t authenticate);
void harness_keyingtries(uint32_t tries);

/**
 * Answer names of gateways with addresses.
 *
 * @param addresses		comma separated, "" for none; NULL not to answer at all
 */
void harness_resolve(char *addresses);

/**
 * Number of names that were looked up, by the guard and by charon itself.
 */
int harness_lookups(void);

/**
 * Initiate the client's connection: an IKE_SA_INIT request waits to be sent.
 */
void harness_initiate(void);

/**
 * Take the next message that was sent.
 *
 * @return			message, NULL if there is none
 */
message_t *harness_next(void);

/**
 * Put a message back, so that it is the next.
 */
void harness_put_back(message_t *message);

/**
 * Check that the next message is sent to a host, and leave it there.
 *
 * @param to			address, NULL to check that there is no message
 */
void harness_expect_to(char *to);

/**
 * Deliver a message to the IKE_SA it is for.
 *
 * @param message		message, NULL for the next; adopted
 */
void harness_deliver(message_t *message);

/**
 * Deliver messages until none is left, or the next is sent to a host.
 *
 * @param to			address to stop at, NULL for none
 */
void harness_deliver_all(char *to);

/**
 * Run the jobs that charon queued.
 */
void harness_jobs(void);

/**
 * Run the jobs that were to wait for a time, and those they queue.
 *
 * @param delay			seconds that were asked for
 * @return				number of timers run
 */
int harness_timers(uint32_t delay);

/**
 * Have the clock that the guard reads go on.
 */
void harness_forward(uint32_t seconds);

/**
 * Put a notify into messages, until it was put into count of them.
 *
 * @param place			messages
 * @param type			type of the notify
 * @param data			data, cloned
 * @param count			how often, 0 never again
 */
void harness_inject(place_t place, notify_type_t type, chunk_t data, int count);

/**
 * As harness_inject(), with Protocol ID and SPI.
 */
void harness_inject_odd(place_t place, notify_type_t type, chunk_t data,
						int count, uint8_t protocol, chunk_t spi);

/**
 * As harness_inject(), with a notify of the corpus.
 */
void harness_inject_case(place_t place, notify_case_t *entry, int count);

/**
 * Number of notifies that are still to be put into messages.
 */
int harness_to_inject(void);

/**
 * Take payloads out of the messages where the notify is put in.
 */
void harness_strip(payload_type_t first, payload_type_t second);

/**
 * Have the AUTH payload of the messages where the notify is put in be wrong.
 */
void harness_spoil_auth(void);

/**
 * Data of a REDIRECT to an IPv4 address or a name, without nonce.
 *
 * @return			data, allocated
 */
chunk_t harness_redirect(char *gateway);

/**
 * The same with a nonce behind it.
 */
chunk_t harness_redirect_nonce(char *gateway, chunk_t nonce);

/**
 * Have the gateway redirect clients in IKE_SA_INIT, properly.
 *
 * @param gateway		where to, NULL not to anymore
 * @param times			how often
 */
void harness_redirect_init(char *gateway, int times);

/**
 * Have the gateway redirect clients in IKE_AUTH, properly; as above.
 */
void harness_redirect_auth(char *gateway, int times);

/**
 * Set up an IKE_SA between client and GATEWAY.
 */
void harness_establish(void);

/**
 * Have a thread of the guard look up a name: run jobs until a message waits.
 */
void harness_wait(void);

/**
 * Do something with the newest established IKE_SA of one side, checked out.
 *
 * @param method		ike_sa->rekey or ike_sa->reauth
 */
void harness_call(bool client, status_t (*method)(ike_sa_t*));

/**
 * Have the newest IKE_SA of the client wait for a response until it gives up.
 */
void harness_give_up(void);

/**
 * Delete the newest established IKE_SA of one side.
 */
void harness_delete(bool client);

/**
 * Send a REDIRECT in INFORMATIONAL over the newest established IKE_SA.
 *
 * @param client		TRUE to send it as client
 */
void harness_redirect_active(bool client, chunk_t data);

/**
 * The newest IKE_SA of client or gateway, for a look only.
 *
 * @return			IKE_SA, NULL if there is none
 */
ike_sa_t *harness_sa(bool client);

/**
 * Count IKE_SAs and CHILD_SAs.
 *
 * @param client		TRUE to count those of the client
 * @param to			address of the other end, NULL for any
 */
int harness_count_sas(bool client, char *to);
int harness_count_children(bool client, char *to);

/**
 * Read the next message, an IKE_SA_INIT, and leave it there.
 *
 * @return			copy of it, parsed, owned by the caller
 */
message_t *harness_look(void);

/**
 * Check if the next message, an IKE_SA_INIT, has a notify.
 */
bool harness_next_has(notify_type_t type);

/**
 * Get the data of a notify of the next message, an IKE_SA_INIT, allocated.
 */
chunk_t harness_next_notify(notify_type_t type);

/**
 * What was counted since the start.
 */
typedef struct {
	/** IKE_SA_INIT requests that were sent by whoever */
	int init_requests;
	/** requests with DELETE that were sent by whoever */
	int deletes;
	/** AUTHENTICATION_FAILED notifies sent */
	int auth_failed;
	/** IKE_SAs of the client that came up, and that went away without */
	int up;
	int failed;
} seen_t;

extern seen_t seen;

#endif /** HARNESS_H_ */
