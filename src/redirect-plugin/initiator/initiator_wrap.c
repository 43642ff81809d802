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

#include "initiator_wrap.h"
#include "initiator_connect.h"
#include "initiator_follow.h"

#include <daemon.h>

/**
 * What is kept while a response is processed, as a task that charon never
 * activates: process_wrapped() gets nothing but a task and a message.
 */
struct initiator_wrap_t {

	/** task, so that the IKE_SA owns this */
	task_t task;

	/** what the parts share */
	initiator_context_t *context;

	/** attempt of the IKE_SA, NULL once that is destroyed */
	initiator_attempt_t *attempt;

	/** wrapped method of charon's task, NULL while it runs */
	status_t (*process)(task_t *task, message_t *message);

	/** what happened since then */
	bool authorized, local_failed, peer_failed;
};

METHOD(task_t, get_type, task_type_t,
	initiator_wrap_t *this)
{
	/* one that is activated in established IKE_SAs only */
	return TASK_IKE_REDIRECT;
}

METHOD(task_t, build, status_t,
	initiator_wrap_t *this, message_t *message)
{
	message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
	return SUCCESS;
}

METHOD(task_t, process, status_t,
	initiator_wrap_t *this, message_t *message)
{
	return SUCCESS;
}

METHOD(task_t, migrate, void,
	initiator_wrap_t *this, ike_sa_t *ike_sa)
{
}

METHOD(task_t, destroy, void,
	initiator_wrap_t *this)
{
	if (this->attempt)
	{
		this->attempt->wrap = NULL;
	}
	free(this);
}

static status_t process_wrapped(task_t *task, message_t *message);

/**
 * Find a task in a queue: that of a type, or the one with a method.
 */
