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


#include "cluster_link.h"
#include "cluster_room.h"
#include "cluster_self.h"
#include "cluster_sink.h"
#include "utils/monotonic.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/**
 * Milliseconds between two looks at what is to be told
 */
#define LOOK_INTERVAL 250

typedef struct private_cluster_link_t private_cluster_link_t;

/**
 * Private data
 */
struct private_cluster_link_t {

	/**
	 * Public interface
	 */
	cluster_link_t public;

	/**
	 * Has the gateways
	 */
	policy_engine_t *engine;

	/**
	 * Is told
	 */
	gateway_table_t *table;

	/**
	 * Probes
	 */
	prober_t *prober;

	/**
	 * Has stores
	 */
	store_registry_t *stores;

	/**
	 * Options, NULL before there are any
	 */
	store_config_t *config;

	/**
	 * Store, NULL if there is none
	 */
	redirect_store_t *store;

	/**
	 * Signs what is told, NULL without a secret
	 */
	signer_t *signer;

	/**
	 * TRUE between start and stop
	 */
	bool running;

	/**
	 * TRUE once all plugins were loaded: what is missing then is told
	 */
	bool loaded;

	/**
	 * What others told, NULL without a secret; it outlives stores
	 */
	cluster_members_t *members;

	/**
	 * What this gateway tells of itself
	 */
	cluster_heartbeat_t self;

	/**
	 * When that was told last
	 */
	uint64_t told;

	/**
	 * Who knows the hash of the configuration
	 */
	uint64_t (*get_hash)(void *data);
	void *hash_data;

	/**
	 * Who is told which gateways joined
	 */
	void (*joined)(void *data, gateways_joined_t list);
	void *joined_data;

	/**
	 * Guards all of the above; the sink never takes it
	 */
	mutex_t *mutex;

	/**
	 * Is told by the store
	 */
	cluster_sink_t *sink;
};

/**
 * Milliseconds since 1970: only for numbers that grow with each start.
 */
static uint64_t get_epoch(void)
{
	return (uint64_t)time(NULL) * 1000;
}

/**
 * Get the name of this gateway.
 *
 * @return				FALSE if it has none
 */
static bool get_self(private_cluster_link_t *this, char name[REDIRECT_NAME_MAX])
{
	const policy_state_t *state;
	bool found;
	int token;

	state = this->engine->acquire(this->engine, &token);
	found = state->policy && state->policy->self >= 0;
	if (found)
	{
		snprintf(name, REDIRECT_NAME_MAX, "%s",
				 state->policy->gateways[state->policy->self].name);
	}
	this->engine->release(this->engine, token);
	return found;
}

/**
 * Let the members know which gateways the configuration names; the mutex is held.
 */
static void update_gateways(private_cluster_link_t *this)
{
	const policy_state_t *state;
	int token;

	state = this->engine->acquire(this->engine, &token);
	if (state->policy)
	{
		this->members->set_gateways(this->members, state->policy->gateways,
									state->policy->gateway_count);
	}
	this->engine->release(this->engine, token);
}

/**
 * Write and put a record.
 *
 * @param ttl			milliseconds until it expires, 0 for never
 */
static bool put_record(private_cluster_link_t *this, cluster_kind_t kind,
					   const char *name, const void *record, uint32_t ttl,
					   bool announce)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	size_t len;

	len = cluster_record_write(this->signer, kind, name, record, value);
	return len && this->store &&
		   this->store->put(this->store, cluster_kinds[kind], name, value, len,
							ttl, announce);
}

/**
 * Ask the registry for a store.
 */
static redirect_store_t *create_store(void *data,
									  redirect_store_options_t *options,
									  const redirect_store_sink_t *sink,
									  char *why)
{
	store_registry_t *stores = data;

	return stores->create(stores, options, sink, why);
}

/**
 * Open the store if there is one to be had; the mutex is held.
 */
