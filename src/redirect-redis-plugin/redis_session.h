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
 * @defgroup redis_session redis_session
 * @{ @ingroup redirect_redis
 *
 * Stays in touch with a server: asks sentinels which one it is, connects, logs in,
 * subscribes to the channel of changes, and begins anew, later each time, when any
 * of that fails. Made for one thread, which polls.
 */

#ifndef REDIS_SESSION_H_
#define REDIS_SESSION_H_

#include "redis_config.h"
#include "redis_connection.h"

#include <poll.h>

typedef struct redis_session_t redis_session_t;
typedef struct redis_session_user_t redis_session_user_t;

/**
 * Most file descriptors a session polls.
 */
#define REDIS_SESSION_FDS 3

/**
 * Tags of the session's own commands; those of its user are below.
 */
#define REDIS_SESSION_TAGS 1000

/**
 * Who uses a session. No function may destroy it.
 */
struct redis_session_user_t {

	/**
	 * The server takes commands from now on.
	 *
	 * @param data		data of the user
	 * @param words		where it is, for people
	 */
	void (*ready)(void *data, const char *words);

	/**
	 * The server is not reached, or was lost. Called for each attempt.
	 *
	 * @param data		data of the user
	 * @param words		why, for people
	 */
	void (*lost)(void *data, const char *words);

	/**
	 * An answer, or a message of the channel, see redis_answer_t.
	 */
	redis_answer_t answer;

	/** passed to the functions */
	void *data;
};

/**
 * A session.
 */
struct redis_session_t {

	/**
	 * Send a command, only while the server takes some.
	 *
	 * @param now		time in milliseconds
	 * @param tag		tag for the answer, below REDIS_SESSION_TAGS
	 * @param what		passed with the answer
	 * @param argc		number of arguments
	 * @param argv		arguments, copied
	 * @param lens		their lengths, NULL if they are strings
	 */
	void (*send)(redis_session_t *this, uint64_t now, int tag, void *what,
				 int argc, const char *argv[], const size_t lens[]);

	/**
	 * Whether the server takes commands.
	 */
	bool (*is_ready)(redis_session_t *this);

	/**
	 * Whether changes are told as they are announced.
	 */
	bool (*is_subscribed)(redis_session_t *this);

	/**
	 * Give the server up and begin anew; may be called from answer().
	 *
	 * @param words		why, for people
	 */
	void (*give_up)(redis_session_t *this, const char *words);

	/**
	 * The server did what it is for: the next attempt need not be late.
	 */
	void (*succeeded)(redis_session_t *this);

	/**
	 * See whether the channel is alive, once an interval.
	 *
	 * @param now		time in milliseconds
	 */
	void (*ping)(redis_session_t *this, uint64_t now);

	/**
	 * Get what to poll for.
	 *
	 * @param fds		receives it
	 * @param next		set to the time at which work() has to be called without
	 *					an event, if that is earlier
	 * @return			number of file descriptors
	 */
	int (*prepare)(redis_session_t *this, struct pollfd fds[REDIS_SESSION_FDS],
				   uint64_t *next);

	/**
	 * Do what can be done. May take as long as a look-up of a name takes; while
	 * it does the thread can be cancelled.
	 *
	 * @param now		time in milliseconds
	 * @param fds		what prepare() filled in, polled
	 * @param count		what it returned
	 */
	void (*work)(redis_session_t *this, uint64_t now, struct pollfd *fds,
				 int count);

	/**
	 * Destroy the session. Commands without answer are answered with NULL.
	 */
	void (*destroy)(redis_session_t *this);
};

/**
 * Create a session that is not connected yet.
 *
 * @param config	configuration, borrowed
 * @param user		who uses it, copied
 */
redis_session_t *redis_session_create(const redis_config_t *config,
									  const redis_session_user_t *user);

#endif /** REDIS_SESSION_H_ @}*/
