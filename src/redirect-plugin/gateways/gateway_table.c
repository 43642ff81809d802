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

#include "gateway_table.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>

/**
 * Binary digits that the number of recent clients decays by each second.
 */
#define DECAY 6

/**
 * Clients this gateway has to send in a second to compare with others, and the
 * most that others may be found to send for each of them.
 */
#define SENT_MIN 4
#define OTHERS_MAX 256

typedef struct private_gateway_table_t private_gateway_table_t;
typedef struct setting_t setting_t;

ENUM(gateway_left_out_names, GATEWAY_CANDIDATE, GATEWAY_LEFT_SCOPE,
	"candidate",
	"disabled",
	"draining",
	"down",
	"full",
	"without weight",
	"this gateway",
	"where the client came from",
	"of another address family",
	"not asked for",
);

/**
 * A value that the file and the operator may set.
 */
struct setting_t {

	/** value in the file when it was set at runtime, or -1 */
	int64_t file;

	/** value set at runtime, -1 if not set */
	int64_t runtime;
};

/**
 * What is known of one gateway; freed with the table only, so that views may
 * keep pointers.
 */
struct gateway_live_t {

	/** name, allocated */
	char *name;

	/** gateway_state_t */
	setting_t state;

	/** weight */
	setting_t weight;

	/** capacity */
	setting_t capacity;

	/** FALSE if it does not answer */
	bool up;

	/** TRUE if it takes clients: up and active */
	bool taking;

	/** second it began to take clients, or again; 0 if it always did */
	uint32_t since;

	/** sessions at the last sample */
	uint32_t sessions;

	/** load at the last sample */
	uint32_t load;

	/** clients sent there since the last sample, atomic */
	uint32_t assigned;

	/** clients sent there lately, decays, atomic */
	uint32_t recent;

	/** clients sent there, atomic */
	uint64_t redirected;
};

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
	 * Seconds that passed, from 1 on
	 */
	uint32_t now;

	/**
	 * Sessions that came to gateways since the last tick
	 */
	uint32_t arrived;

	/**
	 * Clients that this gateway sent before these were counted
	 */
	uint32_t sent;

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
 * Take over what the file says: a value set at runtime is dropped if the file
 * changed it since.
 */
static void update(setting_t *setting, int64_t file)
{
	if (setting->file != file)
	{
		setting->file = file;
		setting->runtime = -1;
	}
}

/**
 * Value in effect.
 */
static int64_t effective(const setting_t *setting)
{
	return setting->runtime >= 0 ? setting->runtime : setting->file;
}

/**
 * Note since when a gateway takes clients; the mutex is held.
 */
static void update_taking(private_gateway_table_t *this, gateway_live_t *live)
{
	bool taking = live->up && effective(&live->state) == GATEWAY_ACTIVE;

	if (taking && !live->taking)
	{
		live->since = this->now;
	}
	live->taking = taking;
}

/**
 * Get a gateway, create it if needed; the mutex is held.
 *
 * @param first			TRUE while the first gateways are made known, which may
 *						have been there for long
 */
static gateway_live_t *get_live(private_gateway_table_t *this,
								const gateway_t *gateway, bool first)
{
	gateway_live_t *live;

	live = this->live->get(this->live, gateway->name);
	if (!live)
	{
		INIT(live,
			.name = strdup(gateway->name),
			.state = { .file = -1, .runtime = -1 },
			.weight = { .file = -1, .runtime = -1 },
			.capacity = { .file = -1, .runtime = -1 },
			.up = TRUE,
			.taking = first,
			.sessions = REDIRECT_SELECTOR_UNKNOWN,
			.load = REDIRECT_SELECTOR_UNKNOWN,
		);
		this->live->put(this->live, live->name, live);
	}
	update(&live->state, gateway->state);
	update(&live->weight, gateway->weight);
	update(&live->capacity, gateway->capacity);
	update_taking(this, live);
	return live;
}

/**
 * Seconds a gateway has been starting slowly, slow_start if it is not.
 */
static uint32_t get_started(private_gateway_table_t *this,
							const gateway_live_t *live, uint32_t slow_start)
{
	return live->since ? min(this->now - live->since, slow_start) : slow_start;
}