static void open_store(private_cluster_link_t *this)
{
	redirect_store_sink_t sink;
	char why[REDIRECT_STORE_WHY_MAX] = "";

	if (!this->running || this->store || !this->config || !this->config->url ||
		!this->members)
	{
		return;
	}
	update_gateways(this);
	sink = this->sink->attach(this->sink, this->members);
	this->store = store_config_open(this->config, create_store, this->stores,
									&sink, cluster_kinds, why);
	if (!this->store)
	{
		if (this->loaded)
		{
			DBG1(DBG_CFG, "redirect: the cluster's store is not used: %s", why);
		}
		this->sink->set_state(this->sink, REDIRECT_STORE_DOWN, why);
	}
}

/**
 * Close the store; the mutex is held.
 */
static void close_store(private_cluster_link_t *this)
{
	if (this->store)
	{
		this->store->destroy(this->store);
		this->store = NULL;
	}
}

/**
 * Whether a store works, and lists come; that sets how much is probed.
 */
static bool is_listed(private_cluster_link_t *this, uint64_t fresh)
{
	char words[REDIRECT_STORE_WHY_MAX];
	redirect_store_state_t state;
	uint64_t age;

	state = this->sink->get_state(this->sink, words, &age);
	return this->store && state >= REDIRECT_STORE_DEGRADED && age <= fresh;
}

/**
 * A local undrain ends an order to drain, that would hold at the next start.
 */
static void end_order(private_cluster_link_t *this, const char *name,
					  cluster_order_t *order)
{
	gateway_status_t status;

	if (order->sequence && order->state != CLUSTER_UNKNOWN &&
		this->table->get_status(this->table, name, &status) &&
		status.origins[GATEWAY_VALUE_STATE].source == GATEWAY_SOURCE_OPERATOR &&
		status.state == GATEWAY_ACTIVE && order->state != GATEWAY_ACTIVE)
	{
		order->state = GATEWAY_ACTIVE;
		order->sequence = max(get_epoch(), order->sequence + 1);
		snprintf(order->by, sizeof(order->by), "%s", name);
		this->members->set_order(this->members, name, order);
		put_record(this, CLUSTER_ORDER, name, order, 0, TRUE);
	}
}

/**
 * Tell what this gateway knows of itself, if it is time or others have to
 * hear it at once; the mutex is held.
 */
static void tell_self(private_cluster_link_t *this, uint64_t now)
{
	cluster_heartbeat_t *self = &this->self;
	char name[REDIRECT_NAME_MAX];
	cluster_member_t member;
	bool announce;

	if (!get_self(this, name))
	{
		return;
	}
	this->members->get(this->members, name, now, &member);
	end_order(this, name, &member.order);
	self->order = member.order.sequence;
	self->hash = this->get_hash ? this->get_hash(this->hash_data) : 0;
	announce = cluster_self_describe(self, name, this->engine, this->table,
									 this->prober);
	if (!announce && now - this->told < this->config->interval * 1000)
	{
		return;
	}
	if (member.age != CLUSTER_UNKNOWN &&
		(member.heartbeat.start > self->start ||
		 (member.heartbeat.start == self->start &&
		  member.heartbeat.sequence > self->sequence)))
	{	/* of an earlier start, when the clock was ahead of what it is now */
		self->start = member.heartbeat.start + 1;
	}
	self->sequence++;
	this->told = now;
	put_record(this, CLUSTER_HEARTBEAT, name, self, this->config->stale * 1000,
			   announce);
}

/**
 * Do what is due, again and again.
 */
static job_requeue_t run(void *data)
{
	private_cluster_link_t *this = data;
	uint64_t now = monotonic_ms(), fresh;
	char self[REDIRECT_NAME_MAX] = "";
	bool listed = FALSE, changed = FALSE, joined = FALSE;
	gateways_joined_t list;

	this->mutex->lock(this->mutex);
	if (!this->running)
	{
		this->mutex->unlock(this->mutex);
		return JOB_REQUEUE_NONE;
	}
	if (!this->loaded)
	{	/* the plugin that offers the store comes after this one */
		this->loaded = TRUE;
		open_store(this);
	}
	if (this->members && this->config)
	{
		fresh = this->config->interval * 3000 + LOOK_INTERVAL;
		get_self(this, self);
		update_gateways(this);
		this->members->set_self(this->members, self);
		if (this->store)
		{
			tell_self(this, now);
		}
		listed = is_listed(this, fresh);
		changed = this->members->tell(this->members, now, fresh,
									  this->config->stale * 1000, listed);
		joined = this->joined && this->members->get_joined(this->members, now,
														   &list);
	}
	this->mutex->unlock(this->mutex);
	if (joined)
	{
		this->joined(this->joined_data, list);
	}
	if (changed)
	{	/* nobody is sent to a gateway that is down from now on */
		this->engine->refresh(this->engine);
	}
	this->prober->set_shared(this->prober, listed);
	return JOB_RESCHEDULE_MS(LOOK_INTERVAL);
}

