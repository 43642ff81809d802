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
#include "initiator_follow.h"
#include "utils/sa_job.h"

#include <daemon.h>

/**
 * Run the script, except for active sessions, whose redirects must not
 * change what others know of the gateway (R8-4).
 */
static void run_script(initiator_context_t *context, initiator_attempt_t *attempt,
					 guard_count_t count)
{
	initiator_redirect_t *redirect = attempt->redirect;
	initiator_script_run_t run = {
		.event = count == GUARD_ARRIVED ? "established" : "redirect",
		.connection = attempt->name,
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
		good = context->script->run(context->script, &run);
	}
	context->config->release(context->config, token);
	if (!good)
	{
		context->report->report(context->report, NULL, (guard_event_t){
			.count = GUARD_HOOK_DROPPED,
			.phase = redirect->phase,
			.connection = attempt->name,
			.gateway = redirect->gateway,
		});
	}
}

/*
 * Described in header
 */
void initiator_move_tell(initiator_context_t *context, ike_sa_t *ike_sa,
					 initiator_attempt_t *attempt, guard_count_t count)
{
	initiator_connect_report(context, ike_sa, attempt->redirect,
						 attempt->redirect->back ? GUARD_RETURNED : count);
	run_script(context, attempt, count);
}

/*
 * Described in header
 */
ike_sa_t *initiator_move_create(initiator_context_t *context,
								peer_cfg_t *peer_cfg,
								initiator_history_t *history, uint32_t replaces,
								initiator_attempt_t **attempt)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	initiator_attempts_t *attempts = context->attempts;
	initiator_times_t times;
	ike_sa_t *ike_sa;

	ike_sa = manager->create_new(manager, IKEV2, TRUE);
	if (!ike_sa)
	{
		return NULL;
	}
	ike_sa->set_peer_cfg(ike_sa, peer_cfg);
	manager->checkout_new(manager, ike_sa);
	charon->bus->set_sa(charon->bus, ike_sa);
	times = initiator_context_times(context, ike_sa->get_name(ike_sa));
	*attempt = attempts->add(attempts, ike_sa, history,
							 times.connection.loop_detect_period);
	if (!*attempt)
	{
		manager->checkin_and_destroy(manager, ike_sa);
		return NULL;
	}
	(*attempt)->moves = TRUE;
	attempts->set_replaces(attempts, *attempt, replaces);
	return ike_sa;
}

/**
 * Initiate the new IKE_SA with all that the old one has.
 */
static status_t initiate(ike_sa_t *old, initiator_attempt_t *attempt,
						 ike_sa_t *new, bool active)
{
	initiator_children_t *children;
	status_t status;

	/* what the tasks drop belongs to the old one, for whoever listens */
	charon->bus->set_sa(charon->bus, old);
	initiator_connect_unhold(new, attempt);
	new->adopt_child_tasks(new, old);
	charon->bus->set_sa(charon->bus, new);
	children = initiator_children_create(old);
	if (active)
	{
		/* the new one takes over, whatever close_action says about the end
		 * of this one */
		initiator_children_keep_closed(old);
	}
	status = initiator_children_initiate(children, new);
	initiator_children_destroy(children);
	return status;
}

/**
 * Give up the new IKE_SA, the redirect goes back to the old one.
 */
static void destroy_new(ike_sa_t *old, initiator_attempt_t *attempt, ike_sa_t *new,
						initiator_attempt_t *new_attempt, bool initiated)
{
	attempt->received = new_attempt->redirect;
	new_attempt->redirect = NULL;
	if (initiated)
	{
		charon->bus->ike_reestablish_post(charon->bus, old, new, FALSE);
	}
	charon->ike_sa_manager->checkin_and_destroy(charon->ike_sa_manager, new);
	charon->bus->set_sa(charon->bus, old);
	old->set_condition(old, COND_REDIRECTED, FALSE);
}

/**
 * An IKE_SA that is sent on before it is up leaves what it was to replace to the
 * one that is set up in its place.
 */
