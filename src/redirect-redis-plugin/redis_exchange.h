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
 * @defgroup redis_exchange redis_exchange
 * @{ @ingroup redirect_redis
 */

#ifndef REDIS_EXCHANGE_H_
#define REDIS_EXCHANGE_H_

#include "redis_queue.h"
#include "redis_session.h"

typedef struct redis_exchange_t redis_exchange_t;

/**
 * What a store and its server exchange: changes one way, lists, announcements and
 * the time of the server the other. Not thread-safe: the thread of the store
 * calls, and all functions of the sink are called by it, in prepare() and work().
 */
struct redis_exchange_t {

	/**
	 * Whether the server takes commands.
	 */
	bool (*is_ready)(redis_exchange_t *this);

	/**
	 * Have lists asked for with the next prepare().
	 */
	void (*refresh)(redis_exchange_t *this);

	/**
	 * Send what is due, and get what to poll for.
	 *
	 * @param fds		receives it
	 * @param next		set to the time at which work() has to be called without
	 *					an event, if that is earlier
	 * @return			number of file descriptors
	 */
	int (*prepare)(redis_exchange_t *this, struct pollfd fds[REDIS_SESSION_FDS],
				   uint64_t *next);

	/**
	 * Do what can be done, see redis_session_t.
	 *
	 * @param now		time in milliseconds
	 * @param fds		what prepare() filled in, polled
	 * @param count		what it returned
	 */
	void (*work)(redis_exchange_t *this, uint64_t now, struct pollfd *fds,
				 int count);

	/**
	 * Destroy the exchange. Changes without answer go back to the queue.
	 */
	void (*destroy)(redis_exchange_t *this);
};

/**
 * Get the time of the monotonic clock in microseconds.
 */
uint64_t redis_now_us();

/**
 * Create an exchange.
 *
 * @param config	configuration, borrowed
 * @param sink		who is told, copied
 * @param queue		has changes and numbers, borrowed
 */
redis_exchange_t *redis_exchange_create(const redis_config_t *config,
										const redirect_store_sink_t *sink,
										redis_queue_t *queue);

#endif /** REDIS_EXCHANGE_H_ @}*/
