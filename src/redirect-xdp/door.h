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
 * A door: the program for XDP on one interface, and the sockets of its queues.
 */

#ifndef DOOR_H_
#define DOOR_H_

#include "fastpath/xdp_helper.h"
#include "filter.h"

#include <stdbool.h>

#include <xdp/libxdp.h>

/**
 * A queue: its socket and the memory of its frames, -1 if there is none.
 */
typedef struct {
	int socket;
	int memory;

	/** what the socket is to be bound with, XDP_COPY and the like */
	uint16_t flags;
} queue_t;

/**
 * A door; initialize with zeros and the name.
 */
typedef struct {

	/** name of the interface, and its index */
	const char *interface;
	int index;

	/** the program, NULL if it is not attached; and how it is */
	struct xdp_program *program;
	enum xdp_attach_mode mode;

	/** lock that says that the interface is taken, -1 if it is not */
	int lock;

	/** queues, open ones first */
	queue_t queues[FILTER_QUEUES];
	unsigned count;
} door_t;

/**
 * Attach the program, which lets all frames pass until door_open(), and open the
 * sockets of the queues.
 *
 * @param ports			ports charon listens on
 * @param max			most queues to open
 * @param text			receives how it went, one or the other way
 * @param size			size of text
 * @return				FALSE if there is no door; nothing is left of it then
 */
bool door_prepare(door_t *this, const filter_door_t *ports, unsigned max,
				  char *text, size_t size);

/**
 * Send requests to the sockets from now on.
 *
 * @return				FALSE if the kernel refuses
 */
bool door_open(door_t *this);

/**
 * Tell the program what this host has, after it changed. It passes everything if
 * that cannot be found out.
 */
void door_update(door_t *this, const filter_door_t *ports);

/**
 * Detach the program and close all.
 */
void door_close(door_t *this);

#endif /** DOOR_H_ */
