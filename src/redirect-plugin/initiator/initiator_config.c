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

#include "initiator_config.h"
#include "initiator_history.h"

#include <library.h>

#include <errno.h>
#include <unistd.h>

/**
 * Options of each connection; those of all are read with the same table.
 */
#define CONNECTION_OPTIONS(holder, part) \
	{ .name = "follow", .type = CONFIG_BOOL, \
		.offset = offsetof(holder, part follow) }, \
	{ .name = "max_redirects", .type = CONFIG_NUMBER, \
		.offset = offsetof(holder, part max_redirects), \
		.min = 0, .max = INITIATOR_REDIRECTS_MAX }, \
	{ .name = "loop_detect_period", .type = CONFIG_TIME, \
		.offset = offsetof(holder, part loop_detect_period), \
		.min = 1, .max = 86400 }, \
	{ .name = "accept", .type = CONFIG_PARSE, \
		.offset = offsetof(holder, part accept), \
		.parse = (void*)initiator_allowed_parse }, \
	{ .name = "deny", .type = CONFIG_PARSE, \
		.offset = offsetof(holder, part deny), \
		.parse = (void*)initiator_allowed_parse }

/**
 * Options of the guard section.
 */
static const config_option_t options[] = {
	{ .name = "enabled", .type = CONFIG_BOOL, .def = "yes",
		.offset = offsetof(initiator_config_t, enabled) },
	{ .name = "resolve_timeout", .type = CONFIG_TIME, .def = "5s",
		.offset = offsetof(initiator_config_t, resolve_timeout),
		.min = 1, .max = 60 },
	{ .name = "connect_timeout", .type = CONFIG_TIME, .def = "10s",
		.offset = offsetof(initiator_config_t, connect_timeout),
		.min = 1, .max = 600 },
	{ .name = "auth_timeout", .type = CONFIG_TIME, .def = "60s",
		.offset = offsetof(initiator_config_t, auth_timeout),
		.min = 1, .max = 3600 },
	{ .name = "retry_delay", .type = CONFIG_TIME, .def = "3s",
		.offset = offsetof(initiator_config_t, retry_delay),
		.min = 0, .max = 600 },
	{ .name = "dead_time", .type = CONFIG_TIME, .def = "60s",
		.offset = offsetof(initiator_config_t, dead_time),
		.min = 0, .max = 86400 },
	{ .name = "hook", .type = CONFIG_TEXT,
		.offset = offsetof(initiator_config_t, hook) },
	CONNECTION_OPTIONS(initiator_config_t, defaults.),
};

/**
 * Option of the plugin's section that counts here as well.
 */
static const config_option_t plugin_options[] = {
	{ .name = "loopback", .type = CONFIG_BOOL, .def = "no",
		.offset = offsetof(initiator_config_t, loopback) },
};

/**
 * Options of a section below connections.
 */
static const config_option_t connection_options[] = {
	CONNECTION_OPTIONS(initiator_connection_t, ),
};

/**
 * Sections below guard, and options of the section that holds connections.
 */
static const char *const sections[] = { "connections", NULL };
static const char *const any[] = { "*", NULL };

/**
 * Addresses that no gateway in another place can have: those of a link, and
 * "this network". A client sent there would talk to whoever is next to it.
 */
#define DENY_DEFAULT "0.0.0.0/8, 169.254.0.0/16, fe80::/10"

/**
 * Read the section of one connection.
 */
static bool load_connection(initiator_config_t *this,
							const config_section_t *guard,
							const config_section_t *section, const char *name)
{
	config_section_t sub = config_section_sub(section, name);
	initiator_connection_t *connection;
	const char *accept;
	bool good;

	INIT(connection,
		.name = strdup(name),
		.follow = this->defaults.follow,
		.max_redirects = this->defaults.max_redirects,
		.loop_detect_period = this->defaults.loop_detect_period,
	);
	array_insert(this->connections, ARRAY_TAIL, connection);
	good = config_section_read(&sub, connection_options,
							   countof(connection_options), NULL, connection);
	accept = config_section_get(&sub, "accept");
	if (accept || connection->deny)
	{
		initiator_allowed_check(&sub,
							accept ?: config_section_get(guard, "accept"),
							connection->deny ?: this->defaults.deny);
	}
	return good;
}

/**
 * Read the sections of all connections.
 */