static void pass_on(initiator_context_t *context, initiator_attempt_t *attempt,
					initiator_attempt_t *new_attempt)
{
	initiator_attempts_t *attempts = context->attempts;
	uint32_t replaces = attempts->get_replaces(attempts, attempt);

	if (replaces)
	{
		attempts->set_replaces(attempts, new_attempt, replaces);
		attempts->set_replaces(attempts, attempt, 0);
	}
}

/*
 * Described in header
 */
status_t initiator_move(initiator_context_t *context, ike_sa_t *old,
						initiator_attempt_t *attempt)
{
	bool active = attempt->received->phase == GUARD_PHASE_ACTIVE;
	initiator_attempt_t *new_attempt;
	ike_sa_t *new;

	new = initiator_move_create(context, old->get_peer_cfg(old),
								attempt->history, attempt->unique, &new_attempt);
	if (!new)
	{
		charon->bus->set_sa(charon->bus, old);
		return FAILED;
	}
	/* back where the REDIRECT came from it must not come again (R3-4) */
	new_attempt->silent = attempt->received->back;
	new_attempt->redirect = attempt->received;
	attempt->received = NULL;
	if (!initiator_connect_next(context, new, new_attempt))
	{
		destroy_new(old, attempt, new, new_attempt, FALSE);
		return NOT_FOUND;
	}
	/* nobody may reuse the old one, and what waits for its CHILD_SAs goes on
	 * to the new one, if charon knows how */
	old->set_condition(old, COND_REDIRECTED, TRUE);
	charon->bus->ike_reestablish_pre(charon->bus, old, new);
	if (initiate(old, attempt, new, active) == DESTROY_ME)
	{
		destroy_new(old, attempt, new, new_attempt, TRUE);
		initiator_attempt_receive(attempt, NULL);
		initiator_follow_stay(context, attempt);
		return SUCCESS;
	}
	initiator_connect_watch(context, new, new_attempt);
	initiator_move_tell(context, new, new_attempt, GUARD_FOLLOWED);
	pass_on(context, attempt, new_attempt);
	charon->bus->ike_reestablish_post(charon->bus, old, new, TRUE);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, new);
	charon->bus->set_sa(charon->bus, old);
	return active ? SUCCESS : old->delete(old, FALSE);
}

/**
 * Have a job act on the IKE_SA that took the place of one by rekeying.
 *
 * @return				FALSE if the IKE_SA was not rekeyed
 */
static bool act_on_rekeyed(initiator_context_t *context, ike_sa_t *ike_sa,
						   sa_job_cb_t cb)
{
	initiator_attempt_t *attempt;

	attempt = context->attempts->get(context->attempts, ike_sa);
	if (attempt && attempt->rekeyed)
	{
		sa_job_queue(NULL, attempt->rekeyed, 0, cb, context, NULL);
		return TRUE;
	}
	return FALSE;
}

/**
 * Job: delete an IKE_SA that was replaced.
 */
static status_t delete_replaced(initiator_context_t *context, ike_sa_t *ike_sa)
{
	if (act_on_rekeyed(context, ike_sa, (sa_job_cb_t)delete_replaced))
	{
		return SUCCESS;
	}
	switch (ike_sa->get_state(ike_sa))
	{
		case IKE_ESTABLISHED:
		case IKE_REKEYING:
			return ike_sa->delete(ike_sa, FALSE);
		default:
			return SUCCESS;
	}
}

/*
 * Described in header
 */
void initiator_move_done(initiator_context_t *context, uint32_t unique)
{
	sa_job_queue(NULL, unique, 0, (sa_job_cb_t)delete_replaced, context, NULL);
}

/**
 * Job: keep an IKE_SA that was to be replaced.
 */
static status_t keep(initiator_context_t *context, ike_sa_t *ike_sa)
{
	initiator_attempt_t *attempt;

	if (!act_on_rekeyed(context, ike_sa, (sa_job_cb_t)keep))
	{
		ike_sa->set_condition(ike_sa, COND_REDIRECTED, FALSE);
		attempt = context->attempts->get(context->attempts, ike_sa);
		if (attempt)
		{
			initiator_follow_stay(context, attempt);
		}
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
