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
			return TRUE;
		default:
			return FALSE;
	}
}

/**
 * Take the tasks that outlive a set-up off one queue.
 */
static void hold_queue(ike_sa_t *ike_sa, initiator_attempt_t *session,
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
			array_insert_create(&session->held, ARRAY_TAIL, task);
		}
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
void initiator_connect_hold(ike_sa_t *ike_sa, initiator_attempt_t *session)
{
	hold_queue(ike_sa, session, TASK_QUEUE_ACTIVE);
	hold_queue(ike_sa, session, TASK_QUEUE_QUEUED);
}

/*
 * Described in header
 */
void initiator_connect_unhold(ike_sa_t *ike_sa, initiator_attempt_t *session)
{
	task_t *task;

	while (array_remove(session->held, ARRAY_HEAD, &task))
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
initiator_redirect_t *initiator_connect_back(ike_sa_t *ike_sa, initiator_attempt_t *session,
									 guard_phase_t phase)
{
	initiator_redirect_t *redirect;
	ip_address_t origin;

	origin = session->history->get_origin(session->history);
	if (!origin.version)
	{
		origin = ip_address_from_host(ike_sa->get_other_host(ike_sa));
	}
	INIT(redirect,
		.phase = phase,
		.back = TRUE,
		.addresses = { origin },
		.count = 1,
	);
	return redirect;
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
						initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;
	ike_cfg_t *ike_cfg = ike_sa->get_ike_cfg(ike_sa);
	ip_address_t *address;
	host_t *me, *other;

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
			redirect->step = INITIATOR_STEP_FOLLOWING;
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
 * Job: see whether the address that was tried has answered.
 */
static status_t watch(initiator_job_t *job, ike_sa_t *ike_sa,
					  initiator_attempt_t *session)
{
	initiator_context_t *context = job->context;
	initiator_redirect_t *redirect = session->redirect;
	initiator_times_t times;
	time_t waited;
	status_t status;

	if (session->attempt != job->attempt || session->up || !redirect)
	{
		return SUCCESS;
	}
	times = initiator_context_times(context, session->name);
	waited = time_monotonic(NULL) - session->waiting_since;
	if (!session->waiting || waited < (time_t)times.connect_timeout)
	{
		initiator_job_queue(initiator_job_create(context, ike_sa, session, watch),
						session->waiting ? times.connect_timeout - waited
										 : times.connect_timeout);
		return SUCCESS;
	}
	if (redirect->back)
	{
		/* this is the gateway of the configuration, and its retransmissions
		 * and keyingtries are as configured */
		return SUCCESS;
	}
	initiator_connect_report(context, ike_sa, redirect, GUARD_SILENT);
	status = initiator_connect_restart(context, ike_sa, session);
	if (status == NOT_FOUND)
	{
		context->dead->add(context->dead, &redirect->gateway, times.dead_time);
		status = initiator_connect_return(context, ike_sa, session);
	}
	return status;
}

/*
 * Described in header
 */
void initiator_connect_watch(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *session)
{
	initiator_times_t times = initiator_context_times(context, session->name);

	session->attempt++;
	initiator_job_queue(initiator_job_create(context, ike_sa, session, watch),
					times.connect_timeout);
}

/*
 * Described in header
 */
status_t initiator_connect_restart(initiator_context_t *context, ike_sa_t *ike_sa,
							   initiator_attempt_t *session)
{
	status_t status;

	if (!initiator_connect_next(context, ike_sa, session))
	{
		return NOT_FOUND;
	}
	/* all other tasks are made anew, so that the next gateway gets neither
	 * nonce nor key nor cookie of the one before */
	initiator_connect_hold(ike_sa, session);
	ike_sa->flush_queue(ike_sa, TASK_QUEUE_ACTIVE);
	ike_sa->flush_queue(ike_sa, TASK_QUEUE_QUEUED);
	initiator_connect_unhold(ike_sa, session);
	ike_sa->reset(ike_sa, TRUE);

	session->failed = FALSE;
	status = ike_sa->initiate(ike_sa, NULL, NULL);
	if (status != DESTROY_ME)
	{
		initiator_connect_watch(context, ike_sa, session);
		return SUCCESS;
	}
	return status;
}

/*
 * Described in header
 */
status_t initiator_connect_return(initiator_context_t *context, ike_sa_t *ike_sa,
							  initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;

	if (redirect)
	{
		initiator_connect_report(context, ike_sa, redirect, GUARD_RETURNED);
	}
	else
	{
		context->report->report(context->report, ike_sa, (guard_event_t){
			.count = GUARD_RETURNED,
			.phase = GUARD_PHASE_INIT,
		});
	}
	session->redirect = initiator_connect_back(ike_sa, session,
							redirect ? redirect->phase : GUARD_PHASE_INIT);
	free(redirect);
	switch (initiator_connect_restart(context, ike_sa, session))
	{
		case DESTROY_ME:
			return DESTROY_ME;
		case NOT_FOUND:
			/* no route at present: charon's retransmissions go on where they
			 * are, unless there is nothing that is retransmitted */
			return array_count(session->held) ? DESTROY_ME : SUCCESS;
		default:
			return SUCCESS;
	}
}
