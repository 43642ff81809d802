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

#include "initiator_connect.h"
#include "initiator_job.h"

#include <daemon.h>

/**
 * Whether a task outlives a set-up.
 */
static bool outlives(task_t *task)
{
	switch (task->get_type(task))
	{
		case TASK_CHILD_CREATE:
		case TASK_IKE_REAUTH_COMPLETE:
		/* revocation is not looked at until then */
		case TASK_IKE_VERIFY_PEER_CERT:
			return TRUE;
		default:
			return FALSE;
	}
}

/**
 * Take the tasks that outlive a set-up off one queue.
 */
static void hold_queue(ike_sa_t *ike_sa, initiator_attempt_t *attempt,
					   task_queue_t queue)
{
	enumerator_t *enumerator;
	task_t *task;

	enumerator = ike_sa->create_task_enumerator(ike_sa, queue);
	while (enumerator->enumerate(enumerator, &task))
	{
		if (outlives(task))
		{
			ike_sa->remove_task(ike_sa, enumerator);
			array_insert_create(&attempt->held, ARRAY_TAIL, task);
		}
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
void initiator_connect_hold(ike_sa_t *ike_sa, initiator_attempt_t *attempt)
{
	hold_queue(ike_sa, attempt, TASK_QUEUE_ACTIVE);
	hold_queue(ike_sa, attempt, TASK_QUEUE_QUEUED);
}

/*
 * Described in header
 */
void initiator_connect_unhold(ike_sa_t *ike_sa, initiator_attempt_t *attempt)
{
	task_t *task;

	while (array_remove(attempt->held, ARRAY_HEAD, &task))
	{
		if (outlives(task))
		{
			task->migrate(task, ike_sa);
			ike_sa->queue_task(ike_sa, task);
		}
		else
		{
			task->destroy(task);
		}
	}
}

/*
 * Described in header
 */
initiator_redirect_t *initiator_connect_back(guard_phase_t phase)
{
	initiator_redirect_t *redirect;

	INIT(redirect,
		.phase = phase,
		.reason = GUARD_ACCEPTED,
		.back = TRUE,
	);
	return redirect;
}

/**
 * Find out where the way back leads: to the address that the configuration has
 * now; where it has none, to the one that was asked when the set-up began.
 */
static void resolve_back(ike_sa_t *ike_sa, initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect = attempt->redirect;
	initiator_history_t *history = attempt->history;
	ike_cfg_t *ike_cfg = ike_sa->get_ike_cfg(ike_sa);
	ip_address_t origin = history->get_origin(history);
	host_t *host;

	host = ike_cfg->resolve_other(ike_cfg, ike_cfg_get_family(ike_cfg, TRUE));
	if (host && !host->is_anyaddr(host))
	{
		origin = ip_address_from_host(host);
	}
	else if (!origin.version)
	{
		origin = ip_address_from_host(ike_sa->get_other_host(ike_sa));
	}
	DESTROY_IF(host);
	redirect->addresses[0] = origin;
	redirect->count = 1;
	redirect->resolved = TRUE;
}

/**
 * Find the address of this host to use with an address of a gateway, as charon
 * does when it connects; NULL if there is none or no route.
 */
static host_t *local_host(ike_sa_t *ike_sa, host_t *other)
{
	ike_cfg_t *ike_cfg = ike_sa->get_ike_cfg(ike_sa);
	host_t *me;

	me = ike_cfg->resolve_me(ike_cfg, other->get_family(other));
	if (me && me->is_anyaddr(me))
	{
		me->destroy(me);
		me = charon->kernel->get_source_addr(charon->kernel, other, NULL);
		if (me)
		{
			me->set_port(me, ike_cfg->get_my_port(ike_cfg));
		}
	}
	return me;
}

/*
 * Described in header
 */
bool initiator_connect_next(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect = attempt->redirect;
	ike_cfg_t *ike_cfg = ike_sa->get_ike_cfg(ike_sa);
	ip_address_t *address;
	host_t *me, *other;

	if (redirect->back && !redirect->resolved)
	{
		resolve_back(ike_sa, attempt);
	}
	while (redirect->next < redirect->count)
	{
		address = &redirect->addresses[redirect->next++];
		other = ip_address_to_host(address,
						redirect->back ? ike_cfg->get_other_port(ike_cfg)
									   : IKEV2_UDP_PORT);
		me = other ? local_host(ike_sa, other) : NULL;
		if (me)
		{
			ike_sa->set_my_host(ike_sa, me);
			ike_sa->set_other_host(ike_sa, other);
			redirect->target = *address;
			return TRUE;
		}
		DESTROY_IF(other);
	}
	return FALSE;
}

/*
 * Described in header
 */
void initiator_connect_report(initiator_context_t *context, ike_sa_t *ike_sa,
						  initiator_redirect_t *redirect, guard_count_t count)
{
	host_t *from = ip_address_to_host(&redirect->from, 0);

	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = count,
		.phase = redirect->phase,
		.authenticated = count == GUARD_ARRIVED ||
						 redirect->phase != GUARD_PHASE_INIT,
		.from = from,
		.gateway = redirect->gateway,
	});
	DESTROY_IF(from);
}

/**
 * Try the next address of a target, or go back if there is none.
 */
static status_t try_next(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *attempt)
{
	status_t status;

	status = initiator_connect_restart(context, ike_sa, attempt);
	if (status == NOT_FOUND)
	{
		initiator_context_note_dead(context, attempt, attempt->redirect);
		status = initiator_connect_return(context, ike_sa, attempt);
	}
	return status;
}

/**
 * Time an attempt has to be answered: a gateway that answered IKE_SA_INIT is
 * alive, but may have to ask others, or a person, before it goes on.
 */
