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
 * @defgroup session_info session_info
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_INFO_H_
#define SESSION_INFO_H_

#include "gateways/gateway.h"

typedef struct session_info_t session_info_t;
typedef struct session_move_t session_move_t;
typedef struct session_counts_t session_counts_t;
typedef enum session_state_t session_state_t;
typedef enum session_stuck_t session_stuck_t;
typedef enum session_outcome_t session_outcome_t;
typedef enum session_ignored_t session_ignored_t;
typedef enum session_deleted_t session_deleted_t;
typedef enum session_verdict_t session_verdict_t;

/**
 * Room for an identity in a copy, longer ones are cut.
 */
#define SESSION_ID_MAX 128

/**
 * Most times a client is sent a redirect in one run.
 */
#define SESSION_TRIES 3

/**
 * Longest time a client that left is expected back, in seconds.
 */
#define SESSION_RETURN_MAX 300

/**
 * Where a session is on its way to another gateway.
 */
enum session_state_t {
	/** it was not redirected */
	SESSION_HERE,
	/** a redirect is sent and not acknowledged yet */
	SESSION_ASKED,
	/** the client has acknowledged, its grace runs (R5-9) */
	SESSION_LEAVING,
	/** the client has sent a DELETE after the redirect (R5-7) */
	SESSION_LEFT,
	/** the gateway deletes the IKE_SA, as the client did not (R5-8) */
	SESSION_DELETING,
	/** number of states */
	SESSION_STATE_MAX,
};

/**
 * Names of states, for operators.
 */
extern enum_name_t *session_state_names;

/**
 * Why a session stays where it is.
 */
enum session_stuck_t {
	/** it does not */
	SESSION_NOT_STUCK,
	/** client did not announce support (R3-4) */
	SESSION_STUCK_UNSUPPORTED,
	/** it is an IKEv1 one, which has no redirects */
	SESSION_STUCK_IKEV1,
	/** this host is the initiator (R10-1) */
	SESSION_STUCK_INITIATOR,
	/** a rule serves the client here, or chose this gateway */
	SESSION_STUCK_SERVED,
	/** there is no gateway to send it to */
	SESSION_STUCK_NO_GATEWAY,
	/** client acknowledged, but did not leave within its grace */
	SESSION_STUCK_IGNORED,
	/** client answered with an error */
	SESSION_STUCK_REFUSED,
	/** client left and came back, each time it was redirected */
	SESSION_STUCK_RETURNED,
	/** the IKE_SA is being rekeyed or has another task: is tried again */
	SESSION_STUCK_BUSY,
	/** number of reasons */
	SESSION_STUCK_MAX,
	/** nothing was sent as it is gone, on its way, or not wanted anymore; never
	 * the reason of a session */
	SESSION_STUCK_NOTHING = SESSION_STUCK_MAX,
};

/**
 * Names of reasons, for operators.
 */
extern enum_name_t *session_stuck_names;

/**
 * What became of a redirect that was sent in an active session.
 */
enum session_outcome_t {
	/** client left, and did not come back within its grace or its gateway was
	 * shown to be alive since */
	SESSION_FOLLOWED,
	/** client acknowledged, but did not leave within its grace */
	SESSION_IGNORED,
	/** client did not acknowledge, the IKE_SA is gone */
	SESSION_EXPIRED,
	/** client answered with an error */
	SESSION_REFUSED,
	/** the IKE_SA ended for another reason while the grace ran */
	SESSION_ENDED,
	/** client left, and is back within its grace: it did not arrive */
	SESSION_RETURNED,
	/** number of outcomes */
	SESSION_OUTCOME_MAX,
	/** no outcome: a redirect was sent */
	SESSION_SENT = SESSION_OUTCOME_MAX,
	/** no outcome: client has sent a DELETE, and may come back */
	SESSION_DEPARTED,
};

/**
 * Names of outcomes, for operators and counters.
 */
extern enum_name_t *session_outcome_names;

/**
 * What happens to a client that does not leave within its grace.
 */
enum session_ignored_t {
	/** it is deleted if its gateway was shown to be alive since it was
	 * redirected, and kept otherwise */
	SESSION_IGNORED_PROVEN,
	/** it is deleted */
	SESSION_IGNORED_DELETE,
	/** it is kept */
	SESSION_IGNORED_KEEP,
};

/**
 * What this gateway deletes IKE_SAs for.
 */
enum session_deleted_t {
	/** client did not leave within its grace (R5-8) */
	SESSION_DELETED_IGNORED,
	/** it was left at the deadline of a drain */
	SESSION_DELETED_DEADLINE,
	/** number of reasons */
	SESSION_DELETED_MAX,
};

/**
 * Names of what IKE_SAs are deleted for, for counters.
 */
extern enum_name_t *session_deleted_names;

/**
 * What is decided about a client that did not leave within its grace.
 */
enum session_verdict_t {
	/** it stays */
	SESSION_KEEP,
	/** it is redirected once more */
	SESSION_AGAIN,
	/** there was no living gateway for it: it waits for one */
	SESSION_WAIT,
	/** its IKE_SA is deleted */
	SESSION_DELETE,
};

/**
 * A copy of what is known of a session. Times are those of time_monotonic().
 */
struct session_info_t {

	/** unique id of the IKE_SA, changes when it is rekeyed */
	uint32_t unique_id;

	/** 1 or 2 */
	uint8_t version;

	/** TRUE if the client announced support for redirects */
	bool supported;

	/** TRUE if this host is the original responder */
	bool responder;

	/** when the client was established here */
	time_t since;

	/** address of this gateway */
	ip_address_t local;

	/** address of the client */
	ip_address_t remote;

	/** gateway that redirected the client here, version 0 if none */
	ip_address_t from;

	/** name of the connection, cut */
	char connection[REDIRECT_NAME_MAX];

	/** EAP identity of the client, IKE identity if it has none, cut */
	char id[SESSION_ID_MAX];

	/** where it is on its way */
	session_state_t state;

	/** why it was not moved */
	session_stuck_t stuck;

	/** gateway it is or was sent to, empty if none */
	char gateway[REDIRECT_NAME_MAX];

	/** run of the engine that sent it, see session_move_t */
	uint32_t run;

	/** when that was sent, 0 if never */
	time_t sent;

	/** when its state changed, or it was asked for and stayed; 0 if never */
	time_t tried;

	/** times it was sent one in this run */
	uint32_t tries;

	/** what happens to it if it does not leave */
	session_ignored_t ignored;

	/** TRUE if the IKE_SA was rekeyed since, or changed its address family */
	bool missed;

	/** TRUE if it belongs to the drain that goes on */
	bool member;
};

/**
 * A redirect that is to be sent to a session.
 */
struct session_move_t {

	/** name of the gateway */
	const char *gateway;

	/** time from the acknowledgement until it is concluded in seconds, or
	 * SESSION_GRACE_NEVER */
	uint32_t grace;

	/** what happens to the session if the client does not leave by then */
	session_ignored_t ignored;

	/** number of the run of an engine that moves it, 0 for none */
	uint32_t run;
};

/**
 * Sessions of a drain by what they wait for.
 */
struct session_counts_t {

	/** by state */
	u_int states[SESSION_STATE_MAX];

	/** those that are here, by reason; not stuck: their turn has not come */
	u_int stuck[SESSION_STUCK_MAX];

	/** clients that left and may come back */
	u_int departed;
};

#endif /** SESSION_INFO_H_ @}*/