/**
 * Part of a value that a gateway gets while it starts, at least 1.
 */
static uint32_t ramp(uint32_t value, uint32_t started, uint32_t slow_start)
{
	if (started >= slow_start)
	{
		return max(value, 1);
	}
	return max((uint64_t)value * started / slow_start, 1);
}

/**
 * Why a gateway takes no clients at all.
 */
static gateway_left_out_t left_out(const gateway_live_t *live)
{
	int64_t capacity = effective(&live->capacity);

	switch (effective(&live->state))
	{
		case GATEWAY_DISABLED:
			return GATEWAY_LEFT_DISABLED;
		case GATEWAY_DRAIN:
			return GATEWAY_LEFT_DRAINING;
		default:
			break;
	}
	if (!live->up)
	{
		return GATEWAY_LEFT_DOWN;
	}
	if (capacity && live->sessions != REDIRECT_SELECTOR_UNKNOWN &&
		live->sessions >= capacity)
	{
		return GATEWAY_LEFT_FULL;
	}
	return effective(&live->weight) ? GATEWAY_CANDIDATE : GATEWAY_LEFT_WEIGHT;
}

/**
 * Fill in what selectors see, once all gateways are known.
 *
 * @return				TRUE if a gateway is starting slowly
 */
static bool fill_view(private_gateway_table_t *this, gateway_view_t *view,
					  const gateway_t *gateways, uint32_t slow_start)
{
	gateway_live_t *live;
	uint32_t weight, capacity, started;
	bool starting = FALSE, all_capacities = TRUE;
	int i;

	for (i = 0; i < view->count; i++)
	{
		all_capacities &= effective(&view->live[i]->capacity) != 0;
	}
	for (i = 0; i < view->count; i++)
	{
		live = view->live[i];
		started = get_started(this, live, slow_start);
		starting |= started < slow_start;
		weight = effective(&live->weight);
		capacity = effective(&live->capacity);
		view->gateways[i] = (redirect_selector_gateway_t){
			.name = gateways[i].name,
			.id = gateways[i].id,
			.weight = ramp(weight, started, slow_start),
			.size = ramp(all_capacities ? capacity : weight, started,
						 slow_start),
			.capacity = capacity,
			.sessions = live->sessions,
			.load = live->load,
			.priority = gateways[i].priority,
			.assigned = &live->assigned,
			.recent = &live->recent,
		};
	}
	return starting;
}

/**
 * By what the loads of gateways that take clients can be compared.
 */
static redirect_selector_known_t find_known(const gateway_view_t *view)
{
	bool sessions = TRUE, load = TRUE;
	int i;

	for (i = 0; i < view->count; i++)
	{
		if (!view->left_out[i])
		{
			sessions &= view->live[i]->sessions != REDIRECT_SELECTOR_UNKNOWN;
			load &= view->live[i]->load != REDIRECT_SELECTOR_UNKNOWN;
		}
	}
	return sessions ? REDIRECT_SELECTOR_KNOWN_SESSIONS
					: load ? REDIRECT_SELECTOR_KNOWN_LOAD
						   : REDIRECT_SELECTOR_KNOWN_RECENT;
}

