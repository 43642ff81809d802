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
 * @defgroup redis_commands redis_commands
 * @{ @ingroup redirect_redis
 *
 * The commands a store needs. What their answers are tagged with is the first
 * parameter of each.
 */

#ifndef REDIS_COMMANDS_H_
#define REDIS_COMMANDS_H_

#include "redis_queue.h"
#include "redis_session.h"

typedef struct redis_context_t redis_context_t;

/**
 * Most dead records that are removed at once.
 */
#define REDIS_DEAD_MAX 16

/**
 * Where commands go.
 */
struct redis_context_t {

	/** configuration */
	const redis_config_t *config;

	/** session that takes commands */
	redis_session_t *session;

	/** time in milliseconds */
	uint64_t now;

	/** what has to be added to it for the time of the server */
	int64_t offset;
};

/**
 * Put a record into the hash of its kind, or remove it.
 *
 * @param change		change, passed with the answer
 */
void redis_send_change(int tag, const redis_context_t *ctx,
					   redis_change_t *change);

/**
 * Tell all that subscribed to the channel about a change.
 *
 * @param change		change
 */
void redis_send_announcement(int tag, const redis_context_t *ctx,
							 const redis_change_t *change);

/**
 * Ask for the time.
 */
void redis_send_time(int tag, const redis_context_t *ctx);

/**
 * Ask for a list.
 *
 * @param kind			which kind, passed with the answer: kinds[] of the
 *						configuration
 */
void redis_send_list(int tag, const redis_context_t *ctx, int kind);

/**
 * Remove records.
 *
 * @param kind			their kind
 * @param names			names
 * @param count			how many there are, up to REDIS_DEAD_MAX
 */
void redis_send_purge(int tag, const redis_context_t *ctx, const char *kind,
					  const char *names[], int count);

#endif /** REDIS_COMMANDS_H_ @}*/
