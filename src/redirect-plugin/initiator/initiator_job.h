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

/**
 * @defgroup initiator_job initiator_job
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_JOB_H_
#define INITIATOR_JOB_H_

#include "initiator_context.h"

typedef struct initiator_job_t initiator_job_t;

/**
 * What a job does with an IKE_SA, which it has checked out.
 *
 * @param job			the job
 * @param ike_sa		IKE_SA
 * @param attempt		its attempt
 * @return				DESTROY_ME to destroy the IKE_SA, SUCCESS to keep it
 */
typedef status_t (*initiator_job_cb_t)(initiator_job_t *job, ike_sa_t *ike_sa,
								   initiator_attempt_t *attempt);

/**
 * Something to do with an IKE_SA that the current thread cannot do.
 */
struct initiator_job_t {

	/** what the parts share */
	initiator_context_t *context;

	/** SPIs of the IKE_SA: quick to find, but the initiator may change its */
	ike_sa_id_t *id;

	/** unique ID of the IKE_SA: never changes, but is slow to find */
	uint32_t unique;

	/** serial or tries of the attempt when the job was made */
	uint32_t serial;

	/** what to do; not called if the IKE_SA or its attempt are gone */
	initiator_job_cb_t cb;

	/** addresses for cb */
	ip_address_t addresses[INITIATOR_ADDRESSES_MAX];

	/** number of addresses */
	int count;
};

/**
 * Make a job.
 *
 * @param ike_sa		IKE_SA, checked out or in a hook of its own
 * @param serial		serial or tries of its attempt
 * @param cb			what to do
 * @return				job, for initiator_job_queue()
 */
initiator_job_t *initiator_job_create(initiator_context_t *context,
									  ike_sa_t *ike_sa, uint32_t serial,
									  initiator_job_cb_t cb);

/**
 * Queue a job; does not block and may be called from hooks.
 *
 * @param job			job, adopted
 * @param delay			seconds to wait before
 */
void initiator_job_queue(initiator_job_t *job, uint32_t delay);

#endif /** INITIATOR_JOB_H_ @}*/
