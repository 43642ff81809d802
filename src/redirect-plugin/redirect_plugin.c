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

#include "redirect_plugin.h"
#include "charon_match.h"
#include "cluster/cluster.h"
#include "cluster/store_registry.h"
#include "control/control.h"
#include "initiator/initiator.h"
#include "policy/connection_watch.h"
#include "policy/overload_monitor.h"
#include "config_loader.h"
#include "fastpath/fast_path.h"
#include "responder/redirected_children.h"
#include "responder/responder_listener.h"
#include "responder/responder_provider.h"
#include "sessions/redirect_sessions.h"
#include "utils/listeners.h"

#include <daemon.h>

typedef struct private_redirect_plugin_t private_redirect_plugin_t;

/**
 * Private data of a redirect_plugin_t object.
 */
struct private_redirect_plugin_t {

	/**
	 * Public interface.
	 */
	redirect_plugin_t public;

	/**
	 * Selectors, also those of other plugins.
	 */
	selector_registry_t *registry;

	/**
	 * Stores of other plugins.
	 */
	store_registry_t *stores;

	/**
	 * What is known of the gateways.
	 */
	gateway_table_t *table;

	/**
	 * Decides where clients belong.
	 */
	policy_engine_t *engine;

	/**
	 * Reads the configuration.
	 */
	config_loader_t *loader;

	/**
	 * Watches the load of this gateway.
	 */
	overload_monitor_t *monitor;

	/**
	 * Knows whether connections are loaded.
	 */
	connection_watch_t *watch;

	/**
	 * Tells and counts decisions.
	 */
	decision_log_t *log;

	/**
	 * Clients whose IKE_SA is being set up, or of which something lasts.
	 */
	client_table_t *clients;

	/**
	 * Looks at requests of clients.
	 */
	responder_listener_t *listener;

	/**
	 * Answers them.
	 */
	responder_provider_t *provider;

	/**
	 * Gives active clients of other gateways their CHILD_SAs.
	 */
	redirected_children_t *children;

	/**
	 * Lets no redirect notify through to charon unchecked.
	 */
	guard_t *guard;

	/**
	 * Follows those that this host gets as initiator.
	 */
	initiator_t *initiator;

	/**
	 * Answers IKE_SA_INIT requests before charon does.
	 */
	fast_path_t *fast_path;

	/**
	 * Finds out about the other gateways.
	 */
	cluster_t *cluster;

	/**
	 * Moves clients that are established.
	 */
	redirect_sessions_t *sessions;

	/**
	 * Tells all that listen to charon.
	 */
	listeners_t *listeners;

	/**
	 * Shows and changes all of it at runtime.
	 */
	control_t *control;
};

METHOD(plugin_t, get_name, char*,
	private_redirect_plugin_t *this)
{
	return "redirect";
}

/**
 * Offer the registry of selectors to other plugins.
 */
static bool registry_cb(private_redirect_plugin_t *this,
						plugin_feature_t *feature, bool reg, void *data)
{
	return lib->set(lib, REDIRECT_SELECTOR_REGISTRY,
					reg ? &this->registry->public : NULL);
}

/**
 * Offer the registry of stores to other plugins.
 */
static bool stores_cb(private_redirect_plugin_t *this,
					  plugin_feature_t *feature, bool reg, void *data)
{
	return lib->set(lib, REDIRECT_STORE_REGISTRY,
					reg ? &this->stores->public : NULL);
}

/**
 * Register what the plugin is made of with charon, or remove it again.
 */
static bool plugin_cb(private_redirect_plugin_t *this,
					  plugin_feature_t *feature, bool reg, void *data)
{
	redirect_provider_t *provider = &this->provider->provider;

	if (reg)
	{
		/* with a bad configuration every client is served, so go on */
		this->loader->load(this->loader);
		this->monitor->start(this->monitor);
		this->watch->start(this->watch);
		charon->bus->add_listener(charon->bus, &this->listeners->listener);
		this->sessions->enable(this->sessions, TRUE);
		charon->redirect->add_provider(charon->redirect, provider);
		this->cluster->start(this->cluster);
		this->control->start(this->control);
	}
	else
	{
		this->control->stop(this->control);
		this->cluster->stop(this->cluster);
		charon->redirect->remove_provider(charon->redirect, provider);
		this->sessions->enable(this->sessions, FALSE);
		charon->bus->remove_listener(charon->bus, &this->listeners->listener);
	}
	return TRUE;
}

/**
 * Put the fast path in the way of packets, or take it out again.
 */
static bool fast_path_cb(private_redirect_plugin_t *this,
						 plugin_feature_t *feature, bool reg, void *data)
{
	if (reg)
	{
		this->fast_path->start(this->fast_path);
	}
	else
	{
		this->fast_path->stop(this->fast_path);
	}
	return TRUE;
}

METHOD(plugin_t, reload, bool,
	private_redirect_plugin_t *this)
{
	return this->loader->load(this->loader);
}

METHOD(plugin_t, get_features, int,
	private_redirect_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)registry_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, REDIRECT_SELECTOR_REGISTRY),
		PLUGIN_CALLBACK((plugin_feature_callback_t)stores_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, REDIRECT_STORE_REGISTRY),
		PLUGIN_CALLBACK((plugin_feature_callback_t)plugin_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "redirect"),
				PLUGIN_DEPENDS(CUSTOM, REDIRECT_SELECTOR_REGISTRY),
				PLUGIN_DEPENDS(CUSTOM, REDIRECT_STORE_REGISTRY),
		PLUGIN_CALLBACK((plugin_feature_callback_t)fast_path_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "redirect-fast-path"),
				PLUGIN_DEPENDS(CUSTOM, "redirect"),
				PLUGIN_DEPENDS(CUSTOM, "socket"),
	};

	*features = f;
	return countof(f);
}

