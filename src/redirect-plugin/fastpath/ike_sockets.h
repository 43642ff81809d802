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
 * @defgroup ike_sockets ike_sockets
 * @{ @ingroup redirect_fastpath
 */

#ifndef IKE_SOCKETS_H_
#define IKE_SOCKETS_H_

#include "utils/ip_address.h"

#include <network/socket_manager.h>

#include <netinet/in.h>

typedef struct ike_sockets_t ike_sockets_t;
typedef struct ike_datagram_t ike_datagram_t;

/**
 * Most datagrams received and answered at once.
 */
#define IKE_SOCKETS_BATCH 32

/**
 * Longest answer, in octets.
 */
#define IKE_SOCKETS_ANSWER_MAX 1024

/**
 * A received datagram, valid until the next receive().
 */
struct ike_datagram_t {

	/** what was received, empty if it is to be discarded */
	chunk_t data;

	/** address and port it came from */
	union {
		struct sockaddr addr;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} source;

	/** place of who sent it, see policy_engine_t.expect(), 0 if not known yet */
	uint64_t place;

	/** address it was sent to, and the port of the socket, in host order */
	ip_address_t destination;
	uint16_t port;

	/** room for the answer, IKE_SOCKETS_ANSWER_MAX octets */
	uint8_t *answer;

	/** octets of the answer, 0 if there is none */
	size_t answer_len;
};

/**
 * Receives from and sends by the UDP sockets that charon has open, many
 * datagrams with one system call.
 *
 * The sockets stay charon's: they are found among the open files of the process,
 * by their ports, and not closed. Datagrams come with the same properties as
 * from the plugin socket-default, and answers go out with them: set_source and
 * set_sourceif are respected, marks and buffers are those of the sockets, DSCP is
 * 0 as for packets that no IKE_SA sends.
 */
struct ike_sockets_t {

	/**
	 * Wait for datagrams and receive as many as there are, all sockets with
	 * equal shares. A cancellation point while it waits, otherwise never blocks.
	 *
	 * @param datagrams		receives the datagrams; fill in their answers
	 * @return				number of datagrams, 0 after wake() or an error
	 */
	int (*receive)(ike_sockets_t *this, ike_datagram_t **datagrams);

	/**
	 * Whether the kernel denies to receive in batches, as filters of system calls
	 * make it do; known after receive().
	 *
	 * @return				TRUE if datagrams have to be received in another way
	 */
	bool (*is_denied)(ike_sockets_t *this);

	/**
	 * Send the answers to the datagrams received last, each to where its
	 * datagram came from, from the address it was sent to. Never waits.
	 *
	 * @return				number of answers the kernel did not take
	 */
	int (*answer)(ike_sockets_t *this);

	/**
	 * Let the current or next receive() return. Any thread.
	 */
	void (*wake)(ike_sockets_t *this);

	/**
	 * Let the current or next receive() not wait, but take what there is, if
	 * anything: something else came for who receives. Any thread.
	 */
	void (*ring)(ike_sockets_t *this);

	/**
	 * Destroy an ike_sockets_t; charon's sockets stay open.
	 */
	void (*destroy)(ike_sockets_t *this);
};

/**
 * Find charon's sockets.
 *
 * @param manager		charon's socket manager, that knows the ports
 * @return				NULL if they are not there or not as expected, as with
 *						plugins that open sockets by need: then datagrams have to
 *						be received one by one through the manager
 */
ike_sockets_t *ike_sockets_create(socket_manager_t *manager);

#endif /** IKE_SOCKETS_H_ @}*/
