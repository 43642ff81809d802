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
#include "config_hash.h"
#include "config_rooms.h"
#include "config_text.h"
#include "gateways/overload_limits.h"
#include "utils/log_limit.h"
#include "utils/this_host.h"

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
	 * Gateways that joined
	 */
	gateways_joined_t joined;

	/**
	 * Limits lines about that: a member may change with each heartbeat
	 */
	log_limit_t lines;

	/**
	 * What became of the last configuration
	 */
	loader_state_t state;

	/**
	 * What is told of it
	 */
	config_status_t status;

	/**
	 * One at a time
	 */
	mutex_t *mutex;
};

/**
 * Log lines and destroy them.
 */
static void log_lines(array_t *lines, const char *kind)
{
	char *line;

	while (array_remove(lines, ARRAY_HEAD, &line))
	{
		DBG1(DBG_CFG, "redirect: %s%s", kind, line);
		free(line);
	}
}

/**
 * Warn of marks that charon's own limits keep from being reached.
 */
static void check_limits(const config_section_t *section,
						 const policy_t *policy)
{
	array_t *warnings;
	char *warning;

	warnings = overload_limits_check(section->settings, section->path[0],
						&policy->overload, policy->self < 0 ? 0
								: policy->gateways[policy->self].capacity);
	while (array_remove(warnings, ARRAY_HEAD, &warning))
	{
		array_insert(section->warnings, ARRAY_TAIL, warning);
	}
	array_destroy(warnings);
}

/**
 * Warn if this gateway is another one than it is said to be: it would send its
 * clients to itself.
 *
 * @param host			addresses of its host, NULL for those charon knows
 */
static void check_self(const config_section_t *section, const gateway_t *self,
					   const ip_set_t *host)
{
	gateway_identity_t *id;
	ip_address_t address;
	bool found = !host && !this_host_is_known();
	int i;

	for (i = 0; i < self->address_count && !found; i++)
	{
		id = &self->addresses[i];
		address = ip_address_from_chunk(chunk_create(id->data, id->len));
		found = id->type == GATEWAY_IDENTITY_FQDN ||
				(host ? ip_set_contains(host, &address) : this_host_has(&address));
	}
	if (!found)
	{
		config_section_warn(section, "self", self->name, "this host has none of "
				"the addresses of that gateway, which is right behind a NAT only");
	}
}

/**
 * Read a configuration, whole.
 *
 * @param host			see check_self()
 * @param configs		receives configurations of the rooms, NULL for those
 *						with errors
 * @param unknown		receives TRUE if all that is wrong are selectors that
 *						are not known (yet)
 * @param report		filled in
 * @return				policy, NULL if there was an error anywhere
 */
static policy_t *read_all(private_config_loader_t *this, settings_t *settings,
						  const char *ns, const char *file, const char *above,
						  const ip_set_t *host, void *configs[], bool *unknown,
						  config_report_t *report)
{
	config_section_t section;
	policy_t *policy;
	bool good;

	*report = (config_report_t){
		.errors = array_create(0, 0),
		.warnings = array_create(0, 0),
	};
	section = config_section_create(settings, report->errors, ns);
	section.warnings = report->warnings;
	config_text_check_includes(file, report->errors);
	good = !array_count(report->errors);
	good = config_rooms_read(this->rooms, &section, configs) && good;
	policy = policy_create(&section, this->registry, &this->joined, unknown);
	*unknown = *unknown && good;
	if (!good)
	{
		policy_destroy(policy);
		policy = NULL;
	}
	config_text_check(&section, file, above);
	if (policy)
	{
		check_limits(&section, policy);
		if (policy->self >= 0)
		{
			check_self(&section, &policy->gateways[policy->self], host);
		}
		report->hash = config_hash(&section);
		report->gateways = policy->gateway_count;
		report->rules = policy->rule_count;
	}
	return policy;
}

/**
 * Keep what became of a configuration.
 */
static void set_status(private_config_loader_t *this,
					   const config_report_t *report, bool waiting)
{
	config_status_t *status = &this->status;
	char *error = "";

	array_get(report->errors, ARRAY_HEAD, &error);
	snprintf(status->error, sizeof(status->error), "%s", waiting ? "" : error);
	status->read = time(NULL);
	status->errors = array_count(report->errors);
	status->warnings = array_count(report->warnings);
	status->refused = status->errors && !waiting;
	status->waiting = waiting;
	if (!status->errors)
	{
		status->loaded = TRUE;
		status->since = status->read;
		status->hash = report->hash;
	}
}

/**
 * Log what was found and destroy it.
 */
