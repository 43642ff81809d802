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

#include "initiator_wrap.h"
#include "initiator_connect.h"
#include "initiator_follow.h"

#include <daemon.h>

static status_t process_wrapped(task_t *task, message_t *message);

/**
 * Find the task that is wrapped, or of a type; NULL if there is none.
 */
static task_t *find_task(ike_sa_t *ike_sa, task_type_t type, bool wrapped)
{
	task_t *task, *found = NULL;
	enumerator_t *enumerator;

	enumerator = ike_sa->create_task_enumerator(ike_sa, TASK_QUEUE_ACTIVE);
	while (!found && enumerator->enumerate(enumerator, &task))
	{
		if (wrapped ? task->process == process_wrapped
					: task->get_type(task) == type)
		{
			found = task;
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Whether the gateway that has just authenticated itself is one that the
 * configuration allows. Charon checks that only when all rounds are done.
 */
static bool complies(ike_sa_t *ike_sa)
{
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	enumerator_t *configured, *done;
	auth_cfg_t *constraints, *auth;
	bool good = FALSE;

	configured = peer_cfg->create_auth_cfg_enumerator(peer_cfg, FALSE);
	done = ike_sa->create_auth_cfg_enumerator(ike_sa, FALSE);
	if (configured->enumerate(configured, &constraints) &&
		done->enumerate(done, &auth))
	{
		good = auth->complies(auth, constraints, TRUE);
	}
	done->destroy(done);
	configured->destroy(configured);
	return good;
}

/*
 * Described in header
 */
bool initiator_wrap_is_authentic(ike_sa_t *ike_sa, initiator_attempt_t *session)
{
	return session->redirect &&
		   session->redirect->step == INITIATOR_STEP_PENDING &&
		   session->authorized && !session->peer_failed && complies(ike_sa);
}

/**
 * Begin anew, but without any task until the job that follows has run.
 */
static status_t begin_anew(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *session)
{
	enumerator_t *enumerator;
	task_t *task;

	ike_sa->reset(ike_sa, TRUE);
	enumerator = ike_sa->create_task_enumerator(ike_sa, TASK_QUEUE_QUEUED);
	while (enumerator->enumerate(enumerator, &task))
	{
		ike_sa->remove_task(ike_sa, enumerator);
		array_insert_create(&session->held, ARRAY_TAIL, task);
	}
	enumerator->destroy(enumerator);
	/* checked in as IKE_CREATED it would not be counted as half-open anymore,
	 * and the manager loses memory when it is again */
	ike_sa->set_state(ike_sa, IKE_CONNECTING);
	initiator_follow_start(context, ike_sa, session);
	return NEED_MORE;
}

/**
 * The set-up with the target of a redirect failed: begin anew with the gateway
 * that is configured.
 */
static status_t go_back(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;
	initiator_times_t times = initiator_context_times(context, session->name);

	initiator_connect_report(context, ike_sa, redirect, GUARD_FAILED);
	context->dead->add(context->dead, &redirect->gateway, times.dead_time);
	session->redirect = initiator_connect_back(ike_sa, session, redirect->phase);
	session->attempt++;
	free(redirect);
	return begin_anew(context, ike_sa, session);
}

/**
 * See how charon did with a first IKE_AUTH response that carried a REDIRECT.
 */
static status_t after_first(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *session, status_t status)
{
	initiator_redirect_t *redirect = session->redirect;

	/* nothing but this host's own authentication may be missing */
	if ((status == NEED_MORE || (status == FAILED && session->local_failed)) &&
		initiator_wrap_is_authentic(ike_sa, session))
	{
		return begin_anew(context, ike_sa, session);
	}
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = GUARD_UNAUTHENTICATED,
		.phase = redirect->phase,
		.gateway = redirect->gateway,
	});
	session->redirect = NULL;
	free(redirect);
	return status;
}

/**
 * Process a response in place of charon's task; runs without any lock.
 */
static status_t process_wrapped(task_t *task, message_t *message)
{
	initiator_context_t *context = lib->get(lib, INITIATOR_CONTEXT);
	ike_sa_t *ike_sa = charon->bus->get_sa(charon->bus);
	initiator_attempt_t *session;
	status_t status;

	session = context->sessions->get(context->sessions, ike_sa);
	session->authorized = session->local_failed = session->peer_failed = FALSE;
	session->processing = TRUE;
	/* the task may change the method itself */
	task->process = session->process;
	session->process = NULL;
	status = task->process(task, message);
	session->processing = FALSE;

	if (!session->redirect)
	{
		return status;
	}
	if (session->redirect->step == INITIATOR_STEP_PENDING)
	{
		return session->redirect->phase == GUARD_PHASE_IDENTITY
					? after_first(context, ike_sa, session, status) : status;
	}
	if (status == FAILED && !session->redirect->back)
	{
		return go_back(context, ike_sa, session);
	}
	return status;
}

/*
 * Described in header
 */
void initiator_wrap(ike_sa_t *ike_sa, initiator_attempt_t *session, task_type_t type)
{
	task_t *task = find_task(ike_sa, type, FALSE);

	if (task)
	{
		session->process = task->process;
		task->process = process_wrapped;
	}
}

/*
 * Described in header
 */
void initiator_unwrap(ike_sa_t *ike_sa, initiator_attempt_t *session)
{
	task_t *task;

	if (session->process)
	{
		task = find_task(ike_sa, 0, TRUE);
		if (task)
		{
			task->process = session->process;
		}
		session->process = NULL;
	}
}
