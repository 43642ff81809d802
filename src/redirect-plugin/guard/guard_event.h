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
 * @defgroup guard_event guard_event
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_EVENT_H_
#define GUARD_EVENT_H_

#include "wire/notify_data.h"

#include <library.h>

typedef enum guard_count_t guard_count_t;
typedef enum guard_phase_t guard_phase_t;
typedef struct guard_event_t guard_event_t;

/**
 * What the guard counts, logs and tells; first refusals, then outcomes.
 */
enum guard_count_t {
	/** notify that wire/ refuses, see wire_verdict_t */
	GUARD_MALFORMED,
	/** REDIRECT from the original initiator (R10-1) */
	GUARD_ROLE,
	/** notify in a message where it has no meaning */
	GUARD_MISPLACED,
	/** second notify of a kind in one message */
	GUARD_DUPLICATE,
	/** REDIRECT in an intermediate IKE_AUTH response (R6-9, R6-10) */
	GUARD_INTERMEDIATE,
	/** nonce in IKE_SA_INIT is not Ni (R3-6, R3-7) */
	GUARD_NONCE,
	/** REDIRECT although support was not announced (R3-1, R3-4) */
	GUARD_UNANNOUNCED,
	/** more than max_redirects in loop_detect_period (R7-1) */
	GUARD_LOOP,
	/** target is in the list of those denied */
	GUARD_DENIED,
	/** target is not in the list of those accepted */
	GUARD_NOT_ACCEPTED,
	/** target did not answer a short time ago */
	GUARD_DEAD,
	/** target is the gateway the client talks to already */
	GUARD_SAME,
	/** target is an address of this host */
	GUARD_OWN,
	/** another REDIRECT for the IKE_SA is being followed */
	GUARD_BUSY,
	/** the IKE_SA cannot be redirected in its state */
	GUARD_STATE,
	/** gateway was not authenticated (R6-3, R6-8) */
	GUARD_UNAUTHENTICATED,
	/** name does not resolve, or not in time */
	GUARD_UNRESOLVED,
	/** no address of a family and route that this host can use */
	GUARD_UNREACHABLE,
	/** no room in a table */
	GUARD_FULL,
	/** REDIRECT accepted */
	GUARD_ACCEPTED,
	/** IKE_SA_INIT sent to a gateway named by REDIRECT */
	GUARD_FOLLOWED,
	/** IKE_SA established with the gateway named by REDIRECT */
	GUARD_ARRIVED,
	/** an address of the target did not answer in time */
	GUARD_SILENT,
	/** set-up with the target failed */
	GUARD_FAILED,
	/** client went back to the gateway that is configured */
	GUARD_RETURNED,
	/** run of the hook script dropped, the queue is full */
	GUARD_HOOK_DROPPED,
	/** number of counters */
	GUARD_COUNT_MAX,
};

/**
 * Names of counters, as logs, metrics and events show them.
 */
extern enum_name_t *guard_count_names;

/**
 * When a REDIRECT came.
 */
enum guard_phase_t {
	/** none */
	GUARD_PHASE_NONE,
	/** IKE_SA_INIT response: nobody is authenticated (section 3) */
	GUARD_PHASE_INIT,
	/** first IKE_AUTH response of several: gateway authenticated, client not
	 * (section 6) */
	GUARD_PHASE_IDENTITY,
	/** last IKE_AUTH response (section 6) */
	GUARD_PHASE_AUTH,
	/** INFORMATIONAL in an active session (section 5) */
	GUARD_PHASE_ACTIVE,
};

/**
 * Names of phases.
 */
extern enum_name_t *guard_phase_names;

/**
 * Something happened; borrowed for the time of the call.
 */
struct guard_event_t {

	/** what happened, or why a notify was refused */
	guard_count_t count;

	/** reason of wire/ with GUARD_MALFORMED, WIRE_OK otherwise */
	wire_verdict_t verdict;

	/** phase, NONE if that is not known */
	guard_phase_t phase;

	/** TRUE if the gateway that told it was authenticated */
	bool authenticated;

	/** name of the connection, NULL if not known */
	const char *connection;

	/** unique ID of the IKE_SA */
	uint32_t unique;

	/** gateway the notify came from, NULL if not known */
	host_t *from;

	/** gateway it names, type NONE if not known */
	gateway_identity_t gateway;

	/** name that was refused, as redirect_name_print() writes it, or NULL */
	const char *refused;
};

/**
 * Observer of events.
 *
 * @param data		data given with the observer
 * @param event		what happened
 */
typedef void (*guard_observer_t)(void *data, const guard_event_t *event);

#endif /** GUARD_EVENT_H_ @}*/
