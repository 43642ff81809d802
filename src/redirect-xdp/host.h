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
 * What this host has: kept in the maps of a program for XDP.
 */

#ifndef HOST_H_
#define HOST_H_

#include "filter.h"

#include <stdbool.h>

/**
 * Number of queues an interface receives with, at least 1.
 */
unsigned host_queues(const char *interface);

/**
 * Whether the interface takes VLAN tags off before the program sees frames, though
 * it has VLANs: then these cannot be told apart.
 */
bool host_hides_vlans(const char *interface);

/**
 * Write the Ethernet address of an interface, the VLANs on top of it and the
 * addresses of this host into maps. Loopback and link-local addresses, and those
 * of interfaces that are down, are left out.
 *
 * @param interface		name of the interface
 * @param ports			ports to write beside the Ethernet address
 * @param door			map of one filter_door_t
 * @param addresses		map by filter_address_t
 * @param vlans			map by VLAN ID, 16 bits
 * @return				FALSE if the interface is no Ethernet, errno is set
 */
bool host_update(const char *interface, const filter_door_t *ports, int door,
				 int addresses, int vlans);

/**
 * Open a netlink socket that can be read when links or addresses change.
 *
 * @return				file, -1 on failure
 */
int host_watch(void);

#endif /** HOST_H_ */
