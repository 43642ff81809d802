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

#include "auth_redirect.h"
#include "wire/notify_data.h"

#include <collections/hashtable.h>
#include <daemon.h>
#include <encoding/payloads/delete_payload.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/**
 * Milliseconds from the IKE_AUTH response to the INFORMATIONAL: clients that
 * still work on the response ignore it, and get it by the retransmission only,
 * seconds later (seen with strongSwan).
 */
#define DELAY 250

typedef struct private_auth_redirect_t private_auth_redirect_t;
typedef struct waiting_t waiting_t;
typedef struct send_job_t send_job_t;

/**
 * A client that was let in to be redirected.
 */
struct waiting_t {

	/** where it goes */
	gateway_identity_t target;

	/** name of that gateway */
	char gateway[REDIRECT_NAME_MAX];

	/** TRUE if it gets no CHILD_SA */
	bool no_child;

	/** TRUE while a DELETE of the client is being answered */
	bool deleting;
};

/**
 * Private data
 */
struct private_auth_redirect_t {

	/**
	 * Public interface
	 */
	auth_redirect_t public;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Moves them
	 */
	session_mover_t *mover;

	/**
	 * Clients by unique id of the IKE_SA, uintptr_t => waiting_t
	 */
	hashtable_t *waiting;

	/**
	 * redirect_method_t
	 */
	int method;

	/**
	 * Seconds after the acknowledgement
	 */
	uint32_t grace;

	/**
	 * Clients there was no room for
	 */
	uint64_t dropped;

	/**
	 * Guards clients
	 */
	mutex_t *mutex;
};

/**
 * Data of a job that redirects a client.
 */
struct send_job_t {

	/** this */
	private_auth_redirect_t *this;

	/** session of the client, released with the job */
	session_t *session;

	/** where it goes */
	waiting_t waiting;
};

/**
 * Key of an IKE_SA.
 */
static void *key(ike_sa_t *ike_sa)
{
	return (void*)(uintptr_t)ike_sa->get_unique_id(ike_sa);
}

METHOD(auth_redirect_t, take, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa,
	const redirect_decision_t *decision)
{
	int method = __atomic_load_n(&this->method, __ATOMIC_RELAXED);
	waiting_t *waiting;

	if (method == REDIRECT_METHOD_NOTIFY)
	{
		return FALSE;
	}
	INIT(waiting,
		.target = decision->target,
		.no_child = method == REDIRECT_METHOD_NO_CHILD,
	);
	memcpy(waiting->gateway, decision->gateway, sizeof(waiting->gateway));
	this->mutex->lock(this->mutex);
	if (this->waiting->get_count(this->waiting) >= AUTH_REDIRECT_MAX)
	{
		__atomic_fetch_add(&this->dropped, 1, __ATOMIC_RELAXED);
		this->mutex->unlock(this->mutex);
		free(waiting);
		return TRUE;
	}
	if (waiting->no_child)
	{	/* keeps charon from making a CHILD_SA and from assigning addresses */
		ike_sa->set_condition(ike_sa, COND_REDIRECTED, TRUE);
	}
	waiting = this->waiting->put(this->waiting, key(ike_sa), waiting);
	this->mutex->unlock(this->mutex);
	free(waiting);
	return TRUE;
}

/**
 * Look up a client.
 *
 * @param copy			receives what is known of it
 * @param forget		TRUE to forget it as well
 */
static bool look_up(private_auth_redirect_t *this, ike_sa_t *ike_sa,
					waiting_t *copy, bool forget)
{
	waiting_t *waiting;

	this->mutex->lock(this->mutex);
	waiting = forget ? this->waiting->remove(this->waiting, key(ike_sa))
					 : this->waiting->get(this->waiting, key(ike_sa));
	if (waiting && copy)
	{
		*copy = *waiting;
	}
	this->mutex->unlock(this->mutex);
	if (waiting && forget)
	{
		free(waiting);
	}
	return waiting != NULL;
}

/**
 * Destroy the data of a job.
 */
static void send_job_destroy(send_job_t *job)
{
	job->this->table->release(job->this->table, job->session);
	free(job);
}

/**
 * Redirect a client.
 */
static job_requeue_t send_job(send_job_t *job)
{
	private_auth_redirect_t *this = job->this;
	session_move_t move = {
		.gateway = job->waiting.gateway,
		.grace = __atomic_load_n(&this->grace, __ATOMIC_RELAXED),
		/* without CHILD_SA there is nothing to lose */
		.ignored = job->waiting.no_child ? SESSION_IGNORED_DELETE
										 : SESSION_IGNORED_PROVEN,
	};

	this->mover->send(this->mover, job->session, &job->waiting.target, &move);
	return JOB_REQUEUE_NONE;
}

