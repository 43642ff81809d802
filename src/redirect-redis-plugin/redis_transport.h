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
 * @defgroup redis_transport redis_transport
 * @{ @ingroup redirect_redis
 *
 * A stream of octets to a server, with or without TLS, that never waits. Made for
 * one thread, which polls.
 *
 * hiredis has connections, too, but with TLS from 1.0 on only and without a look
 * at the name in the certificate, and none that limits what it reads; so of
 * hiredis only the protocol is used.
 */

#ifndef REDIS_TRANSPORT_H_
#define REDIS_TRANSPORT_H_

#include "redirect_store.h"

#include <sys/socket.h>
#include <sys/types.h>

typedef struct redis_transport_t redis_transport_t;
typedef struct redis_tls_t redis_tls_t;

/**
 * A stream.
 */
struct redis_transport_t {

	/**
	 * Get what to poll for.
	 *
	 * @param writing	TRUE if there is something to write
	 * @param events	receives events
	 * @return			file descriptor
	 */
	int (*get_events)(redis_transport_t *this, bool writing, short *events);

	/**
	 * Go on with connecting after an event.
	 *
	 * @param why		receives what is wrong if -1 is returned
	 * @return			1 if the stream is open, 0 if not yet, -1 if it failed
	 */
	int (*open)(redis_transport_t *this, char why[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Read what is there, once the stream is open.
	 *
	 * @param why		receives what is wrong if -1 is returned
	 * @return			number of octets, 0 if there are none now, -1 if the
	 *					stream was closed or failed
	 */
	ssize_t (*read)(redis_transport_t *this, void *buf, size_t len,
					char why[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Write as much as is possible, once the stream is open.
	 *
	 * @param why		receives what is wrong if -1 is returned
	 * @return			number of octets, 0 if none can be written now, -1 if
	 *					the stream failed
	 */
	ssize_t (*write)(redis_transport_t *this, const void *buf, size_t len,
					 char why[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Close and destroy the stream.
	 */
	void (*destroy)(redis_transport_t *this);
};

/**
 * Begin to connect.
 *
 * @param addr		address with port
 * @param len		its length
 * @param tls		how to use TLS, NULL for not
 * @param name		name the certificate must have
 * @param why		receives what is wrong if NULL is returned
 * @return			stream, NULL if it failed
 */
redis_transport_t *redis_transport_create(const struct sockaddr *addr,
										  socklen_t len, redis_tls_t *tls,
										  const char *name,
										  char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Read certificates for TLS.
 *
 * @param options	options of the store, its tls_ members are used
 * @param why		receives what is wrong if NULL is returned
 * @return			how to use TLS, NULL if a file is no good, or if there is no
 *					TLS in this build
 */
redis_tls_t *redis_tls_create(const redirect_store_options_t *options,
							  char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Destroy it, after all streams that use it.
 *
 * @param tls		how to use TLS, may be NULL
 */
void redis_tls_destroy(redis_tls_t *tls);

#endif /** REDIS_TRANSPORT_H_ @}*/
