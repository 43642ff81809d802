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
 * Attempts known by SPI only that are kept at most; the oldest makes room.
 */
#define EARLY_MAX 256

typedef struct private_initiator_attempts_t private_initiator_attempts_t;

/**
 * Private data of a initiator_attempts_t object.
 */
struct private_initiator_attempts_t {

	/**
	 * Public interface.
	 */
	initiator_attempts_t public;

	/**
	 * Attempts, uint32_t* => initiator_attempt_t*.
	 */
	hashtable_t *attempts;

	/**
	 * Attempts known by SPI only, initiator_attempt_t*, oldest first.
	 */
	linked_list_t *early;

	/**
	 * Histories of attempts that ended.
	 */
	initiator_orphans_t *orphans;

	/**
	 * TRUE once there was an attempt, atomic: a gateway mostly has none.
	 */
	bool used;

	/**
	 * Protects all of the above and the links between attempts, never held
	 * while calling charon.
	 */
	mutex_t *mutex;
};

/*
 * Described in header
 */
bool initiator_attempt_is_up(initiator_attempt_t *this)
{
	return this->state == INITIATOR_UP || this->state == INITIATOR_LEAVING ||
		   this->state == INITIATOR_STRANDED;
}

/*
 * Described in header
 */
bool initiator_attempt_is_away(initiator_attempt_t *this)
{
	return this->redirect && !this->redirect->back;
}

/*
 * Described in header
 */
void initiator_attempt_receive(initiator_attempt_t *this,
							   initiator_redirect_t *redirect)
{
	free(this->received);
	this->received = redirect;
	this->serial++;
}

/*
 * Described in header
 */
void initiator_attempt_destroy(initiator_attempt_t *this)
{
	this->history->destroy(this->history);
	array_destroy_offset(this->held, offsetof(task_t, destroy));
	free(this->received);
	free(this->redirect);
	free(this->handed);
	free(this->name);
	free(this);
}

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

/**
 * Make an attempt, NULL if there are too many; mutex is held.
 */
static initiator_attempt_t *create_attempt(private_initiator_attempts_t *this,
										   const char *name,
										   initiator_history_t *history,
										   uint32_t period)
{
	initiator_attempt_t *attempt;

	if (this->attempts->get_count(this->attempts) >= INITIATOR_ATTEMPTS_MAX)
	{
		return NULL;
	}
	if (history)
	{
		history->get_ref(history);
	}
	else
	{
		history = this->orphans->adopt(this->orphans, name, period) ?:
				  initiator_history_create();
	}
	INIT(attempt,
		.name = strdup(name ?: ""),
		.history = history,
	);
	__atomic_store_n(&this->used, TRUE, __ATOMIC_RELEASE);
	return attempt;
}

/**
 * Register an attempt under the unique ID of an IKE_SA; mutex is held.
 */
static void register_attempt(private_initiator_attempts_t *this,
							 initiator_attempt_t *attempt, uint32_t unique)
{
	attempt->unique = unique;
	this->attempts->put(this->attempts, &attempt->unique, attempt);
}

/**
 * Have an attempt replace another, or none; mutex is held.
 */
static void link_attempts(initiator_attempt_t *predecessor,
						  initiator_attempt_t *attempt)
{
	if (attempt->predecessor)
	{
		attempt->predecessor->successor = NULL;
	}
	attempt->predecessor = predecessor;
	if (predecessor)
	{
		if (predecessor->successor)
		{
			predecessor->successor->predecessor = NULL;
		}
		predecessor->successor = attempt;
	}
}

/**
 * Take an attempt out from between others; mutex is held.
 */
static void unlink_attempt(initiator_attempt_t *attempt)
{
	link_attempts(NULL, attempt);
	if (attempt->successor)
	{
		attempt->successor->predecessor = NULL;
		attempt->successor = NULL;
	}
}

/**
 * Find an attempt known by SPI only and register it; mutex is held.
 */
