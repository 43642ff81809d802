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
 * @defgroup redis_channel redis_channel
 * @{ @ingroup redirect_redis
 */

#ifndef REDIS_CHANNEL_H_
#define REDIS_CHANNEL_H_

#include "redis_dial.h"

typedef struct redis_channel_t redis_channel_t;

/**
 * Hears what is announced, on a connection of its own to the server a session
 * uses. If it is lost or refused, that is tried again every few seconds: lists
 * still come. Not thread-safe.
 */
struct redis_channel_t {

	/**
	 * Begin to hear.
	 *
	 * @param address	address of the server, copied
	 * @param host		where it is, copied
	 * @param now		time in milliseconds
	 */
	void (*open)(redis_channel_t *this, const redis_address_t *address,
				 const redis_host_t *host, uint64_t now);

	/**
	 * Hear nothing until open() is called.
	 */
	void (*close)(redis_channel_t *this);

	/**
	 * Whether announcements are heard.
	 */
	bool (*is_subscribed)(redis_channel_t *this);

	/**
	 * See whether the server still answers.
	 *
	 * @param now		time in milliseconds
	 */
	void (*ping)(redis_channel_t *this, uint64_t now);

	/**
	 * Get what to poll for.
	 *
	 * @param next		set to the time of the next attempt if that is earlier
	 * @return			connection, NULL if there is none
	 */
	redis_connection_t *(*get_connection)(redis_channel_t *this, uint64_t *next);

	/**
	 * Do what can be done.
	 *
	 * @param now		time in milliseconds
	 * @param revents	events of its connection, of no meaning without one
	 * @return			1 if there was a connection, 0 if not
	 */
	int (*work)(redis_channel_t *this, uint64_t now, short revents);

	/**
	 * Destroy the channel.
	 */
	void (*destroy)(redis_channel_t *this);
};

/**
 * Create a channel that hears nothing yet.
 *
 * @param config	configuration, borrowed
 * @param answer	gets what is announced, tagged REDIS_PUSH
 * @param data		passed to it
 */
redis_channel_t *redis_channel_create(const redis_config_t *config,
									  redis_answer_t answer, void *data);

#endif /** REDIS_CHANNEL_H_ @}*/
