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
#include "selectors/redirect_selector.h"

/**
 * snprintf() with strongSwan's conversions, which the compiler does not know.
 */
static int (*const print)(char *buf, size_t len, const char *fmt, ...) = snprintf;

/*
 * Described in header
 */
void session_read(session_t *this, ike_sa_t *ike_sa)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	this->spi_i = id->get_initiator_spi(id);
	this->spi_r = id->get_responder_spi(id);
	this->initiates = id->is_initiator(id);
	this->unique_id = ike_sa->get_unique_id(ike_sa);
	this->ikev2 = ike_sa->get_version(ike_sa) != IKEV1;
	this->supported = ike_sa->supports_extension(ike_sa, EXT_IKE_REDIRECTION);
	this->responder = !ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR);
	this->local = ip_address_from_host(ike_sa->get_my_host(ike_sa));
	this->remote = ip_address_from_host(ike_sa->get_other_host(ike_sa));
}

/*
 * Described in header
 */
session_t *session_create(ike_sa_t *ike_sa, const ip_address_t *from)
{
	identification_t *id = ike_sa->get_other_id(ike_sa);
	identification_t *eap_id = ike_sa->get_other_eap_id(ike_sa);
	session_t *this;

	INIT(this,
		.refs = 1,
		.since = time_monotonic(NULL),
		.connection = strdup(ike_sa->get_name(ike_sa)),
		.id = id ? id->clone(id) : NULL,
		.eap_id = eap_id && eap_id != id ? eap_id->clone(eap_id) : NULL,
		.from = *from,
		.there = TRUE,
	);
	this->all.session = this->queue.session = this;
	session_read(this, ike_sa);
	return this;
}

/*
 * Described in header
 */
void session_copy(const session_t *this, session_info_t *info)
{
	*info = (session_info_t){
		.unique_id = this->unique_id,
		.version = this->ikev2 ? 2 : 1,
		.supported = this->supported,
		.responder = this->responder,
		.since = this->since,
		.local = this->local,
		.remote = this->remote,
		.from = this->from,
		.state = this->state,
		.stuck = this->stuck,
		.run = this->run,
		.sent = this->sent,
		.tried = this->tried,
		.tries = this->tries,
		.ignored = this->ignored,
		.missed = this->missed,
		.member = this->member,
	};
	snprintf(info->connection, sizeof(info->connection), "%s",
			 this->connection);
	if (this->gateway)
	{
		snprintf(info->gateway, sizeof(info->gateway), "%s",
				 departure_gateway_name(this->gateway));
	}
}

/*
 * Described in header
 */
void session_print_id(const session_t *this, session_info_t *info)
{
	if (this->id)
	{
		print(info->id, sizeof(info->id), "%Y", this->eap_id ?: this->id);
	}
}

/*
 * Described in header
 */
uint64_t session_key(const session_t *this)
{
	identification_t *id = this->eap_id ?: this->id;
	uint64_t key = gateway_hash(ip_address_chunk(&this->remote));

	return id ? redirect_selector_mix(gateway_hash(id->get_encoding(id)), key)
			  : key;
}

/*
 * Described in header
 */
void session_put(session_t *this)
{
	if (this && ref_put(&this->refs))
	{
		DESTROY_IF(this->id);
		DESTROY_IF(this->eap_id);
		free(this->connection);
		free(this);
	}
}
