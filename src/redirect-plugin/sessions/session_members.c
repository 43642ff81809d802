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

/*
 * Described in header
 */
void session_table_join(private_session_table_t *this, session_t *session,
						bool member)
{
	session_queues_leave(&this->queues, session);
	session->member = member;
	if (member && session->state == SESSION_HERE)
	{
		session_table_set_run(session, this->run);
		session->stuck = SESSION_NOT_STUCK;
	}
	session_queues_enter(&this->queues, session);
}

METHOD(session_table_t, enlist, void,
	private_session_table_t *this, uint32_t run, bool all,
	const session_filter_t *filter)
{
	const session_info_t *info;
	enumerator_t *enumerator;
	session_t *session;

	this->mutex->lock(this->mutex);
	this->run = run;
	this->everybody = run && all;
	this->departed = 0;
	this->mutex->unlock(this->mutex);
	/* the filter is compared without the mutex, so first all leave */
	enumerator = this->public.create_enumerator(&this->public, NULL);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		bool member = run && (all || session_filter_matches(filter,
								info->unique_id, session->connection,
								session->id, session->eap_id, &info->remote));

		this->mutex->lock(this->mutex);
		if (session->there && (member || session->member) &&
			!(member && session->member && session->run == run))
		{
			session_table_join(this, session, member);
		}
		this->mutex->unlock(this->mutex);
	}
	enumerator->destroy(enumerator);
}

METHOD(session_table_t, get_counts, void,
	private_session_table_t *this, session_counts_t *counts)
{
	this->mutex->lock(this->mutex);
	memcpy(counts->states, this->queues.states, sizeof(counts->states));
	memcpy(counts->stuck, this->queues.stuck, sizeof(counts->stuck));
	counts->departed = this->departed;
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, take, session_t*,
	private_session_table_t *this)
{
	session_t *session;

	this->mutex->lock(this->mutex);
	session = session_queues_take(&this->queues);
	if (session)
	{
		ref_get(&session->refs);
	}
	this->mutex->unlock(this->mutex);
	return session;
}

METHOD(session_table_t, put_back, void,
	private_session_table_t *this, session_t *session)
{
	this->mutex->lock(this->mutex);
	if (session->there && session->member && session->state == SESSION_HERE &&
		session->stuck == SESSION_NOT_STUCK)
	{
		session_queues_leave(&this->queues, session);
		session_queues_enter(&this->queues, session);
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Let members of a batch have their turn again; the mutex is held.
 *
 * @return				FALSE if one of them was asked for too late, as are all
 *						behind it
 */
static bool retry_batch(private_session_table_t *this,
						session_t *batch[SESSION_BATCH], u_int count,
						session_stuck_t stuck, time_t before,
						bool allowed[SESSION_BATCH])
{
	u_int i;

	for (i = 0; i < count; i++)
	{
		if (batch[i]->stuck != stuck || batch[i]->state != SESSION_HERE ||
			!batch[i]->member || !batch[i]->there)
		{
			continue;
		}
		if ((time_t)batch[i]->tried >= before)
		{
			return FALSE;
		}
		if (allowed[i])
		{
			batch[i]->tries = min(batch[i]->tries, SESSION_TRIES - 1);
			session_table_change(this, batch[i], SESSION_HERE,
								 SESSION_NOT_STUCK);
		}
	}
	return TRUE;
}

METHOD(session_table_t, retry, void,
	private_session_table_t *this, session_stuck_t stuck, time_t before,
	bool (*may)(void *data, const session_info_t *info), void *data)
{
	link_t mark = {}, *ring = &this->queues.parked[stuck];
	session_t *batch[SESSION_BATCH];
	session_info_t info;
	bool allowed[SESSION_BATCH], more = TRUE;
	u_int count, i;

	while (more)
	{
		this->mutex->lock(this->mutex);
		if (!mark.next)
		{
			link_append(ring->next, &mark);
		}
		count = session_table_get_batch(ring, &mark, batch);
		this->mutex->unlock(this->mutex);
		for (i = 0; i < count; i++)
		{
			allowed[i] = !may;
			if (may && this->public.get_info(&this->public, batch[i], &info))
			{
				allowed[i] = may(data, &info);
			}
		}
		this->mutex->lock(this->mutex);
		more = count && retry_batch(this, batch, count, stuck, before, allowed);
		if (!more)
		{
			link_remove(&mark);
		}
		this->mutex->unlock(this->mutex);
		for (i = 0; i < count; i++)
		{
			session_put(batch[i]);
		}
	}
}

/*
 * Described in header
 */
void session_table_add_members(private_session_table_t *this)
{
	this->public.enlist = _enlist;
	this->public.get_counts = _get_counts;
	this->public.take = _take;
	this->public.put_back = _put_back;
	this->public.retry = _retry;
}
