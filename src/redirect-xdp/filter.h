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
 * What the program for XDP and the one that loads it share.
 */

#ifndef FILTER_H_
#define FILTER_H_

#include <linux/types.h>

/** name of the program for XDP */
#define FILTER_NAME "redirect_door"

/** queues of an interface */
#define FILTER_QUEUES 64

/** addresses of this host, VLANs of an interface */
#define FILTER_ADDRESSES 1024
#define FILTER_VLANS 4096

/** longest frame that is taken, in octets: XDP_FRAME_MAX of the plugin */
#define FILTER_FRAME_MAX 1600

/**
 * Address of this host, IPv4 ones mapped: ::ffff:192.0.2.1.
 */
typedef union {
	__u8 octet[16];
	__u32 word[4];
} filter_address_t;

/**
 * What is taken: frames to this Ethernet address with datagrams to one of these
 * ports, in network order.
 */
typedef struct {
	__u8 mac[6];
	__be16 port;
	__be16 port_nat_t;
} filter_door_t;

#endif /** FILTER_H_ */
