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

#include <daemon.h>

ENUM(drain_state_names, DRAIN_OFF, DRAIN_ENDED,
	"off",
	"running",
	"stalled",
	"done",
	"ended",
);

typedef struct look_t look_t;

/**
 * A look at sessions.
 */
struct look_t {

	/** drain, sessions are counted in it */
	drain_progress_t *progress;

	/** TRUE to take those a rule keeps here, or without gateway, as well */
	bool retry;
};

/**
 * Look at a session: count it, and tell whether it can be moved.
 */
static bool look(void *data, const session_info_t *info)
{
	drain_progress_t *progress = ((look_t*)data)->progress;
	look_t *look = data;
	session_stuck_t stuck;

	progress->left++;
	switch (info->state)
	{
		case SESSION_HERE:
			break;
		case SESSION_DELETING:
			progress->deleting++;
			return FALSE;
		default:
			progress->asked++;
			return FALSE;
	}
	stuck = info->run == progress->run ? info->stuck : SESSION_NOT_STUCK;
	if (stuck == SESSION_NOT_STUCK || stuck == SESSION_STUCK_BUSY)
	{
		progress->waiting++;
		return TRUE;
	}
	progress->stuck[stuck]++;
	return look->retry && (stuck == SESSION_STUCK_SERVED ||
						   stuck == SESSION_STUCK_NO_GATEWAY);
}

/*
 * Described in header
 */
array_t *drain_progress_count(drain_progress_t *progress,
							  session_table_t *table,
							  const session_filter_t *filter, bool retry)
{
	look_t data = {
		.progress = progress,
		.retry = retry,
	};

	progress->left = progress->waiting = 0;
	progress->asked = progress->deleting = 0;
	memset(progress->stuck, 0, sizeof(progress->stuck));
	return table->collect(table, filter, look, &data);
}

/**
 * Find out how far a drain is.
 */
static drain_state_t get_state(const drain_progress_t *progress)
{
	bool homeless = progress->stuck[SESSION_STUCK_NO_GATEWAY];

	if (!progress->left)
	{
		return DRAIN_DONE;
	}
	if (progress->state == DRAIN_STALLED && homeless)
	{
		return DRAIN_STALLED;
	}
	if (homeless && !progress->waiting && !progress->asked &&
		!progress->deleting)
	{
		return DRAIN_STALLED;
	}
	return DRAIN_RUNNING;
}

/*
 * Described in header
 */
void drain_progress_take(drain_progress_t *progress,
						 const drain_progress_t *counted)
{
	progress->left = counted->left;
	progress->waiting = counted->waiting;
	progress->asked = counted->asked;
	progress->deleting = counted->deleting;
	memcpy(progress->stuck, counted->stuck, sizeof(progress->stuck));
	/* clients that cannot be redirected may still come */
	progress->total = max(progress->total, counted->left);
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
	switch (progress->state)
	{
		case DRAIN_DONE:
			DBG1(DBG_CFG, "redirect: drained, no session is left: this gateway "
				 "may be stopped");
			break;
		case DRAIN_STALLED:
			DBG1(DBG_CFG, "redirect: drain stalls, no gateway is left to send "
				 "%u clients to", progress->left);
			break;
		case DRAIN_ENDED:
			DBG1(DBG_CFG, "redirect: deadline of the drain has passed, %u "
				 "sessions are left", progress->left);
			break;
		case DRAIN_RUNNING:
			DBG1(DBG_CFG, "redirect: draining %u sessions at %u/s",
				 progress->left, progress->rate);
			break;
		default:
			break;
	}
}