METHOD(gateway_table_t, create_view, gateway_view_t*,
	private_gateway_table_t *this, const gateway_t *gateways, uint16_t count,
	uint32_t slow_start)
{
	gateway_view_t *view;
	bool first;
	int i;

	INIT(view,
		.count = count,
		.gateways = calloc(count, sizeof(*view->gateways)),
		.left_out = calloc(count, sizeof(*view->left_out)),
		.families = calloc(count, sizeof(*view->families)),
		.live = calloc(count, sizeof(*view->live)),
	);
	this->mutex->lock(this->mutex);
	first = !this->live->get_count(this->live);
	for (i = 0; i < count; i++)
	{
		view->live[i] = get_live(this, &gateways[i], first);
		view->left_out[i] = left_out(view->live[i]);
		view->families[i] = gateways[i].families;
	}
	this->starting = fill_view(this, view, gateways, slow_start);
	view->known = find_known(view);
	view->others = this->others;
	this->changed = FALSE;
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

METHOD(gateway_table_t, tick, bool,
	private_gateway_table_t *this)
{
	enumerator_t *enumerator;
	gateway_live_t *live;
	uint32_t recent;
	bool outdated;
	char *name;

	this->mutex->lock(this->mutex);
	this->now++;
	learn_others(this);
	enumerator = this->live->create_enumerator(this->live);
	while (enumerator->enumerate(enumerator, &name, &live))
	{
		recent = __atomic_load_n(&live->recent, __ATOMIC_RELAXED);
		/* rounded up, so that it gets to zero */
		recent = (recent + (1 << DECAY) - 1) >> DECAY;
		__atomic_fetch_sub(&live->recent, recent, __ATOMIC_RELAXED);
	}
	enumerator->destroy(enumerator);
	outdated = this->changed || this->starting;
	this->mutex->unlock(this->mutex);
	return outdated;
}

METHOD(gateway_table_t, get_status, bool,
	private_gateway_table_t *this, const char *name, gateway_status_t *status)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		*status = (gateway_status_t){
			.state = effective(&live->state),
			.weight = effective(&live->weight),
			.capacity = effective(&live->capacity),
			.up = live->up,
			.since = live->since ? this->now - live->since : 0,
			.sessions = live->sessions,
			.load = live->load,
			.assigned = __atomic_load_n(&live->assigned, __ATOMIC_RELAXED),
			.redirected = __atomic_load_n(&live->redirected, __ATOMIC_RELAXED),
		};
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

/**
 * Set a value at runtime, unless it is negative.
 */
static void set_runtime(setting_t *setting, int64_t value)
{
	if (value >= 0)
	{
		setting->runtime = value;
	}
}

METHOD(gateway_table_t, set, bool,
	private_gateway_table_t *this, const char *name, int state, int64_t weight,
	int64_t capacity)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		set_runtime(&live->state, state);
		set_runtime(&live->weight, weight);
		set_runtime(&live->capacity, capacity);
		update_taking(this, live);
		this->changed = TRUE;
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

METHOD(gateway_table_t, set_up, bool,
	private_gateway_table_t *this, const char *name, bool up)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		this->changed |= live->up != up;
		live->up = up;
		update_taking(this, live);
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
}

/**
 * Compare what came to a gateway since its last sample with what was sent there,
 * and begin to count again.
 */
static void count_arrived(private_gateway_table_t *this, gateway_live_t *live,
						  uint32_t sessions)
{
	uint32_t sent;

	sent = __atomic_exchange_n(&live->assigned, 0, __ATOMIC_RELAXED);
	if (sessions != REDIRECT_SELECTOR_UNKNOWN &&
		live->sessions != REDIRECT_SELECTOR_UNKNOWN && sessions > live->sessions)
	{
		this->sent += sent;
		this->arrived += sessions - live->sessions;
	}
}

METHOD(gateway_table_t, set_load, bool,
	private_gateway_table_t *this, const char *name, uint32_t sessions,
	uint32_t load)
{
	gateway_live_t *live;

	this->mutex->lock(this->mutex);
	live = this->live->get(this->live, name);
	if (live)
	{
		this->changed |= live->sessions != sessions || live->load != load;
		count_arrived(this, live, sessions);
		live->sessions = sessions;
		live->load = load;
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
		free(live->name);
		free(live);
	}
	enumerator->destroy(enumerator);
	this->live->destroy(this->live);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
void gateway_live_assign(gateway_live_t *live, bool redirected)
{
	__atomic_fetch_add(&live->assigned, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&live->recent, 1, __ATOMIC_RELAXED);
	if (redirected)
	{
		__atomic_fetch_add(&live->redirected, 1, __ATOMIC_RELAXED);
	}
}

/*
 * Described in header
 */
void gateway_view_destroy(gateway_view_t *view)
{
	free(view->gateways);
	free(view->left_out);
	free(view->families);
	free(view->live);
	free(view);
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
			.set = _set,
			.set_up = _set_up,
			.set_load = _set_load,
			.destroy = _destroy,
		},
		.now = 1,
		.others = 1,
		.live = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
