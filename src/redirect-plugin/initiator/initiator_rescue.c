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

#include <daemon.h>
#include <processing/jobs/callback_job.h>

typedef struct rescue_t rescue_t;

/**
 * What goes on in another IKE_SA.
 */
struct rescue_t {

	/** what the guard shares */
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
 * Make the new IKE_SA, registered and current; NULL if there is none to be had.
 */
static ike_sa_t *create_new(rescue_t *this, initiator_attempt_t **session)
{
	initiator_attempts_t *sessions = this->context->sessions;
	initiator_times_t times;
	ike_sa_t *new;

	new = charon->ike_sa_manager->create_new(charon->ike_sa_manager, IKEV2,
											 TRUE);
	if (!new)
	{
		return NULL;
	}
	new->set_peer_cfg(new, this->peer_cfg);
	charon->ike_sa_manager->checkout_new(charon->ike_sa_manager, new);
	charon->bus->set_sa(charon->bus, new);
	times = initiator_context_times(this->context, new->get_name(new));
	*session = sessions->add(sessions, new, this->history,
							 times.connection.loop_detect_period);
	if (!*session)
	{
		charon->ike_sa_manager->checkin_and_destroy(charon->ike_sa_manager,
													new);
		return NULL;
	}
	sessions->set_replaces(sessions, *session, this->replaces);
	(*session)->silent = this->silent;
	(*session)->redirect = this->redirect;
	this->redirect = NULL;
	return new;
}

/**
 * Connect to the configured gateway.
 */
static job_requeue_t execute(rescue_t *this)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	initiator_context_t *context = this->context;
	initiator_attempt_t *session;
	ike_sa_t *new;
	task_t *task;

	new = create_new(this, &session);
	if (!new)
	{
		return JOB_REQUEUE_NONE;
	}
	/* without an address of a known origin charon resolves the configured */
	initiator_connect_next(context, new, session);
	while (array_remove(this->tasks, ARRAY_HEAD, &task))
	{
		task->migrate(task, new);
		new->queue_task(new, task);
	}
	context->report->report(context->report, new, (guard_event_t){
		.count = GUARD_RETURNED,
		.phase = session->redirect->phase,
	});
	if (initiator_children_initiate(this->children, new) == DESTROY_ME)
	{
		manager->checkin_and_destroy(manager, new);
	}
	else
	{
		manager->checkin(manager, new);
	}
	return JOB_REQUEUE_NONE;
}

/**
 * Write down what goes on and queue the job.
 */
static rescue_t *rescue_create(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *session, guard_phase_t phase)
{
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	initiator_history_t *history = session->history;
	rescue_t *this;

	INIT(this,
		.context = context,
		.peer_cfg = peer_cfg->get_ref(peer_cfg),
		.history = history->get_ref(history),
		.redirect = initiator_connect_back(ike_sa, session, phase),
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
						 initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;
	initiator_times_t times = initiator_context_times(context, session->name);
	rescue_t *rescue;

	initiator_connect_hold(ike_sa, session);
	if (!array_count(session->held))
	{
		return FALSE;
	}
	initiator_connect_report(context, ike_sa, redirect, GUARD_FAILED);
	context->dead->add(context->dead, &redirect->gateway, times.dead_time);

	rescue = rescue_create(context, ike_sa, session, redirect->phase);
	rescue->tasks = session->held;
	session->held = NULL;
	rescue->replaces = session->replaces;
	rescue_queue(rescue);
	return TRUE;
}

/*
 * Described in header
 */
void initiator_rescue_stranded(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *session)
{
	rescue_t *rescue;

	session->stranded = FALSE;
	rescue = rescue_create(context, ike_sa, session, GUARD_PHASE_ACTIVE);
	if (!initiator_children_count(rescue->children))
	{
		rescue_destroy(rescue);
		return;
	}
	initiator_children_keep_closed(ike_sa);
	rescue->silent = TRUE;
	rescue_queue(rescue);
}
