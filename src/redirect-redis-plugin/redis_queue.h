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
 * @defgroup redis_queue redis_queue
 * @{ @ingroup redirect_redis
 */

#ifndef REDIS_QUEUE_H_
#define REDIS_QUEUE_H_

#include "redirect_store.h"

#include <library.h>

typedef struct redis_queue_t redis_queue_t;
typedef struct redis_change_t redis_change_t;

/**
 * Most changes that wait at a time.
 */
#define REDIS_QUEUE_MAX 1024

/**
 * A record that is to be put or removed.
 */
struct redis_change_t {

	/** kind and name */
	char kind[REDIRECT_STORE_KIND_MAX + 1], name[REDIRECT_STORE_NAME_MAX + 1];

	/** value, allocated; chunk_empty to remove the record */
	chunk_t value;

	/** whether the record is removed */
	bool removed;

	/** whether to announce it */
	bool announce;

	/** time at which it expires in milliseconds, UINT64_MAX for never */
	uint64_t expires;

	/** set by the queue: refused, so not taken before retry() */
	bool refused;
};

/**
 * What is between a store's callers and its thread: changes that wait to be sent,
 * one for each record, the last; numbers; and wishes. Thread-safe.
 */
struct redis_queue_t {

	/**
	 * Add a change, in place of an earlier one of the same record, and wake the
	 * thread.
	 *
	 * @param change	change, adopted, destroyed if FALSE is returned
	 * @return			FALSE if too many wait
	 */
	bool (*put)(redis_queue_t *this, redis_change_t *change);

	/**
	 * Take the change that waited longest. It counts as waiting until done() or
	 * put_back().
	 *
	 * @param now		time in milliseconds; what expired is left out
	 * @return			change, NULL if there is none
	 */
	redis_change_t *(*take)(redis_queue_t *this, uint64_t now);

	/**
	 * A change was acknowledged.
	 *
	 * @param change	change, adopted
	 */
	void (*done)(redis_queue_t *this, redis_change_t *change);

	/**
	 * Give a change back that was not acknowledged, unless there is a later one
	 * of the same record. One that was refused holds no other back.
	 *
	 * @param change	change, adopted
	 * @param refused	whether the server refused it
	 */
	void (*put_back)(redis_queue_t *this, redis_change_t *change, bool refused);

	/**
	 * Let changes that were refused be taken again.
	 */
	void (*retry)(redis_queue_t *this);

	/**
	 * Count what happened.
	 *
	 * @param stats		numbers to be added; round_trip is taken if it is not 0
	 */
	void (*count)(redis_queue_t *this, const redirect_store_stats_t *stats);

	/**
	 * Get the numbers.
	 *
	 * @param stats		filled in
	 */
	void (*get_stats)(redis_queue_t *this, redirect_store_stats_t *stats);

	/**
	 * Wish for lists, and wake the thread.
	 */
	void (*refresh)(redis_queue_t *this);

	/**
	 * Wish that the thread ends, and wake it.
	 */
	void (*stop)(redis_queue_t *this);

	/**
	 * Get the wishes; that for lists is fulfilled then.
	 *
	 * @param refresh	set to TRUE if lists are wished for
	 * @param waiting	receives how many changes wait, without refused ones
	 * @return			TRUE if the thread is to end
	 */
	bool (*look)(redis_queue_t *this, bool *refresh, u_int *waiting);

	/**
	 * Get what the thread polls to be woken.
	 *
	 * @return			file descriptor, -1 if there is none
	 */
	int (*get_fd)(redis_queue_t *this);

	/**
	 * Destroy the queue and what waits.
	 */
	void (*destroy)(redis_queue_t *this);
};

/**
 * Create a queue.
 */
redis_queue_t *redis_queue_create();

#endif /** REDIS_QUEUE_H_ @}*/
