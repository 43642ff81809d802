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

#include "harness_seen.h"

seen_t seen;

/**
 * Count what is sent.
 */
static void count_message(message_t *message)
{
	if (message->get_exchange_type(message) == IKE_SA_INIT &&
		message->get_request(message))
	{
		seen.init_requests++;
	}
	if (message->get_notify(message, AUTHENTICATION_FAILED) &&
		message->get_request(message))
	{
		seen.auth_failed++;
	}
	if (message->get_payload(message, PLV2_DELETE) &&
		message->get_request(message))
	{
		seen.deletes++;
	}
}

/**
 * Hook: count what is sent.
 */
static bool message_hook(listener_t *this, ike_sa_t *ike_sa, message_t *message,
						 bool incoming, bool plain)
{
	/* the guard comes first, so this is not sent if it does not want to */
	if (!incoming && plain &&
		message->get_exchange_type(message) != EXCHANGE_TYPE_UNDEFINED)
	{
		count_message(message);
	}
	return TRUE;
}

/**
 * Hook: count IKE_SAs of the client.
 */
static bool updown_hook(listener_t *this, ike_sa_t *ike_sa, bool up)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	if (id->is_initiator(id))
	{
		seen.up += up ? 1 : 0;
		seen.failed += up ? 0 : 1;
	}
	return TRUE;
}

static listener_t listener = {
	.message = message_hook,
	.ike_updown = updown_hook,
};

void harness_seen_setup(void)
{
	charon->bus->add_listener(charon->bus, &listener);
}

void harness_seen_teardown(void)
{
	charon->bus->remove_listener(charon->bus, &listener);
}
