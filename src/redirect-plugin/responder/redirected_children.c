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

#include "redirected_children.h"
#include "child_offer.h"
#include "policy/sa_request.h"

#include <daemon.h>
#include <collections/hashtable.h>
#include <processing/jobs/callback_job.h>

typedef struct private_redirected_children_t private_redirected_children_t;
typedef struct offer_job_t offer_job_t;

/**
 * Time that the answer to the client gets to arrive before the CHILD_SA is
 * initiated, in ms: a client that is not established yet ignores it, and would
 * do without until it is sent again, 4 s later by default.
 */
#define OFFER_DELAY 100

/**
 * Private data
 */
struct private_redirected_children_t {

	/**
	 * Public interface
	 */
	redirected_children_t public;

	/**
	 * Clients whose IKE_SA is being set up
	 */
	client_table_t *clients;

	/**
	 * Clients that were redirected here and got virtual IPs: unique id of their
	 * IKE_SA => number of offers that are left; only touched in hooks, which
	 * the bus calls one at a time
	 */
	hashtable_t *redirected;

	/**
	 * CHILD_SAs offered, atomic
	 */
	uint64_t offered;

	/**
	 * Clients that could not be remembered, atomic
	 */
	uint64_t dropped;
};

/**
 * An offer on its way to the client; does not need the listener any more.
 */
struct offer_job_t {

	/** IKE_SA of the client */
	ike_sa_id_t *id;

	/** what is offered */
	child_offer_t *offer;
};

/**
 * Destroy a job.
 */
static void offer_job_destroy(offer_job_t *job)
{
	child_offer_destroy(job->offer);
	job->id->destroy(job->id);
	free(job);
}

/**
 * Initiate the CHILD_SA, after the answer to the client was sent.
 */
static job_requeue_t offer_job_execute(offer_job_t *job)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	child_offer_t *offer = job->offer;
	ike_sa_t *ike_sa;

	ike_sa = manager->checkout(manager, job->id);
	if (!ike_sa)
	{
		return JOB_REQUEUE_NONE;
	}
	if (ike_sa->get_state(ike_sa) == IKE_ESTABLISHED)
	{
		DBG1(DBG_IKE, "redirect: client asked for CHILD_SA %s with a virtual "
			 "IP of another gateway, initiating it with %R",
			 offer->cfg->get_name(offer->cfg), offer->remote);
		if (child_offer_initiate(offer, ike_sa) == DESTROY_ME)
		{
			manager->checkin_and_destroy(manager, ike_sa);
			return JOB_REQUEUE_NONE;
		}
	}
	manager->checkin(manager, ike_sa);
	return JOB_REQUEUE_NONE;
}

/**
 * Queue a job for an offer, which is adopted.
 */
static void queue_offer(ike_sa_t *ike_sa, child_offer_t *offer)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	offer_job_t *job;

	INIT(job,
		.id = id->clone(id),
		.offer = offer,
	);
	lib->scheduler->schedule_job_ms(lib->scheduler,
		(job_t*)callback_job_create_with_prio(
						(callback_job_cb_t)offer_job_execute, job,
						(callback_job_cleanup_t)offer_job_destroy, NULL,
						JOB_PRIO_MEDIUM), OFFER_DELAY);
}

/**
 * Unique ids are keys by value.
 */
static void *key(ike_sa_t *ike_sa)
{
	return (void*)(uintptr_t)ike_sa->get_unique_id(ike_sa);
}

/**
 * Whether a request of the peer is worked on, and not a response of it: alerts
 * do not tell, and what the client makes of an offer must not lead to another.
 */
static bool is_responding(ike_sa_t *ike_sa)
{
	enumerator_t *enumerator;
	task_t *task;
	bool found;

	enumerator = ike_sa->create_task_enumerator(ike_sa, TASK_QUEUE_PASSIVE);
	found = enumerator->enumerate(enumerator, &task);
	enumerator->destroy(enumerator);
	return found;
}

METHOD(listener_t, assign_vips, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, bool assign)
{
	client_t client;

	if (!assign || !sa_request_is_gateway(ike_sa) ||
		!this->clients->get(this->clients, ike_sa->get_unique_id(ike_sa),
							&client) || !client.redirected_from.version)
	{
		return TRUE;
	}
	if (this->redirected->get_count(this->redirected) <
											REDIRECTED_CHILDREN_CLIENTS)
	{
		this->redirected->put(this->redirected, key(ike_sa),
							  (void*)(uintptr_t)REDIRECTED_CHILDREN_OFFERS);
	}
	else
	{
		__atomic_fetch_add(&this->dropped, 1, __ATOMIC_RELAXED);
	}
	return TRUE;
}

METHOD(listener_t, alert, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, alert_t alert,
	va_list args)
{
	linked_list_t *tsi, *tsr;
	child_offer_t *offer;
	uintptr_t left;

	if (alert != ALERT_TS_MISMATCH || !ike_sa || !is_responding(ike_sa))
	{
		return TRUE;
	}
	left = (uintptr_t)this->redirected->get(this->redirected, key(ike_sa));
	if (left)
	{
		tsi = va_arg(args, linked_list_t*);
		tsr = va_arg(args, linked_list_t*);
		offer = child_offer_create(ike_sa, tsi, tsr);
		if (offer)
		{
			this->redirected->put(this->redirected, key(ike_sa),
								  (void*)(left - 1));
			__atomic_fetch_add(&this->offered, 1, __ATOMIC_RELAXED);
			queue_offer(ike_sa, offer);
		}
	}
	return TRUE;
}

METHOD(listener_t, ike_state_change, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	if (state == IKE_DESTROYING)
	{
		this->redirected->remove(this->redirected, key(ike_sa));
	}
	return TRUE;
}

METHOD(redirected_children_t, get_offered, uint64_t,
	private_redirected_children_t *this)
{
	return __atomic_load_n(&this->offered, __ATOMIC_RELAXED);
}

METHOD(redirected_children_t, get_dropped, uint64_t,
	private_redirected_children_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(redirected_children_t, destroy, void,
	private_redirected_children_t *this)
{
	this->redirected->destroy(this->redirected);
	free(this);
}

/*
 * Described in header
 */
redirected_children_t *redirected_children_create(client_table_t *clients)
{
	private_redirected_children_t *this;

	INIT(this,
		.public = {
			.listener = {
				.alert = _alert,
				.ike_state_change = _ike_state_change,
				.assign_vips = _assign_vips,
			},
			.get_offered = _get_offered,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.clients = clients,
		.redirected = hashtable_create(hashtable_hash_ptr,
									   hashtable_equals_ptr, 64),
	);
	return &this->public;
}
