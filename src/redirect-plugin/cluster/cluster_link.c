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
#include "cluster_sink.h"
#include "cluster_writer.h"
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
	 * Tells others; has store and members, NULL if there are none
	 */
	cluster_writer_t writer;

	/**
	 * TRUE between start and stop
	 */
	bool running;

	/**
	 * TRUE once all plugins were loaded: what is missing then is told
	 */
	bool loaded;

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
 * Let the members know which gateways the configuration names; the mutex is
 * held.
 */
static void update_gateways(private_cluster_link_t *this)
{
	cluster_members_t *members = this->writer.members;
	const policy_state_t *state;
	int token;

	state = this->engine->acquire(this->engine, &token);
	if (state->policy)
	{
		members->set_gateways(members, state->policy->gateways,
							  state->policy->gateway_count);
	}
	this->engine->release(this->engine, token);
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

	if (!this->running || this->writer.store || !this->writer.members ||
		!this->config || !this->config->url)
	{
		return;
	}
	update_gateways(this);
	sink = this->sink->attach(this->sink, this->writer.members);
	this->writer.store = store_config_open(this->config, create_store,
							this->stores, &sink, cluster_kinds, why);
	if (!this->writer.store)
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
	if (this->writer.store)
	{
		this->writer.store->destroy(this->writer.store);
		this->writer.store = NULL;
	}
}

/**
 * Do what is due, again and again.
 */
static job_requeue_t run(void *data)
{
	private_cluster_link_t *this = data;
	uint64_t now = monotonic_ms(), fresh = 0, stale = 0;
	char self[REDIRECT_NAME_MAX] = "";
	cluster_members_t *members;
	bool changed = FALSE, joined = FALSE;
	cluster_lists_t lists = {};
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
	members = this->writer.members;
	if (members && this->config)
	{
		fresh = this->config->interval * 3000 + LOOK_INTERVAL;
		stale = this->config->stale * 1000;
		cluster_writer_name(&this->writer, self);
		update_gateways(this);
		members->set_self(members, self);
		if (this->writer.store)
		{
			cluster_writer_tell(&this->writer, this->config, now);
			lists = this->sink->get_lists(this->sink, fresh);
		}
		changed = members->tell(members, now, fresh, stale, lists);
		joined = this->joined && members->get_joined(members, now, &list);
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
	/* before all had the time to find the store, some would be probed by nobody */
	this->prober->set_shared(this->prober,
							 lists.last - lists.since > fresh + stale);
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

	if (this->writer.members)
	{
		this->writer.members->destroy(this->writer.members);
		this->writer.members = NULL;
	}
	DESTROY_IF(this->writer.signer);
	this->writer.signer = cluster_signer_create(chunk);
	signer = cluster_signer_create(chunk);
	if (!this->writer.signer || !signer)
	{
		DBG1(DBG_CFG, "redirect: charon has no HMAC-SHA-256 (plugins hmac and "
			 "sha2, or openssl), so the cluster's store is not used");
		DESTROY_IF(signer);
		return;
	}
	this->writer.members = cluster_members_create(this->table, signer,
												  get_probed, this->prober);
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
		if (config->url && (!this->writer.members || !old || !old->secret ||
							!streq(old->secret, config->secret)))
		{
			set_secret(this, config->secret);
		}
	}
	if (this->writer.members)
	{	/* the options before go now */
		this->writer.members->set_join(this->writer.members, &config->join);
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
	cluster_writer_start(&this->writer);
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

METHOD(cluster_link_t, order, bool,
	private_cluster_link_t *this, const char *name, cluster_order_t *wanted,
	bool force, char error[REDIRECT_STORE_WHY_MAX])
{
	gateway_status_t status;
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
	if (!this->writer.store || !cluster_writer_name(&this->writer, wanted->by))
	{
		snprintf(error, REDIRECT_STORE_WHY_MAX, "%s", !this->writer.store ?
				 "there is no store of the cluster" :
				 "this gateway does not know which it is (self)");
	}
	else
	{
		update_gateways(this);
		good = cluster_writer_order(&this->writer, name, wanted,
									monotonic_ms());
		if (!good)
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
	cluster_members_t *members;
	bool found;

	this->mutex->lock(this->mutex);
	members = this->writer.members;
	found = members && members->get(members, name, monotonic_ms(), member);
	this->mutex->unlock(this->mutex);
	return found;
}

METHOD(cluster_link_t, get_status, void,
	private_cluster_link_t *this, cluster_status_t *status)
{
	cluster_members_t *members;
	redirect_store_t *store;

	*status = (cluster_status_t){};
	this->mutex->lock(this->mutex);
	members = this->writer.members;
	store = this->writer.store;
	status->configured = this->config && this->config->url;
	status->offered = store != NULL;
	if (store)
	{
		store->get_stats(store, &status->stats);
	}
	if (members)
	{
		members->get_counters(members, status->records);
		if (this->config)
		{
			status->refused = members->get_refused(members, monotonic_ms(),
											this->config->interval * 3000);
		}
	}
	status->state = this->sink->get_state(this->sink, status->words,
										  &status->listed);
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_link_t, set_hash_source, void,
	private_cluster_link_t *this, uint64_t (*get)(void *data), void *data)
{
	this->mutex->lock(this->mutex);
	this->writer.get_hash = get;
	this->writer.hash_data = data;
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
	if (this->writer.members)
	{
		this->writer.members->destroy(this->writer.members);
	}
	DESTROY_IF(this->writer.signer);
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
		.writer = {
			.engine = engine,
			.table = table,
			.prober = prober,
		},
		.stores = stores,
		.sink = cluster_sink_create(engine),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	stores->set_observer(stores, store_changed, this);
	return &this->public;
}
