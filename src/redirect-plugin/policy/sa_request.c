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
	host_t *remote = ike_sa->get_other_host(ike_sa);

	return (redirect_request_t){
		.phase = REDIRECT_PHASE_INIT,
		.local = ip_address_from_host(ike_sa->get_my_host(ike_sa)),
		.remote = ip_address_from_host(remote),
		.remote_port = remote->get_port(remote),
		.spi_i = id->get_initiator_spi(id),
	};
}

/**
 * Note an identity if there is room for it.
 */
static void note(identification_t **ids, int max, identification_t *id)
{
	int i;

	for (i = 0; i < max; i++)
	{
		if (!ids[i])
		{
			ids[i] = id;
			return;
		}
	}
}

/**
 * Note identities, groups, and who issued certificates, of one authentication
 * round.
 */
static void note_round(auth_cfg_t *auth, redirect_request_t *request)
{
	enumerator_t *enumerator;
	auth_rule_t rule;
	void *value;

	enumerator = auth->create_enumerator(auth);
	while (enumerator->enumerate(enumerator, &rule, &value))
	{
		switch (rule)
		{
			case AUTH_RULE_IDENTITY:
			case AUTH_RULE_EAP_IDENTITY:
				note(request->ids, REDIRECT_IDS_MAX, value);
				break;
			case AUTH_RULE_GROUP:
				note(request->groups, REDIRECT_GROUPS_MAX, value);
				break;
			case AUTH_RULE_SUBJECT_CERT:
			case AUTH_RULE_IM_CERT:
				note(request->issuers, REDIRECT_ISSUERS_MAX,
					 ((certificate_t*)value)->get_issuer(value));
				break;
			default:
				break;
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Note what authentication told of the client.
 */
static void note_rounds(ike_sa_t *ike_sa, redirect_request_t *request)
{
	enumerator_t *enumerator;
	auth_cfg_t *auth;

	enumerator = ike_sa->create_auth_cfg_enumerator(ike_sa, FALSE);
	while (enumerator->enumerate(enumerator, &auth))
	{
		note_round(auth, request);
	}
	enumerator->destroy(enumerator);
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
	if (phase != REDIRECT_PHASE_IDENTITY)
	{
		note_rounds(ike_sa, &request);
	}
	if (clients && clients->get(clients, ike_sa, &client, NULL))
	{
		request.redirected_from = client.redirected_from;
		request.replaces = client.replaces;
	}
	return request;
}
