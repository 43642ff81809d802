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

#include "gateway_live.h"

#include <collections/array.h>
#include <collections/hashtable.h>
#include <threading/mutex.h>

/**
 * Clients this gateway has to send in a second to compare with others, and the
 * most that others may be found to send for each of them.
 */
#define SENT_MIN 4
#define OTHERS_MAX 256

typedef struct private_gateway_table_t private_gateway_table_t;

/**
 * Private data
 */
struct private_gateway_table_t {

	/**
	 * Public interface
	 */
	gateway_table_t public;

	/**
	 * name => gateway_live_t
	 */
	hashtable_t *live;

	/**
	 * gateway_live_t of gateways that are gone, to be used again
	 */
	array_t *spare;

	/**
	 * Views that were created
	 */
	uint64_t views;

	/**
	 * Seconds that passed, from 1 on
	 */
	uint32_t now;

	/**
	 * Seconds that sessions and loads are believed, 0 for ever
	 */
	uint32_t told_timeout;

	/**
	 * Sessions that came to gateways since the last tick
	 */
	uint64_t arrived;

	/**
	 * Clients that this gateway sent before these were counted
	 */
	uint64_t sent;

	/**
	 * Clients that reach a gateway for each one that this gateway sends
	 */
	double others;

	/**
	 * TRUE if something was set since the last view
	 */
	bool changed;

	/**
	 * TRUE if a gateway of the last view was starting slowly
	 */
	bool starting;

	/**
	 * Guards everything in live that is not atomic
	 */
	mutex_t *mutex;
};

/**
 * Get a gateway, create it if needed; the mutex is held.
 *
 * @param first			TRUE while the first gateways are made known, which may
 *						have been there for long
 */
static gateway_live_t *get_live(private_gateway_table_t *this,
								const gateway_t *gateway, bool first)
{
	gateway_live_t *live, *spare = NULL;

	live = this->live->get(this->live, gateway->name);
	if (!live)
	{
		array_remove(this->spare, ARRAY_TAIL, &spare);
		live = gateway_live_create(spare, gateway->name, first);
		this->live->put(this->live, live->name, live);
	}
	live->joined = gateway->joined;
	live->view = this->views;
	gateway_live_configure(live, gateway, this->now);
	return live;
}

/**
 * Forget gateways that had joined and are not in the last view; else a member that
 * changes its name would take more and more memory. The mutex is held.
 */
static void forget_joined(private_gateway_table_t *this)
{
	enumerator_t *enumerator;
	gateway_live_t *live;
	char *name;

	enumerator = this->live->create_enumerator(this->live);
	while (enumerator->enumerate(enumerator, &name, &live))
	{
		if (live->view != this->views && gateway_live_is_spare(live))
		{
			this->live->remove_at(this->live, enumerator);
			array_insert(this->spare, ARRAY_TAIL, live);
		}
	}
	enumerator->destroy(enumerator);
}

METHOD(gateway_table_t, create_view, gateway_view_t*,
	private_gateway_table_t *this, const gateway_t *gateways, uint16_t count,
	uint32_t slow_start)
{
	gateway_view_t *view = gateway_view_create(count);
	bool first;
	int i;

	this->mutex->lock(this->mutex);
	first = !this->live->get_count(this->live);
	this->views++;
	for (i = 0; i < count; i++)
	{
		view->live[i] = get_live(this, &gateways[i], first);
	}
	this->starting = gateway_view_fill(view, gateways, this->now, slow_start);
	view->others = this->others;
	this->changed = FALSE;
	if (this->live->get_count(this->live) > count)
	{
		forget_joined(this);
	}
	this->mutex->unlock(this->mutex);
	return view;
}

/**
 * Learn how many clients others send, slowly.
 */
static void learn_others(private_gateway_table_t *this)
{
	double others;

	if (this->sent >= SENT_MIN)
	{
		others = (double)this->arrived / this->sent;
		others = min(max(others, 1), OTHERS_MAX);
		this->others += (others - this->others) / 4;
	}
	this->arrived = this->sent = 0;
}

