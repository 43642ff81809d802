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

#include "harness_inject.h"

#include <encoding/payloads/auth_payload.h>
#include <encoding/payloads/nonce_payload.h>
#include <encoding/payloads/notify_payload.h>

/**
 * Something that is put into messages.
 */
static struct {
	place_t place;
	notify_type_t type;
	chunk_t data;
	int count;
	uint8_t protocol;
	chunk_t spi;
	payload_type_t strip[2];
	bool spoil;
	notify_case_t *entry;
} inject;

/**
 * Nonce of the last IKE_SA_INIT request.
 */
static chunk_t nonce_i;

/**
 * Whether a message is one of those a notify is put into.
 */
static bool is_place(place_t *place, message_t *message, bool client)
{
	return message->get_exchange_type(message) == place->exchange &&
		   message->get_request(message) == place->request &&
		   client == place->client &&
		   (place->mid < 0 ||
			message->get_message_id(message) == (uint32_t)place->mid);
}

/**
 * Take payloads of two types out of a message; 0 for none.
 */
static void strip_payloads(message_t *message, payload_type_t first,
						   payload_type_t second)
{
	enumerator_t *enumerator;
	payload_t *payload;

	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		if (payload->get_type(payload) == first ||
			payload->get_type(payload) == second)
		{
			message->remove_payload_at(message, enumerator);
			payload->destroy(payload);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Put the notify into a message.
 */
static void put_notify(message_t *message)
{
	uint8_t buf[NOTIFY_CASE_DATA_MAX];
	notify_payload_t *notify;

	if (inject.entry)
	{
		free(inject.data.ptr);
		inject.data = chunk_clone(notify_case_data(inject.entry,
					message->get_exchange_type(message) == IKE_SA_INIT &&
					!message->get_request(message) ? nonce_i : chunk_empty,
					buf));
	}

	notify = notify_payload_create(PLV2_NOTIFY);
	notify->set_notify_type(notify, inject.type);
	notify->set_notification_data(notify, inject.data);
	if (inject.spi.len)
	{
		/* charon refuses to set an SPI without protocol */
		notify->set_protocol_id(notify, PROTO_IKE);
		notify->set_spi_data(notify, inject.spi);
	}
	notify->set_protocol_id(notify, inject.protocol);
	message->add_payload(message, (payload_t*)notify);
}

/**
 * Change the AUTH payload of a message.
 */
static void spoil_auth(message_t *message)
{
	auth_payload_t *auth;
	chunk_t data;

	auth = (auth_payload_t*)message->get_payload(message, PLV2_AUTH);
	if (auth)
	{
		data = chunk_clone(auth->get_data(auth));
		data.ptr[0] ^= 1;
		auth->set_data(auth, data);
		free(data.ptr);
	}
}

/**
 * Remember the nonce of an IKE_SA_INIT request.
 */
static void remember_nonce(message_t *message)
{
	nonce_payload_t *nonce;

	if (message->get_exchange_type(message) == IKE_SA_INIT &&
		message->get_request(message))
	{
		nonce = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
		free(nonce_i.ptr);
		nonce_i = nonce->get_nonce(nonce);
	}
}

/**
 * Hook: put in what is to be put in.
 */
static bool message_hook(listener_t *this, ike_sa_t *ike_sa, message_t *message,
						 bool incoming, bool plain)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	if (incoming || !plain)
	{
		return TRUE;
	}
	if (id->is_initiator(id) && message->get_request(message) &&
		message->get_exchange_type(message) == IKE_AUTH)
	{
		/* the client does not tell whom it wants, so that any answers */
		strip_payloads(message, PLV2_ID_RESPONDER, 0);
	}
	if (inject.count && is_place(&inject.place, message, id->is_initiator(id)))
	{
		inject.count--;
		strip_payloads(message, inject.strip[0], inject.strip[1]);
		if (inject.spoil)
		{
			spoil_auth(message);
		}
		put_notify(message);
	}
	remember_nonce(message);
	return TRUE;
}

static listener_t listener = {
	.message = message_hook,
};

void harness_inject(place_t place, notify_type_t type, chunk_t data, int count)
{
	harness_inject_odd(place, type, data, count, 0, chunk_empty);
}

void harness_inject_odd(place_t place, notify_type_t type, chunk_t data,
						int count, uint8_t protocol, chunk_t spi)
{
	free(inject.data.ptr);
	inject.place = place;
	inject.type = type;
	inject.data = chunk_clone(data);
	inject.count = count;
	inject.protocol = protocol;
	inject.spi = spi;
	inject.strip[0] = inject.strip[1] = 0;
	inject.spoil = FALSE;
	inject.entry = NULL;
}

void harness_inject_case(place_t place, notify_case_t *entry, int count)
{
	harness_inject_odd(place, entry->type, chunk_empty, count, entry->protocol,
					   chunk_create(entry->spi, entry->spi_size));
	inject.entry = entry;
}

int harness_to_inject(void)
{
	return inject.count;
}

void harness_strip(payload_type_t first, payload_type_t second)
{
	inject.strip[0] = first;
	inject.strip[1] = second;
}

void harness_spoil_auth(void)
{
	inject.spoil = TRUE;
}

void harness_inject_setup(void)
{
	charon->bus->add_listener(charon->bus, &listener);
}

void harness_inject_teardown(void)
{
	charon->bus->remove_listener(charon->bus, &listener);
	free(inject.data.ptr);
	free(nonce_i.ptr);
}
