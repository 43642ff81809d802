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

#include "guard_auth.h"
#include "guard_connect.h"
#include "guard_follow.h"

#include <daemon.h>

/**
 * Find the task that does IKE_AUTH, NULL if there is none.
 */
static task_t *find_task(ike_sa_t *ike_sa)
{
	task_t *task, *found = NULL;
	enumerator_t *enumerator;

	enumerator = ike_sa->create_task_enumerator(ike_sa, TASK_QUEUE_ACTIVE);
	while (!found && enumerator->enumerate(enumerator, &task))
	{
		if (task->get_type(task) == TASK_IKE_AUTH)
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

/**
 * Whether the gateway was authenticated by the response that was just processed,
 * and nothing but this host's own authentication is missing.
 */
static bool is_authenticated(ike_sa_t *ike_sa, guard_session_t *session,
							 status_t status)
{
	if (!session->authorized || session->peer_failed)
	{
		return FALSE;
	}
	if (status != NEED_MORE && (status != FAILED || !session->local_failed))
	{
		return FALSE;
	}
	return complies(ike_sa);
}

/**
 * Begin anew, but without any task until the job that follows has run.
 */
static status_t begin_anew(guard_context_t *context, ike_sa_t *ike_sa,
						   guard_session_t *session)
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
	guard_follow_start(context, ike_sa, session);
	return NEED_MORE;
}

/**
 * Process a first IKE_AUTH response that carried a REDIRECT, in place of the
 * ike_auth task: charon gives up because the EAP payload is missing, but has
 * verified the gateway before (R6-8). Runs without any lock.
 */
static status_t process_first(task_t *task, message_t *message)
{
	guard_context_t *context = lib->get(lib, GUARD_CONTEXT);
	ike_sa_t *ike_sa = charon->bus->get_sa(charon->bus);
	status_t (*process)(task_t*, message_t*);
	guard_session_t *session;
	guard_phase_t phase;
	status_t status;

	session = context->sessions->get(context->sessions, ike_sa);
	process = session->process;
	session->authorized = session->local_failed = session->peer_failed = FALSE;
	status = process(task, message);
	task->process = process;
	session->process = NULL;

	if (is_authenticated(ike_sa, session, status))
	{
		return begin_anew(context, ike_sa, session);
	}
	phase = session->redirect->phase;
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = GUARD_UNAUTHENTICATED,
		.phase = phase,
		.gateway = session->redirect->gateway,
	});
	free(session->redirect);
	session->redirect = NULL;
	return status;
}

/*
 * Described in header
 */
void guard_auth_unwrap(ike_sa_t *ike_sa, guard_session_t *session)
{
	task_t *task;

	if (session->process)
	{
		task = find_task(ike_sa);
		if (task && task->process == process_first)
		{
			task->process = session->process;
		}
		session->process = NULL;
		free(session->redirect);
		session->redirect = NULL;
	}
}

/**
 * A REDIRECT in the last response: let charon establish the IKE_SA, without the
 * CHILD_SAs, then have a job move on.
 */
static void act_on_last(guard_context_t *context, ike_sa_t *ike_sa,
						guard_session_t *session)
{
	guard_connect_hold(ike_sa, session);
	guard_follow_start(context, ike_sa, session);
}

/**
 * A REDIRECT in the first of several responses: see how charon does with it.
 */
static void act_on_first(ike_sa_t *ike_sa, guard_session_t *session)
{
	task_t *task = find_task(ike_sa);

	if (task)
	{
		session->process = task->process;
		task->process = process_first;
	}
}

/**
 * When a REDIRECT came, NONE for an intermediate response (R6-9, R6-10).
 */
static guard_phase_t get_phase(guard_session_t *session, message_t *message,
							   const guard_scan_t *scan)
{
	if (session->auth_sent && scan->auth && !scan->eap && !scan->another_auth)
	{
		return GUARD_PHASE_AUTH;
	}
	/* the server must include its AUTH payload (R6-8) */
	if (message->get_message_id(message) == session->first_auth &&
		scan->idr && scan->auth)
	{
		return GUARD_PHASE_IDENTITY;
	}
	return GUARD_PHASE_NONE;
}

/**
 * A REDIRECT is refused. Where it was sent instead of what the client needs the
 * set-up goes back to the configured gateway, otherwise it just goes on.
 */
static void refuse(guard_context_t *context, ike_sa_t *ike_sa,
				   guard_session_t *session, guard_phase_t phase,
				   guard_count_t reason, const guard_scan_t *scan)
{
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = reason,
		.verdict = scan->verdict,
		.phase = phase,
		.gateway = scan->gateway,
	});
	if (!session || phase == GUARD_PHASE_NONE ||
		scan->eap || scan->another_auth || scan->sa)
	{
		return;
	}
	free(session->redirect);
	session->redirect = guard_connect_back(ike_sa, session, phase);
	session->attempt++;
	if (phase == GUARD_PHASE_AUTH)
	{
		act_on_last(context, ike_sa, session);
	}
	else
	{
		session->silent = TRUE;
		act_on_first(ike_sa, session);
	}
}

/*
 * Described in header
 */
void guard_auth_response(guard_context_t *context, ike_sa_t *ike_sa,
						 guard_session_t *session, message_t *message,
						 const guard_scan_t *scan)
{
	guard_phase_t phase;
	guard_count_t result;

	if (session)
	{
		guard_auth_unwrap(ike_sa, session);
	}
	if (!scan->redirect)
	{
		return;
	}
	if (!session)
	{
		refuse(context, ike_sa, NULL, GUARD_PHASE_NONE, GUARD_FULL, scan);
		return;
	}
	phase = get_phase(session, message, scan);
	if (phase == GUARD_PHASE_NONE)
	{
		refuse(context, ike_sa, session, phase, GUARD_INTERMEDIATE, scan);
		return;
	}
	if (scan->verdict != WIRE_OK)
	{
		refuse(context, ike_sa, session, phase, GUARD_MALFORMED, scan);
		return;
	}
	result = guard_follow_decide(context, ike_sa, session, phase,
								 &scan->gateway);
	if (result != GUARD_ACCEPTED)
	{
		refuse(context, ike_sa, session, phase, result, scan);
		return;
	}
	guard_follow_note(context, ike_sa, session, phase, &scan->gateway);
	if (phase == GUARD_PHASE_AUTH)
	{
		act_on_last(context, ike_sa, session);
	}
	else
	{
		act_on_first(ike_sa, session);
	}
}