/**
 * Check whether what was told in a second is not believed anymore.
 */
static bool is_old(private_gateway_table_t *this, uint32_t told)
{
	return this->told_timeout && this->now - told > this->told_timeout;
}

/**
 * Forget what was told of a load too long ago.
 *
 * @return				TRUE if there was something to forget
 */
static bool forget_told(private_gateway_table_t *this, gateway_live_t *live)
{
	bool forgotten = FALSE;

	if (live->sessions != REDIRECT_SELECTOR_UNKNOWN &&
		is_old(this, live->sessions_told))
	{
		live->sessions = REDIRECT_SELECTOR_UNKNOWN;
		forgotten = TRUE;
	}
	if (live->load != REDIRECT_SELECTOR_UNKNOWN &&
		is_old(this, live->load_told))
	{
		live->load = REDIRECT_SELECTOR_UNKNOWN;
		forgotten = TRUE;
	}
	return forgotten;
}

METHOD(gateway_table_t, tick, bool,
	private_gateway_table_t *this)
{
	enumerator_t *enumerator;
	gateway_live_t *live;
	bool outdated;
	char *name;

	this->mutex->lock(this->mutex);
	this->now++;
	learn_others(this);
	enumerator = this->live->create_enumerator(this->live);
	while (enumerator->enumerate(enumerator, &name, &live))
	{
		gateway_live_tick(live, this->now);
		this->changed |= gateway_live_update(live, this->now);
		this->changed |= forget_told(this, live);
	}
	enumerator->destroy(enumerator);
	outdated = this->changed || this->starting;
	this->mutex->unlock(this->mutex);
	return outdated;
}

METHOD(gateway_table_t, get_now, uint32_t,
	private_gateway_table_t *this)
{
	uint32_t now;

	this->mutex->lock(this->mutex);
	now = this->now;
	this->mutex->unlock(this->mutex);
	return now;
}

METHOD(gateway_table_t, set_told_timeout, void,
	private_gateway_table_t *this, uint32_t timeout)
{
	this->mutex->lock(this->mutex);
	this->told_timeout = timeout;
	this->mutex->unlock(this->mutex);
}

METHOD(gateway_table_t, get_status, bool,
	private_gateway_table_t *this, const char *name, gateway_status_t *status)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		gateway_live_get_status(live, this->now, status);
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

/**
 * Whether the operator of this gateway set a value less than some seconds ago.
 */
static bool is_operators(private_gateway_table_t *this, const setting_t *setting,
						 uint32_t age)
{
	return setting->runtime >= 0 && setting->source == GATEWAY_SOURCE_OPERATOR &&
		   this->now - setting->since < age;
}

/**
 * Set a value at runtime.
 *
 * @param age			what the store tells is that many seconds old
 * @return				TRUE if it changed
 */
static bool set_value(private_gateway_table_t *this, setting_t *setting,
					  int64_t value, gateway_source_t source, uint32_t age)
{
	int64_t before = setting_effective(setting);

	if (source == GATEWAY_SOURCE_STORE &&
		(value == before || is_operators(this, setting, age)))
	{	/* the operator of this gateway knows better */
		return FALSE;
	}
	setting_set(setting, value, source, this->now);
	return setting_effective(setting) != before;
}

/**
 * Set values of a gateway at runtime.
 */
static bool set_values(private_gateway_table_t *this, const char *name, int state,
					   int64_t weight, int64_t capacity, gateway_source_t source,
					   uint32_t age)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		this->changed |= set_value(this, &live->state, state, source, age);
		this->changed |= set_value(this, &live->weight, weight, source, age);
		this->changed |= set_value(this, &live->capacity, capacity, source,
								   age);
		gateway_live_update(live, this->now);
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

METHOD(gateway_table_t, set, bool,
	private_gateway_table_t *this, const char *name, int state, int64_t weight,
	int64_t capacity, gateway_source_t source)
{
	return set_values(this, name, state, weight, capacity, source, UINT32_MAX);
}

