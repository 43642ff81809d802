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

#include "initiator_move.h"
#include "initiator_children.h"
#include "initiator_connect.h"
#include "utils/sa_job.h"

#include <daemon.h>
#include <sa/ikev2/tasks/ike_reauth_complete.h>

/**
 * Run the hook script, except for active sessions, whose redirects must not
 * change what others know of the gateway (R8-4).
 */
static void run_hook(initiator_context_t *context, initiator_attempt_t *session,
					 guard_count_t count)
{
	initiator_redirect_t *redirect = session->redirect;
	initiator_script_run_t run = {
		.event = count == GUARD_ARRIVED ? "established" : "redirect",
		.connection = session->name,
		.phase = redirect->phase,
		.authenticated = count == GUARD_ARRIVED ||
						 redirect->phase != GUARD_PHASE_INIT,
		.from = redirect->from,
		.gateway = &redirect->gateway,
		.target = redirect->target,
	};
	initiator_config_t *config;
	bool good = TRUE;
	int token;

	config = context->config->acquire(context->config, &token);
	run.script = config->hook;
	if (run.script && redirect->phase != GUARD_PHASE_ACTIVE && !redirect->back)
	{
		good = context->hook->run(context->hook, &run);
	}
	context->config->release(context->config, token);
	if (!good)
	{
		context->report->report(context->report, NULL, (guard_event_t){
			.count = GUARD_HOOK_DROPPED,
			.phase = redirect->phase,
			.connection = session->name,
			.gateway = redirect->gateway,
		});
	}
}

/*
 * Described in header
 */
void initiator_move_tell(initiator_context_t *context, ike_sa_t *ike_sa,
					 initiator_attempt_t *session, guard_count_t count)
{
	initiator_connect_report(context, ike_sa, session->redirect,
						 session->redirect->back ? GUARD_RETURNED : count);
	run_hook(context, session, count);
}

/**
 * Make the new IKE_SA and its session, which gets the redirect of the old one;
 * NULL if there is none to be had.
 */
static ike_sa_t *create_new(initiator_context_t *context, ike_sa_t *old,
							initiator_attempt_t *session,
							initiator_attempt_t **new_session)
{
	initiator_times_t times = initiator_context_times(context, session->name);
	ike_sa_t *new;

	new = charon->ike_sa_manager->create_new(charon->ike_sa_manager, IKEV2,
											 TRUE);
	if (!new)
	{
		return NULL;
	}
	new->set_peer_cfg(new, old->get_peer_cfg(old));
	*new_session = context->sessions->add(context->sessions, new,
						session->history, times.connection.loop_detect_period);
	if (!*new_session)
	{
		new->destroy(new);
		charon->bus->set_sa(charon->bus, old);
		return NULL;
	}
	context->sessions->set_replaces(context->sessions, *new_session,
									session->unique);
	(*new_session)->redirect = session->redirect;
	session->redirect = NULL;
	return new;
}

/**
 * Initiate the new IKE_SA with all that the old one has.
 */
static status_t initiate(ike_sa_t *old, initiator_attempt_t *session, ike_sa_t *new,
						 bool active)
{
	initiator_children_t *children;
	status_t status;

	/* what the tasks drop belongs to the old one, for whoever listens */
	charon->bus->set_sa(charon->bus, old);
	initiator_connect_unhold(new, session);
	new->adopt_child_tasks(new, old);
	charon->bus->set_sa(charon->bus, new);
	children = initiator_children_create(old);
	if (active)
	{
		/* the new one takes over, whatever close_action says about the end
		 * of this one */
		initiator_children_keep_closed(old);
		new->queue_task(new, (task_t*)ike_reauth_complete_create(new,
													old->get_id(old)));
	}
	status = initiator_children_initiate(children, new);
	initiator_children_destroy(children);
	return status;
}

/**
 * Give up the new IKE_SA, the redirect goes back to the old one.
 */
static void destroy_new(ike_sa_t *old, initiator_attempt_t *session, ike_sa_t *new,
						initiator_attempt_t *new_session, bool initiated)
{
	session->redirect = new_session->redirect;
	new_session->redirect = NULL;
	if (initiated)
	{
		charon->bus->ike_reestablish_post(charon->bus, old, new, FALSE);
	}
	charon->ike_sa_manager->checkin_and_destroy(charon->ike_sa_manager, new);
	charon->bus->set_sa(charon->bus, old);
	old->set_condition(old, COND_REDIRECTED, FALSE);
}

/*
 * Described in header
 */
status_t initiator_move(initiator_context_t *context, ike_sa_t *old,
					initiator_attempt_t *session)
{
	bool active = session->redirect->phase == GUARD_PHASE_ACTIVE;
	bool same = session->redirect->back;
	initiator_attempt_t *new_session;
	ike_sa_t *new;

	new = create_new(context, old, session, &new_session);
	if (!new)
	{
		return SUCCESS;
	}
	charon->ike_sa_manager->checkout_new(charon->ike_sa_manager, new);
	charon->bus->set_sa(charon->bus, new);
	if (!initiator_connect_next(context, new, new_session))
	{
		destroy_new(old, session, new, new_session, FALSE);
		return NOT_FOUND;
	}
	/* nobody may reuse the old one, and what waits for its CHILD_SAs goes on
	 * to the new one, if charon knows how */
	old->set_condition(old, COND_REDIRECTED, TRUE);
	charon->bus->ike_reestablish_pre(charon->bus, old, new);
	/* back where the REDIRECT came from it must not come again (R3-4) */
	new_session->silent = same;
	if (initiate(old, session, new, active) == DESTROY_ME)
	{
		destroy_new(old, session, new, new_session, TRUE);
		session->stranded = active;
		return SUCCESS;
	}
	initiator_connect_watch(context, new, new_session);
	initiator_move_tell(context, new, new_session, GUARD_FOLLOWED);
	charon->bus->ike_reestablish_post(charon->bus, old, new, TRUE);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, new);
	charon->bus->set_sa(charon->bus, old);
	return active ? SUCCESS : old->delete(old, FALSE);
}

/**
 * Job: keep an IKE_SA that was to be replaced.
 */
static status_t keep(initiator_context_t *context, ike_sa_t *ike_sa)
{
	initiator_attempt_t *session;

	ike_sa->set_condition(ike_sa, COND_REDIRECTED, FALSE);
	session = context->sessions->get(context->sessions, ike_sa);
	if (session)
	{
		session->stranded = TRUE;
	}
	return SUCCESS;
}

/*
 * Described in header
 */
void initiator_move_failed(initiator_context_t *context, uint32_t unique)
{
	sa_job_queue(NULL, unique, 0, (sa_job_cb_t)keep, context, NULL);
}
