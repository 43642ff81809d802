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

#include "sa_request.h"

/*
 * Described in header
 */
bool sa_request_is_gateway(ike_sa_t *ike_sa)
{
	return ike_sa->get_version(ike_sa) == IKEV2 &&
		   !ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR);
}

/*
 * Described in header
 */
redirect_request_t sa_request_create_init(ike_sa_t *ike_sa)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	return (redirect_request_t){
		.phase = REDIRECT_PHASE_INIT,
		.local = ip_address_from_host(ike_sa->get_my_host(ike_sa)),
		.remote = ip_address_from_host(ike_sa->get_other_host(ike_sa)),
		.spi_i = id->get_initiator_spi(id),
	};
}

/*
 * Described in header
 */
redirect_request_t sa_request_create_auth(ike_sa_t *ike_sa,
										  redirect_phase_t phase,
										  client_table_t *clients)
{
	redirect_request_t request = sa_request_create_init(ike_sa);
	client_t client;

	request.phase = phase;
	request.supported = ike_sa->supports_extension(ike_sa,
												   EXT_IKE_REDIRECTION);
	request.id = ike_sa->get_other_id(ike_sa);
	request.eap_id = ike_sa->get_other_eap_id(ike_sa);
	if (request.eap_id == request.id)
	{
		request.eap_id = NULL;
	}
	if (ike_sa->get_peer_cfg(ike_sa))
	{
		request.connection = ike_sa->get_name(ike_sa);
	}
	if (clients &&
		clients->get(clients, ike_sa->get_unique_id(ike_sa), &client))
	{
		request.redirected_from = client.redirected_from;
	}
	return request;
}
