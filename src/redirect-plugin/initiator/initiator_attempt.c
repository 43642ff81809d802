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

#include "initiator_attempt.h"

#include <collections/hashtable.h>
#include <collections/linked_list.h>
#include <threading/mutex.h>

/**
 * Sessions known by SPI only, histories of ended ones and redirects handed over
 * that are kept at most; the oldest makes room.
 */
#define EARLY_MAX 256
#define ORPHANS_MAX 256
#define HANDED_MAX 256

typedef struct private_initiator_attempts_t private_initiator_attempts_t;
typedef struct orphan_t orphan_t;
typedef struct handed_t handed_t;

/**
 * History of a session that ended.
 */
struct orphan_t {

	/** name of the connection */
	char *name;

	/** its redirects */
	initiator_history_t *history;
};

/**
 * Redirect handed over to the IKE_SA that replaces another.
 */
struct handed_t {

	/** unique ID of the IKE_SA that is replaced */
	uint32_t replaced;

	/** the redirect */
	initiator_redirect_t *redirect;
};

/**
 * Private data of a initiator_attempts_t object.
 */
struct private_initiator_attempts_t {

	/**
	 * Public interface.
	 */
	initiator_attempts_t public;

	/**
	 * Sessions, uint32_t* => initiator_attempt_t*.
	 */
	hashtable_t *sessions;

	/**
	 * Sessions known by SPI only, initiator_attempt_t*, oldest first.
	 */
	linked_list_t *early;

	/**
	 * Histories of sessions that ended, orphan_t*, oldest first.
	 */
	linked_list_t *orphans;

	/**
	 * Redirects handed over, handed_t*, oldest first.
	 */
	linked_list_t *handed;

	/**
	 * Protects all of the above, never held while calling charon.
	 */
	mutex_t *mutex;
};

/**
 * Hash a unique ID.
 */
static u_int hash_unique(const void *key)
{
	return chunk_hash(chunk_create((void*)key, sizeof(uint32_t)));
}

/**
 * Compare two unique IDs.
 */
static bool equals_unique(const void *a, const void *b)
{
	return *(const uint32_t*)a == *(const uint32_t*)b;
}

/*
 * Described in header
 */
void initiator_attempt_destroy(initiator_attempt_t *session)
{
	session->history->destroy(session->history);
	array_destroy_offset(session->held, offsetof(task_t, destroy));
	free(session->redirect);
	free(session->name);
	free(session);
}

/**
 * Destroy a history that nobody goes on with.
 */
static void orphan_destroy(orphan_t *orphan)
{
	orphan->history->destroy(orphan->history);
	free(orphan->name);
	free(orphan);
}

/**
 * Destroy a redirect that was handed over.
 */
static void handed_destroy(handed_t *handed)
{
	free(handed->redirect);
	free(handed);
}

/**
 * Take the history of an ended session of a connection; drops those too old.
 */
static initiator_history_t *adopt_history(private_initiator_attempts_t *this,
									  const char *name, uint32_t period)
{
	initiator_history_t *history = NULL;
	enumerator_t *enumerator;
	orphan_t *orphan;
	bool recent;

	enumerator = this->orphans->create_enumerator(this->orphans);
	while (!history && enumerator->enumerate(enumerator, &orphan))
	{
		recent = orphan->history->is_recent(orphan->history, period);
		if (recent && !streq(orphan->name, name))
		{
			continue;
		}
		if (recent)
		{
			history = orphan->history->get_ref(orphan->history);
		}
		this->orphans->remove_at(this->orphans, enumerator);
		orphan_destroy(orphan);
	}
	enumerator->destroy(enumerator);
	return history;
}

/**
 * Make a session, NULL if there are too many; mutex is held.
 */
static initiator_attempt_t *create_session(private_initiator_attempts_t *this,
									   const char *name,
									   initiator_history_t *history,
									   uint32_t period)
{
	initiator_attempt_t *session;

	if (this->sessions->get_count(this->sessions) >= INITIATOR_ATTEMPTS_MAX)
	{
		return NULL;
	}
	if (history)
	{
		history->get_ref(history);
	}
	else
	{
		history = adopt_history(this, name, period) ?: initiator_history_create();
	}
	INIT(session,
		.name = strdup(name ?: ""),
		.history = history,
	);
	return session;
}

