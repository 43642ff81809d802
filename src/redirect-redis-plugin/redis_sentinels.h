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
 * @defgroup redis_sentinels redis_sentinels
 * @{ @ingroup redirect_redis
 *
 * Asks sentinels where the master is, one after the other until one knows. Made
 * for one thread, which polls.
 */

#ifndef REDIS_SENTINELS_H_
#define REDIS_SENTINELS_H_

#include "redis_dial.h"

typedef struct redis_sentinels_t redis_sentinels_t;
typedef enum redis_sentinels_result_t redis_sentinels_result_t;

/**
 * How asking goes.
 */
enum redis_sentinels_result_t {
	/** nobody is being asked */
	REDIS_SENTINELS_IDLE,
	/** one is being asked */
	REDIS_SENTINELS_ASKING,
	/** one told where the master is */
	REDIS_SENTINELS_FOUND,
	/** none did */
	REDIS_SENTINELS_FAILED,
};

/**
 * Sentinels.
 */
struct redis_sentinels_t {

	/**
	 * Begin to ask all, until one knows. May take as long as a look-up of a name
	 * takes; while it does the thread can be cancelled.
	 *
	 * @param now		time in milliseconds
	 */
	void (*ask)(redis_sentinels_t *this, uint64_t now);

	/**
	 * Begin to ask another one, without looking up names.
	 *
	 * @param now		time in milliseconds
	 */
	void (*check)(redis_sentinels_t *this, uint64_t now);

	/**
	 * Get the connection that is to be polled.
	 *
	 * @return			connection, NULL if there is none
	 */
	redis_connection_t *(*get_connection)(redis_sentinels_t *this);

	/**
	 * Do what can be done. FOUND and FAILED are told once.
	 *
	 * @param now		time in milliseconds
	 * @param revents	what was polled on the connection
	 * @param master	receives where the master is if it was found
	 * @param why		receives what is wrong if none told
	 * @return			how it goes
	 */
	redis_sentinels_result_t (*work)(redis_sentinels_t *this, uint64_t now,
									 short revents, redis_host_t *master,
									 char why[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Ask nobody anymore.
	 */
	void (*cancel)(redis_sentinels_t *this);

	/**
	 * Destroy it.
	 */
	void (*destroy)(redis_sentinels_t *this);
};

/**
 * Create it.
 *
 * @param config	configuration, borrowed; may have no sentinels, then none is to
 *					be asked
 */
redis_sentinels_t *redis_sentinels_create(const redis_config_t *config);

#endif /** REDIS_SENTINELS_H_ @}*/
