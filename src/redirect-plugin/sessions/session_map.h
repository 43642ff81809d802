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
 * @defgroup session_map session_map
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_MAP_H_
#define SESSION_MAP_H_

#include "departures.h"

typedef struct session_map_t session_map_t;

/**
 * Sessions by a number, in many small hashtables: one that holds all would move
 * all of them when it grows, which takes longer than a hook may wait. Not
 * thread-safe, owns no session.
 */
struct session_map_t {

	/**
	 * Get a session.
	 *
	 * @return				session, NULL if there is none
	 */
	session_t *(*get)(session_map_t *this, uint64_t key);

	/**
	 * Put a session.
	 *
	 * @return				session that it replaced, NULL if none
	 */
	session_t *(*put)(session_map_t *this, uint64_t key, session_t *session);

	/**
	 * Take a session out.
	 *
	 * @return				session, NULL if there is none
	 */
	session_t *(*remove)(session_map_t *this, uint64_t key);

	/**
	 * Number of sessions.
	 */
	u_int (*get_count)(session_map_t *this);

	/**
	 * Destroy the map.
	 */
	void (*destroy)(session_map_t *this);
};

/**
 * Create an empty map.
 */
session_map_t *session_map_create();

#endif /** SESSION_MAP_H_ @}*/
