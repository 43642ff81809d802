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
 * @defgroup session_listener session_listener
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_LISTENER_H_
#define SESSION_LISTENER_H_

#include "session_mover.h"
#include "clients/client_table.h"

#include <bus/listeners/listener.h>

typedef struct session_listener_t session_listener_t;

/**
 * Keeps the session table up to date. Hooks only take its mutex and queue jobs.
 */
struct session_listener_t {

	/**
	 * To be added to the bus
	 */
	listener_t listener;

	/**
	 * Destroy the listener, after it was removed from the bus.
	 */
	void (*destroy)(session_listener_t *this);
};

/**
 * Create the listener.
 *
 * @param table			table to keep up to date, has to outlive the listener
 * @param mover			mover, has to outlive the listener
 * @param clients		knows where clients came from that are being set up, and
 *						forgets them once they are sessions; has to outlive it
 */
session_listener_t *session_listener_create(session_table_t *table,
											session_mover_t *mover,
											client_table_t *clients);

/**
 * Check if a message, received and in plain, asks to delete its IKE_SA.
 */
bool session_is_deleted(message_t *message);

#endif /** SESSION_LISTENER_H_ @}*/
