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
 * @defgroup store_fixture store_fixture
 * @{ @ingroup redirect_tests
 *
 * Real servers on the loopback interface, and stores whose words are remembered.
 * Nothing here sleeps for a time that a test relies on: it waits for what is to be
 * seen, for 20 seconds at most.
 */

#ifndef STORE_FIXTURE_H_
#define STORE_FIXTURE_H_

#include "redirect_store.h"

#include <library.h>
#include <threading/condvar.h>
#include <threading/mutex.h>

#include <check.h>
#include <sys/types.h>

typedef struct server_t server_t;
typedef struct listener_t listener_t;

/**
 * A redis-server or redis-sentinel.
 */
struct server_t {
	char dir[64];
	uint16_t port;
	pid_t pid;
	char *arguments;
	/** another one that is only a directory, NULL for none */
	server_t *files;
};

/**
 * A store, and what it told last.
 */
struct listener_t {
	redirect_store_t *store;
	redirect_store_state_t state;
	char words[REDIRECT_STORE_WHY_MAX];
	/** "kind name value;" of each record of the last lists, a list a kind */
	char *lists[2];
	/** the same of all changes so far; a removed record has value (removed) */
	char *changes;
	/** lists so far; times the state was told as down */
	u_int list_count, downs;
	mutex_t *mutex;
	condvar_t *condvar;
};

/**
 * Get a port nobody listens on.
 */
uint16_t fixture_port();

/**
 * Create a server that has a directory, and does not run.
 */
server_t *server_create(uint16_t port);

/**
 * Start redis-server, and wait until it listens.
 *
 * @param arguments		more arguments for the command line, NULL for none
 */
server_t *server_start(const char *arguments);

/**
 * Start redis-sentinel, and wait until it listens.
 *
 * @param config		content of its configuration file
 */
server_t *sentinel_start(const char *config);

/**
 * Start a server that is none: it answers as an empty one would, but one command
 * in a way of its own. To be called before there are other threads.
 *
 * @param command		command, in capitals
 * @param answer		octets it answers
 * @param len			number of octets, 0 to close the connection
 * @param times			how often it sends them
 */
server_t *fake_start(const char *command, const void *answer, size_t len,
					 size_t times);

/**
 * Send a signal.
 */
void server_signal(server_t *this, int signal);

/**
 * End it at once, as by kill -9; what it had is lost.
 */
void server_kill(server_t *this);

/**
 * Start it again, empty.
 */
void server_restart(server_t *this);

/**
 * End it and remove what it wrote.
 */
void server_destroy(server_t *this);

/**
 * Send a command on a connection of its own.
 *
 * @param fmt			command, each %s is one argument
 * @return				answer as text, the last element of an array; allocated
 */
char *server_command(server_t *this, const char *fmt, ...)
					 __attribute__((format(printf, 2, 3)));

/**
 * Wait until so many stores are told changes.
 */
void server_wait_subscribers(server_t *this, int count);

/**
 * Timeout of stores that are made from now on, in milliseconds; 1,000 unless set.
 */
extern uint32_t fixture_timeout;

/**
 * Options for a store at a port of the loopback interface: interval 50 ms,
 * timeout as above.
 *
 * @param url			room for its URL
 */
redirect_store_options_t fixture_options(uint16_t port, char url[64]);

/**
 * Create a store; it must be accepted.
 */
listener_t *listener_create(const redirect_store_options_t *options);

/**
 * The same for a port.
 */
listener_t *listener_at(uint16_t port);

/**
 * Destroy a store.
 */
void listener_destroy(listener_t *this);

/**
 * Put a record with a text as value; it must be taken.
 */
void listener_put(listener_t *this, const char *kind, const char *name,
				  const char *value, uint32_t ttl, bool announce);

/**
 * Wait until a state was told, with words that contain some.
 */
void listener_wait_state(listener_t *this, redirect_store_state_t state,
						 const char *words);

/**
 * Wait until the last list of a kind is this.
 *
 * @param list			"kind name value;" of each record
 */
void listener_wait_list(listener_t *this, const char *kind, const char *list);

/**
 * Wait until all changes so far are these.
 */
void listener_wait_changes(listener_t *this, const char *changes);

/**
 * Wait until another list came.
 */
void listener_wait_lists(listener_t *this, u_int more);

/**
 * Wait until the state was told as down, with words that contain some.
 */
#define listener_wait_down(listener, words) \
	listener_wait_state(listener, REDIRECT_STORE_DOWN, words)

/**
 * Wait until the state was told as up.
 */
#define listener_wait_up(listener) \
	listener_wait_state(listener, REDIRECT_STORE_UP, "")

/**
 * Get the numbers.
 */
redirect_store_stats_t listener_stats(listener_t *this);

/**
 * Wait until a number of the store is at least a value.
 */
#define listener_wait_stat(listener, member, value) ({ \
	int _i; \
	for (_i = 0; _i < 2000 && listener_stats(listener).member < (value); _i++) \
	{ \
		usleep(10000); \
	} \
	ck_assert_msg(listener_stats(listener).member >= (value), \
				  #member " is %llu", \
				  (unsigned long long)listener_stats(listener).member); \
})

/**
 * Run all tests of a program with redis-server.
 *
 * @return				exit status
 */
int fixture_run(Suite *suite);

#endif /** STORE_FIXTURE_H_ @}*/
