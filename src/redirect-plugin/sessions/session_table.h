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
 * @defgroup session_table session_table
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_TABLE_H_
#define SESSION_TABLE_H_

#include "session_filter.h"
#include "gateways/gateway.h"

#include <sa/ike_sa.h>

typedef struct session_table_t session_table_t;
typedef struct session_t session_t;
typedef struct session_info_t session_info_t;
typedef struct session_move_t session_move_t;
typedef enum session_state_t session_state_t;
typedef enum session_stuck_t session_stuck_t;
typedef enum session_outcome_t session_outcome_t;

/**
 * Most sessions known at a time; charon's own IKE_SAs are much larger. Sessions
 * beyond it are served, but neither shown nor moved, and counted as dropped.
 */
#define SESSION_TABLE_MAX (1024 * 1024)

/**
 * Room for an identity in a copy, longer ones are cut.
 */
#define SESSION_ID_MAX 128

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
	/** the IKE_SA is being rekeyed or has another task: is tried again */
	SESSION_STUCK_BUSY,
	/** number of reasons */
	SESSION_STUCK_MAX,
};

/**
 * Names of reasons, for operators.
 */
extern enum_name_t *session_stuck_names;

/**
 * What became of a redirect that was sent in an active session.
 */
enum session_outcome_t {
	/** client sent a DELETE */
	SESSION_FOLLOWED,
	/** client acknowledged, but did not leave within its grace */
	SESSION_IGNORED,
	/** client did not acknowledge, the IKE_SA is gone */
	SESSION_EXPIRED,
	/** client answered with an error */
	SESSION_REFUSED,
	/** the IKE_SA ended for another reason while the grace ran */
	SESSION_ENDED,
	/** number of outcomes */
	SESSION_OUTCOME_MAX,
};

/**
 * Names of outcomes, for operators and counters.
 */
extern enum_name_t *session_outcome_names;

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

	/** times it was sent one in this run */
	uint32_t tries;

	/** TRUE if the IKE_SA was rekeyed since */
	bool rekeyed;
};

/**
 * A redirect that is to be sent to a session.
 */
struct session_move_t {

	/** name of the gateway */
	const char *gateway;

	/** time from the acknowledgement to the DELETE in seconds, or
	 * SESSION_GRACE_NEVER */
	uint32_t grace;

	/** TRUE to keep the session if the client does not follow */
	bool keep;

	/** number of the run of an engine that moves it, 0 for none */
	uint32_t run;
};

/**
 * Established IKE_SAs, by the unique id of their IKE_SA, in the order they were
 * established.
 *
 * Thread-safe. Hooks may call what says so: they take a mutex that is held for
 * a look-up only. A session is referenced by who holds a session_t; it stays
 * valid after the IKE_SA is gone.
 */
struct session_table_t {

	/**
	 * An IKE_SA was established. For hooks.
	 *
	 * @param ike_sa		IKE_SA, held by the caller
	 */
	void (*add)(session_table_t *this, ike_sa_t *ike_sa);

	/**
	 * An IKE_SA was rekeyed, the session goes on. For hooks.
	 *
	 * @param old			old IKE_SA, held by the caller
	 * @param new			new IKE_SA, held by the caller
	 */
	void (*rekey)(session_table_t *this, ike_sa_t *old, ike_sa_t *new);

	/**
	 * The client has sent a DELETE for its IKE_SA. For hooks.
	 *
	 * @param unique_id		unique id of the IKE_SA
	 */
	void (*client_deletes)(session_table_t *this, uint32_t unique_id);

	/**
	 * An IKE_SA is gone. For hooks.
	 *
	 * @param unique_id		unique id of the IKE_SA
	 */
	void (*remove)(session_table_t *this, uint32_t unique_id);

	/**
	 * Find a session. For hooks.
	 *
	 * @param unique_id		unique id of the IKE_SA
	 * @return				session to be released, NULL if there is none
	 */
	session_t *(*find)(session_table_t *this, uint32_t unique_id);

