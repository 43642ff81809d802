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

#include "session_table.h"
#include "session_config.h"
#include "session_map.h"
#include "session_queues.h"

#include <threading/mutex.h>

/**
 * Sessions that are looked at before hooks get their turn.
 */
#define BATCH 64

ENUM(session_state_names, SESSION_HERE, SESSION_DELETING,
	"here",
	"asked",
	"leaving",
	"left",
	"deleting",
);

ENUM(session_stuck_names, SESSION_NOT_STUCK, SESSION_STUCK_BUSY,
	"none",
	"unsupported",
	"ikev1",
	"initiator",
	"served",
	"no-gateway",
	"ignored",
	"refused",
	"returned",
	"busy",
);

ENUM(session_outcome_names, SESSION_FOLLOWED, SESSION_RETURNED,
	"followed",
	"ignored",
	"expired",
	"refused",
	"ended",
	"returned",
);

ENUM(session_deleted_names, SESSION_DELETED_IGNORED, SESSION_DELETED_DEADLINE,
	"ignored",
	"deadline",
);

typedef struct private_session_table_t private_session_table_t;
typedef struct session_enumerator_t session_enumerator_t;

/**
 * Private data
 */
struct private_session_table_t {

	/**
	 * Public interface
	 */
	session_table_t public;

	/**
	 * Sessions by unique id
	 */
	session_map_t *sessions;

	/**
	 * All in the order they were established
	 */
	link_t all;

	/**
	 * Sessions by what they wait for
	 */
	session_queues_t queues;

	/**
	 * Clients that left and may come back
	 */
	departures_t *departures;

	/**
	 * The drain that has members, 0 if none; whether all are, and how many of
	 * them left and may come back
	 */
	uint32_t run;
	bool everybody;
	u_int departed;

	/**
	 * Redirects by outcome
	 */
	uint64_t outcomes[SESSION_OUTCOME_MAX];

	/**
	 * IKE_SAs deleted by reason
	 */
	uint64_t deleted[SESSION_DELETED_MAX];

	/**
	 * Sessions there was no room for
	 */
	uint64_t dropped;

	/**
	 * Told of outcomes
	 */
	void (*told)(void *data, const session_info_t *info,
				 session_outcome_t outcome);

	/**
	 * Passed to told
	 */
	void *data;

	/**
	 * Guards sessions
	 */
	mutex_t *mutex;
};

/**
 * Enumerates sessions.
 */
struct session_enumerator_t {

	/** public interface */
	enumerator_t public;

	/** table */
	private_session_table_t *this;

	/** which sessions */
	const session_filter_t *filter;

	/** how far it is in the ring of all */
	link_t mark;

	/** sessions it is at, the next of them, and how many they are */
	session_t *batch[BATCH];
	u_int next, count;

	/** what the caller sees */
	session_info_t info;
};

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

/**
 * Change state and reason of a session; the mutex is held.
 */
static void change(private_session_table_t *this, session_t *session,
				   session_state_t state, session_stuck_t stuck)
{
	session_queues_leave(&this->queues, session);
	session->state = state;
	session->stuck = stuck;
	session->due = 0;
	session->tried = time_monotonic(NULL);
	session_queues_enter(&this->queues, session);
}

/**
 * Begin to count for a run; the mutex is held.
 */
static void set_run(session_t *session, uint32_t run)
{
	if (session->run != run)
	{
		session->run = run;
		session->tries = 0;
	}
}

/**
 * A session is here again after it was redirected: it has its turn in the drain
 * that goes on, unless that has sent it; the mutex is held.
 */
static void back(private_session_table_t *this, session_t *session,
				 session_stuck_t stuck)
{
	if (session->member && session->run != this->run)
	{
		set_run(session, this->run);
		stuck = SESSION_NOT_STUCK;
	}
	change(this, session, SESSION_HERE, stuck);
}

/**
 * Tell the outcome of a redirect; the mutex is not held.
 *
 * @param session		session, to write its identity
 */
static void tell(private_session_table_t *this, const session_t *session,
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
 * Make a session a member of the drain that goes on; the mutex is held.
 */
static void join(private_session_table_t *this, session_t *session,
				 bool member)
{
	session_queues_leave(&this->queues, session);
	session->member = member;
	if (member && session->state == SESSION_HERE)
	{
		set_run(session, this->run);
		session->stuck = SESSION_NOT_STUCK;
	}
	session_queues_enter(&this->queues, session);
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
		join(this, session, TRUE);
		if (session->tries >= SESSION_TRIES)
		{
			change(this, session, SESSION_HERE, SESSION_STUCK_RETURNED);
		}
	}
	return TRUE;
}

