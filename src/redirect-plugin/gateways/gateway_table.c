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

	/** sessions at the last sample */
	uint32_t sessions;

	/** load at the last sample */
	uint32_t load;

	/** clients sent there since the last sample, atomic */
	uint32_t assigned;

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
 * Get a gateway, create it if needed; the mutex is held.
 */
static gateway_live_t *get_live(private_gateway_table_t *this,
								const gateway_t *gateway)
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
			.sessions = REDIRECT_SELECTOR_UNKNOWN,
			.load = REDIRECT_SELECTOR_UNKNOWN,
		);
		this->live->put(this->live, live->name, live);
	}
	update(&live->state, gateway->state);
	update(&live->weight, gateway->weight);
	update(&live->capacity, gateway->capacity);
	return live;
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

METHOD(gateway_table_t, create_view, gateway_view_t*,
	private_gateway_table_t *this, const gateway_t *gateways, uint16_t count)
{
	gateway_view_t *view;
	gateway_live_t *live;
	int i;

	INIT(view,
		.count = count,
		.gateways = calloc(count, sizeof(*view->gateways)),
		.left_out = calloc(count, sizeof(*view->left_out)),
		.families = calloc(count, sizeof(*view->families)),
		.live = calloc(count, sizeof(*view->live)),
	);
	this->mutex->lock(this->mutex);
	for (i = 0; i < count; i++)
	{
		live = get_live(this, &gateways[i]);
		view->live[i] = live;
		view->left_out[i] = left_out(live);
		view->families[i] = gateways[i].families;
		view->gateways[i] = (redirect_selector_gateway_t){
			.name = gateways[i].name,
			.id = gateways[i].id,
			.weight = effective(&live->weight),
			.capacity = effective(&live->capacity),
			.sessions = live->sessions,
			.load = live->load,
			.assigned = &live->assigned,
		};
	}
	this->mutex->unlock(this->mutex);
	return view;
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
		live->up = up;
	}
	this->mutex->unlock(this->mutex);
	return live != NULL;
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
		live->sessions = sessions;
		live->load = load;
		__atomic_store_n(&live->assigned, 0, __ATOMIC_RELAXED);
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
void gateway_live_assign(gateway_live_t *live)
{
	__atomic_fetch_add(&live->assigned, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&live->redirected, 1, __ATOMIC_RELAXED);
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
			.get_status = _get_status,
			.set = _set,
			.set_up = _set_up,
			.set_load = _set_load,
			.destroy = _destroy,
		},
		.live = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
