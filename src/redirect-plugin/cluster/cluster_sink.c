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

#include "cluster_sink.h"
#include "utils/monotonic.h"

#include <threading/mutex.h>

typedef struct private_cluster_sink_t private_cluster_sink_t;

/**
 * Private data
 */
struct private_cluster_sink_t {

	/**
	 * Public interface
	 */
	cluster_sink_t public;

	/**
	 * Is refreshed
	 */
	policy_engine_t *engine;

	/**
	 * Learn records
	 */
	cluster_members_t *members;

	/**
	 * State of the store, why, when the last list came (0 if none did), and the
	 * first since it failed (0 while it does)
	 */
	redirect_store_state_t state;
	char words[REDIRECT_STORE_WHY_MAX];
	uint64_t listed, since;

	/**
	 * Guards these four
	 */
	mutex_t *mutex;
};

/**
 * Take over a record.
 *
 * @return				TRUE if it is news
 */
static bool learn(private_cluster_sink_t *this, const char *kind,
				  const redirect_store_record_t *record)
{
	chunk_t value = chunk_create((u_char*)record->value, record->len);
	int i;

	for (i = 0; i < CLUSTER_KIND_MAX; i++)
	{
		if (streq(kind, cluster_kinds[i]))
		{
			return this->members->learn(this->members, i, record->name, value,
										monotonic_ms()) == CLUSTER_OK;
		}
	}
	return FALSE;
}

CALLBACK(sink_records, void,
	private_cluster_sink_t *this, const char *kind,
	const redirect_store_record_t *records, size_t count)
{
	bool news = FALSE;
	size_t i;

	for (i = 0; i < count; i++)
	{
		if (records[i].value)
		{
			news |= learn(this, kind, &records[i]);
		}
	}
	if (streq(kind, cluster_kinds[CLUSTER_HEARTBEAT]))
	{
		this->mutex->lock(this->mutex);
		this->listed = monotonic_ms();
		this->mutex->unlock(this->mutex);
	}
	else if (news)
	{
		this->engine->refresh(this->engine);
	}
}

CALLBACK(sink_changed, void,
	private_cluster_sink_t *this, const char *kind,
	const redirect_store_record_t *record)
{
	if (record->value && learn(this, kind, record))
	{	/* a drain, most of the time: nobody is sent there from now on */
		this->engine->refresh(this->engine);
	}
}

METHOD(cluster_sink_t, set_state, void,
	private_cluster_sink_t *this, redirect_store_state_t state,
	const char *words)
{
	this->mutex->lock(this->mutex);
	this->state = state;
	snprintf(this->words, sizeof(this->words), "%s", words ?: "");
	this->mutex->unlock(this->mutex);
}

CALLBACK(sink_state, void,
	private_cluster_sink_t *this, redirect_store_state_t state,
	const char *words)
{
	static const char *const names[] = {
		"is not reached", "is being connected", "refuses something", "works",
	};

	set_state(this, state, words);
	DBG1(DBG_CFG, "redirect: the cluster's store %s%s%s",
		 state < countof(names) ? names[state] : "?",
		 words && *words ? ": " : "", words ?: "");
}

METHOD(cluster_sink_t, attach, redirect_store_sink_t,
	private_cluster_sink_t *this, cluster_members_t *members)
{
	this->members = members;
	return (redirect_store_sink_t){
		.records = sink_records,
		.changed = sink_changed,
		.state = sink_state,
		.data = this,
	};
}

METHOD(cluster_sink_t, get_state, redirect_store_state_t,
	private_cluster_sink_t *this, char words[REDIRECT_STORE_WHY_MAX],
	uint64_t *listed)
{
	redirect_store_state_t state;

	this->mutex->lock(this->mutex);
	state = this->state;
	memcpy(words, this->words, sizeof(this->words));
	*listed = this->listed ? monotonic_ms() - this->listed : CLUSTER_UNKNOWN;
	this->mutex->unlock(this->mutex);
	return state;
}

METHOD(cluster_sink_t, get_lists, cluster_lists_t,
	private_cluster_sink_t *this, uint64_t fresh)
{
	cluster_lists_t lists = {};

	this->mutex->lock(this->mutex);
	if (this->state >= REDIRECT_STORE_DEGRADED &&
		monotonic_ms() - this->listed <= fresh)
	{
		lists.last = this->listed;
		lists.since = this->since ?: this->listed;
	}
	this->since = lists.since;
	this->mutex->unlock(this->mutex);
	return lists;
}

METHOD(cluster_sink_t, destroy, void,
	private_cluster_sink_t *this)
{
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
cluster_sink_t *cluster_sink_create(policy_engine_t *engine)
{
	private_cluster_sink_t *this;

	INIT(this,
		.public = {
			.attach = _attach,
			.set_state = _set_state,
			.get_state = _get_state,
			.get_lists = _get_lists,
			.destroy = _destroy,
		},
		.engine = engine,
		.state = REDIRECT_STORE_CONNECTING,
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
