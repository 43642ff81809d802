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

#include "config_loader.h"
#include "gateways/overload_limits.h"

#include <threading/mutex.h>
#include <utils/debug.h>

#include <processing/jobs/callback_job.h>

typedef struct private_config_loader_t private_config_loader_t;
typedef enum loader_state_t loader_state_t;

/**
 * What became of the last configuration
 */
enum loader_state_t {
	/** it was not read yet */
	LOADER_NEW,
	/** it waits for selectors of other plugins */
	LOADER_WAITING,
	/** it is in force, or was refused */
	LOADER_DONE,
};

/**
 * Private data
 */
struct private_config_loader_t {

	/**
	 * Public interface
	 */
	config_loader_t public;

	/**
	 * Engine the policies are for
	 */
	policy_engine_t *engine;

	/**
	 * Selectors
	 */
	selector_registry_t *registry;

	/**
	 * Rooms that have options, config_room_t
	 */
	array_t *rooms;

	/**
	 * What became of the last configuration
	 */
	loader_state_t state;

	/**
	 * TRUE as soon as a policy is in force
	 */
	bool loaded;

	/**
	 * One at a time
	 */
	mutex_t *mutex;
};

/**
 * Log errors and destroy them.
 */
static void log_errors(private_config_loader_t *this, array_t *errors)
{
	char *error;

	while (array_remove(errors, ARRAY_HEAD, &error))
	{
		DBG1(DBG_CFG, "redirect: %s", error);
		free(error);
	}
	array_destroy(errors);
	if (this->loaded)
	{
		DBG1(DBG_CFG, "redirect: configuration refused, the one before stays "
			 "in force");
	}
	else
	{
		DBG1(DBG_CFG, "redirect: CONFIGURATION REFUSED, NO CLIENT IS "
			 "REDIRECTED: fix the errors above and reload the settings");
	}
}

/**
 * Read the options of all rooms.
 *
 * @param configs		receives configurations, in the order of the rooms
 * @return				FALSE if there was an error
 */
static bool read_rooms(private_config_loader_t *this,
					   const config_section_t *section, void *configs[])
{
	config_room_t room;
	bool good = TRUE;
	int i;

	for (i = 0; i < array_count(this->rooms); i++)
	{
		array_get(this->rooms, i, &room);
		configs[i] = room.read(room.data, section);
		good = configs[i] && good;
	}
	return good;
}

/**
 * Put the configurations of all rooms into force, or destroy them.
 */
static void finish_rooms(private_config_loader_t *this, void *configs[],
						 bool apply)
{
	config_room_t room;
	int i;

	for (i = 0; i < array_count(this->rooms); i++)
	{
		array_get(this->rooms, i, &room);
		if (apply)
		{
			room.apply(room.data, configs[i]);
		}
		else if (configs[i])
		{
			room.discard(configs[i]);
		}
	}
}

/**
 * Warn of what keeps a good configuration from doing what it says: a gateway that
 * does not know which one it is, marks that charon's own limits keep from being
 * reached.
 */
static void log_warnings(const policy_t *policy)
{
	array_t *warnings;
	char *warning;

	if (policy->gateway_count && policy->self < 0)
	{
		DBG1(DBG_CFG, "redirect: %s.plugins.redirect.self is not set, so "
			 "capacity and load of this gateway are not known", lib->ns);
	}
	warnings = overload_limits_check(lib->settings, lib->ns, &policy->overload,
						policy->self < 0 ? 0
										 : policy->gateways[policy->self].capacity);
	while (array_remove(warnings, ARRAY_HEAD, &warning))
	{
		DBG1(DBG_CFG, "redirect: %s", warning);
		free(warning);
	}
	array_destroy(warnings);
}

/**
 * Read the configuration; the mutex is held.
 *
 * @param strict		FALSE to wait for selectors that are not known
 */
static bool load(private_config_loader_t *this, bool strict)
{
	void *configs[array_count(this->rooms) + 1];
	config_section_t section;
	array_t *errors = array_create(0, 0);
	policy_t *policy;
	bool unknown = FALSE, good;

	section = config_section_create(lib->settings, errors, lib->ns);
	good = read_rooms(this, &section, configs);
	policy = policy_create(&section, this->registry, &unknown);
	finish_rooms(this, configs, good && policy);
	if (!good)
	{
		policy_destroy(policy);
		policy = NULL;
		unknown = FALSE;
	}
	if (policy)
	{
		DBG1(DBG_CFG, "redirect: configuration loaded, gateways: %u, rules: %u",
			 policy->gateway_count, policy->rule_count);
		log_warnings(policy);
		this->engine->set_policy(this->engine, policy);
		this->loaded = TRUE;
		this->state = LOADER_DONE;
		array_destroy(errors);
		return TRUE;
	}
	if (unknown && !strict)
	{
		config_list_destroy(errors);
		this->state = LOADER_WAITING;
		return TRUE;
	}
	log_errors(this, errors);
	this->state = LOADER_DONE;
	return FALSE;
}

/**
 * All plugins are loaded now: whatever is still missing is an error.
 */
static job_requeue_t load_strict(void *data)
{
	private_config_loader_t *this = data;

	this->mutex->lock(this->mutex);
	if (this->state == LOADER_WAITING)
	{
		load(this, TRUE);
	}
	this->mutex->unlock(this->mutex);
	return JOB_REQUEUE_NONE;
}

METHOD(config_loader_t, load_, bool,
	private_config_loader_t *this)
{
	bool success;

	this->mutex->lock(this->mutex);
	success = load(this, this->state != LOADER_NEW);
	if (this->state == LOADER_WAITING)
	{	/* workers start once all plugins are loaded */
		lib->processor->queue_job(lib->processor,
			(job_t*)callback_job_create(load_strict, this, NULL, NULL));
	}
	this->mutex->unlock(this->mutex);
	return success;
}

/**
 * Check whether the policy in force uses a selector.
 */
static bool in_use(private_config_loader_t *this, const char *name)
{
	const policy_state_t *state;
	bool used;
	int token;

	state = this->engine->acquire(this->engine, &token);
	used = policy_uses_selector(state->policy, name);
	this->engine->release(this->engine, token);
	return used;
}

/**
 * A selector of another plugin came or goes.
 */
static void selector_changed(void *data, const char *name, bool added)
{
	private_config_loader_t *this = data;

	this->mutex->lock(this->mutex);
	if (added && this->state == LOADER_WAITING)
	{
		load(this, FALSE);
	}
	else if (!added && in_use(this, name))
	{
		DBG1(DBG_CFG, "redirect: selector %s was withdrawn, no client is "
			 "redirected until the settings are reloaded", name);
		this->engine->set_policy(this->engine, NULL);
		this->loaded = FALSE;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(config_loader_t, add_room, void,
	private_config_loader_t *this, const config_room_t *room)
{
	array_insert(this->rooms, ARRAY_TAIL, (void*)room);
}

METHOD(config_loader_t, destroy, void,
	private_config_loader_t *this)
{
	this->registry->set_observer(this->registry, NULL, NULL);
	array_destroy(this->rooms);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
config_loader_t *config_loader_create(policy_engine_t *engine,
									  selector_registry_t *registry)
{
	private_config_loader_t *this;

	INIT(this,
		.public = {
			.load = _load_,
			.add_room = _add_room,
			.destroy = _destroy,
		},
		.engine = engine,
		.registry = registry,
		.rooms = array_create(sizeof(config_room_t), 0),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	registry->set_observer(registry, selector_changed, this);
	return &this->public;
}