/**
 * Have the options of a room read together with all others.
 */
static void add_room(private_redirect_plugin_t *this, config_room_t room)
{
	this->loader->add_room(this->loader, &room);
}

/**
 * Redirect a client behind IKE_AUTH, if that is configured.
 */
static bool take_in_auth(void *data, ike_sa_t *ike_sa,
						 const redirect_decision_t *decision)
{
	auth_redirect_t *auth = data;

	return auth->take(auth, ike_sa, decision);
}

/**
 * Get the hash of the configuration in force.
 */
static uint64_t get_config_hash(void *data)
{
	config_loader_t *loader = data;
	config_status_t status;

	loader->get_status(loader, &status);
	return status.hash;
}

/**
 * Gateways joined the fleet, or left it.
 */
static void set_joined(void *data, gateways_joined_t joined)
{
	config_loader_t *loader = data;

	loader->set_joined(loader, joined);
}

/**
 * Create the room of established sessions.
 */
static void create_sessions(private_redirect_plugin_t *this)
{
	this->sessions = redirect_sessions_create(this->engine, this->table,
											  this->clients);
	add_room(this, this->sessions->get_room(this->sessions));
	this->provider->set_taker(this->provider, take_in_auth,
							  this->sessions->auth);
}

/**
 * Put what listens to charon in order.
 */
static void create_listeners(private_redirect_plugin_t *this)
{
	listener_t *listeners[] = {
		/* first, so that others only see notifies that are valid */
		&this->guard->listener,
		&this->initiator->listener,
		&this->listener->listener,
		&this->clients->listener,
		&this->children->listener,
		&this->sessions->listener->listener,
		&this->sessions->auth->listener,
	};

	this->listeners = listeners_create(listeners, countof(listeners));
}

/**
 * Create the control socket, which knows all other parts.
 */
static void create_control(private_redirect_plugin_t *this)
{
	control_parts_t parts = {
		.gateways = this->table,
		.cluster = this->cluster,
		.engine = this->engine,
		.loader = this->loader,
		.monitor = this->monitor,
		.watch = this->watch,
		.log = this->log,
		.clients = this->clients,
		.children = this->children,
		.guard = this->initiator,
		.fast_path = this->fast_path,
		.sessions = this->sessions,
	};

	this->control = control_create(&parts);
	add_room(this, this->control->get_room(this->control));
}

METHOD(plugin_t, destroy, void,
	private_redirect_plugin_t *this)
{
	this->control->destroy(this->control);
	this->listeners->destroy(this->listeners);
	this->sessions->destroy(this->sessions);
	this->cluster->destroy(this->cluster);
	this->initiator->destroy(this->initiator);
	this->guard->destroy(this->guard);
	this->provider->destroy(this->provider);
	this->children->destroy(this->children);
	this->listener->destroy(this->listener);
	this->clients->destroy(this->clients);
	this->monitor->destroy(this->monitor);
	this->watch->destroy(this->watch);
	this->loader->destroy(this->loader);
	this->fast_path->destroy(this->fast_path);
	this->engine->destroy(this->engine);
	this->log->destroy(this->log);
	this->table->destroy(this->table);
	this->registry->destroy(this->registry);
	this->stores->destroy(this->stores);
	free(this);
}

/*
 * Described in header
 */
#ifdef PLUGIN_DEFINE
PLUGIN_DEFINE(redirect)
#else
const char *redirect_plugin_version = VERSION;
plugin_t *redirect_plugin_create()
#endif
{
	private_redirect_plugin_t *this;

	if (!charon_match_check())
	{
		return NULL;
	}
	INIT(this,
		.public = {
			.plugin = {
				.get_name = _get_name,
				.get_features = _get_features,
				.reload = _reload,
				.destroy = _destroy,
			},
		},
		.registry = selector_registry_create(),
		.stores = store_registry_create(),
		.table = gateway_table_create(),
		.log = decision_log_create(),
		.clients = client_table_create(),
		.guard = guard_create(),
	);
	this->initiator = initiator_create(this->guard, NULL);
	this->engine = policy_engine_create(this->table, this->log);
	this->loader = config_loader_create(this->engine, this->registry);
	this->monitor = overload_monitor_create(this->engine, this->table);
	this->watch = connection_watch_create(this->engine);
	this->listener = responder_listener_create(this->engine, this->clients,
											   this->watch, this->guard);
	this->provider = responder_provider_create(this->engine, this->clients);
	this->children = redirected_children_create(this->clients);
	this->fast_path = fast_path_create(this->engine);
	add_room(this, this->fast_path->get_room(this->fast_path));
	add_room(this, this->initiator->get_room(this->initiator));
	this->cluster = cluster_create(this->engine, this->table, this->stores);
	this->cluster->link->set_hash_source(this->cluster->link, get_config_hash,
										 this->loader);
	this->cluster->link->set_joined_sink(this->cluster->link, set_joined,
										 this->loader);
	add_room(this, this->cluster->get_room(this->cluster));
	create_sessions(this);
	create_listeners(this);
	create_control(this);
	return &this->public.plugin;
}