static initiator_attempt_t *find_early(private_initiator_attempts_t *this,
									   ike_sa_t *ike_sa)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	initiator_attempt_t *attempt, *found = NULL;
	enumerator_t *enumerator;

	/* a host may talk to itself: the other end has the same SPIs */
	if (!this->early->get_count(this->early) || !id->is_initiator(id))
	{
		return NULL;
	}
	enumerator = this->early->create_enumerator(this->early);
	while (!found && enumerator->enumerate(enumerator, &attempt))
	{
		if (attempt->spi == id->get_initiator_spi(id))
		{
			this->early->remove_at(this->early, enumerator);
			register_attempt(this, attempt, ike_sa->get_unique_id(ike_sa));
			found = attempt;
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Find the attempt of an IKE_SA; mutex is held.
 */
static initiator_attempt_t *find(private_initiator_attempts_t *this,
								 ike_sa_t *ike_sa)
{
	uint32_t unique = ike_sa->get_unique_id(ike_sa);

	return this->attempts->get(this->attempts, &unique) ?:
		   find_early(this, ike_sa);
}

METHOD(initiator_attempts_t, get, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa)
{
	initiator_attempt_t *attempt;

	if (!__atomic_load_n(&this->used, __ATOMIC_ACQUIRE))
	{
		return NULL;
	}
	this->mutex->lock(this->mutex);
	attempt = find(this, ike_sa);
	this->mutex->unlock(this->mutex);
	return attempt;
}

METHOD(initiator_attempts_t, add, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa,
	initiator_history_t *history, uint32_t period)
{
	char *name = ike_sa->get_name(ike_sa);
	initiator_attempt_t *attempt;

	this->mutex->lock(this->mutex);
	attempt = find(this, ike_sa);
	if (!attempt)
	{
		attempt = create_attempt(this, name, history, period);
		if (attempt)
		{
			register_attempt(this, attempt, ike_sa->get_unique_id(ike_sa));
		}
	}
	this->mutex->unlock(this->mutex);
	return attempt;
}

METHOD(initiator_attempts_t, add_early, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *replaced, uint64_t spi,
	uint32_t period)
{
	char *name = replaced->get_name(replaced);
	initiator_attempt_t *attempt, *old;

	this->mutex->lock(this->mutex);
	old = find(this, replaced);
	attempt = create_attempt(this, name, old ? old->history : NULL, period);
	if (attempt)
	{
		attempt->spi = spi;
		attempt->replaces = replaced->get_unique_id(replaced);
		link_attempts(old, attempt);
		this->early->insert_last(this->early, attempt);
	}
	old = NULL;
	if (this->early->get_count(this->early) > EARLY_MAX)
	{
		this->early->remove_first(this->early, (void**)&old);
		unlink_attempt(old);
	}
	this->mutex->unlock(this->mutex);
	if (old)
	{
		initiator_attempt_destroy(old);
	}
	return attempt;
}

METHOD(initiator_attempts_t, set_replaces, void,
	private_initiator_attempts_t *this, initiator_attempt_t *attempt,
	uint32_t unique)
{
	this->mutex->lock(this->mutex);
	attempt->replaces = unique;
	link_attempts(this->attempts->get(this->attempts, &unique), attempt);
	this->mutex->unlock(this->mutex);
}

METHOD(initiator_attempts_t, get_replaces, uint32_t,
	private_initiator_attempts_t *this, initiator_attempt_t *attempt)
{
	uint32_t unique;

	this->mutex->lock(this->mutex);
	unique = attempt->replaces;
	this->mutex->unlock(this->mutex);
	return unique;
}

METHOD(initiator_attempts_t, rekey, initiator_attempt_t*,
	private_initiator_attempts_t *this, initiator_attempt_t *old, ike_sa_t *new)
{
	initiator_attempt_t *attempt, *successor;

	attempt = add(this, new, old->history, 0);
	if (!attempt)
	{
		return NULL;
	}
	old->rekeyed = attempt->unique;
	attempt->state = old->state;
	attempt->announced = old->announced;
	attempt->stranded = old->stranded;
	if (old->received)
	{
		initiator_attempt_receive(attempt, old->received);
		old->received = NULL;
	}
	this->mutex->lock(this->mutex);
	successor = old->successor;
	if (successor)
	{
		successor->replaces = attempt->unique;
		link_attempts(attempt, successor);
	}
	this->mutex->unlock(this->mutex);
	return attempt;
}

METHOD(initiator_attempts_t, hand_over, bool,
	private_initiator_attempts_t *this, initiator_attempt_t *replaced)
{
	initiator_attempt_t *successor;

	this->mutex->lock(this->mutex);
	successor = replaced->successor;
	if (successor)
	{
		free(successor->handed);
		successor->handed = replaced->received;
		replaced->received = NULL;
	}
	this->mutex->unlock(this->mutex);
	return successor != NULL;
}

METHOD(initiator_attempts_t, take_over, initiator_redirect_t*,
	private_initiator_attempts_t *this, initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect;

	this->mutex->lock(this->mutex);
	redirect = attempt->handed;
	attempt->handed = NULL;
	attempt->replaces = 0;
	link_attempts(NULL, attempt);
	this->mutex->unlock(this->mutex);
	return redirect;
}

METHOD(initiator_attempts_t, remove_, initiator_attempt_t*,
	private_initiator_attempts_t *this, ike_sa_t *ike_sa, uint32_t period)
{
	initiator_attempt_t *attempt;

	this->mutex->lock(this->mutex);
	attempt = find(this, ike_sa);
	if (attempt)
	{
		this->attempts->remove(this->attempts, &attempt->unique);
		unlink_attempt(attempt);
		this->orphans->leave(this->orphans, attempt->name, attempt->history,
							 period);
	}
	this->mutex->unlock(this->mutex);
	return attempt;
}

METHOD(initiator_attempts_t, get_count, u_int,
	private_initiator_attempts_t *this)
{
	u_int count;

	this->mutex->lock(this->mutex);
	count = this->attempts->get_count(this->attempts) +
			this->early->get_count(this->early);
	this->mutex->unlock(this->mutex);
	return count;
}

METHOD(initiator_attempts_t, destroy, void,
	private_initiator_attempts_t *this)
{
	initiator_attempt_t *attempt;
	enumerator_t *enumerator;

	enumerator = this->attempts->create_enumerator(this->attempts);
	while (enumerator->enumerate(enumerator, NULL, &attempt))
	{
		initiator_attempt_destroy(attempt);
	}
	enumerator->destroy(enumerator);
	this->attempts->destroy(this->attempts);
	this->early->destroy_function(this->early, (void*)initiator_attempt_destroy);
	this->orphans->destroy(this->orphans);
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
			.set_replaces = _set_replaces,
			.get_replaces = _get_replaces,
			.rekey = _rekey,
			.hand_over = _hand_over,
			.take_over = _take_over,
			.remove = _remove_,
			.get_count = _get_count,
			.destroy = _destroy,
		},
		.attempts = hashtable_create(hash_unique, equals_unique, 32),
		.early = linked_list_create(),
		.orphans = initiator_orphans_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
