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
 * Datagrams of IPv4 sent and received by AF_XDP: a generator that spends little on
 * its own side, and nothing of it at the expense of who is measured.
 */

#ifndef XDP_LINK_H_
#define XDP_LINK_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct xdp_link_t xdp_link_t;

/**
 * Where to, and how.
 */
typedef struct {

	/** interface of this end, of whose first queue all frames are taken */
	const char *interface;

	/** Ethernet addresses of this end and of the other */
	uint8_t local_mac[6];
	uint8_t remote_mac[6];

	/** address to send to, in network order, and both ports in host order */
	uint32_t remote;
	uint16_t remote_port;
	uint16_t local_port;

	/** frames to receive into, 0 for as many as there can be */
	unsigned frames;
} xdp_link_config_t;

/**
 * Open a link.
 *
 * @return				NULL if that is not possible here, errno is set
 */
xdp_link_t *xdp_link_open(const xdp_link_config_t *config);

/**
 * Send a datagram; it goes with the next flush.
 *
 * @param source		address to send from, in network order
 * @return				FALSE if there is no room now
 */
bool xdp_link_send(xdp_link_t *link, uint32_t source, const uint8_t *data,
				   size_t len);

/**
 * Let the kernel send what waits.
 */
void xdp_link_flush(xdp_link_t *link);

/**
 * Take datagrams that have arrived, valid until xdp_link_release().
 *
 * @param data			receives the data of each
 * @param len			receives their lengths, 0 for frames that are something else
 * @return				number of datagrams
 */
unsigned xdp_link_receive(xdp_link_t *link, uint8_t **data, size_t *len,
						  unsigned max);

/**
 * Give back what was taken.
 */
void xdp_link_release(xdp_link_t *link, unsigned count);

/**
 * Makes the answer to a datagram.
 *
 * @param data			data of the datagram
 * @param len			its length
 * @param out			receives the answer, no longer than len
 * @param user			passed to xdp_link_reflect()
 * @return				length of the answer, 0 if there is none
 */
typedef size_t (*xdp_link_answer_t)(const uint8_t *data, size_t len,
									uint8_t *out, void *user);

/**
 * Take datagrams that have arrived and send them back as their answers, in the
 * same frames, with nothing checked: the least that can be done. Not for a link
 * that sends or receives in another way.
 *
 * @return				number of answers
 */
unsigned xdp_link_reflect(xdp_link_t *link, xdp_link_answer_t answer,
						  void *user);

/**
 * File that can be read when datagrams arrive.
 */
int xdp_link_fd(xdp_link_t *link);

/**
 * Close a link.
 */
void xdp_link_close(xdp_link_t *link);

#endif /** XDP_LINK_H_ */
