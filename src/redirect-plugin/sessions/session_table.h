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

#include "departures.h"
#include "session_filter.h"
#include "session_info.h"

#include <sa/ike_sa.h>

typedef struct session_table_t session_table_t;

/**
 * Most sessions known at a time; charon's own IKE_SAs are much larger. Sessions
 * beyond it are served, but neither shown nor moved, and counted as dropped.
 */
#define SESSION_TABLE_MAX (1024 * 1024)

/**
 * Established IKE_SAs, by the unique id of their IKE_SA, in the order they were
 * established.
 *
 * Thread-safe. Hooks may call what says so: they take a mutex that is held for
 * a look-up, or for a few sessions, but never while all of them are looked at or
 * compared with a filter. A session is referenced by who holds a session_t; it
 * stays valid after the IKE_SA is gone.
 *
 * One drain at a time has members, that are counted and queued as they change.
 */
struct session_table_t {

	/**
	 * An IKE_SA was established. For hooks.
	 *
	 * @param ike_sa		IKE_SA, held by the caller
	 * @param from			gateway that redirected the client here, version 0 if none
	 */
	void (*add)(session_table_t *this, ike_sa_t *ike_sa,
				const ip_address_t *from);

	/**
	 * An IKE_SA was rekeyed, the session goes on. For hooks.
	 *
	 * @param old			old IKE_SA, held by the caller
	 * @param new			new IKE_SA, held by the caller
	 */
	void (*rekey)(session_table_t *this, ike_sa_t *old, ike_sa_t *new);

	/**
	 * An address of an IKE_SA changes. For hooks.
	 *
	 * @param unique_id		unique id of the IKE_SA
	 * @param local			address of this gateway from now on
	 * @param remote		address of the client from now on
	 */
	void (*update)(session_table_t *this, uint32_t unique_id, host_t *local,
				   host_t *remote);

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
	 * Enumerate the sessions there are, in the order they were established; those
	 * that come meanwhile are not met, so it ends however slow the caller is. The
	 * mutex is taken for a few at a time.
	 *
	 * @param filter		which sessions, NULL for all; has to outlive it
	 * @return				enumerator over session_t*, const session_info_t*; both
	 *						are valid until the next one, the info is without id
	 */
	enumerator_t *(*create_enumerator)(session_table_t *this,
									   const session_filter_t *filter);

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
	 * Make sessions the members of a drain, in place of those of the last one.
	 *
	 * @param run			number of the drain, another one than before; 0 for no
	 *						members
	 * @param all			TRUE for all sessions and those to come
	 * @param filter		which sessions, if not all
	 */
	void (*enlist)(session_table_t *this, uint32_t run, bool all,
				   const session_filter_t *filter);

	/**
	 * Count the members.
	 *
	 * @param counts		receives the numbers
	 */
	void (*get_counts)(session_table_t *this, session_counts_t *counts);

	/**
	 * Take a member whose turn comes, by chance.
	 *
	 * @return				session to be released, and to be told about with
	 *						set_stuck() or begin(), or put_back(); NULL if none
	 */
	session_t *(*take)(session_table_t *this);

	/**
	 * A session that was taken may be taken again, if nothing else was told.
	 *
	 * @param session		session
	 */
	void (*put_back)(session_table_t *this, session_t *session);

	/**
	 * Let members that are stuck have their turn again.
	 *
	 * @param stuck			why they are
	 * @param before		only those that were asked for last before then
	 * @param may			asked about each, may be NULL; TRUE if it may be sent a
	 *						redirect once more even after SESSION_TRIES of them
	 * @param data			passed to may
	 */
	void (*retry)(session_table_t *this, session_stuck_t stuck, time_t before,
				  bool (*may)(void *data, const session_info_t *info),
				  void *data);

	/**
	 * Note why a session stays; tries count from zero again if it was not moved
	 * in this run yet.
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
	 * The redirect is put on the wire.
	 *
	 * @param session		session
	 */
	void (*built)(session_table_t *this, session_t *session);

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
	 * Get sessions that are on their way, oldest first.
	 *
	 * @param state			ASKED or DELETING since a time, or LEAVING whose grace
	 *						is over
	 * @param now			time that is over
	 * @return				array_t of session_t*, each to be released
	 */
	array_t *(*get_due)(session_table_t *this, session_state_t state,
						time_t now);

	/**
	 * Conclude a session whose grace is over.
	 *
	 * @param session		session
	 * @param verdict		what becomes of it
	 * @return				TRUE if it was concluded now
	 */
	bool (*conclude)(session_table_t *this, session_t *session,
					 session_verdict_t verdict);

	/**
	 * Note that the gateway deletes an IKE_SA, and count what for.
	 *
	 * @param session		session
	 * @param reason		what for
	 * @return				FALSE if it is gone, or deleted already
	 */
	bool (*cut)(session_table_t *this, session_t *session,
				session_deleted_t reason);

	/**
	 * Tell of clients that left and did not come back, and of those whose
	 * gateway was shown to be alive since.
	 *
	 * @param proven		asked for the time a gateway was shown to be alive, at a
	 *						given time or later; 0 if it was not; may be NULL
	 * @param data			passed to proven
	 */
	void (*settle)(session_table_t *this,
				   time_t (*proven)(void *data, const char *gateway,
									time_t since), void *data);

	/**
	 * Get another reference to a session.
	 *
	 * @param session		session
	 * @return				the same session, to be released once more
	 */
	session_t *(*get_ref)(session_table_t *this, session_t *session);

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
	 * Number of IKE_SAs that were deleted for a reason; any thread.
	 */
	uint64_t (*get_deleted)(session_table_t *this, session_deleted_t reason);

	/**
	 * Number of sessions there was no room for; any thread.
	 */
	uint64_t (*get_dropped)(session_table_t *this);

	/**
	 * Set who is told of outcomes, of SESSION_SENT and SESSION_DEPARTED. Called
	 * by hooks under the bus mutex and by jobs: must not wait, nor call into the
	 * table.
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
