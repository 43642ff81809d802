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

#include "sa_job.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

typedef struct sa_job_t sa_job_t;

/**
 * A job on an IKE_SA.
 */
struct sa_job_t {

	/** SPIs, may be NULL */
	ike_sa_id_t *id;

	/** unique ID, may be 0 */
	uint32_t unique;

	/** what to do */
	sa_job_cb_t cb;

	/** passed to cb */
	void *data;

	/** destroys data, may be NULL */
	void (*cleanup)(void *data);
};

/*
 * Described in header
 */
void sa_checkin(ike_sa_t *ike_sa, status_t status)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;

	if (status == DESTROY_ME)
	{
		manager->checkin_and_destroy(manager, ike_sa);
	}
	else
	{
		manager->checkin(manager, ike_sa);
	}
}

/*
 * Described in header
 */
bool sa_act(ike_sa_id_t *id, uint32_t unique, sa_job_cb_t cb, void *data)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa;

	ike_sa = id ? manager->checkout(manager, id) : NULL;
	if (ike_sa && unique && ike_sa->get_unique_id(ike_sa) != unique)
	{
		manager->checkin(manager, ike_sa);
		ike_sa = NULL;
	}
	if (!ike_sa && unique)
	{
		ike_sa = manager->checkout_by_id(manager, unique);
	}
	if (!ike_sa)
	{
		return FALSE;
	}
	sa_checkin(ike_sa, cb(data, ike_sa));
	return TRUE;
}

/**
 * Do what is to do.
 */
static job_requeue_t execute(sa_job_t *this)
{
	sa_act(this->id, this->unique, this->cb, this->data);
	return JOB_REQUEUE_NONE;
}

/**
 * Destroy a job.
 */
static void destroy(sa_job_t *this)
{
	if (this->cleanup)
	{
		this->cleanup(this->data);
	}
	DESTROY_IF(this->id);
	free(this);
}

/*
 * Described in header
 */
void sa_job_queue(ike_sa_id_t *id, uint32_t unique, uint32_t delay,
				  sa_job_cb_t cb, void *data, void (*cleanup)(void *data))
{
	sa_job_t *this;
	job_t *job;

	INIT(this,
		.id = id ? id->clone(id) : NULL,
		.unique = unique,
		.cb = cb,
		.data = data,
		.cleanup = cleanup,
	);
	job = (job_t*)callback_job_create_with_prio((callback_job_cb_t)execute,
						this, (callback_job_cleanup_t)destroy, NULL,
						JOB_PRIO_MEDIUM);
	if (delay)
	{
		lib->scheduler->schedule_job_ms(lib->scheduler, job, delay);
	}
	else
	{
		lib->processor->queue_job(lib->processor, job);
	}
}
