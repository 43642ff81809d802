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
 * @defgroup ipc ipc
 * @{ @ingroup redirectctl
 */

#ifndef IPC_H_
#define IPC_H_

#include <vici_builder.h>
#include <vici_message.h>

typedef struct ipc_t ipc_t;

/**
 * A connection to the control socket. Methods wait for the daemon.
 */
struct ipc_t {

	/**
	 * Send a command and receive its answer, with the events it streams.
	 *
	 * @param command	command
	 * @param request	arguments, borrowed; NULL for none
	 * @param event		event that the command streams, NULL for none
	 * @param streamed	called with each message of it, that is borrowed
	 * @param data		passed to streamed
	 * @return			answer, NULL with a complaint if there is none
	 */
	vici_message_t *(*request)(ipc_t *this, const char *command,
							   vici_message_t *request, const char *event,
							   void (*streamed)(void *data,
												vici_message_t *message),
							   void *data);

	/**
	 * Ask for an event from now on.
	 *
	 * @return			FALSE with a complaint if there is no such event
	 */
	bool (*listen)(ipc_t *this, const char *event);

	/**
	 * Wait for an event.
	 *
	 * @param name		receives its name
	 * @param timeout	milliseconds, -1 for ever
	 * @return			message to be destroyed; NULL after the timeout, with
	 *					name empty, or with a complaint if the connection is gone
	 */
	vici_message_t *(*wait)(ipc_t *this, char name[257], int timeout);

	/**
	 * Disconnect.
	 */
	void (*destroy)(ipc_t *this);
};

/**
 * Connect to a socket.
 *
 * @param uri		unix://PATH, PATH or tcp://HOST:PORT
 * @return			connection, NULL with a complaint that tells what to do
 */
ipc_t *ipc_create(const char *uri);

#endif /** IPC_H_ @}*/
