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
 * @defgroup xdp_frame xdp_frame
 * @{ @ingroup redirect_fastpath
 */

#ifndef XDP_FRAME_H_
#define XDP_FRAME_H_

#include "ike_sockets.h"

typedef struct xdp_frame_t xdp_frame_t;

/**
 * An Ethernet frame with a UDP datagram in it: an IPv4 or IPv6 header without
 * options, fragments and extension headers, behind one VLAN tag or none.
 */
struct xdp_frame_t {

	/** the frame; octets behind the datagram are cut off */
	chunk_t data;

	/** offset of the IP header, and of the UDP header */
	size_t ip, udp;
};

/**
 * Take a frame apart.
 *
 * The checksum of the datagram has to be right, missing (IPv4) or not filled in
 * yet: between hosts on one machine nobody does that. Does not allocate, any
 * thread.
 *
 * @param data			frame as it was received
 * @param frame			filled in if TRUE is returned
 * @param datagram		receives addresses, ports and data; its answer is not
 *						touched
 * @return				FALSE if it is not such a frame, or damaged
 */
bool xdp_frame_parse(chunk_t data, xdp_frame_t *frame, ike_datagram_t *datagram);

/**
 * Turn a frame into the one that answers it: back to the neighbour it came from,
 * with its VLAN tag, from the address and port it was sent to; no DSCP, hop limit
 * 64, not to be fragmented, with checksums.
 *
 * @param frame			frame to change
 * @param answer		octets of the new datagram, no longer than the old one
 * @return				the frame to send
 */
chunk_t xdp_frame_answer(const xdp_frame_t *frame, chunk_t answer);

#endif /** XDP_FRAME_H_ @}*/
