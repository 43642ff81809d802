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

#include <collections/hashtable.h>
#include <threading/mutex.h>

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
	"busy",
);

ENUM(session_outcome_names, SESSION_FOLLOWED, SESSION_ENDED,
	"followed",
	"ignored",
	"expired",
	"refused",
	"ended",
);

typedef struct private_session_table_t private_session_table_t;

/**
 * A session; everything but the references is guarded by the mutex.
 */
struct session_t {

	/** who holds it, the table included */
	refcount_t refs;

	/** neighbours in the list of all, in the order they were established */
	session_t *prev, *next;

	/** id of the IKE_SA, NULL once it is gone */
	ike_sa_id_t *ike_sa_id;

	/** what is known, but for the texts of long names */
	session_info_t info;

	/** name of the connection */
	char *connection;

	/** identities of the client, may be NULL */
	identification_t *id, *eap_id;

	/** grace and keep of the redirect that was sent */
	uint32_t grace;
	bool keep;

	/** when the grace is over, 0 if it does not run */
	time_t due;
};

/**
 * Private data
 */
struct private_session_table_t {

	/**
	 * Public interface
	 */
	session_table_t public;

	/**
	 * Sessions by unique id, uintptr_t => session_t
	 */
	hashtable_t *sessions;

	/**
	 * First and last in the order they were established
	 */
	session_t *first, *last;

	/**
	 * Sessions by state
	 */
	u_int counts[SESSION_STATE_MAX];

	/**
	 * Redirects by outcome
	 */
	uint64_t outcomes[SESSION_OUTCOME_MAX];

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
 * Key of a unique id.
 */
static void *key(uint32_t unique_id)
{
	return (void*)(uintptr_t)unique_id;
}

METHOD(session_table_t, release, void,
	private_session_table_t *this, session_t *session)
{
	if (session && ref_put(&session->refs))
	{
		DESTROY_IF(session->ike_sa_id);
		DESTROY_IF(session->id);
		DESTROY_IF(session->eap_id);
		free(session->connection);
		free(session);
	}
}

/**
 * Change the state of a session; the mutex is held.
 */
static void set_state(private_session_table_t *this, session_t *session,
					  session_state_t state)
{
	this->counts[session->info.state]--;
	this->counts[state]++;
	session->info.state = state;
	session->due = 0;
}

/**
 * Tell the outcome of a redirect; the mutex is not held.
 */
static void tell(private_session_table_t *this, const session_info_t *info,
				 session_outcome_t outcome)
{
	__atomic_fetch_add(&this->outcomes[outcome], 1, __ATOMIC_RELAXED);
	if (this->told)
	{
		this->told(this->data, info, outcome);
	}
}

/**
 * Cut a text into a field of a fixed size.
 */
static void cut(char *field, size_t size, const char *text)
{
	snprintf(field, size, "%s", text);
}

/**
 * Take over what an IKE_SA tells.
 */
static void read_ike_sa(session_t *session, ike_sa_t *ike_sa)
{
	session_info_t *info = &session->info;
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	DESTROY_IF(session->ike_sa_id);
	session->ike_sa_id = id->clone(id);
	info->unique_id = ike_sa->get_unique_id(ike_sa);
	info->version = ike_sa->get_version(ike_sa) == IKEV1 ? 1 : 2;
	info->supported = ike_sa->supports_extension(ike_sa, EXT_IKE_REDIRECTION);
	info->responder = !ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR);
	info->local = ip_address_from_host(ike_sa->get_my_host(ike_sa));
	info->remote = ip_address_from_host(ike_sa->get_other_host(ike_sa));
}

/**
 * snprintf() with strongSwan's conversions, which the compiler does not know.
 */
static int (*const print)(char *buf, size_t len, const char *fmt, ...) = snprintf;

/**
 * Make a session of an IKE_SA.
 */
static session_t *create_session(ike_sa_t *ike_sa)
{
	identification_t *id = ike_sa->get_other_id(ike_sa);
	identification_t *eap_id = ike_sa->get_other_eap_id(ike_sa);
	session_t *session;

	INIT(session,
		.refs = 1,
		.connection = strdup(ike_sa->get_name(ike_sa)),
		.id = id ? id->clone(id) : NULL,
		.eap_id = eap_id && eap_id != id ? eap_id->clone(eap_id) : NULL,
		.info = {
			.since = time_monotonic(NULL),
		},
	);
	cut(session->info.connection, sizeof(session->info.connection),
		session->connection);
	if (id)
	{
		print(session->info.id, sizeof(session->info.id), "%Y",
			  session->eap_id ?: id);
	}
	read_ike_sa(session, ike_sa);
	return session;
}

