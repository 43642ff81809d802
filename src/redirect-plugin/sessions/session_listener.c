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

#include "session_listener.h"

#include <encoding/message.h>
#include <encoding/payloads/delete_payload.h>

typedef struct private_session_listener_t private_session_listener_t;

/**
 * Private data
 */
struct private_session_listener_t {

	/**
	 * Public interface
	 */
	session_listener_t public;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Mover
	 */
	session_mover_t *mover;

	/**
	 * Knows where clients came from that are being set up
	 */
	client_table_t *clients;
};

/*
 * Described in header
 */
bool session_is_deleted(message_t *message)
{
	delete_payload_t *payload;

	if (message->get_exchange_type(message) != INFORMATIONAL ||
		!message->get_request(message))
	{
		return FALSE;
	}
	payload = (delete_payload_t*)message->get_payload(message, PLV2_DELETE);
	return payload && payload->get_protocol_id(payload) == PROTO_IKE;
}

METHOD(listener_t, ike_updown, bool,
	private_session_listener_t *this, ike_sa_t *ike_sa, bool up)
{
	client_t client;

	if (up)
	{
		this->clients->get(this->clients, ike_sa, &client, NULL);
		this->table->add(this->table, ike_sa, &client.redirected_from);
		this->clients->settle(this->clients, ike_sa);
	}
	return TRUE;
}

METHOD(listener_t, ike_state_change, bool,
	private_session_listener_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	if (state == IKE_DESTROYING)
	{
		this->table->remove(this->table, ike_sa->get_unique_id(ike_sa));
	}
	return TRUE;
}

METHOD(listener_t, ike_rekey, bool,
	private_session_listener_t *this, ike_sa_t *old, ike_sa_t *new)
{
	this->table->rekey(this->table, old, new);
	/* a task the new IKE_SA took over is not sent by itself */
	this->mover->resume(this->mover, new->get_unique_id(new));
	return TRUE;
}

METHOD(listener_t, ike_update, bool,
	private_session_listener_t *this, ike_sa_t *ike_sa, host_t *local,
	host_t *remote)
{
	/* MOBIKE, or another mapping of a NAT; the IKE_SA has them right after */
	this->table->update(this->table, ike_sa->get_unique_id(ike_sa), local,
						remote);
	return TRUE;
}

METHOD(listener_t, message, bool,
	private_session_listener_t *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	if (plain && incoming && session_is_deleted(message))
	{
		this->table->client_deletes(this->table, ike_sa->get_unique_id(ike_sa));
	}
	return TRUE;
}

METHOD(session_listener_t, destroy, void,
	private_session_listener_t *this)
{
	free(this);
}

/*
 * Described in header
 */
session_listener_t *session_listener_create(session_table_t *table,
											session_mover_t *mover,
											client_table_t *clients)
{
	private_session_listener_t *this;

	INIT(this,
		.public = {
			.listener = {
				.ike_updown = _ike_updown,
				.ike_state_change = _ike_state_change,
				.ike_rekey = _ike_rekey,
				.ike_update = _ike_update,
				.message = _message,
			},
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.clients = clients,
	);
	return &this->public;
}
