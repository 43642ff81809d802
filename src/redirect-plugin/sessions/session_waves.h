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
 * @defgroup session_waves session_waves
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_WAVES_H_
#define SESSION_WAVES_H_

#include "session_mover.h"

typedef struct session_waves_t session_waves_t;

/**
 * Moves many sessions in waves at a rate, each a bit later or earlier than the
 * others of its wave, in an order that says nothing about who is next. The rate
 * is that of redirects: sessions that are asked for and stay cost nothing of it.
 *
 * Thread-safe, not for hooks.
 */
struct session_waves_t {

	/**
	 * Begin with sessions, in place of those whose turn has not come yet.
	 *
	 * @param sessions		array_t of session_t*, adopted, in any order; NULL to take
	 *						members of the drain from the table instead, as long as
	 *						there are any
	 * @param order			how they are moved, referenced; NULL to delete them
	 * @param rate			sessions a second
	 */
	void (*fill)(session_waves_t *this, array_t *sessions,
				 session_order_t *order, uint32_t rate);

	/**
	 * Forget sessions whose turn has not come yet.
	 */
	void (*clear)(session_waves_t *this);

	/**
	 * Check whether there is nothing to do.
	 *
	 * @return				TRUE if no session waits, and no job moves one
	 */
	bool (*is_idle)(session_waves_t *this);

	/**
	 * Destroy it; none of its jobs may be left.
	 */
	void (*destroy)(session_waves_t *this);
};

/**
 * Create it.
 *
 * @param table			sessions, has to outlive this
 * @param mover			moves them, has to outlive this
 */
session_waves_t *session_waves_create(session_table_t *table,
									  session_mover_t *mover);

#endif /** SESSION_WAVES_H_ @}*/
