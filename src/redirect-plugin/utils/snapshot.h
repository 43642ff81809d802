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
 * @defgroup snapshot snapshot
 * @{ @ingroup redirect_utils
 */

#ifndef SNAPSHOT_H_
#define SNAPSHOT_H_

#include <library.h>

typedef struct snapshot_t snapshot_t;

/**
 * A pointer to immutable data that is read often and swapped whole, seldom.
 *
 * Readers never wait and never write to memory that all of them share: they
 * count themselves in and out on a counter that few threads use. Who swaps
 * waits until every reader that may still see the old data is gone, then
 * destroys it (the scheme of sleepable RCU: McKenney, "Sleepable RCU", 2006).
 */
struct snapshot_t {

	/**
	 * Get the current data, for a short time: nothing that waits may happen
	 * until it is released. Any thread, any number of times nested.
	 *
	 * @param token		receives what release() needs
	 * @return			current data, NULL if there is none
	 */
	void *(*acquire)(snapshot_t *this, int *token);

	/**
	 * Tell that the data got by acquire() is not used anymore.
	 *
	 * @param token		token of acquire()
	 */
	void (*release)(snapshot_t *this, int token);

	/**
	 * Put new data in place of the current, wait until the latter is not read
	 * anymore and destroy it. Waits for readers, so never from a hook, and
	 * deadlocks in a thread that has not released what it acquired.
	 *
	 * @param data		new data, adopted; may be NULL
	 */
	void (*replace)(snapshot_t *this, void *data);

	/**
	 * Destroy the snapshot and its data; nobody may read it anymore.
	 */
	void (*destroy)(snapshot_t *this);
};

/**
 * Create a snapshot without data.
 *
 * @param destroy		function that destroys data, never called with NULL
 */
snapshot_t *snapshot_create(void (*destroy)(void *data));

#endif /** SNAPSHOT_H_ @}*/