METHOD(listener_t, ike_updown, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa, bool up)
{
	waiting_t waiting;
	session_t *session;
	send_job_t *job;

	if (!up || !look_up(this, ike_sa, &waiting, FALSE))
	{
		return TRUE;
	}
	if (!waiting.no_child)
	{	/* nothing else to tell it later */
		look_up(this, ike_sa, NULL, TRUE);
	}
	session = this->table->find(this->table, ike_sa->get_unique_id(ike_sa));
	if (session)
	{
		INIT(job,
			.this = this,
			.session = session,
			.waiting = waiting,
		);
		lib->scheduler->schedule_job_ms(lib->scheduler,
			(job_t*)callback_job_create((callback_job_cb_t)send_job, job,
							(callback_job_cleanup_t)send_job_destroy, NULL),
			DELAY);
	}
	return TRUE;
}

METHOD(listener_t, ike_state_change, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	if (state == IKE_DESTROYING)
	{
		look_up(this, ike_sa, NULL, TRUE);
	}
	return TRUE;
}

METHOD(listener_t, ike_rekey, bool,
	private_auth_redirect_t *this, ike_sa_t *old, ike_sa_t *new)
{
	waiting_t *waiting;

	this->mutex->lock(this->mutex);
	waiting = this->waiting->remove(this->waiting, key(old));
	if (waiting)
	{
		waiting = this->waiting->put(this->waiting, key(new), waiting);
	}
	this->mutex->unlock(this->mutex);
	free(waiting);
	return TRUE;
}

/**
 * Check if a message has the payload that deletes an IKE_SA.
 */
static bool deletes_ike_sa(message_t *message)
{
	delete_payload_t *payload;

	payload = (delete_payload_t*)message->get_payload(message, PLV2_DELETE);
	return payload && payload->get_protocol_id(payload) == PROTO_IKE;
}

/**
 * Note that the client is about to delete its IKE_SA.
 */
static void note_delete(private_auth_redirect_t *this, ike_sa_t *ike_sa)
{
	waiting_t *waiting;

	this->mutex->lock(this->mutex);
	waiting = this->waiting->get(this->waiting, key(ike_sa));
	if (waiting)
	{
		waiting->deleting = TRUE;
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Add what a client without CHILD_SA is told, draft-05 section 6.
 */
static void answer_without_child(private_auth_redirect_t *this,
								 ike_sa_t *ike_sa, message_t *message)
{
	uint8_t data[WIRE_REDIRECT_MAX];
	waiting_t waiting;
	size_t len;

	if (!look_up(this, ike_sa, &waiting, FALSE) || !waiting.no_child)
	{
		return;
	}
	if (message->get_exchange_type(message) == IKE_AUTH)
	{
		message->add_notify(message, FALSE, NO_ADDITIONAL_SAS, chunk_empty);
	}
	else if (waiting.deleting)
	{	/* the DELETE has crossed our INFORMATIONAL */
		len = redirect_notify_write(&waiting.target, chunk_empty, data);
		message->add_notify(message, FALSE, REDIRECT, chunk_create(data, len));
	}
}

METHOD(listener_t, message, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	if (!plain || this->waiting->get_count(this->waiting) == 0)
	{
		return TRUE;
	}
	switch (message->get_exchange_type(message))
	{
		case INFORMATIONAL:
			if (incoming && message->get_request(message) &&
				deletes_ike_sa(message))
			{
				note_delete(this, ike_sa);
			}
			/* fall-through */
		case IKE_AUTH:
			if (!incoming && !message->get_request(message))
			{
				answer_without_child(this, ike_sa, message);
			}
			break;
		default:
			break;
	}
	return TRUE;
}

METHOD(auth_redirect_t, configure, void,
	private_auth_redirect_t *this, int method, uint32_t grace)
{
	__atomic_store_n(&this->method, method, __ATOMIC_RELAXED);
	__atomic_store_n(&this->grace, grace, __ATOMIC_RELAXED);
}

METHOD(auth_redirect_t, get_dropped, uint64_t,
	private_auth_redirect_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(auth_redirect_t, destroy, void,
	private_auth_redirect_t *this)
{
	enumerator_t *enumerator;
	waiting_t *waiting;

	enumerator = this->waiting->create_enumerator(this->waiting);
	while (enumerator->enumerate(enumerator, NULL, &waiting))
	{
		free(waiting);
	}
	enumerator->destroy(enumerator);
	this->waiting->destroy(this->waiting);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
auth_redirect_t *auth_redirect_create(session_table_t *table,
									  session_mover_t *mover)
{
	private_auth_redirect_t *this;

	INIT(this,
		.public = {
			.listener = {
				.ike_updown = _ike_updown,
				.ike_state_change = _ike_state_change,
				.ike_rekey = _ike_rekey,
				.message = _message,
			},
			.take = _take,
			.configure = _configure,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.waiting = hashtable_create(hashtable_hash_ptr, hashtable_equals_ptr,
									32),
		.method = REDIRECT_METHOD_NOTIFY,
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
