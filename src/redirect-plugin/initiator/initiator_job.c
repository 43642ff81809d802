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
#include "utils/sa_job.h"

/**
 * Destroy a job.
 */
static void job_destroy(initiator_job_t *job)
{
	job->id->destroy(job->id);
	free(job);
}

/**
 * Do what is to do.
 */
static status_t execute(initiator_job_t *job, ike_sa_t *ike_sa)
{
	initiator_attempts_t *attempts = job->context->attempts;
	initiator_attempt_t *attempt;

	attempt = attempts->get(attempts, ike_sa);
	return attempt ? job->cb(job, ike_sa, attempt) : SUCCESS;
}

/*
 * Described in header
 */
initiator_job_t *initiator_job_create(initiator_context_t *context,
									  ike_sa_t *ike_sa, uint32_t serial,
									  initiator_job_cb_t cb)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	initiator_job_t *job;

	INIT(job,
		.context = context,
		.id = id->clone(id),
		.unique = ike_sa->get_unique_id(ike_sa),
		.serial = serial,
		.cb = cb,
	);
	return job;
}

/*
 * Described in header
 */
void initiator_job_queue(initiator_job_t *this, uint32_t delay)
{
	sa_job_queue(this->id, this->unique, delay * 1000, (sa_job_cb_t)execute,
				 this, (void*)job_destroy);
}
