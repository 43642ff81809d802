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
 * @defgroup control_server control_server
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_SERVER_H_
#define CONTROL_SERVER_H_

#include <vici_message.h>

#include <library.h>

typedef struct control_server_t control_server_t;
typedef struct control_client_t control_client_t;
typedef struct control_source_t control_source_t;

/**
 * Longest message of a client, in octets.
 */
#define CONTROL_REQUEST_MAX (64 * 1024)

/**
 * Octets of events that wait for a client. One that reads too slowly for that
 * is disconnected.
 */
#define CONTROL_EVENTS_MAX (64 * 1024)

/**
 * Octets that wait for one client, and for all of them, while they are being
 * answered.
 */
#define CONTROL_ANSWER_MAX (16 * 1024 * 1024)
#define CONTROL_ANSWERS_MAX (32 * 1024 * 1024)

/**
 * Octets that wait for a client which is fed from a source.
 */
#define CONTROL_FEED (256 * 1024)

/**
 * Seconds in which a client has to read something of its answer, or is
 * disconnected.
 */
#define CONTROL_PATIENCE 60

/**
 * Most events a server can have.
 */
#define CONTROL_SERVER_EVENTS 32

/**
 * Answers a command.
 *
 * @param data			data of the command
 * @param client		client that asks, to stream events to
 * @param request		arguments of the command
 * @return				response
 */
typedef vici_message_t *(*control_command_t)(void *data,
											 control_client_t *client,
											 vici_message_t *request);

/**
 * Serves VICI clients on a socket of its own. Messages are made and read by the
 * code of strongSwan's vici plugin; its socket is not used, because it keeps
 * what a client does not read without limit, and waits for such clients when
 * charon is stopped.
 *
 * A request is answered by a worker that nothing else waits for; the client's
 * next request is read when the answer is on its way. No method waits for a
 * client. Thread-safe.
 *
 * When all places are taken, the client that asked nothing for the longest time
 * gives way to a new one: who forgets its connections keeps nobody out. Clients
 * that follow events stay, but an eighth of the places is not for them.
 */
struct control_server_t {

	/**
	 * Offer a command. Before clients are accepted.
	 *
	 * @param name		name, static
	 * @param command	answers it
	 * @param data		passed to command
	 */
	void (*add_command)(control_server_t *this, const char *name,
						control_command_t command, void *data);

	/**
	 * Accept clients.
	 *
	 * @param uri		URI of the socket
	 * @param clients	most clients at a time
	 * @return			FALSE if there is no such socket
	 */
	bool (*start)(control_server_t *this, const char *uri, u_int clients);

	/**
	 * Check whether a client listens for an event. Any thread, no locks.
	 *
	 * @param event		position in the events of the server
	 */
	bool (*has_listeners)(control_server_t *this, int event);

	/**
	 * Send an event to all clients that listen. Not from hooks.
	 *
	 * @param event		position in the events of the server
	 * @param message	contents, adopted; may be NULL
	 */
	void (*raise)(control_server_t *this, int event, vici_message_t *message);

	/**
	 * Send an event to a client whose request is being answered.
	 *
	 * @param client	client
	 * @param event		position in the events of the server
	 * @param message	contents, adopted; may be NULL
	 */
	void (*stream)(control_server_t *this, control_client_t *client, int event,
				   vici_message_t *message);

	/**
	 * Send events to a client whose request is being answered, as fast as it
	 * reads: a few of them wait at a time, however many there are. The response of
	 * the command comes after them.
	 *
	 * @param client	client
	 * @param event		position in the events of the server
	 * @param source	contents, adopted
	 */
	void (*feed)(control_server_t *this, control_client_t *client, int event,
				 control_source_t *source);

	/**
	 * Number of clients; any thread.
	 */
	u_int (*get_clients)(control_server_t *this);

	/**
	 * Number of clients disconnected because they did not read, gave way to
	 * others, or that there was no room for; any thread.
	 */
	uint64_t (*get_dropped)(control_server_t *this);

	/**
	 * Destroy the server; none of its jobs may be left.
	 */
	void (*destroy)(control_server_t *this);
};

/**
 * Create a server without socket.
 *
 * @param events		names of events, static, ends with NULL
 * @param lasting		number of the first of them that are raised, others are
 *						streamed
 */
control_server_t *control_server_create(const char *const *events, int lasting);

#endif /** CONTROL_SERVER_H_ @}*/