/**
 * Register a session under the unique ID of an IKE_SA; mutex is held.
 */
static void register_session(private_initiator_attempts_t *this,
							 initiator_attempt_t *session, uint32_t unique)
{
	session->unique = unique;
	this->sessions->put(this->sessions, &session->unique, session);
}

/**
 * Find a session known by SPI only and register it; mutex is held.
 */
static initiator_attempt_t *find_early(private_initiator_attempts_t *this,
								   ike_sa_t *ike_sa)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	initiator_attempt_t *session, *found = NULL;
	enumerator_t *enumerator;

	/* a host may talk to itself: the other end has the same SPIs */
	if (!this->early->get_count(this->early) || !id->is_initiator(id))
	{
		return NULL;
	}
	enumerator = this->early->create_enumerator(this->early);
	while (!found && enumerator->enumerate(enumerator, &session))
	{
		if (session->spi == id->get_initiator_spi(id))
		{
			this->early->remove_at(this->early, enumerator);
			register_session(this, session, ike_sa->get_unique_id(ike_sa));
			found = session;
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

METHOD(initiator_attempts_t, get, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa)
{
	uint32_t unique = ike_sa->get_unique_id(ike_sa);
	initiator_attempt_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->get(this->sessions, &unique);
	if (!session)
	{
		session = find_early(this, ike_sa);
	}
	this->mutex->unlock(this->mutex);
	return session;
}

METHOD(initiator_attempts_t, add, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa, initiator_history_t *history,
	uint32_t period)
{
	char *name = ike_sa->get_name(ike_sa);
	initiator_attempt_t *session;

	session = get(this, ike_sa);
	if (!session)
	{
		this->mutex->lock(this->mutex);
		session = create_session(this, name, history, period);
		if (session)
		{
			register_session(this, session, ike_sa->get_unique_id(ike_sa));
		}
		this->mutex->unlock(this->mutex);
	}
	return session;
}

METHOD(initiator_attempts_t, add_early, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *replaced, uint64_t spi,
	uint32_t period)
{
	char *name = replaced->get_name(replaced);
	initiator_attempt_t *session, *old;

	old = get(this, replaced);
	this->mutex->lock(this->mutex);
	session = create_session(this, name, old ? old->history : NULL, period);
	if (session)
	{
		session->spi = spi;
		session->replaces = replaced->get_unique_id(replaced);
		this->early->insert_last(this->early, session);
	}
	old = NULL;
	if (this->early->get_count(this->early) > EARLY_MAX)
	{
		this->early->remove_first(this->early, (void**)&old);
	}
	this->mutex->unlock(this->mutex);
	if (old)
	{
		initiator_attempt_destroy(old);
	}
	return session;
}

/**
 * Take the redirect handed over to whoever replaces an IKE_SA; mutex is held.
 */
static initiator_redirect_t *take_handed(private_initiator_attempts_t *this,
									 uint32_t replaced)
{
	initiator_redirect_t *redirect = NULL;
	enumerator_t *enumerator;
	handed_t *handed;

	enumerator = this->handed->create_enumerator(this->handed);
	while (replaced && !redirect && enumerator->enumerate(enumerator, &handed))
	{
		if (handed->replaced == replaced)
		{
			this->handed->remove_at(this->handed, enumerator);
			redirect = handed->redirect;
			free(handed);
		}
	}
	enumerator->destroy(enumerator);
	return redirect;
}

/**
 * Check if a session replaces an IKE_SA; mutex is held.
 */
static bool is_replaced(private_initiator_attempts_t *this, uint32_t unique)
{
	initiator_attempt_t *session;
	enumerator_t *enumerator;
	bool found = FALSE;

	enumerator = this->early->create_enumerator(this->early);
	while (!found && enumerator->enumerate(enumerator, &session))
	{
		found = session->replaces == unique;
	}
	enumerator->destroy(enumerator);

	enumerator = this->sessions->create_enumerator(this->sessions);
	while (!found && enumerator->enumerate(enumerator, NULL, &session))
	{
		found = session->replaces == unique;
	}
	enumerator->destroy(enumerator);
	return found;
}

METHOD(initiator_attempts_t, hand_over, bool,
	private_initiator_attempts_t *this, ike_sa_t *replaced,
	initiator_redirect_t *redirect)
{
	uint32_t unique = replaced->get_unique_id(replaced);
	handed_t *handed, *oldest = NULL;
	bool found;

	this->mutex->lock(this->mutex);
	found = is_replaced(this, unique);
	if (found)
	{
		/* the last one counts */
		free(take_handed(this, unique));
		INIT(handed,
			.replaced = unique,
			.redirect = redirect,
		);
		this->handed->insert_last(this->handed, handed);
		if (this->handed->get_count(this->handed) > HANDED_MAX)
		{
			this->handed->remove_first(this->handed, (void**)&oldest);
		}
	}
	this->mutex->unlock(this->mutex);
	if (oldest)
	{
		handed_destroy(oldest);
	}
	return found;
}

METHOD(initiator_attempts_t, take_over, initiator_redirect_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa)
{
	initiator_attempt_t *session = get(this, ike_sa);
	initiator_redirect_t *redirect = NULL;

	if (session)
	{
		this->mutex->lock(this->mutex);
		redirect = take_handed(this, session->replaces);
		session->replaces = 0;
		this->mutex->unlock(this->mutex);
	}
	return redirect;
}

METHOD(initiator_attempts_t, set_replaces, void,
	private_initiator_attempts_t *this, initiator_attempt_t *session, uint32_t unique)
{
	this->mutex->lock(this->mutex);
	session->replaces = unique;
	this->mutex->unlock(this->mutex);
}

METHOD(initiator_attempts_t, remove_, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa, uint32_t period)
{
	uint32_t unique = ike_sa->get_unique_id(ike_sa);
	orphan_t *orphan, *oldest = NULL;
	initiator_attempt_t *session;

	this->mutex->lock(this->mutex);
	session = this->sessions->remove(this->sessions, &unique);
	if (!session && (session = find_early(this, ike_sa)))
	{
		this->sessions->remove(this->sessions, &unique);
	}
	if (session)
	{
		free(take_handed(this, session->replaces));
	}
	if (session && !session->history->is_shared(session->history) &&
		session->history->is_recent(session->history, period))
	{
		INIT(orphan,
			.name = strdup(session->name),
			.history = session->history->get_ref(session->history),
		);
		this->orphans->insert_last(this->orphans, orphan);
		if (this->orphans->get_count(this->orphans) > ORPHANS_MAX)
		{
			this->orphans->remove_first(this->orphans, (void**)&oldest);
		}
	}
	this->mutex->unlock(this->mutex);
	if (oldest)
	{
		orphan_destroy(oldest);
	}
	return session;
}

METHOD(initiator_attempts_t, get_count, u_int,
	private_initiator_attempts_t *this)
{
	u_int count;

	this->mutex->lock(this->mutex);
	count = this->sessions->get_count(this->sessions) +
			this->early->get_count(this->early);
	this->mutex->unlock(this->mutex);
	return count;
}

METHOD(initiator_attempts_t, destroy, void,
	private_initiator_attempts_t *this)
{
	initiator_attempt_t *session;
	enumerator_t *enumerator;

	enumerator = this->sessions->create_enumerator(this->sessions);
	while (enumerator->enumerate(enumerator, NULL, &session))
	{
		initiator_attempt_destroy(session);
	}
	enumerator->destroy(enumerator);
	this->sessions->destroy(this->sessions);
	this->early->destroy_function(this->early, (void*)initiator_attempt_destroy);
	this->orphans->destroy_function(this->orphans, (void*)orphan_destroy);
	this->handed->destroy_function(this->handed, (void*)handed_destroy);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
initiator_attempts_t *initiator_attempts_create()
{
	private_initiator_attempts_t *this;

	INIT(this,
		.public = {
			.get = _get,
			.add = _add,
			.add_early = _add_early,
			.hand_over = _hand_over,
			.take_over = _take_over,
			.set_replaces = _set_replaces,
			.remove = _remove_,
			.get_count = _get_count,
			.destroy = _destroy,
		},
		.sessions = hashtable_create(hash_unique, equals_unique, 32),
		.early = linked_list_create(),
		.orphans = linked_list_create(),
		.handed = linked_list_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
