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
 * @defgroup xdp_queue xdp_queue
 * @{ @ingroup redirect_fastpath
 */

#ifndef XDP_QUEUE_H_
#define XDP_QUEUE_H_

#include "xdp_helper.h"

#include <library.h>

typedef struct xdp_queue_t xdp_queue_t;

/**
 * Frames of one queue of an interface, received and sent by a socket of family
 * AF_XDP that redirect-xdp prepared: rings of descriptors and the memory they
 * point into are shared with the kernel.
 *
 * For one thread at a time; does not allocate after it was created.
 */
struct xdp_queue_t {

	/**
	 * Take frames that have arrived. Each has to be given back by send() or
	 * release().
	 *
	 * @param frames		receives the frames, in memory that may be written
	 * @param max			most frames to take
	 * @return				number of frames, 0 if there is none now
	 */
	int (*receive)(xdp_queue_t *this, chunk_t *frames, int max);

	/**
	 * Send a frame instead of a received one, from the same memory; it goes out
	 * with the next flush().
	 *
	 * @param frame			frame that begins where a received one did
	 */
	void (*send)(xdp_queue_t *this, chunk_t frame);

	/**
	 * Give back a received frame.
	 */
	void (*release)(xdp_queue_t *this, chunk_t frame);

	/**
	 * Let the kernel see what was sent and given back, and take back what it has
	 * sent. Never waits.
	 *
	 * @return				TRUE if there are frames that were not sent yet
	 */
	bool (*flush)(xdp_queue_t *this);

	/**
	 * Get the file to wait at until there are frames.
	 */
	int (*get_fd)(xdp_queue_t *this);

	/**
	 * Close the socket.
	 */
	void (*destroy)(xdp_queue_t *this);
};

/**
 * Take over a queue. Waits some seconds at most until the kernel has let go of it,
 * which it does a while after another socket of that queue was closed.
 *
 * @param report		report of the queue
 * @param files			files that came with it, adopted
 * @return				NULL if they are not as expected, errno is set
 */
xdp_queue_t *xdp_queue_create(const xdp_report_t *report, const int files[2]);

#endif /** XDP_QUEUE_H_ @}*/
