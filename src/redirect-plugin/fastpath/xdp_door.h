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
 * @defgroup xdp_door xdp_door
 * @{ @ingroup redirect_fastpath
 */

#ifndef XDP_DOOR_H_
#define XDP_DOOR_H_

#include "examiner.h"

#include <collections/linked_list.h>

typedef struct xdp_door_t xdp_door_t;
typedef struct xdp_door_user_t xdp_door_user_t;

/**
 * Who uses the door.
 */
struct xdp_door_user_t {

	/**
	 * Create an examiner, for one more thread.
	 */
	examiner_t *(*create_examiner)(void *data);

	/**
	 * Called by threads of the door when there are packets to take().
	 */
	void (*ring)(void *data);

	/** passed to the callbacks */
	void *data;

	/** counters, changed by atomic operations */
	fast_path_counters_t *counters;
};

/**
 * IKE_SA_INIT requests taken from the queues of interfaces by AF_XDP, before the
 * kernel's network stack: one thread a queue. The program redirect-xdp attaches
 * what sorts them out, and detaches it when this is destroyed or charon dies.
 *
 * Requests that are not answered are kept for charon, as many as there is room
 * for; what does not fit is counted and dropped, as a socket would.
 */
struct xdp_door_t {

	/**
	 * Start the threads if they do not run. From a thread of charon's, which has
	 * given up privileges, not while plugins are loaded.
	 *
	 * @return				FALSE if redirect-xdp is gone: then the door does not
	 *						hear of changed addresses and has to be closed
	 */
	bool (*run)(xdp_door_t *this);

	/**
	 * Wait for the threads to end; requests wait until they run again.
	 */
	void (*pause)(xdp_door_t *this);

	/**
	 * Take the packets that are for charon.
	 *
	 * @param packets		receives the packets, added behind others
	 */
	void (*take)(xdp_door_t *this, linked_list_t *packets);

	/**
	 * Detach, end the threads and destroy the door.
	 */
	void (*destroy)(xdp_door_t *this);
};

/**
 * Open a door. Waits for redirect-xdp, some tenths of a second; logs how it went,
 * a line for each interface.
 *
 * @param interfaces	names of interfaces, separated by commas
 * @param port			charon's ports, in host order
 * @param port_nat_t
 * @param user			who uses it, has to live as long
 * @return				NULL if there is none on any of the interfaces
 */
xdp_door_t *xdp_door_create(const char *interfaces, uint16_t port,
							uint16_t port_nat_t, const xdp_door_user_t *user);

#endif /** XDP_DOOR_H_ @}*/
