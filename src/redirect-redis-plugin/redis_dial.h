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
 * @defgroup redis_dial redis_dial
 * @{ @ingroup redirect_redis
 */

#ifndef REDIS_DIAL_H_
#define REDIS_DIAL_H_

#include "redis_config.h"
#include "redis_connection.h"

typedef struct redis_address_t redis_address_t;

/**
 * An address with port.
 */
struct redis_address_t {

	/** address */
	struct sockaddr_storage addr;

	/** its length, 0 if it is not known */
	socklen_t len;
};

/**
 * Look a host up. May take long; while it does the thread can be cancelled.
 *
 * @param host		host
 * @param which		which of its addresses is wanted, modulo their number
 * @param address	receives the address
 * @param why		receives what is wrong if FALSE is returned
 * @return			FALSE if the host is not found
 */
bool redis_resolve(const redis_host_t *host, u_int which,
				   redis_address_t *address, char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Begin to connect.
 *
 * @param config	configuration
 * @param address	address
 * @param host		host the address is of, for its certificate
 * @param now		time in milliseconds
 * @param answer	takes answers
 * @param data		passed to answer
 * @param why		receives what is wrong if NULL is returned
 * @return			connection, NULL if it failed
 */
redis_connection_t *redis_dial(const redis_config_t *config,
							   const redis_address_t *address,
							   const redis_host_t *host, uint64_t now,
							   redis_answer_t answer, void *data,
							   char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Log in on a connection, if that is configured.
 *
 * @param config	configuration
 * @param connection	connection
 * @param now		time in milliseconds
 * @param tag		tag for the answer
 */
void redis_login(const redis_config_t *config, redis_connection_t *connection,
				 uint64_t now, int tag);

/**
 * Destroy a connection, if there is one.
 *
 * @param connection	set to NULL before
 */
void redis_hang_up(redis_connection_t **connection);

#endif /** REDIS_DIAL_H_ @}*/
