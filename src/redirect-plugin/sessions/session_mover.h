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

#include "session_order.h"
#include "wire/gateway_identity.h"

typedef struct session_mover_t session_mover_t;

/**
 * Told by the job what came of moving a session.
 *
 * @param data			as given
 * @param session		session, borrowed
 * @param stuck			see session_mover_t.move
 */
typedef void (*session_moved_t)(void *data, session_t *session,
								session_stuck_t stuck);

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
	 * A client is not sent back to the gateway that redirected it here, as long as
	 * hops count or the run of the order goes on, nor to the address that its
	 * IKE_SA runs on.
	 *
	 * @param session		session, borrowed
	 * @param order			how it is moved
	 * @return				why it stays; SESSION_NOT_STUCK if it was redirected,
	 *						SESSION_STUCK_NOTHING if that is not wanted anymore, it
	 *						is already on its way, or is gone
	 */
	session_stuck_t (*move)(session_mover_t *this, session_t *session,
							session_order_t *order);

	/**
	 * Move a session after a while, in a job of its own.
	 *
	 * @param session		session, adopted
	 * @param order			how it is moved, referenced
	 * @param delay			milliseconds until then
	 * @param moved			told what came of it
	 * @param data			passed to moved
	 */
	void (*move_later)(session_mover_t *this, session_t *session,
					   session_order_t *order, uint32_t delay,
					   session_moved_t moved, void *data);

	/**
	 * Have the IKE_SA of a session deleted by a job: charon sends the DELETE
	 * (R5-8).
	 *
	 * @param session		session, borrowed
	 * @param reason		what for, counted and logged
	 */
	void (*delete)(session_mover_t *this, session_t *session,
				   session_deleted_t reason);

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
	 * Conclude sessions whose grace is over, and see to it that what was begun
	 * long ago goes on; to be called once a second.
	 *
	 * @param judge			asked what becomes of a client that did not leave
	 * @param data			passed to judge
	 */
	void (*expire)(session_mover_t *this,
				   session_verdict_t (*judge)(void *data,
											  const session_info_t *info),
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
