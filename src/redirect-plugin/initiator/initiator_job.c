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

#include "initiator_job.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

/*
 * Described in header
 */
void initiator_job_destroy(initiator_job_t *job)
{
	job->id->destroy(job->id);
	free(job);
}

/**
 * Check out the IKE_SA of a job.
 */
static ike_sa_t *checkout(initiator_job_t *job)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa;

	ike_sa = manager->checkout(manager, job->id);
	if (ike_sa && ike_sa->get_unique_id(ike_sa) != job->unique)
	{
		manager->checkin(manager, ike_sa);
		ike_sa = NULL;
	}
	return ike_sa ?: manager->checkout_by_id(manager, job->unique);
}

/**
 * Do what is to do.
 */
static job_requeue_t execute(initiator_job_t *job)
{
	initiator_attempts_t *sessions = job->context->sessions;
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	initiator_attempt_t *session;
	status_t status = SUCCESS;
	ike_sa_t *ike_sa;

	ike_sa = checkout(job);
	if (!ike_sa)
	{
		return JOB_REQUEUE_NONE;
	}
	session = sessions->get(sessions, ike_sa);
	if (session)
	{
		status = job->cb(job, ike_sa, session);
	}
	if (status == DESTROY_ME)
	{
		manager->checkin_and_destroy(manager, ike_sa);
	}
	else
	{
		manager->checkin(manager, ike_sa);
	}
	return JOB_REQUEUE_NONE;
}

/*
 * Described in header
 */
initiator_job_t *initiator_job_create(initiator_context_t *context, ike_sa_t *ike_sa,
							  initiator_attempt_t *session, initiator_job_cb_t cb)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	initiator_job_t *job;

	INIT(job,
		.context = context,
		.id = id->clone(id),
		.unique = ike_sa->get_unique_id(ike_sa),
		.attempt = session->attempt,
		.cb = cb,
	);
	return job;
}

/*
 * Described in header
 */
void initiator_job_queue(initiator_job_t *this, uint32_t delay)
{
	job_t *job;

	job = (job_t*)callback_job_create_with_prio((callback_job_cb_t)execute,
					this, (callback_job_cleanup_t)initiator_job_destroy, NULL,
					JOB_PRIO_MEDIUM);
	if (delay)
	{
		lib->scheduler->schedule_job(lib->scheduler, job, delay);
	}
	else
	{
		lib->processor->queue_job(lib->processor, job);
	}
}
