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
 * How requests leave and answers come: a UDP socket, or one of AF_XDP with the
 * option for it. Ends the program if that cannot be.
 */

#ifndef LOAD_WAY_H_
#define LOAD_WAY_H_

#include "init_message.h"

#include <stddef.h>

/** datagrams sent or received at once */
#define LOAD_WAY_BATCH 64

/**
 * Open it as the options say; returns a file to wait for.
 */
int load_way_open(void);

/**
 * Send requests, at most LOAD_WAY_BATCH, each from an address that is chosen by
 * random if there are several. What is not taken is lost, as on the wire.
 */
void load_way_send(const init_message_t *const messages[], unsigned count,
				   init_random_t *random);

/**
 * Receive what has arrived, without waiting.
 *
 * @param data			receives LOAD_WAY_BATCH datagrams at most, valid until
 *						they are released
 * @param len			their octets
 * @return				number of datagrams, to be released if there are any
 */
unsigned load_way_receive(uint8_t *data[LOAD_WAY_BATCH],
						  size_t len[LOAD_WAY_BATCH]);

/**
 * Release the datagrams that were received.
 */
void load_way_release(void);

/**
 * Close it.
 */
void load_way_close(void);

#endif /* LOAD_WAY_H_ */