static uint32_t get_timeout(initiator_context_t *context,
							initiator_attempt_t *attempt)
{
	initiator_times_t times = initiator_context_times(context, attempt->name);

	switch (attempt->state)
	{
		case INITIATOR_ASKING:
		case INITIATOR_INVITED:
		case INITIATOR_REFUSED:
			return times.connect_timeout;
		default:
			return max(times.connect_timeout, times.auth_timeout);
	}
}

/**
 * Job: see whether the address that was tried has answered.
 */
static status_t watch(initiator_job_t *job, ike_sa_t *ike_sa,
					  initiator_attempt_t *attempt)
{
	initiator_context_t *context = job->context;
	uint32_t timeout, waited = 0;
	initiator_times_t times;

	/* the way back leads to the gateway of the configuration, with its
	 * retransmissions and keyingtries */
	if (attempt->tries != job->serial || initiator_attempt_is_up(attempt) ||
		!initiator_attempt_is_away(attempt))
	{
		return SUCCESS;
	}
	times = initiator_context_times(context, attempt->name);
	timeout = get_timeout(context, attempt);
	if (attempt->waiting)
	{
		waited = time_monotonic(NULL) - attempt->waiting;
	}
	if (waited < timeout)
	{
		initiator_job_queue(initiator_job_create(context, ike_sa,
							attempt->tries, watch),
							min(timeout - waited, times.connect_timeout));
		return SUCCESS;
	}
	initiator_connect_report(context, ike_sa, attempt->redirect, GUARD_SILENT);
	return try_next(context, ike_sa, attempt);
}

/**
 * Job: try the next address after charon gave up the one before.
 */
static status_t go_on(initiator_job_t *job, ike_sa_t *ike_sa,
					  initiator_attempt_t *attempt)
{
	if (attempt->tries != job->serial || initiator_attempt_is_up(attempt) ||
		!initiator_attempt_is_away(attempt))
	{
		return SUCCESS;
	}
	return try_next(job->context, ike_sa, attempt);
}

/**
 * Job: begin anew with the target, as this host's address is another one now.
 */
static status_t begin_anew(initiator_job_t *job, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt)
{
	status_t status;

	if (attempt->tries != job->serial || initiator_attempt_is_up(attempt) ||
		!initiator_attempt_is_away(attempt))
	{
		return SUCCESS;
	}
	attempt->redirect->next = 0;
	status = initiator_connect_restart(job->context, ike_sa, attempt);
	return status == NOT_FOUND
				? initiator_connect_return(job->context, ike_sa, attempt) : status;
}

/*
 * Described in header
 */
void initiator_connect_strayed(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect = attempt->redirect;

	if (attempt->state != INITIATOR_FAILED)
	{
		attempt->tries++;
		initiator_job_queue(initiator_job_create(context, ike_sa,
							attempt->tries, begin_anew), 0);
		return;
	}
	initiator_connect_report(context, ike_sa, redirect, GUARD_SILENT);
	attempt->tries++;
	if (redirect->next < redirect->count)
	{
		initiator_job_queue(initiator_job_create(context, ike_sa,
							attempt->tries, go_on), 0);
		return;
	}
	initiator_context_note_dead(context, attempt, redirect);
	initiator_connect_report(context, ike_sa, redirect, GUARD_RETURNED);
	attempt->redirect = initiator_connect_back(redirect->phase);
	free(redirect);
}

/*
 * Described in header
 */
void initiator_connect_watch(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *attempt)
{
	initiator_times_t times = initiator_context_times(context, attempt->name);

	attempt->tries++;
	initiator_job_queue(initiator_job_create(context, ike_sa, attempt->tries,
											 watch), times.connect_timeout);
}

/*
 * Described in header
 */
status_t initiator_connect_restart(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *attempt)
{
	status_t status;

	if (!initiator_connect_next(context, ike_sa, attempt))
	{
		return NOT_FOUND;
	}
	/* all other tasks are made anew, so that the next gateway gets neither
	 * nonce nor key nor cookie of the one before */
	initiator_connect_hold(ike_sa, attempt);
	ike_sa->flush_queue(ike_sa, TASK_QUEUE_ACTIVE);
	ike_sa->flush_queue(ike_sa, TASK_QUEUE_QUEUED);
	initiator_connect_unhold(ike_sa, attempt);
	ike_sa->reset(ike_sa, TRUE);

	attempt->waiting = 0;
	status = ike_sa->initiate(ike_sa, NULL, NULL);
	if (status != DESTROY_ME)
	{
		initiator_connect_watch(context, ike_sa, attempt);
		return SUCCESS;
	}
	return status;
}

/*
 * Described in header
 */
status_t initiator_connect_return(initiator_context_t *context, ike_sa_t *ike_sa,
								  initiator_attempt_t *attempt)
{
	initiator_redirect_t *before = attempt->redirect ?: attempt->received;

	if (before)
	{
		initiator_connect_report(context, ike_sa, before, GUARD_RETURNED);
	}
	else
	{
		context->report->report(context->report, ike_sa, (guard_event_t){
			.count = GUARD_RETURNED,
			.phase = GUARD_PHASE_INIT,
		});
	}
	before = attempt->redirect;
	attempt->redirect = initiator_connect_back(before ? before->phase :
					attempt->received ? attempt->received->phase :
										GUARD_PHASE_INIT);
	free(before);
	initiator_attempt_receive(attempt, NULL);
	switch (initiator_connect_restart(context, ike_sa, attempt))
	{
		case DESTROY_ME:
			return DESTROY_ME;
		case NOT_FOUND:
			/* no route at present: charon's retransmissions go on where they
			 * are, unless there is nothing that is retransmitted */
			return array_count(attempt->held) ? DESTROY_ME : SUCCESS;
		default:
			return SUCCESS;
	}
}