/**
 * Get the verdict of own probes.
 */
static gateway_verdict_t get_probed(void *data, const char *name)
{
	prober_t *prober = data;

	return prober->get_verdict(prober, name);
}

/**
 * Begin with a secret; what was told by who has another one is forgotten.
 */
static void set_secret(private_cluster_link_t *this, char *secret)
{
	chunk_t chunk = chunk_from_str(secret);
	signer_t *signer;

	if (this->members)
	{
		this->members->destroy(this->members);
		this->members = NULL;
	}
	DESTROY_IF(this->signer);
	this->signer = cluster_signer_create(chunk);
	signer = cluster_signer_create(chunk);
	if (!this->signer || !signer)
	{
		DBG1(DBG_CFG, "redirect: charon has no HMAC-SHA-256 (plugins hmac and "
			 "sha2, or openssl), so the cluster's store is not used");
		DESTROY_IF(signer);
		return;
	}
	this->members = cluster_members_create(this->table, signer, get_probed,
										   this->prober);
}

METHOD(cluster_link_t, configure, void,
	private_cluster_link_t *this, store_config_t *config)
{
	store_config_t *old;

	this->mutex->lock(this->mutex);
	old = this->config;
	this->config = config;
	if (!old || !store_config_equals(old, config))
	{
		close_store(this);
		if (config->url && (!this->members || !old || !old->secret ||
							!streq(old->secret, config->secret)))
		{
			set_secret(this, config->secret);
		}
	}
	if (this->members)
	{	/* the options before go now */
		this->members->set_join(this->members, &config->join);
	}
	open_store(this);
	this->mutex->unlock(this->mutex);
	store_config_destroy(old);
}

METHOD(cluster_link_t, start, void,
	private_cluster_link_t *this)
{
	this->mutex->lock(this->mutex);
	this->running = TRUE;
	this->self.start = get_epoch();
	open_store(this);
	this->mutex->unlock(this->mutex);
	lib->scheduler->schedule_job_ms(lib->scheduler,
				(job_t*)callback_job_create_with_prio(run, this, NULL, NULL,
									JOB_PRIO_CRITICAL), LOOK_INTERVAL);
}

METHOD(cluster_link_t, stop, void,
	private_cluster_link_t *this)
{
	this->mutex->lock(this->mutex);
	this->running = FALSE;
	close_store(this);
	this->mutex->unlock(this->mutex);
}

/**
 * A plugin offers a store, or takes it back.
 */
static void store_changed(void *data, const char *scheme, bool added)
{
	private_cluster_link_t *this = data;
	char wanted[32];

	this->mutex->lock(this->mutex);
	if (this->config && store_registry_scheme(this->config->url, wanted,
											  sizeof(wanted)) &&
		strcaseeq(wanted, scheme))
	{
		if (added)
		{
			open_store(this);
		}
		else
		{
			close_store(this);
		}
	}
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_link_t, may_drain, bool,
	private_cluster_link_t *this, const char *name,
	char error[REDIRECT_STORE_WHY_MAX])
{
	uint32_t max_draining;

	this->mutex->lock(this->mutex);
	max_draining = this->config ? this->config->max_draining : 1;
	this->mutex->unlock(this->mutex);
	return cluster_room_allows(this->engine, this->table, max_draining, name,
							   error);
}

/**
 * Make a value that is not to be changed the one that was ordered before.
 */
static void keep(uint64_t *value, uint64_t before)
{
	if (*value == CLUSTER_UNKNOWN)
	{
		*value = before;
	}
}

