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

#include "redis_dial.h"

#include <library.h>
#include <threading/thread.h>

#include <netdb.h>

/*
 * Described in header
 */
bool redis_resolve(const redis_host_t *host, u_int which,
				   redis_address_t *address, char why[REDIRECT_STORE_WHY_MAX])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found, *one;
	char port[8];
	int error, count = 0;
	bool old;

	snprintf(port, sizeof(port), "%u", host->port);
	old = thread_cancelability(TRUE);
	error = getaddrinfo(host->name, port, &hints, &found);
	thread_cancelability(old);
	if (error)
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "%.128s is not found: %s",
				 host->name, gai_strerror(error));
		return FALSE;
	}
	for (one = found; one; one = one->ai_next)
	{
		count++;
	}
	which %= count;
	for (one = found; which; one = one->ai_next)
	{
		which--;
	}
	memcpy(&address->addr, one->ai_addr, one->ai_addrlen);
	address->len = one->ai_addrlen;
	freeaddrinfo(found);
	return TRUE;
}

/*
 * Described in header
 */
redis_connection_t *redis_dial(const redis_config_t *config,
							   const redis_address_t *address,
							   const redis_host_t *host, uint64_t now,
							   redis_answer_t answer, void *data,
							   char why[REDIRECT_STORE_WHY_MAX])
{
	redis_transport_t *transport;

	transport = redis_transport_create((const struct sockaddr*)&address->addr,
									   address->len, config->tls,
									   config->tls_name ?: host->name, why);
	return transport ? redis_connection_create(transport, now, config->timeout,
											   answer, data) : NULL;
}

/*
 * Described in header
 */
void redis_login(const redis_config_t *config, redis_connection_t *connection,
				 uint64_t now, int tag)
{
	const char *argv[] = { "AUTH", config->username, config->password };

	if (config->username)
	{
		connection->send(connection, now, tag, NULL, 3, argv, NULL);
	}
	else if (config->password)
	{
		argv[1] = config->password;
		connection->send(connection, now, tag, NULL, 2, argv, NULL);
	}
}

/*
 * Described in header
 */
void redis_hang_up(redis_connection_t **connection)
{
	redis_connection_t *dropped = *connection;

	if (dropped)
	{
		*connection = NULL;
		dropped->destroy(dropped);
	}
}
