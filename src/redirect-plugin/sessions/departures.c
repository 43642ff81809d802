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

#include "session.h"
#include "session_map.h"

typedef struct private_departures_t private_departures_t;

/**
 * A gateway.
 */
struct departure_gateway_t {

	/** clients that left for it, in the order they did */
	link_t clients;

	/** when it was shown to be alive */
	time_t proven;

	/** its name */
	char name[];
};

/**
 * Private data
 */
struct private_departures_t {

	/**
	 * Public interface
	 */
	departures_t public;

	/**
	 * Clients by session_key()
	 */
	session_map_t *clients;

	/**
	 * Gateways, departure_gateway_t*
	 */
	array_t *gateways;
};

/*
 * Described in header
 */
const char *departure_gateway_name(const departure_gateway_t *gateway)
{
	return gateway->name;
}

METHOD(departures_t, get_gateway, departure_gateway_t*,
	private_departures_t *this, const char *name)
{
	departure_gateway_t *gateway;
	int i;

	for (i = 0; i < array_count(this->gateways); i++)
	{
		array_get(this->gateways, i, &gateway);
		if (streq(gateway->name, name))
		{
			return gateway;
		}
	}
	gateway = calloc(1, sizeof(*gateway) + strlen(name) + 1);
	strcpy(gateway->name, name);
	link_ring(&gateway->clients);
	array_insert(this->gateways, ARRAY_TAIL, gateway);
	return gateway;
}

METHOD(departures_t, add, session_t*,
	private_departures_t *this, session_t *session)
{
	session_t *old;

	old = this->clients->put(this->clients, session_key(session), session);
	if (old)
	{
		link_remove(&old->queue);
	}
	link_append(&session->gateway->clients, &session->queue);
	return old;
}

/**
 * Forget a client.
 */
static session_t *forget(private_departures_t *this, session_t *session)
{
	this->clients->remove(this->clients, session_key(session));
	link_remove(&session->queue);
	return session;
}

METHOD(departures_t, take, session_t*,
	private_departures_t *this, const session_t *session)
{
	session_t *left = NULL;

	if (this->clients->get_count(this->clients))
	{
		left = this->clients->get(this->clients, session_key(session));
	}
	return left ? forget(this, left) : NULL;
}

METHOD(departures_t, settle, session_t*,
	private_departures_t *this, time_t now)
{
	departure_gateway_t *gateway;
	session_t *first;
	int i;

	for (i = 0; i < array_count(this->gateways); i++)
	{
		array_get(this->gateways, i, &gateway);
		first = gateway->clients.next->session;
		if (first && ((time_t)first->due <= now ||
					  (time_t)first->tried < gateway->proven))
		{
			return forget(this, first);
		}
	}
	return NULL;
}

METHOD(departures_t, get_pending, departure_gateway_t*,
	private_departures_t *this, u_int index, time_t *since)
{
	departure_gateway_t *gateway;

	if (!array_get(this->gateways, index, &gateway))
	{
		return NULL;
	}
	*since = gateway->clients.next->session
				? gateway->clients.next->session->tried : 0;
	return gateway;
}

METHOD(departures_t, prove, void,
	private_departures_t *this, departure_gateway_t *gateway, time_t when)
{
	gateway->proven = when;
}

METHOD(departures_t, get_count, u_int,
	private_departures_t *this)
{
	return this->clients->get_count(this->clients);
}

METHOD(departures_t, destroy, void,
	private_departures_t *this)
{
	departure_gateway_t *gateway;
	session_t *session;

	while (array_remove(this->gateways, ARRAY_TAIL, &gateway))
	{
		while ((session = gateway->clients.next->session))
		{
			session_put(forget(this, session));
		}
		free(gateway);
	}
	array_destroy(this->gateways);
	this->clients->destroy(this->clients);
	free(this);
}

/*
 * Described in header
 */
departures_t *departures_create()
{
	private_departures_t *this;

	INIT(this,
		.public = {
			.get_gateway = _get_gateway,
			.add = _add,
			.take = _take,
			.settle = _settle,
			.get_pending = _get_pending,
			.prove = _prove,
			.get_count = _get_count,
			.destroy = _destroy,
		},
		.clients = session_map_create(),
		.gateways = array_create(0, 0),
	);
	return &this->public;
}