METHOD(cluster_link_t, order, bool,
	private_cluster_link_t *this, const char *name, cluster_order_t *wanted,
	bool force, char error[REDIRECT_STORE_WHY_MAX])
{
	gateway_status_t status;
	cluster_member_t member;
	bool good = FALSE;

	if (!this->table->get_status(this->table, name, &status))
	{
		snprintf(error, REDIRECT_STORE_WHY_MAX, "there is no gateway of that "
				 "name");
		return FALSE;
	}
	if (wanted->state == GATEWAY_DRAIN && !force &&
		!may_drain(this, name, error))
	{
		return FALSE;
	}
	this->mutex->lock(this->mutex);
	if (!this->store || !get_self(this, wanted->by))
	{
		snprintf(error, REDIRECT_STORE_WHY_MAX, "%s", !this->store ?
				 "there is no store of the cluster" :
				 "this gateway does not know which it is (self)");
	}
	else
	{
		update_gateways(this);
		if (this->members->get(this->members, name, monotonic_ms(), &member) &&
			member.order.sequence)
		{
			keep(&wanted->state, member.order.state);
			keep(&wanted->weight, member.order.weight);
			keep(&wanted->capacity, member.order.capacity);
		}
		wanted->sequence = max(get_epoch(), member.order.sequence + 1);
		good = put_record(this, CLUSTER_ORDER, name, wanted, 0, TRUE);
		if (good)
		{
			this->members->set_order(this->members, name, wanted);
		}
		else
		{
			snprintf(error, REDIRECT_STORE_WHY_MAX, "the store takes no more");
		}
	}
	this->mutex->unlock(this->mutex);
	if (good)
	{
		this->engine->refresh(this->engine);
	}
	return good;
}

METHOD(cluster_link_t, get_member, bool,
	private_cluster_link_t *this, const char *name, cluster_member_t *member)
{
	bool found = FALSE;

	this->mutex->lock(this->mutex);
	if (this->members)
	{
		found = this->members->get(this->members, name, monotonic_ms(), member);
	}
	this->mutex->unlock(this->mutex);
	return found;
}

METHOD(cluster_link_t, get_status, void,
	private_cluster_link_t *this, cluster_status_t *status)
{
	*status = (cluster_status_t){};
	this->mutex->lock(this->mutex);
	status->configured = this->config && this->config->url;
	status->offered = this->store != NULL;
	if (this->store)
	{
		this->store->get_stats(this->store, &status->stats);
	}
	if (this->members)
	{
		this->members->get_counters(this->members, status->records);
	}
	status->state = this->sink->get_state(this->sink, status->words,
										  &status->listed);
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_link_t, set_hash_source, void,
	private_cluster_link_t *this, uint64_t (*get)(void *data), void *data)
{
	this->mutex->lock(this->mutex);
	this->get_hash = get;
	this->hash_data = data;
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_link_t, set_joined_sink, void,
	private_cluster_link_t *this,
	void (*joined)(void *data, gateways_joined_t list), void *data)
{
	this->mutex->lock(this->mutex);
	this->joined = joined;
	this->joined_data = data;
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_link_t, destroy, void,
	private_cluster_link_t *this)
{
	this->stores->set_observer(this->stores, NULL, NULL);
	if (this->members)
	{
		this->members->destroy(this->members);
	}
	DESTROY_IF(this->signer);
	store_config_destroy(this->config);
	this->sink->destroy(this->sink);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
cluster_link_t *cluster_link_create(policy_engine_t *engine,
									gateway_table_t *table, prober_t *prober,
									store_registry_t *stores)
{
	private_cluster_link_t *this;

	INIT(this,
		.public = {
			.configure = _configure,
			.start = _start,
			.stop = _stop,
			.order = _order,
			.may_drain = _may_drain,
			.get_member = _get_member,
			.get_status = _get_status,
			.set_hash_source = _set_hash_source,
			.set_joined_sink = _set_joined_sink,
			.destroy = _destroy,
		},
		.engine = engine,
		.table = table,
		.prober = prober,
		.stores = stores,
		.sink = cluster_sink_create(engine),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	stores->set_observer(stores, store_changed, this);
	return &this->public;
}
