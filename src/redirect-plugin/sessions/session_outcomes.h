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
 * @defgroup session_outcomes session_outcomes
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_OUTCOMES_H_
#define SESSION_OUTCOMES_H_

#include "session_info.h"

typedef struct session_outcomes_t session_outcomes_t;

/**
 * Counts what became of clients that were sent to gateways in active sessions
 * (section 5), by gateway: as many as were ever configured. Any thread, hooks
 * as well: its mutex is held for a look-up.
 */
struct session_outcomes_t {

	/**
	 * Count an outcome.
	 *
	 * @param gateway		name of the gateway
	 * @param outcome		below SESSION_OUTCOME_MAX
	 */
	void (*count)(session_outcomes_t *this, const char *gateway,
				  session_outcome_t outcome);

	/**
	 * Read the counts.
	 *
	 * @param tell			called for each gateway that has any, by its name,
	 *						without a lock
	 * @param data			passed to tell
	 */
	void (*read)(session_outcomes_t *this,
				 void (*tell)(void *data, const char *gateway,
							  const uint64_t counts[SESSION_OUTCOME_MAX]),
				 void *data);

	/**
	 * Destroy it.
	 */
	void (*destroy)(session_outcomes_t *this);
};

/**
 * Create it, without counts.
 */
session_outcomes_t *session_outcomes_create();

#endif /** SESSION_OUTCOMES_H_ @}*/
