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

#include "guard_context.h"

/*
 * Described in header
 */
guard_times_t guard_context_times(guard_context_t *this, const char *name)
{
	guard_config_t *config;
	guard_times_t times;
	int token;

	config = this->config->acquire(this->config, &token);
	times = (guard_times_t){
		.connection = *guard_config_get(config, name),
		.resolve_timeout = config->resolve_timeout,
		.connect_timeout = config->connect_timeout,
		.retry_delay = config->retry_delay,
		.dead_time = config->dead_time,
	};
	this->config->release(this->config, token);
	times.connection.name = NULL;
	times.connection.accept = times.connection.deny = NULL;
	return times;
}

/*
 * Described in header
 */
bool guard_context_loopback(guard_context_t *this)
{
	guard_config_t *config;
	bool loopback;
	int token;

	config = this->config->acquire(this->config, &token);
	loopback = config->loopback;
	this->config->release(this->config, token);
	return loopback;
}

/**
 * Check a target against the lists of a connection.
 */
static guard_count_t check(const guard_connection_t *connection,
						   const gateway_identity_t *gateway,
						   const ip_address_t *address)
{
	bool named = gateway->type == GATEWAY_IDENTITY_FQDN;

	if (guard_targets_has_address(connection->deny, address) ||
		(named && guard_targets_has_name(connection->deny, gateway)))
	{
		return GUARD_DENIED;
	}
	if (!connection->accept ||
		guard_targets_has_address(connection->accept, address) ||
		(named && guard_targets_has_name(connection->accept, gateway)))
	{
		return GUARD_ACCEPTED;
	}
	/* a name not in the list is fine if the addresses behind it are */
	return address->version ? GUARD_NOT_ACCEPTED : GUARD_ACCEPTED;
}

/*
 * Described in header
 */
guard_count_t guard_context_check(guard_context_t *this, const char *name,
								  const gateway_identity_t *gateway,
								  const ip_address_t *address)
{
	guard_connection_t defaults = {};
	const guard_connection_t *connection;
	guard_config_t *config;
	guard_count_t result;
	int token;

	config = this->config->acquire(this->config, &token);
	connection = guard_config_get(config, name);
	/* lists that a connection does not have are those of all */
	defaults.accept = connection->accept ?: config->defaults.accept;
	defaults.deny = connection->deny ?: config->defaults.deny;
	result = check(&defaults, gateway, address);
	this->config->release(this->config, token);
	return result;
}
