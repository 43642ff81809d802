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

#include "session_queues.h"

/*
 * Described in header
 */
void session_queues_init(session_queues_t *this)
{
	int i;

	*this = (session_queues_t){};
	for (i = 0; i < SESSION_STUCK_MAX; i++)
	{
		link_ring(&this->parked[i]);
	}
	for (i = 0; i < SESSION_STATE_MAX; i++)
	{
		link_ring(&this->moving[i]);
	}
}

/**
 * Add a session to those that are ready.
 */
static void add_ready(session_queues_t *this, session_t *session)
{
	if (this->ready_count == this->ready_size)
	{
		this->ready_size = max(64, this->ready_size * 2);
		this->ready = realloc(this->ready,
							  this->ready_size * sizeof(session_t*));
	}
	this->ready[this->ready_count++] = session;
	session->ready = this->ready_count;
}

/**
 * Remove a session from those that are ready, if it is one of them.
 */
static void remove_ready(session_queues_t *this, session_t *session)
{
	session_t *last;

	if (session->ready)
	{
		last = this->ready[--this->ready_count];
		this->ready[session->ready - 1] = last;
		last->ready = session->ready;
		session->ready = 0;
	}
}

/*
 * Described in header
 */
void session_queues_enter(session_queues_t *this, session_t *session)
{
	__atomic_fetch_add(&this->counts[session->state], 1, __ATOMIC_RELAXED);
	this->states[session->state] += session->member;
	if (session->state != SESSION_HERE)
	{
		link_append(&this->moving[session->state], &session->queue);
	}
	else if (session->member)
	{
		this->stuck[session->stuck]++;
		if (session->stuck == SESSION_NOT_STUCK)
		{
			add_ready(this, session);
		}
		else
		{
			link_append(&this->parked[session->stuck], &session->queue);
		}
	}
}

/*
 * Described in header
 */
void session_queues_leave(session_queues_t *this, session_t *session)
{
	__atomic_fetch_sub(&this->counts[session->state], 1, __ATOMIC_RELAXED);
	this->states[session->state] -= session->member;
	if (session->state == SESSION_HERE && session->member)
	{
		this->stuck[session->stuck]--;
	}
	link_remove(&session->queue);
	remove_ready(this, session);
}

/*
 * Described in header
 */
session_t *session_queues_take(session_queues_t *this)
{
	session_t *session = NULL;

	if (this->ready_count)
	{
		session = this->ready[random() % this->ready_count];
		remove_ready(this, session);
	}
	return session;
}

/*
 * Described in header
 */
void session_queues_clear(session_queues_t *this)
{
	free(this->ready);
	this->ready = NULL;
}
