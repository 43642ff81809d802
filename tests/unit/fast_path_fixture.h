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
 * A gateway as far as packets see it: charon's socket manager with the plugin
 * socket-default on random ports, a thread that receives as charon's does, a
 * fast path, and a client.
 */

#ifndef FAST_PATH_FIXTURE_H_
#define FAST_PATH_FIXTURE_H_

#include <check.h>

#include <daemon.h>

#include "ike_message.h"
#include "config_loader.h"
#include "fastpath/fast_path.h"

typedef struct fast_path_fixture_t fast_path_fixture_t;

/**
 * Everything of it; one at a time.
 */
struct fast_path_fixture_t {

	/** parts of the plugin */
	selector_registry_t *registry;
	gateway_table_t *table;
	policy_engine_t *engine;
	config_loader_t *loader;
	decision_log_t *log;
	fast_path_t *fast_path;

	/** socket of the client, AF_INET6 for both families */
	int client;

	/** where the answer read last came from */
	struct sockaddr_in6 from;
};

/**
 * Plugins of charon that are loaded, "socket-default" unless set.
 */
extern char *fast_path_fixture_plugins;

/**
 * Start it all.
 *
 * @param options		options of section redirect; gateways and a rule that
 *						redirects everybody are added
 */
void fast_path_fixture_start(fast_path_fixture_t *this, const char *options);

/**
 * Set the half-open IKE_SAs that charon claims to have.
 *
 * @param all			all of them
 * @param source		those of any single source
 */
void fast_path_fixture_half_open(u_int all, u_int source);

/**
 * Load other options.
 *
 * @return				FALSE if they are refused
 */
bool fast_path_fixture_reload(fast_path_fixture_t *this, const char *options);

/**
 * Stop it all.
 */
void fast_path_fixture_stop(fast_path_fixture_t *this);

/**
 * Send a message, with non-ESP marker.
 *
 * @param to			address of the gateway, IPv4 ones mapped: ::ffff:127.0.0.1
 * @param nat_t			TRUE to send to the NAT-T port
 */
void fast_path_fixture_send(fast_path_fixture_t *this, const char *to,
							bool nat_t, chunk_t message);

/**
 * Send a message, with non-ESP marker, to the port that is not that of NAT-T.
 *
 * @param from			address of the client, IPv4 ones mapped
 * @param to			address of the gateway, IPv4 ones mapped
 */
void fast_path_fixture_send_from(fast_path_fixture_t *this, const char *from,
								 const char *to, chunk_t message);

/**
 * Wait until an answer may be read; fails the test if there is none.
 */
void fast_path_fixture_wait(fast_path_fixture_t *this);

/**
 * Wait for an answer.
 *
 * @param buf			receives the answer, with non-ESP marker
 * @param len			size of buf
 * @return				octets received; fails the test if there is none
 */
size_t fast_path_fixture_answer(fast_path_fixture_t *this, uint8_t *buf,
								size_t len);

/**
 * Counter of a result.
 */
uint64_t fast_path_fixture_counted(fast_path_fixture_t *this,
								   fast_path_result_t result);

/**
 * Send a message and check that it is redirected and charon does not get it.
 *
 * @param to			address of the gateway, see fast_path_fixture_send()
 * @param nat_t			TRUE to send to the NAT-T port
 * @param message		what to send
 */
void fast_path_fixture_check_answered(fast_path_fixture_t *this, const char *to,
									  bool nat_t, ike_message_t *message);

/**
 * Wait for the next packet that charon's receiver gets.
 *
 * @return				packet, owned by the caller; fails the test if there is
 *						none
 */
packet_t *fast_path_fixture_passed();

/**
 * Wait for the next packet that charon's receiver gets, and check that it is a
 * message, as it was sent.
 */
void fast_path_fixture_passed_is(chunk_t message);

/**
 * Number of packets the receiver got and nobody asked for.
 */
int fast_path_fixture_waiting();

/**
 * Make the thread that receives end as charon does, by canceling it.
 */
void fast_path_fixture_cancel_receiver();

#endif /** FAST_PATH_FIXTURE_H_ */