/**
 * A client that left is not waited for anymore; the mutex is held.
 *
 * @param session		session it left with, may be NULL
 */
static void forget(private_session_table_t *this, session_t *session,
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
	forget(this, left, &info);
	this->mutex->unlock(this->mutex);
	if (left)
	{	/* before it has its turn again */
		tell(this, left, &info, SESSION_RETURNED);
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
		change(this, session, SESSION_LEFT, SESSION_NOT_STUCK);
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
		tell(this, session, &info, SESSION_DEPARTED);
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
		forget(this, old, &other);
	}
	this->mutex->unlock(this->mutex);
	if (!session)
	{
		return;
	}
	if (old)
	{
		tell(this, old, &other, SESSION_FOLLOWED);
		session_put(old);
	}
	if (info.state == SESSION_ASKED)
	{
		tell(this, session, &info, SESSION_EXPIRED);
	}
	else if (info.state == SESSION_LEAVING)
	{
		tell(this, session, &info, SESSION_ENDED);
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

/**
 * Get a reference to the next sessions of a ring; the mutex is held.
 *
 * @param ring			ring
 * @param mark			behind which they are, in the ring; is moved
 * @param batch			receives up to BATCH sessions
 * @return				how many they are
 */
static u_int get_batch(link_t *ring, link_t *mark, session_t *batch[BATCH])
{
	link_t *link = mark->next;
	u_int count = 0;

	for (; link != ring && count < BATCH; link = link->next)
	{
		if (link->session)
		{
			ref_get(&link->session->refs);
			batch[count++] = link->session;
		}
	}
	link_remove(mark);
	link_append(link, mark);
	return count;
}

METHOD(enumerator_t, enumerate, bool,
	session_enumerator_t *this, va_list args)
{
	private_session_table_t *table = this->this;
	const session_info_t **info;
	session_t **session;
	bool there;

	VA_ARGS_VGET(args, session, info);
	while (TRUE)
	{
		if (this->next)
		{
			session_put(this->batch[this->next - 1]);
		}
		if (this->next >= this->count)
		{
			table->mutex->lock(table->mutex);
			this->count = get_batch(&table->all, &this->mark, this->batch);
			table->mutex->unlock(table->mutex);
			this->next = 0;
			if (!this->count)
			{
				return FALSE;
			}
		}
		*session = this->batch[this->next++];
		table->mutex->lock(table->mutex);
		session_copy(*session, &this->info);
		there = (*session)->there;
		table->mutex->unlock(table->mutex);
		*info = &this->info;
		if (there && session_filter_matches(this->filter, this->info.unique_id,
								(*session)->connection, (*session)->id,
								(*session)->eap_id, &this->info.remote))
		{
			return TRUE;
		}
	}
}

METHOD(enumerator_t, enumerator_destroy, void,
	session_enumerator_t *this)
{
	u_int i;

	for (i = this->next ? this->next - 1 : 0; i < this->count; i++)
	{
		session_put(this->batch[i]);
	}
	this->this->mutex->lock(this->this->mutex);
	link_remove(&this->mark);
	this->this->mutex->unlock(this->this->mutex);
	free(this);
}

METHOD(session_table_t, create_enumerator_, enumerator_t*,
	private_session_table_t *this, const session_filter_t *filter)
{
	session_enumerator_t *enumerator;

	INIT(enumerator,
		.public = {
			.enumerate = enumerator_enumerate_default,
			.venumerate = _enumerate,
			.destroy = _enumerator_destroy,
		},
		.this = this,
		.filter = filter,
	);
	this->mutex->lock(this->mutex);
	link_append(this->all.next, &enumerator->mark);
	this->mutex->unlock(this->mutex);
	return &enumerator->public;
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
	enumerator = create_enumerator_(this, NULL);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		bool member = run && (all || session_filter_matches(filter,
								info->unique_id, session->connection,
								session->id, session->eap_id, &info->remote));

		this->mutex->lock(this->mutex);
		if (session->there && (member || session->member) &&
			!(member && session->member && session->run == run))
		{
			join(this, session, member);
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
static bool retry_batch(private_session_table_t *this, session_t *batch[BATCH],
						u_int count, session_stuck_t stuck, time_t before,
						bool allowed[BATCH])
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
			change(this, batch[i], SESSION_HERE, SESSION_NOT_STUCK);
		}
	}
	return TRUE;
}

METHOD(session_table_t, retry, void,
	private_session_table_t *this, session_stuck_t stuck, time_t before,
	bool (*may)(void *data, const session_info_t *info), void *data)
{
	link_t mark = {}, *ring = &this->queues.parked[stuck];
	session_t *batch[BATCH];
	session_info_t info;
	bool allowed[BATCH], more = TRUE;
	u_int count, i;

	while (more)
	{
		this->mutex->lock(this->mutex);
		if (!mark.next)
		{
			link_append(ring->next, &mark);
		}
		count = get_batch(ring, &mark, batch);
		this->mutex->unlock(this->mutex);
		for (i = 0; i < count; i++)
		{
			allowed[i] = !may;
			if (may && get_info(this, batch[i], &info))
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

METHOD(session_table_t, set_stuck, void,
	private_session_table_t *this, session_t *session, uint32_t run,
	session_stuck_t stuck)
{
	this->mutex->lock(this->mutex);
	if (session->there && session->state == SESSION_HERE &&
		(!session->member || run == this->run))
	{
		set_run(session, run);
		change(this, session, SESSION_HERE, stuck);
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
		set_run(session, move->run);
		session->tries = min(session->tries + 1, UINT8_MAX);
		session->missed = session->built = FALSE;
		session->grace = move->grace;
		session->ignored = move->ignored;
		session->gateway = this->departures->get_gateway(this->departures,
														 move->gateway);
		change(this, session, SESSION_ASKED, SESSION_NOT_STUCK);
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
		tell(this, session, &info, SESSION_SENT);
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
		back(this, session, SESSION_STUCK_REFUSED);
	}
	else if (was_asked)
	{
		change(this, session, SESSION_LEAVING, SESSION_NOT_STUCK);
		if (session->grace != SESSION_GRACE_NEVER)
		{
			session->due = session->tried + session->grace;
		}
	}
	this->mutex->unlock(this->mutex);
	if (was_asked && refused)
	{
		tell(this, session, &info, SESSION_REFUSED);
	}
}

METHOD(session_table_t, unanswered, void,
	private_session_table_t *this, session_t *session)
{
	this->mutex->lock(this->mutex);
	if (session->there && session->state == SESSION_ASKED)
	{
		back(this, session, SESSION_NOT_STUCK);
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
	session_t *batch[BATCH];
	bool due[BATCH];
	u_int count, i;

	do
	{
		this->mutex->lock(this->mutex);
		if (!mark.next)
		{
			link_append(ring->next, &mark);
		}
		count = get_batch(ring, &mark, batch);
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
		change(this, session, SESSION_DELETING, SESSION_NOT_STUCK);
	}
	else if (due)
	{
		back(this, session, verdict == SESSION_AGAIN ? SESSION_NOT_STUCK :
							verdict == SESSION_WAIT ? SESSION_STUCK_NO_GATEWAY
													: SESSION_STUCK_IGNORED);
	}
	this->mutex->unlock(this->mutex);
	if (due && verdict != SESSION_AGAIN)
	{
		tell(this, session, &info, SESSION_IGNORED);
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
		change(this, session, SESSION_DELETING, SESSION_NOT_STUCK);
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
		forget(this, session, &info);
		this->mutex->unlock(this->mutex);
		if (session)
		{
			tell(this, session, &info, SESSION_FOLLOWED);
			session_put(session);
		}
	}
	while (session);
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
			.create_enumerator = _create_enumerator_,
			.get_info = _get_info,
			.get_id = _get_id,
			.enlist = _enlist,
			.get_counts = _get_counts,
			.take = _take,
			.put_back = _put_back,
			.retry = _retry,
			.set_stuck = _set_stuck,
			.begin = _begin,
			.built = _built,
			.answered = _answered,
			.unanswered = _unanswered,
			.get_due = _get_due,
			.conclude = _conclude,
			.cut = _cut,
			.settle = _settle,
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
	link_ring(&this->all);
	session_queues_init(&this->queues);
	return &this->public;
}
