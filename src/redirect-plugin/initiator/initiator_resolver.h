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
 * @defgroup initiator_resolver initiator_resolver
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_RESOLVER_H_
#define INITIATOR_RESOLVER_H_

#include "utils/ip_address.h"

typedef struct initiator_resolver_t initiator_resolver_t;

/**
 * Most addresses of a name that are used.
 */
#define INITIATOR_ADDRESSES_MAX 8

/**
 * Receives the addresses of a name; called once, from any thread, no locks held.
 *
 * @param data			as given with the query
 * @param addresses		addresses, in the order of the resolver
 * @param count			number of addresses, 0 if there are none in time
 */
typedef void (*initiator_resolved_t)(void *data, const ip_address_t *addresses,
								 int count);

/**
 * Looks a name up, see getaddrinfo(3); may block.
 *
 * @param name			name
 * @param addresses		receives up to INITIATOR_ADDRESSES_MAX addresses
 * @return				number of addresses
 */
typedef int (*initiator_lookup_t)(const char *name, ip_address_t *addresses);

/**
 * Resolves names with a time limit, in threads of its own, because neither
 * getaddrinfo(3) nor charon's resolver has a limit, and a worker thread that
 * waits for them could not serve anybody else.
 */
struct initiator_resolver_t {

	/**
	 * Look up a name.
	 *
	 * @param name			name, cloned
	 * @param timeout		time limit in seconds
	 * @param cb			receives the result; not called if FALSE is returned
	 * @param data			passed to cb
	 * @return				FALSE if too many names wait already
	 */
	bool (*resolve)(initiator_resolver_t *this, const char *name, uint32_t timeout,
					initiator_resolved_t cb, void *data);

	/**
	 * Stop the threads and destroy it; queries that wait end without result.
	 */
	void (*destroy)(initiator_resolver_t *this);
};

/**
 * Create a resolver.
 *
 * @param lookup		function that looks names up, NULL for getaddrinfo(3)
 */
initiator_resolver_t *initiator_resolver_create(initiator_lookup_t lookup);

#endif /** INITIATOR_RESOLVER_H_ @}*/