METHOD(gateway_table_t, order, bool,
	private_gateway_table_t *this, const char *name, int state, int64_t weight,
	int64_t capacity, uint32_t age)
{
	return set_values(this, name, state, weight, capacity, GATEWAY_SOURCE_STORE,
					  age);
}

METHOD(gateway_table_t, reset, bool,
	private_gateway_table_t *this, const char *name)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		gateway_live_reset(live, this->now);
		this->changed = TRUE;
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

METHOD(gateway_table_t, testify, bool,
	private_gateway_table_t *this, const char *name, gateway_witness_t witness,
	gateway_verdict_t verdict, uint32_t ttl)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	if (witness == GATEWAY_WITNESS_OPERATOR && verdict == GATEWAY_UP && !ttl)
	{
		ttl = this->told_timeout;
	}
	live = this->live->get(this->live, name);
	if (live)
	{
		gateway_health_testify(&live->health, witness, verdict, ttl, this->now);
		this->changed |= gateway_live_update(live, this->now);
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

METHOD(gateway_table_t, set_families_down, bool,
	private_gateway_table_t *this, const char *name, uint8_t families)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		this->changed |= live->families_down != families;
		live->families_down = families;
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

METHOD(gateway_table_t, is_alive_since, bool,
	private_gateway_table_t *this, const char *name, uint32_t since,
	gateway_witness_t *by)
{
	gateway_live_t *live;
	bool alive = FALSE;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		alive = live->health.alive > since && live->verdict != GATEWAY_DOWN;
		if (by)
		{
			*by = alive ? live->health.alive_by : GATEWAY_WITNESS_MAX;
		}
	}
	this->mutex->unlock(this->mutex);
	return alive;
}

/**
 * Compare what came to a gateway since its last sample with what was sent there,
 * and begin to count again.
 */
static void sample_sessions(private_gateway_table_t *this, gateway_live_t *live,
							uint32_t sessions)
{
	uint32_t sent = gateway_account_clear(&live->since_sessions);

	if (sessions != REDIRECT_SELECTOR_UNKNOWN &&
		live->sessions != REDIRECT_SELECTOR_UNKNOWN && sessions > live->sessions)
	{
		this->sent += sent;
		this->arrived += sessions - live->sessions;
	}
	this->changed |= live->sessions != sessions;
	live->sessions = sessions;
	live->sessions_told = this->now;
}

/**
 * Take over a sample of the load, and begin to count again.
 */
static void sample_load(private_gateway_table_t *this, gateway_live_t *live,
						uint32_t load)
{
	gateway_account_clear(&live->since_load);
	this->changed |= live->load != load;
	live->load = load;
	live->load_told = this->now;
}

METHOD(gateway_table_t, set_load, bool,
	private_gateway_table_t *this, const char *name, uint32_t sessions,
	uint32_t load, gateway_source_t source)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		if (sessions != GATEWAY_AS_TOLD)
		{
			sample_sessions(this, live, sessions);
		}
		if (load != GATEWAY_AS_TOLD)
		{
			sample_load(this, live, load);
		}
		live->told_by = source;
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

METHOD(gateway_table_t, destroy, void,
	private_gateway_table_t *this)
{
	enumerator_t *enumerator;
	gateway_live_t *live;
	char *name;

	enumerator = this->live->create_enumerator(this->live);
	while (enumerator->enumerate(enumerator, &name, &live))
	{
		free(live);
	}
	enumerator->destroy(enumerator);
	this->live->destroy(this->live);
	array_destroy_function(this->spare, (void*)free, NULL);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
gateway_table_t *gateway_table_create()
{
	private_gateway_table_t *this;

	INIT(this,
		.public = {
			.create_view = _create_view,
			.tick = _tick,
			.get_status = _get_status,
			.get_now = _get_now,
			.set_told_timeout = _set_told_timeout,
			.set = _set,
			.order = _order,
			.reset = _reset,
			.testify = _testify,
			.set_families_down = _set_families_down,
			.is_alive_since = _is_alive_since,
			.set_load = _set_load,
			.destroy = _destroy,
		},
		.now = 1,
		.others = 1,
		.live = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16),
		.spare = array_create(0, 0),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
