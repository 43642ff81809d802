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
 * @defgroup socket_wrapper socket_wrapper
 * @{ @ingroup redirect_fastpath
 */

#ifndef SOCKET_WRAPPER_H_
#define SOCKET_WRAPPER_H_

#include <collections/linked_list.h>
#include <network/socket_manager.h>

typedef struct socket_wrapper_t socket_wrapper_t;
typedef struct packet_filter_t packet_filter_t;

/**
 * Sees what arrives before charon's receiver does. Callbacks are called by one
 * thread at a time, but for wake().
 */
struct packet_filter_t {

	/**
	 * Receive by own means, until there is a packet for charon or wake() was
	 * called. Has to be a cancellation point while it waits.
	 *
	 * NULL if the filter has no means of its own; then consume() is called.
	 *
	 * @param data			data of the filter
	 * @param packets		receives packet_t for charon, in their order
	 */
	void (*receive)(void *data, linked_list_t *packets);

	/**
	 * Look at a packet that charon's socket received. Must not wait.
	 *
	 * @param data			data of the filter
	 * @param packet		packet, neither changed nor destroyed
	 * @return				TRUE if charon shall not get it
	 */
	bool (*consume)(void *data, packet_t *packet);

	/**
	 * Make receive() return soon. Any thread.
	 *
	 * @param data			data of the filter
	 */
	void (*wake)(void *data);

	/**
	 * Passed to the callbacks.
	 */
	void *data;
};

/**
 * Decorates charon->socket, so that a filter sees what arrives; all else is
 * passed on to the decorated object.
 *
 * It takes the place of charon->socket while the plugin is loaded, when charon
 * has not started its threads yet, and stays: charon destroys it as it would
 * have destroyed the original. What comes and goes, also while packets arrive,
 * is the filter.
 */
struct socket_wrapper_t {

	/**
	 * What charon sees, see socket_manager.h.
	 */
	socket_manager_t manager;

	/**
	 * Set the filter. Returns when the previous one is not used anymore.
	 * Thread-safe, but waits: not from the filter itself, nor from hooks.
	 *
	 * @param filter		filter, borrowed until another one is set; NULL for
	 *						none
	 */
	void (*set_filter)(socket_wrapper_t *this, packet_filter_t *filter);

	/**
	 * Get the decorated object.
	 *
	 * @return				what charon->socket was before
	 */
	socket_manager_t *(*get_original)(socket_wrapper_t *this);
};

/**
 * Put a wrapper around charon->socket, or find the one that is there since the
 * plugin was loaded the last time. For the thread that loads plugins.
 *
 * @return				wrapper, owned by charon
 */
socket_wrapper_t *socket_wrapper_install();

#endif /** SOCKET_WRAPPER_H_ @}*/