/**
 * Take a session out of the list; the mutex is held.
 */
static void unlink_session(private_session_table_t *this, session_t *session)
{
	*(session->prev ? &session->prev->next : &this->first) = session->next;
	*(session->next ? &session->next->prev : &this->last) = session->prev;
	session->prev = session->next = NULL;
}

METHOD(session_table_t, add, void,
	private_session_table_t *this, ike_sa_t *ike_sa)
{
	session_t *session = create_session(ike_sa);

	this->mutex->lock(this->mutex);
	if (this->sessions->get_count(this->sessions) >= SESSION_TABLE_MAX ||
		this->sessions->get(this->sessions, key(session->info.unique_id)))
	{
		this->dropped++;
		this->mutex->unlock(this->mutex);
		release(this, session);
		return;
	}
	this->sessions->put(this->sessions, key(session->info.unique_id), session);
	session->prev = this->last;
	*(this->last ? &this->last->next : &this->first) = session;
	this->last = session;
	this->counts[SESSION_HERE]++;
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, rekey, void,
	private_session_table_t *this, ike_sa_t *old, ike_sa_t *new)
{
	session_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->remove(this->sessions,
									 key(old->get_unique_id(old)));
	if (session)
	{
		read_ike_sa(session, new);
		session->info.rekeyed = TRUE;
		this->sessions->put(this->sessions, key(session->info.unique_id),
							session);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, client_deletes, void,
	private_session_table_t *this, uint32_t unique_id)
{
	session_info_t info;
	session_t *session;
	bool followed = FALSE;

	this->mutex->lock(this->mutex);
	session = this->sessions->get(this->sessions, key(unique_id));
	if (session && (session->info.state == SESSION_ASKED ||
					session->info.state == SESSION_LEAVING))
	{
		set_state(this, session, SESSION_LEFT);
		info = session->info;
		followed = TRUE;
	}
	this->mutex->unlock(this->mutex);
	if (followed)
	{
		tell(this, &info, SESSION_FOLLOWED);
	}
}

METHOD(session_table_t, remove_, void,
	private_session_table_t *this, uint32_t unique_id)
{
	session_info_t info;
	session_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->remove(this->sessions, key(unique_id));
	if (session)
	{
		unlink_session(this, session);
		this->counts[session->info.state]--;
		session->due = 0;
		session->ike_sa_id->destroy(session->ike_sa_id);
		session->ike_sa_id = NULL;
		info = session->info;
	}
	this->mutex->unlock(this->mutex);
	if (!session)
	{
		return;
	}
	if (info.state == SESSION_ASKED)
	{
		tell(this, &info, SESSION_EXPIRED);
	}
	else if (info.state == SESSION_LEAVING)
	{
		tell(this, &info, SESSION_ENDED);
	}
	release(this, session);
}

METHOD(session_table_t, find, session_t*,
	private_session_table_t *this, uint32_t unique_id)
{
	session_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->get(this->sessions, key(unique_id));
	if (session)
	{
		ref_get(&session->refs);
	}
	this->mutex->unlock(this->mutex);
	return session;
}

METHOD(session_table_t, collect, array_t*,
	private_session_table_t *this, const session_filter_t *filter,
	bool (*wanted)(void *data, const session_info_t *info), void *data)
{
	array_t *sessions = array_create(0, 0);
	session_t *session;

	this->mutex->lock(this->mutex);
	for (session = this->first; session; session = session->next)
	{
		if (session_filter_matches(filter, session->info.unique_id,
								   session->connection, session->id,
								   session->eap_id, &session->info.remote) &&
			(!wanted || wanted(data, &session->info)))
		{
			ref_get(&session->refs);
			array_insert(sessions, ARRAY_TAIL, session);
		}
	}
	this->mutex->unlock(this->mutex);
	return sessions;
}

METHOD(session_table_t, get_info, bool,
	private_session_table_t *this, session_t *session, session_info_t *info)
{
	bool there;

	this->mutex->lock(this->mutex);
	*info = session->info;
	there = session->ike_sa_id != NULL;
	this->mutex->unlock(this->mutex);
	return there;
}

METHOD(session_table_t, get_id, ike_sa_id_t*,
	private_session_table_t *this, session_t *session)
{
	ike_sa_id_t *id = NULL;

	this->mutex->lock(this->mutex);
	if (session->ike_sa_id)
	{
		id = session->ike_sa_id->clone(session->ike_sa_id);
	}
	this->mutex->unlock(this->mutex);
	return id;
}

/**
 * Begin to count for a run; the mutex is held.
 */
static void set_run(session_t *session, uint32_t run)
{
	if (session->info.run != run)
	{
		session->info.run = run;
		session->info.tries = 0;
	}
}

METHOD(session_table_t, set_stuck, void,
	private_session_table_t *this, session_t *session, uint32_t run,
	session_stuck_t stuck)
{
	this->mutex->lock(this->mutex);
	set_run(session, run);
	session->info.stuck = stuck;
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, begin, bool,
	private_session_table_t *this, session_t *session,
	const session_move_t *move)
{
	bool begun = FALSE;

	this->mutex->lock(this->mutex);
	if (session->ike_sa_id && session->info.state == SESSION_HERE)
	{
		set_state(this, session, SESSION_ASKED);
		set_run(session, move->run);
		session->info.tries++;
		session->info.stuck = SESSION_NOT_STUCK;
		session->info.rekeyed = FALSE;
		session->info.sent = time_monotonic(NULL);
		cut(session->info.gateway, sizeof(session->info.gateway),
			move->gateway);
		session->grace = move->grace;
		session->keep = move->keep;
		begun = TRUE;
	}
	this->mutex->unlock(this->mutex);
	return begun;
}

METHOD(session_table_t, answered, void,
	private_session_table_t *this, session_t *session, bool refused)
{
	session_info_t info;
	bool was_asked;

	this->mutex->lock(this->mutex);
	was_asked = session->ike_sa_id && session->info.state == SESSION_ASKED;
	if (was_asked && refused)
	{
		set_state(this, session, SESSION_HERE);
		session->info.stuck = SESSION_STUCK_REFUSED;
	}
	else if (was_asked)
	{
		set_state(this, session, SESSION_LEAVING);
		if (session->grace != SESSION_GRACE_NEVER)
		{
			session->due = time_monotonic(NULL) + session->grace;
		}
	}
	info = session->info;
	this->mutex->unlock(this->mutex);
	if (was_asked && refused)
	{
		tell(this, &info, SESSION_REFUSED);
	}
}

METHOD(session_table_t, unanswered, void,
	private_session_table_t *this, session_t *session)
{
	this->mutex->lock(this->mutex);
	if (session->ike_sa_id && session->info.state == SESSION_ASKED)
	{
		set_state(this, session, SESSION_HERE);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(session_table_t, get_due, array_t*,
	private_session_table_t *this, time_t now)
{
	array_t *sessions = array_create(0, 0);
	session_t *session;

	this->mutex->lock(this->mutex);
	if (this->counts[SESSION_LEAVING])
	{
		for (session = this->first; session; session = session->next)
		{
			if (session->due && session->due <= now)
			{
				ref_get(&session->refs);
				array_insert(sessions, ARRAY_TAIL, session);
			}
		}
	}
	this->mutex->unlock(this->mutex);
	return sessions;
}

METHOD(session_table_t, conclude, bool,
	private_session_table_t *this, session_t *session, bool again)
{
	session_info_t info;
	bool due, delete = FALSE;

	this->mutex->lock(this->mutex);
	due = session->ike_sa_id && session->info.state == SESSION_LEAVING;
	if (due)
	{
		delete = !again && !session->keep;
		set_state(this, session, delete ? SESSION_DELETING : SESSION_HERE);
		session->info.stuck = again ? SESSION_NOT_STUCK : SESSION_STUCK_IGNORED;
	}
	info = session->info;
	this->mutex->unlock(this->mutex);
	if (due && !again)
	{
		tell(this, &info, SESSION_IGNORED);
	}
	return delete;
}

METHOD(session_table_t, get_count, u_int,
	private_session_table_t *this, session_state_t state)
{
	return __atomic_load_n(&this->counts[state], __ATOMIC_RELAXED);
}

METHOD(session_table_t, get_outcome, uint64_t,
	private_session_table_t *this, session_outcome_t outcome)
{
	return __atomic_load_n(&this->outcomes[outcome], __ATOMIC_RELAXED);
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

	while ((session = this->first))
	{
		unlink_session(this, session);
		release(this, session);
	}
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
			.client_deletes = _client_deletes,
			.remove = _remove_,
			.find = _find,
			.collect = _collect,
			.get_info = _get_info,
			.get_id = _get_id,
			.set_stuck = _set_stuck,
			.begin = _begin,
			.answered = _answered,
			.unanswered = _unanswered,
			.get_due = _get_due,
			.conclude = _conclude,
			.release = _release,
			.get_count = _get_count,
			.get_outcome = _get_outcome,
			.get_dropped = _get_dropped,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.sessions = hashtable_create(hashtable_hash_ptr, hashtable_equals_ptr,
									 64),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
