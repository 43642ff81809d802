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
 * @defgroup session_mover session_mover
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_MOVER_H_
#define SESSION_MOVER_H_

#include "session_table.h"
#include "policy/policy_engine.h"

typedef struct session_mover_t session_mover_t;
typedef struct session_order_t session_order_t;

/**
 * How sessions are moved, shared by all that are moved in the same way.
 */
struct session_order_t {

	/** who uses it, see session_order_get() */
	refcount_t refs;

	/** gateways it is limited to; ids belongs to the order */
	redirect_scope_t scope;

	/** TRUE if scope applies */
	bool limited;

	/** grace and what follows it; the gateway is filled in by decide() */
	session_move_t move;

	/**
	 * Asked by the job, right before a session is moved.
	 *
	 * @param data		data of the order
	 * @return			FALSE if that is not wanted anymore
	 */
	bool (*wanted)(void *data, const session_order_t *order);

	/**
	 * Told by the job what came of it, also if it was not wanted.
	 *
	 * @param data		data of the order
	 * @param stuck		why it stays, see session_mover_t.move
	 */
	void (*done)(void *data, const session_order_t *order,
				 session_stuck_t stuck);

	/** passed to wanted and done */
	void *data;
};

/**
 * Get another reference to an order.
 */
session_order_t *session_order_get(session_order_t *order);

/**
 * Release a reference to an order.
 *
 * @param order			order, may be NULL
 */
void session_order_put(session_order_t *order);

/**
 * Moves sessions to other gateways, one at a time: asks the policy, sends the
 * redirect, and deletes the IKE_SA if the client does not leave (R5-8).
 *
 * Thread-safe. Holds one IKE_SA at most, and never waits for an answer.
 */
struct session_mover_t {

	/**
	 * Move a session to the gateway that the policy chooses. Checks out its
	 * IKE_SA, so it belongs into a job.
	 *
	 * @param session		session, borrowed
	 * @param order			how it is moved
	 * @return				why it stays, SESSION_NOT_STUCK if it was redirected,
	 *						is already on its way, or is gone
	 */
	session_stuck_t (*move)(session_mover_t *this, session_t *session,
							const session_order_t *order);

	/**
	 * Move a session after a while, in a job of its own.
	 *
	 * @param session		session, adopted
	 * @param order			how it is moved, referenced; wanted and done are set
	 * @param delay			milliseconds until then
	 */
	void (*move_later)(session_mover_t *this, session_t *session,
					   session_order_t *order, uint32_t delay);

	/**
	 * Have the IKE_SA of a session deleted by a job: charon sends the DELETE
	 * (R5-8).
	 *
	 * @param session		session, borrowed
	 */
	void (*delete)(session_mover_t *this, session_t *session);

	/**
	 * Redirect a session as it was decided before. For jobs as well.
	 *
	 * @param session		session, borrowed
	 * @param target		gateway to send it to
	 * @param move			grace and what follows it
	 * @return				like that of move()
	 */
	session_stuck_t (*send)(session_mover_t *this, session_t *session,
							const gateway_identity_t *target,
							const session_move_t *move);

	/**
	 * Have a redirect sent that waited in an IKE_SA that was rekeyed. Queues a
	 * job, for hooks.
	 *
	 * @param unique_id		unique id of the new IKE_SA
	 */
	void (*resume)(session_mover_t *this, uint32_t unique_id);

	/**
	 * Conclude sessions whose grace is over; to be called once a second.
	 *
	 * @param again			asked whether a client that did not leave is
	 *						redirected once more; NULL for never
	 * @param data			passed to again
	 */
	void (*expire)(session_mover_t *this,
				   bool (*again)(void *data, const session_info_t *info),
				   void *data);

	/**
	 * Destroy the mover; none of its jobs may be left.
	 */
	void (*destroy)(session_mover_t *this);
};

/**
 * Create a mover.
 *
 * @param table			sessions, has to outlive the mover
 * @param engine		decides, has to outlive the mover
 */
session_mover_t *session_mover_create(session_table_t *table,
									  policy_engine_t *engine);

#endif /** SESSION_MOVER_H_ @}*/
