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

#include "connection_watch.h"
#include "utils/log_limit.h"
#include "utils/monotonic.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

/**
 * Milliseconds between two looks.
 */
#define INTERVAL 250

typedef struct private_connection_watch_t private_connection_watch_t;

/**
 * Private data
 */
struct private_connection_watch_t {

	/**
	 * Public interface
	 */
	connection_watch_t public;

	/**
	 * Is told, has the configuration
	 */
	policy_engine_t *engine;

	/**
	 * When it began, in ms
	 */
	uint64_t started;

	/**
	 * Connections at the last look
	 */
	u_int count;

	/**
	 * Requests that got no answer, atomic
	 */
	uint64_t silenced;

	/**
	 * Limits what is logged of them
	 */
	log_limit_t limit;
};

/**
 * Count connections for IKEv2; without addresses no name is resolved.
 */
static u_int count_connections()
{
	enumerator_t *enumerator;
	ike_cfg_t *ike_cfg;
	u_int count = 0;

	enumerator = charon->backends->create_ike_cfg_enumerator(charon->backends,
														NULL, NULL, IKEV2);
	while (enumerator->enumerate(enumerator, &ike_cfg))
	{
		count++;
	}
	enumerator->destroy(enumerator);
	return count;
}

/**
 * Whether the operator wants clients to wait. Not known yet without a valid
 * configuration: nobody waits, but there may be one later.
 */
static bool is_wanted(private_connection_watch_t *this, bool *known)
{
	const policy_state_t *state;
	bool wanted;
	int token;

	state = this->engine->acquire(this->engine, &token);
	*known = state->policy != NULL;
	wanted = state->policy && state->policy->wait_for_connections;
	this->engine->release(this->engine, token);
	return wanted;
}

/**
 * Look for connections, and tell the engine.
 *
 * @return				TRUE to look again
 */
static bool look(private_connection_watch_t *this)
{
	bool known, wanted = is_wanted(this, &known);
	u_int last = this->count;

	if (wanted)
	{
		this->count = count_connections();
		if (!this->count || this->count != last)
		{
			this->engine->set_connected(this->engine, FALSE);
			return TRUE;
		}
	}
	this->engine->set_connected(this->engine, TRUE);
	return !known;
}

/**
 * Look as long as it is needed.
 */
static job_requeue_t run(void *data)
{
	private_connection_watch_t *this = data;

	return look(this) ? JOB_RESCHEDULE_MS(INTERVAL) : JOB_REQUEUE_NONE;
}

METHOD(connection_watch_t, start, void,
	private_connection_watch_t *this)
{
	this->started = monotonic_ms();
	if (look(this))
	{
		lib->scheduler->schedule_job_ms(lib->scheduler,
				(job_t*)callback_job_create_with_prio(run, this, NULL, NULL,
											JOB_PRIO_CRITICAL), INTERVAL);
	}
}

/**
 * Whether there is no answer for somebody now.
 */
static bool withholds(private_connection_watch_t *this, host_t *remote)
{
	ip_address_t address = ip_address_from_host(remote);
	const policy_state_t *state;
	const policy_t *policy;
	bool silent = FALSE;
	int token;

	state = this->engine->acquire(this->engine, &token);
	policy = state->policy;
	if (policy && !state->connected)
	{
		silent = monotonic_ms() - this->started <
										policy->wait_for_connections * 1000ULL ||
				 policy_find_gateway(policy, &address) >= 0;
	}
	this->engine->release(this->engine, token);
	return silent;
}

METHOD(connection_watch_t, is_silent, bool,
	private_connection_watch_t *this, host_t *remote)
{
	uint32_t suppressed;

	if (!withholds(this, remote))
	{
		return FALSE;
	}
	__atomic_fetch_add(&this->silenced, 1, __ATOMIC_RELAXED);
	if (log_limit_allow(&this->limit, &suppressed))
	{
		DBG1(DBG_NET, "redirect: connections are not loaded yet, %H gets no "
			 "answer and will ask again%s", remote,
			 suppressed ? ", as others" : "");
	}
	return TRUE;
}

METHOD(connection_watch_t, get_silenced, uint64_t,
	private_connection_watch_t *this)
{
	return __atomic_load_n(&this->silenced, __ATOMIC_RELAXED);
}

METHOD(connection_watch_t, destroy, void,
	private_connection_watch_t *this)
{
	free(this);
}

/*
 * Described in header
 */
connection_watch_t *connection_watch_create(policy_engine_t *engine)
{
	private_connection_watch_t *this;

	INIT(this,
		.public = {
			.start = _start,
			.is_silent = _is_silent,
			.get_silenced = _get_silenced,
			.destroy = _destroy,
		},
		.engine = engine,
		.limit = LOG_LIMIT_INIT(1),
	);
	return &this->public;
}
