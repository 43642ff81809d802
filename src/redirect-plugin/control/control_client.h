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
 * @defgroup control_client control_client
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_CLIENT_H_
#define CONTROL_CLIENT_H_

#include "control_server.h"

#include <vici_dispatcher.h>

/**
 * What a long answer comes from, piece by piece.
 */
struct control_source_t {

	/**
	 * Get the next piece. Called by a job, one thread at a time. No mutex is held,
	 * so it may look for long.
	 *
	 * @return			contents of an event, owned by the caller, NULL at the end
	 */
	vici_message_t *(*next)(control_source_t *this);

	/**
	 * Destroy the source, after its end or when its client is gone.
	 */
	void (*destroy)(control_source_t *this);
};

/**
 * A client of the control socket: reads its requests and writes what it is
 * sent, without ever waiting for it. Referenced by who uses it.
 */
struct control_client_t {

	/**
	 * Begin to read requests. The client is closed, and gone is told, when it
	 * disconnects or sends nonsense.
	 */
	void (*start)(control_client_t *this);

	/**
	 * Send a message. Any thread, not from hooks.
	 *
	 * @param op		operation
	 * @param name		name of an event, NULL without
	 * @param contents	encoded contents, may be empty
	 * @return			octets that wait for the client
	 */
	size_t (*send)(control_client_t *this, vici_operation_t op,
				   const char *name, chunk_t contents);

	/**
	 * Note what the answer of the request that is being answered comes from.
	 *
	 * @param event		name of the event each piece is sent as, static
	 * @param source	pieces, adopted
	 */
	void (*set_source)(control_client_t *this, const char *event,
					   control_source_t *source);

	/**
	 * Answer the request: with the pieces of its source, if it has one, each time
	 * the client has read some of what waits, and then with a response.
	 *
	 * @param contents	encoded response
	 */
	void (*answer)(control_client_t *this, chunk_t contents);

	/**
	 * Check whether there is room for an event; a client that did not read
	 * for too long is closed.
	 */
	bool (*accepts_event)(control_client_t *this);

	/**
	 * Find out how long nothing was asked or answered. Any thread.
	 *
	 * @return			milliseconds, -1 while a request is answered
	 */
	int64_t (*get_idle)(control_client_t *this);

	/**
	 * Disconnect the client. Any thread, does not wait.
	 */
	void (*close)(control_client_t *this);

	/**
	 * Get another reference.
	 */
	control_client_t *(*get_ref)(control_client_t *this);

	/**
	 * Release a reference.
	 */
	void (*put_ref)(control_client_t *this);

	/**
	 * Take the client from the watcher, when no worker is left that serves it.
	 */
	void (*stop)(control_client_t *this);

	/** events it listens to, as bits; for the server */
	uint32_t events;

	/** TRUE if it was closed to make room; for the server */
	bool leaving;
};

/**
 * What a client tells its server.
 */
typedef struct {

	/**
	 * A message was read.
	 *
	 * @param client	client
	 * @param op		operation
	 * @param name		name of the command or event
	 * @param contents	contents, valid during the call
	 */
	void (*message)(void *data, control_client_t *client, vici_operation_t op,
					char *name, chunk_t contents);

	/**
	 * The client is closed, and reads nothing anymore.
	 *
	 * @param slow		TRUE if it did not read
	 */
	void (*gone)(void *data, control_client_t *client, bool slow);

	/** passed to both */
	void *data;

	/** octets that wait for all clients, atomic */
	size_t *waiting;

	/** milliseconds in which a client has to read something of its answer */
	uint32_t patience;

} control_client_owner_t;

/**
 * Create a client with one reference.
 *
 * @param fd			connection, adopted
 * @param owner			what it tells its server, copied
 * @return				client
 */
control_client_t *control_client_create(int fd,
										const control_client_owner_t *owner);

#endif /** CONTROL_CLIENT_H_ @}*/
