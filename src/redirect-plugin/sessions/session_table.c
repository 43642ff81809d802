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

METHOD(session_table_t, get_ref, session_t*,
	private_session_table_t *this, session_t *session)
{
	ref_get(&session->refs);
	return session;
}

METHOD(session_table_t, release, void,
	private_session_table_t *this, session_t *session)
{
	session_put(session);
}

/*
 * Described in header
 */
void session_table_change(private_session_table_t *this, session_t *session,
						  session_state_t state, session_stuck_t stuck)
{
	session_queues_leave(&this->queues, session);
	session->state = state;
	session->stuck = stuck;
	session->due = 0;
	session->tried = time_monotonic(NULL);
	session_queues_enter(&this->queues, session);
}

/*
 * Described in header
 */
void session_table_set_run(session_t *session, uint32_t run)
{
	if (session->run != run)
	{
		session->run = run;
		session->tries = 0;
	}
}

/*
 * Described in header
 */
void session_table_back(private_session_table_t *this, session_t *session,
						session_stuck_t stuck)
{
	if (session->member && session->run != this->run)
	{
		session_table_set_run(session, this->run);
		stuck = SESSION_NOT_STUCK;
	}
	session_table_change(this, session, SESSION_HERE, stuck);
}

/*
 * Described in header
 */
void session_table_tell(private_session_table_t *this, const session_t *session,
						session_info_t *info, session_outcome_t outcome)
{
	if (outcome < SESSION_OUTCOME_MAX)
	{
		__atomic_fetch_add(&this->outcomes[outcome], 1, __ATOMIC_RELAXED);
	}
	if (this->told)
	{
		session_print_id(session, info);
		this->told(this->data, info, outcome);
	}
}

/**
 * Put a new session into the table; the mutex is held.
 *
 * @param left			session the client left with before, NULL if none
 * @return				FALSE if there is no room
 */
static bool insert(private_session_table_t *this, session_t *session,
				   const session_t *left)
{
	if (this->sessions->get_count(this->sessions) >= SESSION_TABLE_MAX ||
		this->sessions->get(this->sessions, session->unique_id))
	{
		__atomic_fetch_add(&this->dropped, 1, __ATOMIC_RELAXED);
		return FALSE;
	}
	this->sessions->put(this->sessions, session->unique_id, session);
	link_append(&this->all, &session->all);
	if (left)
	{
		session->run = left->run;
		session->tries = left->tries;
		session->sent = left->sent;
	}
	session_queues_enter(&this->queues, session);
	if (this->run && (this->everybody || (left && left->run == this->run)))
	{
		session_table_join(this, session, TRUE);
		if (session->tries >= SESSION_TRIES)
		{
			session_table_change(this, session, SESSION_HERE,
								 SESSION_STUCK_RETURNED);
		}
	}
	return TRUE;
}

/*
 * Described in header
 */
void session_table_forget(private_session_table_t *this, session_t *session,
						  session_info_t *info)
{
	if (session)
	{
		this->departed -= session->run == this->run && session->member;
		session_copy(session, info);
	}
}

METHOD(session_table_t, add, void,
	private_session_table_t *this, ike_sa_t *ike_sa, const ip_address_t *from)
{
	session_t *session = session_create(ike_sa, from), *left;
	session_info_t info;

	this->mutex->lock(this->mutex);
	left = this->departures->take(this->departures, session);
	session_table_forget(this, left, &info);
	this->mutex->unlock(this->mutex);
	if (left)
	{	/* before it has its turn again */
		session_table_tell(this, left, &info, SESSION_RETURNED);
	}
	this->mutex->lock(this->mutex);
	if (!insert(this, session, left))
	{
		session_put(session);
	}
	this->mutex->unlock(this->mutex);
	session_put(left);
}

