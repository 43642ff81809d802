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

#include "initiator_context.h"

/*
 * Described in header
 */
initiator_times_t initiator_context_times(initiator_context_t *this, const char *name)
{
	initiator_config_t *config;
	initiator_times_t times;
	int token;

	config = this->config->acquire(this->config, &token);
	times = (initiator_times_t){
		.connection = *initiator_config_get(config, name),
		.resolve_timeout = config->resolve_timeout,
		.connect_timeout = config->connect_timeout,
		.auth_timeout = config->auth_timeout,
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
bool initiator_context_loopback(initiator_context_t *this)
{
	initiator_config_t *config;
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
static guard_count_t check(const initiator_connection_t *connection,
						   const gateway_identity_t *gateway,
						   const ip_address_t *address)
{
	bool named = gateway->type == GATEWAY_IDENTITY_FQDN;

	if (initiator_allowed_has_address(connection->deny, address) ||
		(named && initiator_allowed_has_name(connection->deny, gateway)))
	{
		return GUARD_DENIED;
	}
	if (!connection->accept ||
		initiator_allowed_has_address(connection->accept, address) ||
		(named && initiator_allowed_has_name(connection->accept, gateway)))
	{
		return GUARD_ACCEPTED;
	}
	/* a name not in the list is fine if the addresses behind it are */
	return address->version ? GUARD_NOT_ACCEPTED : GUARD_ACCEPTED;
}

/*
 * Described in header
 */
guard_count_t initiator_context_check(initiator_context_t *this, const char *name,
								  const gateway_identity_t *gateway,
								  const ip_address_t *address)
{
	initiator_connection_t defaults = {};
	const initiator_connection_t *connection;
	initiator_config_t *config;
	guard_count_t result;
	int token;

	config = this->config->acquire(this->config, &token);
	connection = initiator_config_get(config, name);
	/* lists that a connection does not have are those of all */
	defaults.accept = connection->accept ?: config->defaults.accept;
	defaults.deny = connection->deny ?: config->defaults.deny;
	result = check(&defaults, gateway, address);
	this->config->release(this->config, token);
	return result;
}

/*
 * Described in header
 */
void initiator_context_note_dead(initiator_context_t *this,
								 initiator_attempt_t *attempt,
								 const initiator_redirect_t *redirect)
{
	initiator_times_t times = initiator_context_times(this, attempt->name);

	this->dead->add(this->dead, &redirect->gateway, attempt->name,
					redirect->phase != GUARD_PHASE_INIT, times.dead_time);
}
