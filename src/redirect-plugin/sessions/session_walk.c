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

typedef struct session_enumerator_t session_enumerator_t;

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

	/** how far it is in the ring of all, and behind the last there was when it
	 * began */
	link_t mark, end;

	/** sessions it is at, the next of them, and how many they are */
	session_t *batch[SESSION_BATCH];
	u_int next, count;

	/** what the caller sees */
	session_info_t info;
};

/*
 * Described in header
 */
u_int session_table_get_batch(link_t *end, link_t *mark,
							  session_t *batch[SESSION_BATCH])
{
	link_t *link = mark->next;
	u_int count = 0;

	for (; link != end && count < SESSION_BATCH; link = link->next)
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
			this->count = session_table_get_batch(&this->end, &this->mark,
												  this->batch);
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
	link_remove(&this->end);
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
	link_append(&this->all, &enumerator->end);
	this->mutex->unlock(this->mutex);
	return &enumerator->public;
}

/*
 * Described in header
 */
void session_table_add_walk(private_session_table_t *this)
{
	this->public.create_enumerator = _create_enumerator_;
}