METHOD(session_table_t, rekey, void,
	private_session_table_t *this, ike_sa_t *old, ike_sa_t *new)
{
	session_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->remove(this->sessions, old->get_unique_id(old));
	if (session)
	{
		session_read(session, new);
		session->missed = TRUE;
		this->sessions->put(this->sessions, session->unique_id, session);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, update, void,
	private_session_table_t *this, uint32_t unique_id, host_t *local,
	host_t *remote)
{
	session_t *session;
	uint8_t version;

	this->mutex->lock(this->mutex);
	session = this->sessions->get(this->sessions, unique_id);
	if (session)
	{
		session->local = ip_address_from_host(local);
		version = session->remote.version;
		session->remote = ip_address_from_host(remote);
		session->missed |= version != session->remote.version;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, client_deletes, void,
	private_session_table_t *this, uint32_t unique_id)
{
	session_info_t info;
	session_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->get(this->sessions, unique_id);
	if (session && (session->state == SESSION_ASKED ||
					session->state == SESSION_LEAVING))
	{
		session_table_change(this, session, SESSION_LEFT, SESSION_NOT_STUCK);
		session_copy(session, &info);
		ref_get(&session->refs);
	}
	else
	{
		session = NULL;
	}
	this->mutex->unlock(this->mutex);
	if (session)
	{
		session_table_tell(this, session, &info, SESSION_DEPARTED);
		session_put(session);
	}
}

/**
 * Take a session out of the table; the mutex is held.
 *
 * @return				another client with the same identity and address that is
 *						not waited for anymore, to be told of as followed; NULL if none
 */
static session_t *take_out(private_session_table_t *this, session_t *session)
{
	session_queues_leave(&this->queues, session);
	link_remove(&session->all);
	session->there = FALSE;
	session->due = 0;
	if (session->state != SESSION_LEFT)
	{
		return NULL;
	}
	session->due = time_monotonic(NULL) +
				   min(session->grace, SESSION_RETURN_MAX);
	this->departed += session->run == this->run && session->member;
	ref_get(&session->refs);
	return this->departures->add(this->departures, session);
}

METHOD(session_table_t, remove_, void,
	private_session_table_t *this, uint32_t unique_id)
{
	session_info_t info, other;
	session_t *session, *old = NULL;

	this->mutex->lock(this->mutex);
	session = this->sessions->remove(this->sessions, unique_id);
	if (session)
	{
		session_copy(session, &info);
		old = take_out(this, session);
		session_table_forget(this, old, &other);
	}
	this->mutex->unlock(this->mutex);
	if (!session)
	{
		return;
	}
	if (old)
	{
		session_table_tell(this, old, &other, SESSION_FOLLOWED);
		session_put(old);
	}
	if (info.state == SESSION_ASKED)
	{
		session_table_tell(this, session, &info, SESSION_EXPIRED);
	}
	else if (info.state == SESSION_LEAVING)
	{
		session_table_tell(this, session, &info, SESSION_ENDED);
	}
	session_put(session);
}

METHOD(session_table_t, find, session_t*,
	private_session_table_t *this, uint32_t unique_id)
{
	session_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->get(this->sessions, unique_id);
	if (session)
	{
		ref_get(&session->refs);
	}
	this->mutex->unlock(this->mutex);
	return session;
}

METHOD(session_table_t, get_info, bool,
	private_session_table_t *this, session_t *session, session_info_t *info)
{
	bool there;

	this->mutex->lock(this->mutex);
	session_copy(session, info);
	there = session->there;
	this->mutex->unlock(this->mutex);
	session_print_id(session, info);
	return there;
}

METHOD(session_table_t, get_id, ike_sa_id_t*,
	private_session_table_t *this, session_t *session)
{
	ike_sa_id_t *id = NULL;

	this->mutex->lock(this->mutex);
	if (session->there)
	{
		id = ike_sa_id_create(session->ikev2 ? IKEV2_MAJOR_VERSION
											 : IKEV1_MAJOR_VERSION,
							  session->spi_i, session->spi_r,
							  session->initiates);
	}
	this->mutex->unlock(this->mutex);
	return id;
}

METHOD(session_table_t, get_count, u_int,
	private_session_table_t *this, session_state_t state)
{
	return __atomic_load_n(&this->queues.counts[state], __ATOMIC_RELAXED);
}

METHOD(session_table_t, get_outcome, uint64_t,
	private_session_table_t *this, session_outcome_t outcome)
{
	return __atomic_load_n(&this->outcomes[outcome], __ATOMIC_RELAXED);
}

METHOD(session_table_t, get_deleted, uint64_t,
	private_session_table_t *this, session_deleted_t reason)
{
	return __atomic_load_n(&this->deleted[reason], __ATOMIC_RELAXED);
}

METHOD(session_table_t, get_dropped, uint64_t,
	private_session_table_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(session_table_t, set_observer, void,
	private_session_table_t *this,
	void (*told)(void *data, const session_info_t *info,
				 session_outcome_t outcome), void *data)
{
	this->data = data;
	this->told = told;
}

METHOD(session_table_t, destroy, void,
	private_session_table_t *this)
{
	session_t *session;

	while ((session = this->all.next->session))
	{
		session_queues_leave(&this->queues, session);
		link_remove(&session->all);
		session_put(session);
	}
	session_queues_clear(&this->queues);
	this->departures->destroy(this->departures);
	this->sessions->destroy(this->sessions);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
session_table_t *session_table_create()
{
	private_session_table_t *this;

	INIT(this,
		.public = {
			.add = _add,
			.rekey = _rekey,
			.update = _update,
			.client_deletes = _client_deletes,
			.remove = _remove_,
			.find = _find,
			.get_info = _get_info,
			.get_id = _get_id,
			.get_ref = _get_ref,
			.release = _release,
			.get_count = _get_count,
			.get_outcome = _get_outcome,
			.get_deleted = _get_deleted,
			.get_dropped = _get_dropped,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.sessions = session_map_create(),
		.departures = departures_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	session_table_add_walk(this);
	session_table_add_members(this);
	session_table_add_redirects(this);
	link_ring(&this->all);
	session_queues_init(&this->queues);
	return &this->public;
}
