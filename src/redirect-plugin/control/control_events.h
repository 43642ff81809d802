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
 * @defgroup control_events control_events
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_EVENTS_H_
#define CONTROL_EVENTS_H_

#include "control_parts.h"
#include "control_server.h"

typedef struct control_events_t control_events_t;
typedef enum control_event_t control_event_t;

/**
 * Events of the control socket.
 */
enum control_event_t {
	/** a client was redirected, refused or served */
	CONTROL_DECISION,
	/** what became of a redirect in an active session */
	CONTROL_OUTCOME,
	/** a gateway changed */
	CONTROL_GATEWAY_STATE,
	/** a drain goes on */
	CONTROL_DRAIN_PROGRESS,
	/** the guard refused or followed something */
	CONTROL_GUARD,
	/** part of the answer to command gateways */
	CONTROL_LIST_GATEWAY,
	/** part of the answer to command rules */
	CONTROL_LIST_RULE,
	/** part of the answer to command sessions */
	CONTROL_LIST_SESSION,
	/** part of the answer to command fleet */
	CONTROL_LIST_MEMBER,
	/** part of the answer to command counters */
	CONTROL_LIST_COUNTER,
	/** part of the answer to command metrics */
	CONTROL_METRICS,
	/** number of events */
	CONTROL_EVENT_MAX,
};

/**
 * Names of events, ends with NULL.
 */
extern const char *const control_event_names[];

/**
 * Events that wait to be sent; more that happen at a time are dropped, counted,
 * and told with the next one.
 */
#define CONTROL_EVENTS_WAITING 512

/**
 * Tells clients of the control socket what happens. Hooks and hot paths only
 * copy into a ring of fixed size, and only if a client listens; a job sends.
 */
struct control_events_t {

	/**
	 * Raise events for gateways that changed; to be called once a second.
	 */
	void (*tick)(control_events_t *this);

	/**
	 * Number of events that were dropped; any thread.
	 */
	uint64_t (*get_dropped)(control_events_t *this);

	/**
	 * Stop to observe.
	 */
	void (*stop)(control_events_t *this);

	/**
	 * Destroy it, once stopped and without jobs.
	 */
	void (*destroy)(control_events_t *this);
};

/**
 * Observe all parts.
 *
 * @param parts			parts, have to outlive this
 * @param server		server, has to outlive this
 */
control_events_t *control_events_create(const control_parts_t *parts,
										control_server_t *server);

#endif /** CONTROL_EVENTS_H_ @}*/
