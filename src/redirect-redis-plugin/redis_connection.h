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
 * @defgroup redis_connection redis_connection
 * @{ @ingroup redirect_redis
 *
 * A connection that speaks the protocol of Redis: commands go out, and their
 * answers come back in the same order, each within its time. Made for one thread,
 * which polls; nothing waits.
 */

#ifndef REDIS_CONNECTION_H_
#define REDIS_CONNECTION_H_

#include "redis_transport.h"

#include <hiredis/hiredis.h>

typedef struct redis_connection_t redis_connection_t;

/**
 * Most octets of one answer. What the largest list has, and what is around it,
 * is below that.
 */
#define REDIS_REPLY_MAX ((size_t)REDIRECT_STORE_RECORDS_MAX * \
						 (REDIRECT_STORE_VALUE_MAX + 256))

/**
 * Most elements of one answer: name and value of each record of a list, several
 * times, as what is too much is to be counted.
 */
#define REDIS_ELEMENTS_MAX (REDIRECT_STORE_RECORDS_MAX * 8)

/**
 * Tag of what comes without being asked for: messages of a channel.
 */
#define REDIS_PUSH -1

/**
 * Take an answer.
 *
 * @param data		data of who uses the connection
 * @param tag		tag of the command, or REDIS_PUSH
 * @param what		what was given with the command
 * @param reply		answer, NULL if there will be none as the connection ends
 */
typedef void (*redis_answer_t)(void *data, int tag, void *what,
							   const redisReply *reply);

/**
 * A connection.
 */
struct redis_connection_t {

	/**
	 * Send a command. Before the connection is open it waits.
	 *
	 * @param now		time in milliseconds
	 * @param tag		tag for the answer
	 * @param what		passed with the answer
	 * @param argc		number of arguments
	 * @param argv		arguments, copied
	 * @param lens		their lengths, NULL if they are strings
	 */
	void (*send)(redis_connection_t *this, uint64_t now, int tag, void *what,
				 int argc, const char *argv[], const size_t lens[]);

	/**
	 * Get what to poll for, after having written what can be written.
	 *
	 * @param events	receives events
	 * @return			file descriptor
	 */
	int (*get_events)(redis_connection_t *this, short *events);

	/**
	 * Do what can be done: connect, write, read, and pass answers on.
	 *
	 * @param now		time in milliseconds
	 * @param revents	what was polled
	 * @param why		receives what is wrong if FALSE is returned
	 * @return			FALSE if the connection is of no use anymore
	 */
	bool (*work)(redis_connection_t *this, uint64_t now, short revents,
				 char why[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Get the time at which an answer is late, that is when work() has to be
	 * called without an event.
	 *
	 * @return			time in milliseconds, UINT64_MAX if nothing is awaited
	 */
	uint64_t (*get_deadline)(redis_connection_t *this);

	/**
	 * Close the connection. Commands without answer are answered with NULL.
	 */
	void (*destroy)(redis_connection_t *this);
};

/**
 * Begin to connect.
 *
 * @param transport		stream, adopted
 * @param now			time in milliseconds
 * @param timeout		time for an answer, and to connect, in milliseconds
 * @param answer		takes answers
 * @param data			passed to answer
 */
redis_connection_t *redis_connection_create(redis_transport_t *transport,
											uint64_t now, uint32_t timeout,
											redis_answer_t answer, void *data);

/**
 * Copy words of a server, which may be any octets, so that they can be shown.
 *
 * @param words		words of the server
 * @param buf		receives printable ones, as much as fits
 * @param len		room in buf
 * @return			buf
 */
char *redis_printable(const char *words, char *buf, size_t len);

#endif /** REDIS_CONNECTION_H_ @}*/