static void log_report(private_config_loader_t *this, config_report_t *report)
{
	bool refused = array_count(report->errors);

	if (!refused)
	{
		DBG1(DBG_CFG, "redirect: configuration loaded, gateways: %u, rules: %u",
			 report->gateways, report->rules);
	}
	log_lines(report->errors, "");
	log_lines(report->warnings, "warning: ");
	if (refused && this->status.loaded)
	{
		DBG1(DBG_CFG, "redirect: configuration refused, the one before stays "
			 "in force");
	}
	else if (refused)
	{
		DBG1(DBG_CFG, "redirect: CONFIGURATION REFUSED, NO CLIENT IS "
			 "REDIRECTED: fix the errors above and reload the settings");
	}
}

/**
 * Read the configuration; the mutex is held.
 *
 * @param strict		FALSE to wait for selectors that are not known
 */
static bool load(private_config_loader_t *this, bool strict)
{
	void *configs[array_count(this->rooms) + 1];
	config_report_t report;
	policy_t *policy;
	bool unknown = FALSE, waiting;

	policy = read_all(this, lib->settings, lib->ns, lib->conf, "", NULL,
					  configs, &unknown, &report);
	config_rooms_apply(this->rooms, configs, policy ? CONFIG_ROOMS_ALL :
					   this->status.loaded ? CONFIG_ROOMS_NONE
										   : CONFIG_ROOMS_ALONE);
	waiting = !policy && unknown && !strict;
	set_status(this, &report, waiting);
	if (!waiting)
	{
		log_report(this, &report);
	}
	if (policy)
	{
		this->engine->set_policy(this->engine, policy);
	}
	config_report_clear(&report);
	this->state = waiting ? LOADER_WAITING : LOADER_DONE;
	return policy || waiting;
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
		this->status.loaded = FALSE;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(config_loader_t, add_room, void,
	private_config_loader_t *this, const config_room_t *room)
{
	config_rooms_add(this->rooms, room);
}

METHOD(config_loader_t, set_joined, void,
	private_config_loader_t *this, gateways_joined_t joined)
{
	void *configs[array_count(this->rooms) + 1];
	config_report_t report;
	policy_t *policy;
	uint32_t suppressed;
	bool unknown = FALSE;

	this->mutex->lock(this->mutex);
	gateways_joined_clear(&this->joined);
	this->joined = joined;
	if (this->status.loaded)
	{
		policy = read_all(this, lib->settings, lib->ns, lib->conf, "", NULL,
						  configs, &unknown, &report);
		config_rooms_apply(this->rooms, configs, CONFIG_ROOMS_NONE);
		/* settings that were read since, and maybe refused, are not for us */
		if (policy && report.hash == this->status.hash)
		{
			if (log_limit_allow(&this->lines, &suppressed))
			{
				DBG1(DBG_CFG, "redirect: %u gateways, %u of these joined by the "
					 "store", report.gateways, joined.count);
			}
			if (suppressed)
			{
				DBG1(DBG_CFG, "redirect: %u such changes before this one were "
					 "not told", suppressed);
			}
			this->engine->set_policy(this->engine, policy);
		}
		else
		{
			policy_destroy(policy);
		}
		config_report_clear(&report);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(config_loader_t, check, config_report_t,
	private_config_loader_t *this, settings_t *settings, const char *ns,
	const char *file, const char *above, const ip_set_t *host)
{
	void *configs[array_count(this->rooms) + 1];
	config_report_t report;
	bool unknown = FALSE;

	policy_destroy(read_all(this, settings, ns, file, above, host, configs,
							&unknown, &report));
	config_rooms_apply(this->rooms, configs, CONFIG_ROOMS_NONE);
	return report;
}

METHOD(config_loader_t, get_status, void,
	private_config_loader_t *this, config_status_t *status)
{
	this->mutex->lock(this->mutex);
	*status = this->status;
	this->mutex->unlock(this->mutex);
}

METHOD(config_loader_t, destroy, void,
	private_config_loader_t *this)
{
	this->registry->set_observer(this->registry, NULL, NULL);
	array_destroy(this->rooms);
	gateways_joined_clear(&this->joined);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
void config_report_clear(config_report_t *report)
{
	config_list_destroy(report->errors);
	config_list_destroy(report->warnings);
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
			.set_joined = _set_joined,
			.add_room = _add_room,
			.check = _check,
			.get_status = _get_status,
			.destroy = _destroy,
		},
		.engine = engine,
		.registry = registry,
		.rooms = config_rooms_create(),
		.lines = LOG_LIMIT_INIT(1),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	registry->set_observer(registry, selector_changed, this);
	return &this->public;
}
