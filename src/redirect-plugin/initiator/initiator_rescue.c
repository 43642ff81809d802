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

#include "initiator_rescue.h"
#include "initiator_children.h"
#include "initiator_connect.h"
#include "initiator_move.h"
#include "utils/sa_job.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

/**
 * Seconds until it is tried again if no IKE_SA can be made.
 */
#define RETRY 5

typedef struct rescue_t rescue_t;

/**
 * What goes on in another IKE_SA.
 */
struct rescue_t {

	/** what the parts share */
	initiator_context_t *context;

	/** configuration */
	peer_cfg_t *peer_cfg;

	/** redirects of the set-up */
	initiator_history_t *history;

	/** the way back */
	initiator_redirect_t *redirect;

	/** CHILD_SAs of the IKE_SA that is gone */
	initiator_children_t *children;

	/** tasks of the IKE_SA that is gone, task_t* */
	array_t *tasks;

	/** unique ID of the IKE_SA that is still replaced, 0 if none */
	uint32_t replaces;

	/** TRUE not to announce support */
	bool silent;
};

/**
 * Destroy it.
 */
static void rescue_destroy(rescue_t *this)
{
	array_destroy_offset(this->tasks, offsetof(task_t, destroy));
	initiator_children_destroy(this->children);
	this->history->destroy(this->history);
	this->peer_cfg->destroy(this->peer_cfg);
	free(this->redirect);
	free(this);
}

/**
 * Connect to the configured gateway.
 */
static job_requeue_t execute(rescue_t *this)
{
	initiator_context_t *context = this->context;
	initiator_attempt_t *attempt;
	ike_sa_t *new;
	task_t *task;

	new = initiator_move_create(context, this->peer_cfg, this->history,
								this->replaces, &attempt);
	if (!new)
	{
		DBG1(DBG_IKE, "redirect: no IKE_SA can be made to return to the gateway of "
			 "'%s', trying again in %ds",
			 this->peer_cfg->get_name(this->peer_cfg), RETRY);
		return JOB_RESCHEDULE(RETRY);
	}
	attempt->silent = this->silent;
	attempt->redirect = this->redirect;
	this->redirect = NULL;
	/* without an address of the way back charon resolves the configured */
	initiator_connect_next(context, new, attempt);
	while (array_remove(this->tasks, ARRAY_HEAD, &task))
	{
		task->migrate(task, new);
		new->queue_task(new, task);
	}
	context->report->report(context->report, new, (guard_event_t){
		.count = GUARD_RETURNED,
		.phase = attempt->redirect->phase,
	});
	sa_checkin(new, initiator_children_initiate(this->children, new));
	return JOB_REQUEUE_NONE;
}

/**
 * Write down what goes on.
 */
static rescue_t *rescue_create(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *attempt, guard_phase_t phase)
{
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	initiator_history_t *history = attempt->history;
	rescue_t *this;

	INIT(this,
		.context = context,
		.peer_cfg = peer_cfg->get_ref(peer_cfg),
		.history = history->get_ref(history),
		.redirect = initiator_connect_back(phase),
		.children = initiator_children_create(ike_sa),
	);
	return this;
}

/**
 * Queue the job.
 */
static void rescue_queue(rescue_t *this)
{
	lib->processor->queue_job(lib->processor, (job_t*)
			callback_job_create_with_prio((callback_job_cb_t)execute, this,
						(callback_job_cleanup_t)rescue_destroy, NULL,
						JOB_PRIO_MEDIUM));
}

/*
 * Described in header
 */
bool initiator_rescue_failed(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect = attempt->redirect;
	rescue_t *rescue;

	initiator_connect_hold(ike_sa, attempt);
	if (!array_count(attempt->held))
	{
		return FALSE;
	}
	initiator_connect_report(context, ike_sa, redirect, GUARD_FAILED);
	initiator_context_note_dead(context, attempt, redirect);

	rescue = rescue_create(context, ike_sa, attempt, redirect->phase);
	rescue->tasks = attempt->held;
	attempt->held = NULL;
	rescue->replaces = context->attempts->get_replaces(context->attempts,
													   attempt);
	rescue_queue(rescue);
	return TRUE;
}

/*
 * Described in header
 */
void initiator_rescue_stranded(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt)
{
	rescue_t *rescue;

	rescue = rescue_create(context, ike_sa, attempt, GUARD_PHASE_ACTIVE);
	if (!initiator_children_count(rescue->children))
	{
		rescue_destroy(rescue);
		return;
	}
	initiator_children_keep_closed(ike_sa);
	rescue->silent = TRUE;
	rescue_queue(rescue);
}
