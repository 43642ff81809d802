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
 * @defgroup sa_job sa_job
 * @{ @ingroup redirect_utils
 */

#ifndef SA_JOB_H_
#define SA_JOB_H_

#include <sa/ike_sa.h>

/**
 * What is done with an IKE_SA that is checked out for it; charon->bus knows it
 * as the current one.
 *
 * @param data			as given with the job
 * @param ike_sa		IKE_SA
 * @return				DESTROY_ME to destroy the IKE_SA, anything else to keep it
 */
typedef status_t (*sa_job_cb_t)(void *data, ike_sa_t *ike_sa);

/**
 * Check in an IKE_SA, or destroy it.
 *
 * @param status		what initiate(), delete() or a sa_job_cb_t returned
 */
void sa_checkin(ike_sa_t *ike_sa, status_t status);

/**
 * Check an IKE_SA out, act on it, and check it in or destroy it.
 *
 * Waits for the thread that has the IKE_SA, so never from a hook.
 *
 * @param id			SPIs: quick to find, but an initiator that begins anew
 *						changes its; NULL to look for unique only
 * @param unique		unique ID: stays until it is rekeyed, but is slow to find;
 *						0 to take the SPIs only
 * @param cb			what to do
 * @param data			passed to cb
 * @return				FALSE if there is no such IKE_SA; cb was not called
 */
bool sa_act(ike_sa_id_t *id, uint32_t unique, sa_job_cb_t cb, void *data);

/**
 * Have a job do so, with the priority of IKE_SA_INIT. Does not block and may be
 * called from hooks.
 *
 * @param id			as for sa_act(), cloned
 * @param unique		as for sa_act()
 * @param delay			milliseconds to wait before, 0 for none
 * @param cb			what to do; not called if the IKE_SA is gone by then
 * @param data			passed to cb, adopted
 * @param cleanup		destroys data when the job is done, or dropped because
 *						charon ends; may be NULL
 */
void sa_job_queue(ike_sa_id_t *id, uint32_t unique, uint32_t delay,
				  sa_job_cb_t cb, void *data, void (*cleanup)(void *data));

#endif /** SA_JOB_H_ @}*/
