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
#include "policy/hop_table.h"
#include "utils/log_limit.h"
#include "utils/sa_job.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

/**
 * Seconds after which a redirect or a DELETE that had no effect is looked after:
 * the IKE_SA may have been rekeyed just then.
 */
#define STALE 10

/**
 * Lines a second about IKE_SAs that are deleted.
 */
#define LINES 50

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

	/**
	 * Limits lines
	 */
	log_limit_t lines;
};

/**
 * A session that is moved by a job, or on the stack of who moves it.
 */
struct move_job_t {

	/** mover */
	private_session_mover_t *this;

	/** session, released with the job */
	session_t *session;

	/** how it is moved, released with the job */
	session_order_t *order;

	/** gateways it may be moved to */
	session_scope_t *scope;

	/** what was decided before, if there is no order */
	const gateway_identity_t *target;
	const session_move_t *move;

	/** told of what came of it */
	session_moved_t moved;

	/** passed to moved */
	void *data;

	/** what came of it */
	session_stuck_t stuck;
};

/**
 * Act on the IKE_SA of a session.
 *
 * @return				FALSE if it is gone
 */
static bool act(private_session_mover_t *this, session_t *session,
				sa_job_cb_t cb, void *data)
{
	ike_sa_id_t *id;
	bool there;

	id = this->table->get_id(this->table, session);
	there = id && sa_act(id, 0, cb, data);
	DESTROY_IF(id);
	return there;
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
 * Send a redirect in an IKE_SA, if it is still that of the session. What is
 * decided is carried out before, as the client may be here again, sent on by
 * others, before this thread goes on.
 *
 * @param request		request that was decided, NULL if none was
 * @param decision		what was decided of it
 * @return				as sa_job_cb_t
 */
static status_t send_in(move_job_t *job, ike_sa_t *ike_sa,
						const gateway_identity_t *target,
						const session_move_t *move,
						const redirect_request_t *request,
						const redirect_decision_t *decision)
{
	private_session_mover_t *this = job->this;
	redirect_task_t *task;
	session_t *found;

	found = this->table->find(this->table, ike_sa->get_unique_id(ike_sa));
	if (found != job->session ||
		!this->table->begin(this->table, job->session, move))
	{
		this->table->release(this->table, found);
		job->stuck = SESSION_STUCK_NOTHING;
		return SUCCESS;
	}
	if (request)
	{
		this->engine->carry_out(this->engine, request, decision);
	}
	task = redirect_task_create(ike_sa, this->table, found, target);
	ike_sa->queue_task(ike_sa, &task->task);
	return ike_sa->initiate(ike_sa, NULL, NULL);
}

/**
 * Check if a client is sent to the address its IKE_SA runs on.
 */
static bool is_here(const redirect_request_t *request,
					const gateway_identity_t *target)
{
	ip_address_t address;

	address = ip_address_from_chunk(chunk_create((u_char*)target->data,
												 target->len));
	return address.version &&
		   memcmp(&address, &request->local, sizeof(address)) == 0;
}

/**
 * Find out where a client belongs.
 */
static session_stuck_t decide(move_job_t *job, ike_sa_t *ike_sa,
							  redirect_request_t *request,
							  redirect_decision_t *decision)
{
	policy_engine_t *engine = job->this->engine;
	time_t now = time_monotonic(NULL);
	session_info_t info;

	*request = sa_request_create_auth(ike_sa, REDIRECT_PHASE_ACTIVE, NULL);
	request->scope = job->scope->limited ? &job->scope->scope : NULL;
	if (job->this->table->get_info(job->this->table, job->session, &info) &&
		session_order_remembers(job->order, &info, now))
	{
		request->redirected_from = info.from;
		/* who was sent away before this order has not come back from it */
		request->lately = min(now - job->order->began + 1, HOP_SECONDS);
	}
	engine->decide(engine, request, decision);
	if (decision->action == REDIRECT_REDIRECT)
	{
		return is_here(request, &decision->target) ? SESSION_STUCK_NO_GATEWAY
												   : SESSION_NOT_STUCK;
	}
	switch (decision->reason)
	{
		case REDIRECT_REASON_NO_GATEWAY:
		case REDIRECT_REASON_CIRCLE:
		case REDIRECT_REASON_HOPS:
			return SESSION_STUCK_NO_GATEWAY;
		default:
			return SESSION_STUCK_SERVED;
	}
}

/**
 * Move the session of an IKE_SA.
 */
static status_t move_in(move_job_t *job, ike_sa_t *ike_sa)
{
	session_move_t move = job->order->move;
	redirect_decision_t decision;
	redirect_request_t request;

	job->stuck = check(ike_sa);
	if (!job->stuck)
	{
		job->stuck = decide(job, ike_sa, &request, &decision);
	}
	if (job->stuck)
	{
		return SUCCESS;
	}
	move.gateway = decision.gateway;
	return send_in(job, ike_sa, &decision.target, &move, &request, &decision);
}

/**
 * Act on the IKE_SA of a session, and note why it stays.
 */
static session_stuck_t act_and_note(move_job_t *job, sa_job_cb_t cb,
									uint32_t run)
{
	session_table_t *table = job->this->table;

	job->stuck = SESSION_STUCK_NOTHING;
	act(job->this, job->session, cb, job);
	if (job->stuck != SESSION_NOT_STUCK && job->stuck != SESSION_STUCK_NOTHING)
	{
		table->set_stuck(table, job->session, run, job->stuck);
	}
	return job->stuck;
}

METHOD(session_mover_t, move, session_stuck_t,
	private_session_mover_t *this, session_t *session, session_order_t *order)
{
	move_job_t job = {
		.this = this,
		.session = session,
		.order = order,
		.scope = order->get_scope(order->data, order),
	};

	if (!job.scope)
	{
		return SESSION_STUCK_NOTHING;
	}
	act_and_note(&job, (sa_job_cb_t)move_in, order->move.run);
	session_scope_put(job.scope);
	return job.stuck;
}

/**
 * Redirect the session of an IKE_SA as it was decided.
 */
static status_t send_to(move_job_t *job, ike_sa_t *ike_sa)
{
	redirect_request_t request = {
		.local = ip_address_from_host(ike_sa->get_my_host(ike_sa)),
	};

	job->stuck = check(ike_sa);
	if (!job->stuck && is_here(&request, job->target))
	{
		job->stuck = SESSION_STUCK_NO_GATEWAY;
	}
	return job->stuck ? SUCCESS : send_in(job, ike_sa, job->target, job->move,
										  NULL, NULL);
}

METHOD(session_mover_t, send_, session_stuck_t,
	private_session_mover_t *this, session_t *session,
	const gateway_identity_t *target, const session_move_t *move)
{
	move_job_t job = {
		.this = this,
		.session = session,
		.target = target,
		.move = move,
	};

	return act_and_note(&job, (sa_job_cb_t)send_to, move->run);
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
 * Move a session.
 */
static job_requeue_t move_job(move_job_t *job)
{
	job->moved(job->data, job->session,
			   move(job->this, job->session, job->order));
	return JOB_REQUEUE_NONE;
}

METHOD(session_mover_t, move_later, void,
	private_session_mover_t *this, session_t *session, session_order_t *order,
	uint32_t delay, session_moved_t moved, void *data)
{
	move_job_t *job;

	INIT(job,
		.this = this,
		.session = session,
		.order = session_order_get(order),
		.moved = moved,
		.data = data,
	);
	lib->scheduler->schedule_job_ms(lib->scheduler,
		(job_t*)callback_job_create((callback_job_cb_t)move_job, job,
						(callback_job_cleanup_t)move_job_destroy, NULL), delay);
}

/**
 * Send what waits in an IKE_SA.
 */
static status_t resume_in(void *data, ike_sa_t *ike_sa)
{
	return ike_sa->get_state(ike_sa) == IKE_ESTABLISHED
				? ike_sa->initiate(ike_sa, NULL, NULL) : SUCCESS;
}

/**
 * Delete an IKE_SA, if charon does not yet.
 */
static status_t delete_in(void *data, ike_sa_t *ike_sa)
{
	return ike_sa->get_state(ike_sa) == IKE_DELETING
				? SUCCESS : ike_sa->delete(ike_sa, FALSE);
}

/**
 * Have a job act on the IKE_SA of a session. For hooks.
 */
static void act_later(private_session_mover_t *this, session_t *session,
					  sa_job_cb_t cb)
{
	ike_sa_id_t *id;

	id = this->table->get_id(this->table, session);
	if (id)
	{
		sa_job_queue(id, 0, 0, cb, NULL, NULL);
		id->destroy(id);
	}
}

METHOD(session_mover_t, resume, void,
	private_session_mover_t *this, uint32_t unique_id)
{
	session_info_t info;
	session_t *session;

	session = this->table->find(this->table, unique_id);
	if (session && this->table->get_info(this->table, session, &info))
	{
		switch (info.state)
		{
			case SESSION_ASKED:
				act_later(this, session, resume_in);
				break;
			case SESSION_DELETING:
				act_later(this, session, delete_in);
				break;
			default:
				break;
		}
	}
	this->table->release(this->table, session);
}

/**
 * Log what an IKE_SA is deleted for, unless there were too many lines.
 */
static void log_deleted(private_session_mover_t *this,
						const session_info_t *info, session_deleted_t reason)
{
	uint32_t suppressed;

	if (!log_limit_allow(&this->lines, &suppressed))
	{
		return;
	}
	if (suppressed)
	{
		DBG1(DBG_IKE, "redirect: %u IKE_SAs before this one were deleted without "
			 "a line", suppressed);
	}
	if (reason == SESSION_DELETED_DEADLINE)
	{
		DBG1(DBG_IKE, "redirect: %s is left at the deadline, deleting its IKE_SA",
			 info->id);
	}
	else
	{
		DBG1(DBG_IKE, "redirect: %s did not leave for %s in time, deleting its "
			 "IKE_SA, %s", info->id, info->gateway,
			 info->ignored == SESSION_IGNORED_DELETE ? "as was asked for"
									: "for that gateway was shown to be alive");
	}
}

METHOD(session_mover_t, delete_, void,
	private_session_mover_t *this, session_t *session, session_deleted_t reason)
{
	session_info_t info;

	if (this->table->get_info(this->table, session, &info) &&
		this->table->cut(this->table, session, reason))
	{
		log_deleted(this, &info, reason);
		act_later(this, session, delete_in);
	}
}

/**
 * Act on sessions that are in a state for too long.
 */
static void look_after(private_session_mover_t *this, session_state_t state,
					   sa_job_cb_t cb)
{
	session_t *session;
	array_t *sessions;

	sessions = this->table->get_due(this->table, state,
									time_monotonic(NULL) - STALE);
	while (array_remove(sessions, ARRAY_TAIL, &session))
	{
		act_later(this, session, cb);
		this->table->release(this->table, session);
	}
	array_destroy(sessions);
}

METHOD(session_mover_t, expire, void,
	private_session_mover_t *this,
	session_verdict_t (*judge)(void *data, const session_info_t *info),
	void *data)
{
	session_verdict_t verdict;
	session_info_t info;
	session_t *session;
	array_t *sessions;

	sessions = this->table->get_due(this->table, SESSION_LEAVING,
									time_monotonic(NULL));
	while (array_remove(sessions, ARRAY_TAIL, &session))
	{
		if (this->table->get_info(this->table, session, &info))
		{
			verdict = judge(data, &info);
			if (this->table->conclude(this->table, session, verdict) &&
				verdict == SESSION_DELETE)
			{
				log_deleted(this, &info, SESSION_DELETED_IGNORED);
				act_later(this, session, delete_in);
			}
		}
		this->table->release(this->table, session);
	}
	array_destroy(sessions);
	look_after(this, SESSION_ASKED, resume_in);
	look_after(this, SESSION_DELETING, delete_in);
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
		.lines = LOG_LIMIT_INIT(LINES),
	);
	return &this->public;
}
