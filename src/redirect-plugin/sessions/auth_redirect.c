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
#include "session_listener.h"
#include "wire/notify_data.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

/**
 * Milliseconds from the IKE_AUTH response to the INFORMATIONAL: clients that
 * still work on the response ignore it, and get it by the retransmission only,
 * seconds later (seen with strongSwan).
 */
#define DELAY 250

typedef struct private_auth_redirect_t private_auth_redirect_t;
typedef struct send_job_t send_job_t;

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
	 * Clients
	 */
	client_table_t *clients;

	/**
	 * redirect_method_t
	 */
	int method;

	/**
	 * Seconds after the acknowledgement
	 */
	uint32_t grace;
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
	redirect_decision_t decision;

	/** TRUE if it has no CHILD_SA */
	bool no_child;
};

METHOD(auth_redirect_t, take, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa,
	const redirect_decision_t *decision)
{
	int method = __atomic_load_n(&this->method, __ATOMIC_RELAXED);
	client_t client;

	if (method == REDIRECT_METHOD_NOTIFY)
	{
		return FALSE;
	}
	this->clients->get(this->clients, ike_sa, &client, NULL);
	client.waiting = TRUE;
	client.no_child = method == REDIRECT_METHOD_NO_CHILD;
	if (this->clients->put(this->clients, ike_sa, &client, decision) &&
		client.no_child)
	{	/* keeps charon from making a CHILD_SA and from assigning addresses */
		ike_sa->set_condition(ike_sa, COND_REDIRECTED, TRUE);
	}
	return TRUE;
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
		.gateway = job->decision.gateway,
		.grace = __atomic_load_n(&this->grace, __ATOMIC_RELAXED),
		/* without CHILD_SA there is nothing to lose */
		.ignored = job->no_child ? SESSION_IGNORED_DELETE
								 : SESSION_IGNORED_PROVEN,
	};

	this->mover->send(this->mover, job->session, &job->decision.target, &move);
	return JOB_REQUEUE_NONE;
}

METHOD(listener_t, ike_updown, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa, bool up)
{
	redirect_decision_t decision;
	client_t client;
	session_t *session;
	send_job_t *job;

	if (!up || !this->clients->get(this->clients, ike_sa, &client, &decision) ||
		!client.waiting)
	{
		return TRUE;
	}
	if (!client.no_child)
	{	/* nothing else to tell it later */
		client.waiting = FALSE;
		this->clients->put(this->clients, ike_sa, &client, NULL);
	}
	session = this->table->find(this->table, ike_sa->get_unique_id(ike_sa));
	if (session)
	{
		INIT(job,
			.this = this,
			.session = session,
			.decision = decision,
			.no_child = client.no_child,
		);
		lib->scheduler->schedule_job_ms(lib->scheduler,
			(job_t*)callback_job_create((callback_job_cb_t)send_job, job,
							(callback_job_cleanup_t)send_job_destroy, NULL),
			DELAY);
	}
	return TRUE;
}

/**
 * Note that the client is about to delete its IKE_SA.
 */
static void note_delete(private_auth_redirect_t *this, ike_sa_t *ike_sa)
{
	client_t client;

	if (this->clients->get(this->clients, ike_sa, &client, NULL))
	{
		client.deleting = TRUE;
		this->clients->put(this->clients, ike_sa, &client, NULL);
	}
}

/**
 * Add what a client without CHILD_SA is told, draft-05 section 6.
 */
static void answer_without_child(private_auth_redirect_t *this,
								 ike_sa_t *ike_sa, message_t *message)
{
	uint8_t data[WIRE_REDIRECT_MAX];
	redirect_decision_t decision;
	client_t client;
	size_t len;

	if (!this->clients->get(this->clients, ike_sa, &client, &decision) ||
		!client.waiting || !client.no_child)
	{
		return;
	}
	if (message->get_exchange_type(message) == IKE_AUTH)
	{
		message->add_notify(message, FALSE, NO_ADDITIONAL_SAS, chunk_empty);
	}
	else if (client.deleting)
	{	/* the DELETE has crossed our INFORMATIONAL */
		len = redirect_notify_write(&decision.target, chunk_empty, data);
		message->add_notify(message, FALSE, REDIRECT, chunk_create(data, len));
	}
}

METHOD(listener_t, message, bool,
	private_auth_redirect_t *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	exchange_type_t type = message->get_exchange_type(message);

	if (plain && incoming && session_is_deleted(message))
	{
		note_delete(this, ike_sa);
	}
	else if (plain && !incoming && !message->get_request(message) &&
			 (type == IKE_AUTH || type == INFORMATIONAL))
	{
		answer_without_child(this, ike_sa, message);
	}
	return TRUE;
}

METHOD(auth_redirect_t, configure, void,
	private_auth_redirect_t *this, int method, uint32_t grace)
{
	__atomic_store_n(&this->method, method, __ATOMIC_RELAXED);
	__atomic_store_n(&this->grace, grace, __ATOMIC_RELAXED);
}

METHOD(auth_redirect_t, destroy, void,
	private_auth_redirect_t *this)
{
	free(this);
}

/*
 * Described in header
 */
auth_redirect_t *auth_redirect_create(session_table_t *table,
									  session_mover_t *mover,
									  client_table_t *clients)
{
	private_auth_redirect_t *this;

	INIT(this,
		.public = {
			.listener = {
				.ike_updown = _ike_updown,
				.message = _message,
			},
			.take = _take,
			.configure = _configure,
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.clients = clients,
		.method = REDIRECT_METHOD_NOTIFY,
	);
	return &this->public;
}
