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

#include "guard_report.h"
#include "utils/log_limit.h"

#include <daemon.h>
#include <threading/mutex.h>

/**
 * Lines a second for each thing that is counted.
 */
#define LINES 5

typedef struct private_guard_report_t private_guard_report_t;

/**
 * Private data of a guard_report_t object.
 */
struct private_guard_report_t {

	/**
	 * Public interface.
	 */
	guard_report_t public;

	/**
	 * Counters.
	 */
	uint64_t counts[GUARD_COUNT_MAX];

	/**
	 * Parts of GUARD_MALFORMED.
	 */
	uint64_t malformed[WIRE_VERDICT_MAX];

	/**
	 * Limits of log lines.
	 */
	log_limit_t limits[GUARD_COUNT_MAX];

	/**
	 * Who is told.
	 */
	guard_observer_t observer;

	/**
	 * Data of the observer.
	 */
	void *data;

	/**
	 * Protects observer and data.
	 */
	mutex_t *mutex;
};

/**
 * Log an event if its line is within the limit.
 */
static void log_event(private_guard_report_t *this, const guard_event_t *event)
{
	char gateway[GATEWAY_IDENTITY_FQDN_MAX + 1], more[64] = "";
	enum_name_t *names = guard_count_names;
	int reason = event->count;
	uint32_t suppressed = 0;

	if (!log_limit_allow(&this->limits[event->count], &suppressed))
	{
		return;
	}
	if (suppressed)
	{
		snprintf(more, sizeof(more), " (and %u more like this)", suppressed);
	}
	if (event->count == GUARD_MALFORMED)
	{
		names = wire_verdict_names;
		reason = event->verdict;
	}
	gateway_identity_to_string(&event->gateway, gateway, sizeof(gateway));

	if (event->count == GUARD_MALFORMED)
	{
		DBG1(DBG_IKE, "redirect notify from %H refused: %N (phase %N, to "
			 "gateway %s): %N%s", event->from, names, reason,
			 guard_phase_names, event->phase,
			 event->refused && *event->refused ? event->refused : gateway,
			 wire_verdict_texts, reason, more);
	}
	else if (event->count < GUARD_ACCEPTED)
	{
		DBG1(DBG_IKE, "redirect notify from %H refused: %N (phase %N, to "
			 "gateway %s)%s", event->from, names, reason, guard_phase_names,
			 event->phase, gateway, more);
	}
	else
	{
		DBG1(DBG_IKE, "redirect from %H to gateway %s %N (phase %N, gateway "
			 "%sauthenticated)%s", event->from, gateway, names, reason,
			 guard_phase_names, event->phase,
			 event->authenticated ? "" : "not ", more);
	}
}

METHOD(guard_report_t, report, void,
	private_guard_report_t *this, ike_sa_t *ike_sa, guard_event_t event)
{
	guard_observer_t observer;
	void *data;

	__atomic_add_fetch(&this->counts[event.count], 1, __ATOMIC_RELAXED);
	if (event.count == GUARD_MALFORMED)
	{
		__atomic_add_fetch(&this->malformed[event.verdict], 1,
						   __ATOMIC_RELAXED);
	}
	if (ike_sa)
	{
		event.unique = ike_sa->get_unique_id(ike_sa);
		event.connection = ike_sa->get_name(ike_sa);
		event.from = event.from ?: ike_sa->get_other_host(ike_sa);
	}
	log_event(this, &event);

	this->mutex->lock(this->mutex);
	observer = this->observer;
	data = this->data;
	this->mutex->unlock(this->mutex);
	if (observer)
	{
		observer(data, &event);
	}
}

METHOD(guard_report_t, get_count, uint64_t,
	private_guard_report_t *this, guard_count_t count)
{
	return __atomic_load_n(&this->counts[count], __ATOMIC_RELAXED);
}

METHOD(guard_report_t, get_malformed, uint64_t,
	private_guard_report_t *this, wire_verdict_t verdict)
{
	return __atomic_load_n(&this->malformed[verdict], __ATOMIC_RELAXED);
}

METHOD(guard_report_t, set_observer, void,
	private_guard_report_t *this, guard_observer_t observer, void *data)
{
	this->mutex->lock(this->mutex);
	this->observer = observer;
	this->data = data;
	this->mutex->unlock(this->mutex);
}

METHOD(guard_report_t, destroy, void,
	private_guard_report_t *this)
{
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
guard_report_t *guard_report_create()
{
	private_guard_report_t *this;
	int i;

	INIT(this,
		.public = {
			.report = _report,
			.get_count = _get_count,
			.get_malformed = _get_malformed,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	for (i = 0; i < GUARD_COUNT_MAX; i++)
	{
		this->limits[i] = (log_limit_t)LOG_LIMIT_INIT(LINES);
	}
	return &this->public;
}
