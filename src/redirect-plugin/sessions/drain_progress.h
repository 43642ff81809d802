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
 * @defgroup drain_progress drain_progress
 * @{ @ingroup redirect_sessions
 */

#ifndef DRAIN_PROGRESS_H_
#define DRAIN_PROGRESS_H_

#include "session_table.h"

typedef struct drain_progress_t drain_progress_t;
typedef enum drain_state_t drain_state_t;

/**
 * How far a drain is.
 */
enum drain_state_t {
	/** there is none */
	DRAIN_OFF,
	/** clients are being moved, or waited for */
	DRAIN_RUNNING,
	/** no gateway is left to send clients to; goes on when one is */
	DRAIN_STALLED,
	/** no session is left, and none may come back: this gateway may be stopped */
	DRAIN_DONE,
	/** the deadline has passed and sessions are left */
	DRAIN_ENDED,
};

/**
 * Names of states, for operators.
 */
extern enum_name_t *drain_state_names;

/**
 * How a drain goes: plain data, times are those of time_monotonic().
 */
struct drain_progress_t {

	/** how far it is */
	drain_state_t state;

	/** number of the drain, 0 if there was none */
	uint32_t run;

	/** TRUE if it is limited to some sessions */
	bool partial;

	/** clients redirected a second, as asked */
	uint32_t rate;

	/** when it began, and when it ended (0 if it did not) */
	time_t began, ended;

	/** when it ends, 0 for no deadline */
	time_t deadline;

	/** sessions there were when it began */
	u_int total;

	/** sessions there are */
	u_int left;

	/** of these: waiting for their turn, redirected, and being deleted */
	u_int waiting, asked, deleting;

	/** clients that left and may come back: they are gone when their grace is
	 * over, or their gateway was shown to be alive since */
	u_int departed;

	/** of these: those that stay, by session_stuck_t */
	u_int stuck[SESSION_STUCK_MAX];

	/** redirects sent */
	u_int sent;

	/** what came of them, by session_outcome_t */
	u_int outcomes[SESSION_OUTCOME_MAX];

	/** milliseconds from the first to the last redirect sent */
	uint64_t sending;
};

/**
 * Take over what was counted, and find out how far a drain is that goes on.
 *
 * @param progress		drain
 * @param counts		its sessions
 */
void drain_progress_take(drain_progress_t *progress,
						 const session_counts_t *counts);

/**
 * Check if a drain goes on.
 */
bool drain_progress_is_active(const drain_progress_t *progress);

/**
 * Log the state.
 */
void drain_progress_log(const drain_progress_t *progress);

#endif /** DRAIN_PROGRESS_H_ @}*/
