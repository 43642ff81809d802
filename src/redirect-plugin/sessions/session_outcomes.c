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

#include "session_outcomes.h"

#include <collections/array.h>
#include <threading/mutex.h>

typedef struct private_session_outcomes_t private_session_outcomes_t;
typedef struct outcomes_t outcomes_t;

/**
 * Clients that were sent to a gateway, by what became of them.
 */
struct outcomes_t {

	/** name of the gateway */
	char gateway[REDIRECT_NAME_MAX];

	/** clients by outcome */
	uint64_t counts[SESSION_OUTCOME_MAX];
};

/**
 * Private data
 */
struct private_session_outcomes_t {

	/**
	 * Public interface
	 */
	session_outcomes_t public;

	/**
	 * outcomes_t*, in the order they were added; the first goes if there are more
	 * than gateways may be, whose names members choose
	 */
	array_t *outcomes;

	/**
	 * Guards them
	 */
	mutex_t *mutex;
};

METHOD(session_outcomes_t, count, void,
	private_session_outcomes_t *this, const char *gateway,
	session_outcome_t outcome)
{
	outcomes_t *outcomes = NULL;
	int i;

	this->mutex->lock(this->mutex);
	for (i = 0; array_get(this->outcomes, i, &outcomes); i++)
	{
		if (streq(outcomes->gateway, gateway))
		{
			break;
		}
	}
	if (i == array_count(this->outcomes))
	{
		if (i >= GATEWAYS_MAX)
		{
			array_remove(this->outcomes, ARRAY_HEAD, &outcomes);
			free(outcomes);
		}
		INIT(outcomes);
		snprintf(outcomes->gateway, sizeof(outcomes->gateway), "%s", gateway);
		array_insert(this->outcomes, ARRAY_TAIL, outcomes);
	}
	outcomes->counts[outcome]++;
	this->mutex->unlock(this->mutex);
}

METHOD(session_outcomes_t, read_, void,
	private_session_outcomes_t *this,
	void (*tell)(void *data, const char *gateway,
				 const uint64_t counts[SESSION_OUTCOME_MAX]), void *data)
{
	outcomes_t *outcomes, copied;
	bool more = TRUE;
	int i;

	for (i = 0; more; i++)
	{
		this->mutex->lock(this->mutex);
		more = array_get(this->outcomes, i, &outcomes);
		if (more)
		{
			copied = *outcomes;
		}
		this->mutex->unlock(this->mutex);
		if (more)
		{
			tell(data, copied.gateway, copied.counts);
		}
	}
}

METHOD(session_outcomes_t, destroy, void,
	private_session_outcomes_t *this)
{
	array_destroy_function(this->outcomes, (void*)free, NULL);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
session_outcomes_t *session_outcomes_create()
{
	private_session_outcomes_t *this;

	INIT(this,
		.public = {
			.count = _count,
			.read = _read_,
			.destroy = _destroy,
		},
		.outcomes = array_create(0, 0),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
