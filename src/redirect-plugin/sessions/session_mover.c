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

#include "session_mover.h"
#include "redirect_task.h"
#include "policy/sa_request.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <processing/jobs/delete_ike_sa_job.h>

typedef struct private_session_mover_t private_session_mover_t;
typedef struct move_job_t move_job_t;

/**
 * Private data
 */
struct private_session_mover_t {

	/**
	 * Public interface
	 */
	session_mover_t public;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Decides
	 */
	policy_engine_t *engine;
};

/**
 * Data of a job.
 */
struct move_job_t {

	/** mover */
	private_session_mover_t *this;

	/** session, released with the job */
	session_t *session;

	/** how it is moved, released with the job; NULL to send what waits */
	session_order_t *order;
};

/*
 * Described in header
 */
session_order_t *session_order_get(session_order_t *order)
{
	ref_get(&order->refs);
	return order;
}

/*
 * Described in header
 */
void session_order_put(session_order_t *order)
{
	if (order && ref_put(&order->refs))
	{
		free((void*)order->scope.ids);
		free(order);
	}
}

/**
 * Check out the IKE_SA of a session.
 */
static ike_sa_t *checkout(private_session_mover_t *this, session_t *session)
{
	ike_sa_id_t *id;
	ike_sa_t *ike_sa;

	id = this->table->get_id(this->table, session);
	if (!id)
	{
		return NULL;
	}
	ike_sa = charon->ike_sa_manager->checkout(charon->ike_sa_manager, id);
	id->destroy(id);
	return ike_sa;
}

/**
 * Check in an IKE_SA after something was initiated in it.
 */
static void checkin(ike_sa_t *ike_sa, status_t status)
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

/**
 * Check whether a client can be redirected at all.
 */
static session_stuck_t check(ike_sa_t *ike_sa)
{
	if (ike_sa->get_version(ike_sa) == IKEV1)
	{
		return SESSION_STUCK_IKEV1;
	}
	if (ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR))
	{
		return SESSION_STUCK_INITIATOR;
	}
	if (!ike_sa->supports_extension(ike_sa, EXT_IKE_REDIRECTION))
	{
		return SESSION_STUCK_UNSUPPORTED;
	}
	/* while it is rekeyed charon would keep the task without sending it */
	return ike_sa->get_state(ike_sa) == IKE_ESTABLISHED ? SESSION_NOT_STUCK
														: SESSION_STUCK_BUSY;
}

/**
 * Note that a session is redirected.
 *
 * @return				the session once more, to be released; NULL if a redirect
 *						is on its way, or it is not the one of the IKE_SA anymore
 */
static session_t *begin(private_session_mover_t *this, ike_sa_t *ike_sa,
						session_t *session, const session_move_t *move)
{
	session_t *found;

	found = this->table->find(this->table, ike_sa->get_unique_id(ike_sa));
	if (found == session && this->table->begin(this->table, session, move))
	{
		return found;
	}
	this->table->release(this->table, found);
	return NULL;
}

/**
 * Send a redirect, and check in the IKE_SA.
 *
 * @param session		session, adopted
 */
static void send_in(private_session_mover_t *this, ike_sa_t *ike_sa,
					session_t *session, const gateway_identity_t *target)
{
	redirect_task_t *task;

	task = redirect_task_create(ike_sa, this->table, session, target);
	ike_sa->queue_task(ike_sa, &task->task);
	checkin(ike_sa, ike_sa->initiate(ike_sa, NULL, NULL));
}

METHOD(session_mover_t, send_, session_stuck_t,
	private_session_mover_t *this, session_t *session,
	const gateway_identity_t *target, const session_move_t *move)
{
	session_stuck_t stuck;
	session_t *begun;
	ike_sa_t *ike_sa;

	ike_sa = checkout(this, session);
	if (!ike_sa)
	{
		return SESSION_NOT_STUCK;
	}
	stuck = check(ike_sa);
	begun = stuck ? NULL : begin(this, ike_sa, session, move);
	if (begun)
	{
		send_in(this, ike_sa, begun, target);
		return SESSION_NOT_STUCK;
	}
	checkin(ike_sa, SUCCESS);
	if (stuck)
	{
		this->table->set_stuck(this->table, session, move->run, stuck);
	}
	return stuck;
}

/**
 * Find out where a client belongs.
 *
 */
static session_stuck_t decide(private_session_mover_t *this, ike_sa_t *ike_sa,
							  const session_order_t *order,
							  redirect_request_t *request,
							  redirect_decision_t *decision)
{
	*request = sa_request_create_auth(ike_sa, REDIRECT_PHASE_ACTIVE, NULL);
	request->scope = order->limited ? &order->scope : NULL;
	this->engine->decide(this->engine, request, decision);
	if (decision->action == REDIRECT_REDIRECT)
	{
		return SESSION_NOT_STUCK;
	}
	return decision->reason == REDIRECT_REASON_NO_GATEWAY
				? SESSION_STUCK_NO_GATEWAY : SESSION_STUCK_SERVED;
}

