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
 * @defgroup probe_sockets probe_sockets
 * @{ @ingroup redirect_cluster
 */

#ifndef PROBE_SOCKETS_H_
#define PROBE_SOCKETS_H_

#include "utils/ip_address.h"

typedef struct probe_sockets_t probe_sockets_t;
typedef enum probe_sent_t probe_sent_t;

/**
 * Receives a datagram; a worker thread, one at a time for each family.
 */
typedef void (*probe_received_t)(void *data, const ip_address_t *from,
								 uint16_t port, chunk_t datagram);

/**
 * What became of a datagram that was to be sent.
 */
enum probe_sent_t {
	/** it was sent */
	PROBE_SENT,
	/** this host knows that nobody is there */
	PROBE_UNREACHABLE,
	/** this host cannot send it: no such family, no route, a filter, no memory */
	PROBE_NOT_SENT,
};

/**
 * A UDP socket for each address family, on ports that the kernel chooses, which
 * IPsec policies do not apply to.
 */
struct probe_sockets_t {

	/**
	 * Send a datagram, without waiting.
	 */
	probe_sent_t (*send)(probe_sockets_t *this, const ip_address_t *to,
						 uint16_t port, chunk_t datagram);

	/**
	 * Close the sockets. Waits until nothing is received anymore, so not from
	 * probe_received_t, and without a lock that it takes.
	 */
	void (*destroy)(probe_sockets_t *this);
};

/**
 * Open sockets.
 *
 * @param received		is called with what arrives
 * @param data			passed to received
 */
probe_sockets_t *probe_sockets_create(probe_received_t received, void *data);

#endif /** PROBE_SOCKETS_H_ @}*/
