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
 * @defgroup session_order session_order
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_ORDER_H_
#define SESSION_ORDER_H_

#include "session_table.h"
#include "policy/policy_engine.h"

typedef struct session_scope_t session_scope_t;
typedef struct session_order_t session_order_t;

/**
 * Gateways that sessions are moved to at a moment: immutable, shared.
 */
struct session_scope_t {

	/** who uses it */
	refcount_t refs;

	/** TRUE if only these gateways are meant, FALSE for all */
	bool limited;

	/** gateways; ids belongs to this */
	redirect_scope_t scope;
};

/**
 * How sessions are moved, shared by all that are moved in the same way.
 */
struct session_order_t {

	/** who uses it */
	refcount_t refs;

	/** grace and what follows it; the gateway is filled in by decide() */
	session_move_t move;

	/** when the run began: clients that came later with REDIRECTED_FROM are never
	 * sent back there in it */
	time_t began;

	/**
	 * Asked by the job, right before a session is moved.
	 *
	 * @param data		data of the order
	 * @param order		order
	 * @return			gateways it may be moved to, to be put; NULL if that is
	 *					not wanted anymore
	 */
	session_scope_t *(*get_scope)(void *data, const session_order_t *order);

	/**
	 * Asked by the job about a client that others sent here not long ago: it may go
	 * where it came from if that gateway takes clients again since then. NULL if
	 * it never may; set by who made the order, before it is used.
	 *
	 * @param data		data of the order
	 * @param from		address it came from
	 * @param since		when it came, of time_monotonic()
	 */
	bool (*came_back)(void *data, const ip_address_t *from, time_t since);

	/** passed to both */
	void *data;
};

/**
 * Make a scope of the gateways of the policy in force.
 *
 * @param engine		knows the gateways
 * @param move			TRUE to move clients even if nothing else asks for it, which
 *						names all gateways
 * @param allowed		asked about each but this one, by policy and position
 * @param data			passed to allowed
 * @return				scope with one reference
 */
session_scope_t *session_scope_create(policy_engine_t *engine, bool move,
			bool (*allowed)(void *data, const policy_state_t *state, int index),
			void *data);

/**
 * Get another reference to a scope.
 */
session_scope_t *session_scope_get(session_scope_t *scope);

/**
 * Release a reference to a scope.
 *
 * @param scope			scope, may be NULL
 */
void session_scope_put(session_scope_t *scope);

/**
 * Make an order.
 *
 * @param move			how, copied
 * @param get_scope		see session_order_t
 * @param data			passed to get_scope
 * @return				order with one reference
 */
session_order_t *session_order_create(const session_move_t *move,
			session_scope_t *(*get_scope)(void *data, const session_order_t*),
			void *data);

/**
 * Check whether a client that others sent here may not be sent back: as long as
 * hops count or the run of the order goes on, unless that gateway came back.
 *
 * @param info			client
 * @param now			time that it is, of time_monotonic()
 */
bool session_order_remembers(const session_order_t *order,
							 const session_info_t *info, time_t now);

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

#endif /** SESSION_ORDER_H_ @}*/