METHOD(session_mover_t, move, session_stuck_t,
	private_session_mover_t *this, session_t *session,
	const session_order_t *order)
{
	session_move_t move = order->move;
	redirect_decision_t decision;
	redirect_request_t request;
	session_stuck_t stuck;
	session_t *begun = NULL;
	ike_sa_t *ike_sa;

	ike_sa = checkout(this, session);
	if (!ike_sa)
	{
		return SESSION_NOT_STUCK;
	}
	stuck = check(ike_sa);
	if (!stuck)
	{
		stuck = decide(this, ike_sa, order, &request, &decision);
	}
	if (!stuck)
	{
		move.gateway = decision.gateway;
		begun = begin(this, ike_sa, session, &move);
	}
	if (begun)
	{
		this->engine->carry_out(this->engine, &request, &decision);
		send_in(this, ike_sa, begun, &decision.target);
		return SESSION_NOT_STUCK;
	}
	checkin(ike_sa, SUCCESS);
	if (stuck)
	{
		this->table->set_stuck(this->table, session, move.run, stuck);
	}
	return stuck;
}

/**
 * Destroy the data of a job.
 */
static void move_job_destroy(move_job_t *job)
{
	job->this->table->release(job->this->table, job->session);
	session_order_put(job->order);
	free(job);
}

/**
 * Create a job.
 *
 * @param session		session, adopted
 * @param order			order, referenced; may be NULL
 */
static job_t *create_job(private_session_mover_t *this,
						 job_requeue_t (*execute)(move_job_t *job),
						 session_t *session, session_order_t *order)
{
	move_job_t *job;

	INIT(job,
		.this = this,
		.session = session,
		.order = order ? session_order_get(order) : NULL,
	);
	return (job_t*)callback_job_create((callback_job_cb_t)execute, job,
							(callback_job_cleanup_t)move_job_destroy, NULL);
}

/**
 * Move a session.
 */
static job_requeue_t move_job(move_job_t *job)
{
	session_order_t *order = job->order;
	session_stuck_t stuck = SESSION_NOT_STUCK;

	if (order->wanted(order->data, order))
	{
		stuck = move(job->this, job->session, order);
	}
	order->done(order->data, order, stuck);
	return JOB_REQUEUE_NONE;
}

METHOD(session_mover_t, move_later, void,
	private_session_mover_t *this, session_t *session, session_order_t *order,
	uint32_t delay)
{
	job_t *job = create_job(this, move_job, session, order);

	if (delay)
	{
		lib->scheduler->schedule_job_ms(lib->scheduler, job, delay);
	}
	else
	{
		lib->processor->queue_job(lib->processor, job);
	}
}

/**
 * Send what waits in an IKE_SA.
 */
static job_requeue_t resume_job(move_job_t *job)
{
	status_t status = SUCCESS;
	ike_sa_t *ike_sa;

	ike_sa = checkout(job->this, job->session);
	if (ike_sa)
	{
		if (ike_sa->get_state(ike_sa) == IKE_ESTABLISHED)
		{
			status = ike_sa->initiate(ike_sa, NULL, NULL);
		}
		checkin(ike_sa, status);
	}
	return JOB_REQUEUE_NONE;
}

METHOD(session_mover_t, resume, void,
	private_session_mover_t *this, uint32_t unique_id)
{
	session_info_t info;
	session_t *session;

	session = this->table->find(this->table, unique_id);
	if (!session || !this->table->get_info(this->table, session, &info) ||
		info.state != SESSION_ASKED)
	{
		this->table->release(this->table, session);
		return;
	}
	lib->processor->queue_job(lib->processor,
							  create_job(this, resume_job, session, NULL));
}

METHOD(session_mover_t, delete_, void,
	private_session_mover_t *this, session_t *session)
{
	ike_sa_id_t *id;

	id = this->table->get_id(this->table, session);
	if (id)
	{
		lib->processor->queue_job(lib->processor,
								  (job_t*)delete_ike_sa_job_create(id, TRUE));
		id->destroy(id);
	}
}

METHOD(session_mover_t, expire, void,
	private_session_mover_t *this,
	bool (*again)(void *data, const session_info_t *info), void *data)
{
	session_info_t info;
	session_t *session;
	array_t *sessions;

	sessions = this->table->get_due(this->table, time_monotonic(NULL));
	while (array_remove(sessions, ARRAY_HEAD, &session))
	{
		if (this->table->get_info(this->table, session, &info) &&
			this->table->conclude(this->table, session,
								  again && again(data, &info)))
		{
			DBG1(DBG_IKE, "redirect: %s did not leave for %s in time, deleting "
				 "its IKE_SA", info.id, info.gateway);
			delete_(this, session);
		}
		this->table->release(this->table, session);
	}
	array_destroy(sessions);
}

METHOD(session_mover_t, destroy, void,
	private_session_mover_t *this)
{
	free(this);
}

/*
 * Described in header
 */
session_mover_t *session_mover_create(session_table_t *table,
									  policy_engine_t *engine)
{
	private_session_mover_t *this;

	INIT(this,
		.public = {
			.move = _move,
			.move_later = _move_later,
			.delete = _delete_,
			.send = _send_,
			.resume = _resume,
			.expire = _expire,
			.destroy = _destroy,
		},
		.table = table,
		.engine = engine,
	);
	return &this->public;
}