static task_t *find_task(ike_sa_t *ike_sa, task_queue_t queue, task_type_t type,
						 bool take, void *process)
{
	task_t *task, *found = NULL;
	enumerator_t *enumerator;

	enumerator = ike_sa->create_task_enumerator(ike_sa, queue);
	while (!found && enumerator->enumerate(enumerator, &task))
	{
		if (process ? task->process == process : task->get_type(task) == type)
		{
			found = task;
			if (take)
			{
				ike_sa->remove_task(ike_sa, enumerator);
			}
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Take the wrap of an IKE_SA out of its queue, NULL if there is none.
 */
static initiator_wrap_t *take_wrap(ike_sa_t *ike_sa)
{
	return (initiator_wrap_t*)find_task(ike_sa, TASK_QUEUE_QUEUED, 0, TRUE,
										_process);
}

/**
 * Whether the gateway that has just authenticated itself is one that the
 * configuration allows. Charon checks that only when all rounds are done.
 */
static bool complies(ike_sa_t *ike_sa)
{
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	enumerator_t *configured, *done;
	auth_cfg_t *constraints, *auth;
	bool good = FALSE;

	configured = peer_cfg->create_auth_cfg_enumerator(peer_cfg, FALSE);
	done = ike_sa->create_auth_cfg_enumerator(ike_sa, FALSE);
	if (configured->enumerate(configured, &constraints) &&
		done->enumerate(done, &auth))
	{
		good = auth->complies(auth, constraints, TRUE);
	}
	done->destroy(done);
	configured->destroy(configured);
	return good;
}

/*
 * Described in header
 */
void initiator_wrap_forget(initiator_attempt_t *attempt)
{
	if (attempt->wrap)
	{
		attempt->wrap->attempt = NULL;
	}
}

/*
 * Described in header
 */
void initiator_wrap_authorized(initiator_attempt_t *attempt)
{
	if (attempt->wrap && !attempt->wrap->process)
	{
		attempt->wrap->authorized = TRUE;
	}
}

/*
 * Described in header
 */
void initiator_wrap_failed(initiator_attempt_t *attempt, bool local)
{
	if (attempt->wrap && !attempt->wrap->process)
	{
		attempt->wrap->local_failed |= local;
		attempt->wrap->peer_failed |= !local;
	}
}

/*
 * Described in header
 */
bool initiator_wrap_is_authentic(ike_sa_t *ike_sa, initiator_attempt_t *attempt)
{
	initiator_wrap_t *wrap = attempt->wrap;

	return wrap && !wrap->process &&
		   attempt->state == INITIATOR_CHECKING_FIRST &&
		   wrap->authorized && !wrap->peer_failed && complies(ike_sa);
}

/**
 * Begin anew, but without any task until the job that follows has run.
 */
static status_t begin_anew(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt)
{
	enumerator_t *enumerator;
	task_t *task;

	ike_sa->reset(ike_sa, TRUE);
	enumerator = ike_sa->create_task_enumerator(ike_sa, TASK_QUEUE_QUEUED);
	while (enumerator->enumerate(enumerator, &task))
	{
		ike_sa->remove_task(ike_sa, enumerator);
		array_insert_create(&attempt->held, ARRAY_TAIL, task);
	}
	enumerator->destroy(enumerator);
	/* checked in as IKE_CREATED it would not be counted as half-open anymore,
	 * and the manager loses memory when it is again */
	ike_sa->set_state(ike_sa, IKE_CONNECTING);
	initiator_follow_start(context, ike_sa, attempt);
	return NEED_MORE;
}

/**
 * The set-up with the target of a redirect failed: begin anew with the gateway
 * that is configured.
 */
static status_t go_back(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect = attempt->redirect;

	initiator_connect_report(context, ike_sa, redirect, GUARD_FAILED);
	initiator_context_note_dead(context, attempt, redirect);
	attempt->redirect = NULL;
	attempt->tries++;
	initiator_attempt_receive(attempt, initiator_connect_back(redirect->phase));
	free(redirect);
	return begin_anew(context, ike_sa, attempt);
}

/**
 * See how charon did with a first IKE_AUTH response that carried a REDIRECT.
 *
 * @return				TRUE if that is to be followed
 */
static bool is_verified(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *attempt, status_t status)
{
	initiator_redirect_t *received = attempt->received;
	bool authentic = initiator_wrap_is_authentic(ike_sa, attempt);

	if (!authentic)
	{
		received->reason = GUARD_UNAUTHENTICATED;
	}
	initiator_follow_tell(context, ike_sa, attempt);
	/* nothing but this host's own authentication may be missing */
	if (authentic && (received->reason == GUARD_ACCEPTED || received->back) &&
		(status == NEED_MORE ||
		 (status == FAILED && attempt->wrap->local_failed)))
	{
		return initiator_step(&attempt->state,
							  INITIATOR_VERIFY) == INITIATOR_QUEUE;
	}
	initiator_step(&attempt->state, INITIATOR_DISMISS);
	initiator_follow_drop(ike_sa, attempt);
	return FALSE;
}

/**
 * Act on what charon made of a response.
 */
static status_t after_process(initiator_wrap_t *wrap, ike_sa_t *ike_sa,
							  status_t status)
{
	initiator_context_t *context = wrap->context;
	initiator_attempt_t *attempt = wrap->attempt;

	if (attempt->state == INITIATOR_CHECKING_FIRST &&
		is_verified(context, ike_sa, attempt, status))
	{
		attempt->silent = attempt->received->back;
		return begin_anew(context, ike_sa, attempt);
	}
	if (status == FAILED && initiator_attempt_is_away(attempt) &&
		initiator_step(&attempt->state, INITIATOR_BREAK) == INITIATOR_BACK)
	{
		return go_back(context, ike_sa, attempt);
	}
	return status;
}

/**
 * Process a response in place of charon's task; runs without any lock.
 */
static status_t process_wrapped(task_t *task, message_t *message)
{
	ike_sa_t *ike_sa = charon->bus->get_sa(charon->bus);
	initiator_wrap_t *wrap = take_wrap(ike_sa);
	status_t status;

	/* the task may change the method itself */
	task->process = wrap->process;
	wrap->process = NULL;
	status = task->process(task, message);
	if (wrap->attempt)
	{
		status = after_process(wrap, ike_sa, status);
	}
	wrap->task.destroy(&wrap->task);
	return status;
}

/*
 * Described in header
 */
void initiator_wrap(initiator_context_t *context, ike_sa_t *ike_sa,
					initiator_attempt_t *attempt, task_type_t type)
{
	initiator_wrap_t *wrap;
	task_t *task;

	task = find_task(ike_sa, TASK_QUEUE_ACTIVE, type, FALSE, NULL);
	if (task)
	{
		INIT(wrap,
			.task = {
				.get_type = _get_type,
				.build = _build,
				.process = _process,
				.migrate = _migrate,
				.destroy = _destroy,
			},
			.context = context,
			.attempt = attempt,
			.process = task->process,
		);
		attempt->wrap = wrap;
		task->process = process_wrapped;
		ike_sa->queue_task(ike_sa, &wrap->task);
	}
}

/*
 * Described in header
 */
void initiator_unwrap(ike_sa_t *ike_sa, initiator_attempt_t *attempt)
{
	initiator_wrap_t *wrap;
	task_t *task;

	if (attempt->wrap)
	{
		task = find_task(ike_sa, TASK_QUEUE_ACTIVE, 0, FALSE, process_wrapped);
		if (task)
		{
			task->process = attempt->wrap->process;
		}
		wrap = take_wrap(ike_sa);
		if (wrap)
		{
			wrap->task.destroy(&wrap->task);
		}
	}
}