	/**
	 * Get sessions.
	 *
	 * @param filter		which sessions, NULL for all
	 * @param wanted		called with a look at each that passes the filter,
	 *						must not call into the table; NULL for all
	 * @param data			passed to wanted
	 * @return				array_t of session_t*, each to be released
	 */
	array_t *(*collect)(session_table_t *this, const session_filter_t *filter,
						bool (*wanted)(void *data, const session_info_t *info),
						void *data);

	/**
	 * Copy what is known of a session.
	 *
	 * @param session		session
	 * @param info			receives the copy
	 * @return				FALSE if its IKE_SA is gone
	 */
	bool (*get_info)(session_table_t *this, session_t *session,
					 session_info_t *info);

	/**
	 * Get the id to check out the IKE_SA with.
	 *
	 * @param session		session
	 * @return				id to be destroyed, NULL if the IKE_SA is gone
	 */
	ike_sa_id_t *(*get_id)(session_table_t *this, session_t *session);

	/**
	 * Count tries from zero again, if the session was not moved in this run
	 * yet, and note why it stays.
	 *
	 * @param session		session
	 * @param run			number of the run
	 * @param stuck			why it stays
	 */
	void (*set_stuck)(session_table_t *this, session_t *session, uint32_t run,
					  session_stuck_t stuck);

	/**
	 * A redirect is going to be sent.
	 *
	 * @param session		session
	 * @param move			what is sent, copied
	 * @return				FALSE if one is on its way, or the IKE_SA is gone
	 */
	bool (*begin)(session_table_t *this, session_t *session,
				  const session_move_t *move);

	/**
	 * The client has answered the redirect.
	 *
	 * @param session		session
	 * @param refused		TRUE if it answered with an error
	 */
	void (*answered)(session_table_t *this, session_t *session, bool refused);

	/**
	 * The redirect was withdrawn without an answer, while the session goes on:
	 * the IKE_SA it was sent in was replaced. It may be redirected again.
	 *
	 * @param session		session
	 */
	void (*unanswered)(session_table_t *this, session_t *session);

	/**
	 * Get sessions whose grace is over.
	 *
	 * @param now			time_monotonic()
	 * @return				array_t of session_t*, each to be released
	 */
	array_t *(*get_due)(session_table_t *this, time_t now);

	/**
	 * Conclude a session whose grace is over.
	 *
	 * @param session		session
	 * @param again			TRUE if it is going to be redirected once more
	 * @return				TRUE if the IKE_SA has to be deleted now
	 */
	bool (*conclude)(session_table_t *this, session_t *session, bool again);

	/**
	 * Release a session.
	 *
	 * @param session		session, may be NULL
	 */
	void (*release)(session_table_t *this, session_t *session);

	/**
	 * Number of sessions in a state; any thread.
	 */
	u_int (*get_count)(session_table_t *this, session_state_t state);

	/**
	 * Number of redirects that had an outcome; any thread.
	 */
	uint64_t (*get_outcome)(session_table_t *this, session_outcome_t outcome);

	/**
	 * Number of sessions there was no room for; any thread.
	 */
	uint64_t (*get_dropped)(session_table_t *this);

	/**
	 * Set who is told of outcomes. Called by hooks under the bus mutex and by
	 * jobs: must not wait, nor call into the table.
	 *
	 * @param told			function
	 * @param data			passed to it
	 */
	void (*set_observer)(session_table_t *this,
						 void (*told)(void *data, const session_info_t *info,
									  session_outcome_t outcome), void *data);

	/**
	 * Destroy the table; nobody may hold a session anymore.
	 */
	void (*destroy)(session_table_t *this);
};

/**
 * Create an empty table.
 */
session_table_t *session_table_create();

#endif /** SESSION_TABLE_H_ @}*/
