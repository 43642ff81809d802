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

#include "drain_progress.h"

#include <utils/debug.h>

ENUM(drain_state_names, DRAIN_OFF, DRAIN_ENDED,
	"off",
	"running",
	"stalled",
	"done",
	"ended",
);

/**
 * Find out how far a drain is.
 */
static drain_state_t get_state(const drain_progress_t *progress)
{
	if (!progress->left && !progress->departed)
	{
		return DRAIN_DONE;
	}
	if (progress->stuck[SESSION_STUCK_NO_GATEWAY] && !progress->waiting &&
		!progress->asked && !progress->deleting && !progress->departed)
	{
		return DRAIN_STALLED;
	}
	return progress->state == DRAIN_STALLED && !progress->asked
				? DRAIN_STALLED : DRAIN_RUNNING;
}

/*
 * Described in header
 */
void drain_progress_take(drain_progress_t *progress,
						 const session_counts_t *counts)
{
	const u_int *states = counts->states;

	progress->asked = states[SESSION_ASKED] + states[SESSION_LEAVING] +
					  states[SESSION_LEFT];
	progress->deleting = states[SESSION_DELETING];
	progress->waiting = counts->stuck[SESSION_NOT_STUCK] +
						counts->stuck[SESSION_STUCK_BUSY];
	progress->left = states[SESSION_HERE] + progress->asked +
					 progress->deleting;
	progress->departed = counts->departed;
	memcpy(progress->stuck, counts->stuck, sizeof(progress->stuck));
	progress->stuck[SESSION_NOT_STUCK] = progress->stuck[SESSION_STUCK_BUSY] = 0;
	/* clients that cannot be redirected may still come */
	progress->total = max(progress->total, progress->left);
	if (drain_progress_is_active(progress))
	{
		progress->state = get_state(progress);
	}
}

/*
 * Described in header
 */
bool drain_progress_is_active(const drain_progress_t *progress)
{
	return progress->state == DRAIN_RUNNING ||
		   progress->state == DRAIN_STALLED || progress->state == DRAIN_DONE;
}

/*
 * Described in header
 */
void drain_progress_log(const drain_progress_t *progress)
{
	const char *of = progress->partial ? " of some clients" : "";

	switch (progress->state)
	{
		case DRAIN_DONE:
			DBG1(DBG_CFG, "redirect: drained%s, no session is left%s", of,
				 progress->partial ? " of these"
								   : ": this gateway may be stopped");
			break;
		case DRAIN_STALLED:
			DBG1(DBG_CFG, "redirect: drain%s stalls, no gateway is left to send %u "
				 "clients to", of, progress->stuck[SESSION_STUCK_NO_GATEWAY]);
			break;
		case DRAIN_ENDED:
			DBG1(DBG_CFG, "redirect: deadline of the drain%s has passed, %u "
				 "sessions are left", of, progress->left);
			break;
		case DRAIN_RUNNING:
			DBG1(DBG_CFG, "redirect: draining %u sessions%s at %u/s",
				 progress->left, of, progress->rate);
			break;
		default:
			break;
	}
}