static bool load_connections(initiator_config_t *this,
							 const config_section_t *guard)
{
	config_section_t section = config_section_sub(guard, "connections");
	bool good;
	array_t *names;
	char *name;
	int i;

	good = config_section_read(&section, NULL, 0, any, NULL);
	names = config_section_names(&section);
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		good = load_connection(this, guard, &section, name) && good;
	}
	config_list_destroy(names);
	return good;
}

/*
 * Described in header
 */
bool initiator_config_apart(const config_section_t *plugin)
{
	config_section_t guard = config_section_sub(plugin, "guard");
	config_section_t all = config_section_sub(&guard, "connections"), one;
	array_t *names = config_section_names(&all);
	bool apart = FALSE;
	char *name;
	int i;

	for (i = 0; i < array_count(names) && !apart; i++)
	{
		array_get(names, i, &name);
		one = config_section_sub(&all, name);
		apart = config_section_get(&one, "follow") ||
				config_section_get(&one, "accept") ||
				config_section_get(&one, "deny");
	}
	config_list_destroy(names);
	return apart;
}

/**
 * Warn if charon is told to set up connections in the IKE_SAs of others.
 */
static void check_reuse(const config_section_t *plugin,
						const config_section_t *guard)
{
	if (plugin->settings->get_bool(plugin->settings, "%s.reuse_ikesa", FALSE,
								   plugin->path[0]))
	{
		config_section_warn(guard, "connections", NULL, "follow, accept and deny "
				"do not hold for a connection that is set up in the IKE_SA of "
				"another one, as %s.reuse_ikesa = yes says", plugin->path[0]);
	}
}

/**
 * Check that the hook can be run.
 */
static bool check_hook(const config_section_t *section, const char *hook)
{
	if (hook && *hook != '/')
	{
		config_section_error(section, "hook", hook, "must be a path from the "
							 "root directory, without arguments");
		return FALSE;
	}
	if (hook && access(hook, X_OK) != 0)
	{
		config_section_warn(section, "hook", hook, "cannot be run: %s",
							strerror(errno));
	}
	return TRUE;
}

/*
 * Described in header
 */
initiator_config_t *initiator_config_read(const config_section_t *plugin)
{
	config_section_t section = config_section_sub(plugin, "guard");
	config_section_t own = *plugin;
	initiator_config_t *this;
	bool good;

	INIT(this,
		.defaults = {
			.follow = TRUE,
			.max_redirects = 5,
			.loop_detect_period = 300,
		},
		.connections = array_create(0, 0),
	);
	/* whoever reads all of the plugin's section tells what is wrong there */
	own.errors = array_create(0, 0);
	config_section_read_values(&own, plugin_options, countof(plugin_options),
							   this);
	config_list_destroy(own.errors);
	good = config_section_read(&section, options, countof(options), sections,
							   this);
	if (!this->defaults.deny)
	{
		char why[CONFIG_WHY_MAX] = "";

		initiator_allowed_parse(DENY_DEFAULT, &this->defaults.deny, why);
	}
	initiator_allowed_check(&section, config_section_get(&section, "accept"),
							this->defaults.deny);
	good = check_hook(&section, this->hook) && good;
	good = load_connections(this, &section) && good;
	this->apart = this->enabled && initiator_config_apart(plugin);
	if (this->apart)
	{
		check_reuse(plugin, &section);
	}
	if (!good)
	{
		initiator_config_destroy(this);
		return NULL;
	}
	return this;
}

/*
 * Described in header
 */
const initiator_connection_t *initiator_config_get(const initiator_config_t *this,
										   const char *name)
{
	initiator_connection_t *connection;
	int i;

	for (i = 0; i < array_count(this->connections); i++)
	{
		array_get(this->connections, i, &connection);
		if (streq(connection->name, name))
		{
			return connection;
		}
	}
	return &this->defaults;
}

/*
 * Described in header
 */
void initiator_config_destroy(initiator_config_t *this)
{
	initiator_connection_t *connection;

	while (array_remove(this->connections, ARRAY_TAIL, &connection))
	{
		initiator_allowed_destroy(connection->accept);
		initiator_allowed_destroy(connection->deny);
		free(connection->name);
		free(connection);
	}
	array_destroy(this->connections);
	initiator_allowed_destroy(this->defaults.accept);
	initiator_allowed_destroy(this->defaults.deny);
	free(this->hook);
	free(this);
}
