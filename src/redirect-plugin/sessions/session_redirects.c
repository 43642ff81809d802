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

#include "session_table_parts.h"
#include "session_config.h"

METHOD(session_table_t, set_stuck, void,
	private_session_table_t *this, session_t *session, uint32_t run,
	session_stuck_t stuck)
{
	this->mutex->lock(this->mutex);
	if (session->there && session->state == SESSION_HERE &&
		(!session->member || run == this->run))
	{
		session_table_set_run(session, run);
		session_table_change(this, session, SESSION_HERE, stuck);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, begin, bool,
	private_session_table_t *this, session_t *session,
	const session_move_t *move)
{
	bool begun = FALSE;

	this->mutex->lock(this->mutex);
	if (session->there && session->state == SESSION_HERE)
	{
		session_table_set_run(session, move->run);
		session->tries = min(session->tries + 1, UINT8_MAX);
		session->missed = session->built = FALSE;
		session->grace = move->grace;
		session->ignored = move->ignored;
		session->gateway = this->departures->get_gateway(this->departures,
														 move->gateway);
		session_table_change(this, session, SESSION_ASKED, SESSION_NOT_STUCK);
		session->sent = session->tried;
		begun = TRUE;
	}
	this->mutex->unlock(this->mutex);
	return begun;
}

METHOD(session_table_t, built, void,
	private_session_table_t *this, session_t *session)
{
	session_info_t info;
	bool first;

	this->mutex->lock(this->mutex);
	first = !session->built && session->state == SESSION_ASKED;
	session->built = TRUE;
	session_copy(session, &info);
	this->mutex->unlock(this->mutex);
	if (first)
	{
		session_table_tell(this, session, &info, SESSION_SENT);
	}
}

METHOD(session_table_t, answered, void,
	private_session_table_t *this, session_t *session, bool refused)
{
	session_info_t info;
	bool was_asked;

	this->mutex->lock(this->mutex);
	was_asked = session->there && session->state == SESSION_ASKED;
	session_copy(session, &info);
	if (was_asked && refused)
	{
		session_table_back(this, session, SESSION_STUCK_REFUSED);
	}
	else if (was_asked)
	{
		session_table_change(this, session, SESSION_LEAVING, SESSION_NOT_STUCK);
		if (session->grace != SESSION_GRACE_NEVER)
		{
			session->due = session->tried + session->grace;
		}
	}
	this->mutex->unlock(this->mutex);
	if (was_asked && refused)
	{
		session_table_tell(this, session, &info, SESSION_REFUSED);
	}
}

METHOD(session_table_t, unanswered, void,
	private_session_table_t *this, session_t *session)
{
	this->mutex->lock(this->mutex);
	if (session->there && session->state == SESSION_ASKED)
	{
		session_table_back(this, session, SESSION_NOT_STUCK);
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Check whether it is time for a session on its way; the mutex is held.
 */
static bool is_due(const session_t *session, session_state_t state, time_t now)
{
	if (!session->there || session->state != state)
	{
		return FALSE;
	}
	return state == SESSION_LEAVING
				? session->due && (time_t)session->due <= now
				: (time_t)session->tried <= now;
}

METHOD(session_table_t, get_due, array_t*,
	private_session_table_t *this, session_state_t state, time_t now)
{
	array_t *sessions = array_create(0, 0);
	link_t mark = {}, *ring = &this->queues.moving[state];
	session_t *batch[SESSION_BATCH];
	bool due[SESSION_BATCH];
	u_int count, i;

	do
	{
		this->mutex->lock(this->mutex);
		if (!mark.next)
		{
			link_append(ring->next, &mark);
		}
		count = session_table_get_batch(ring, &mark, batch);
		for (i = 0; i < count; i++)
		{
			due[i] = is_due(batch[i], state, now);
		}
		if (!count)
		{
			link_remove(&mark);
		}
		this->mutex->unlock(this->mutex);
		for (i = 0; i < count; i++)
		{
			if (due[i])
			{
				array_insert(sessions, ARRAY_TAIL, batch[i]);
			}
			else
			{
				session_put(batch[i]);
			}
		}
	}
	while (count);
	return sessions;
}

METHOD(session_table_t, conclude, bool,
	private_session_table_t *this, session_t *session,
	session_verdict_t verdict)
{
	session_info_t info;
	bool due;

	this->mutex->lock(this->mutex);
	due = session->there && session->state == SESSION_LEAVING;
	session_copy(session, &info);
	if (due && verdict == SESSION_DELETE)
	{
		__atomic_fetch_add(&this->deleted[SESSION_DELETED_IGNORED], 1,
						   __ATOMIC_RELAXED);
		session_table_change(this, session, SESSION_DELETING, SESSION_NOT_STUCK);
	}
	else if (due)
	{
		session_table_back(this, session,
						   verdict == SESSION_AGAIN ? SESSION_NOT_STUCK :
						   verdict == SESSION_WAIT ? SESSION_STUCK_NO_GATEWAY
												   : SESSION_STUCK_IGNORED);
	}
	this->mutex->unlock(this->mutex);
	if (due && verdict != SESSION_AGAIN)
	{
		session_table_tell(this, session, &info, SESSION_IGNORED);
	}
	return due;
}

METHOD(session_table_t, cut, bool,
	private_session_table_t *this, session_t *session,
	session_deleted_t reason)
{
	bool there;

	this->mutex->lock(this->mutex);
	there = session->there && session->state != SESSION_DELETING &&
			session->state != SESSION_LEFT;
	if (there)
	{
		__atomic_fetch_add(&this->deleted[reason], 1, __ATOMIC_RELAXED);
		session_table_change(this, session, SESSION_DELETING, SESSION_NOT_STUCK);
	}
	this->mutex->unlock(this->mutex);
	return there;
}

/**
 * Ask which gateways were shown to be alive.
 */
static void prove(private_session_table_t *this,
				  time_t (*proven)(void *data, const char *gateway,
								   time_t since), void *data)
{
	departure_gateway_t *gateway;
	time_t since, when;
	u_int i = 0;

	do
	{
		this->mutex->lock(this->mutex);
		gateway = this->departures->get_pending(this->departures, i++, &since);
		this->mutex->unlock(this->mutex);
		when = gateway && since ? proven(data, departure_gateway_name(gateway),
										 since) : 0;
		if (when)
		{
			this->mutex->lock(this->mutex);
			this->departures->prove(this->departures, gateway, when);
			this->mutex->unlock(this->mutex);
		}
	}
	while (gateway);
}

METHOD(session_table_t, settle, void,
	private_session_table_t *this,
	time_t (*proven)(void *data, const char *gateway, time_t since), void *data)
{
	session_info_t info;
	session_t *session;

	if (proven)
	{
		prove(this, proven, data);
	}
	do
	{
		this->mutex->lock(this->mutex);
		session = this->departures->settle(this->departures,
										   time_monotonic(NULL));
		session_table_forget(this, session, &info);
		this->mutex->unlock(this->mutex);
		if (session)
		{
			session_table_tell(this, session, &info, SESSION_FOLLOWED);
			session_put(session);
		}
	}
	while (session);
}

/*
 * Described in header
 */
void session_table_add_redirects(private_session_table_t *this)
{
	this->public.set_stuck = _set_stuck;
	this->public.begin = _begin;
	this->public.built = _built;
	this->public.answered = _answered;
	this->public.unanswered = _unanswered;
	this->public.get_due = _get_due;
	this->public.conclude = _conclude;
	this->public.cut = _cut;
	this->public.settle = _settle;
}
