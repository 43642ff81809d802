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

#include "harness_config.h"

#include <check.h>

#include <credentials/sets/mem_cred.h>

static authenticate_t authenticate;
static uint32_t keyingtries = 1;
static char *remote_host = GATEWAY, *proposal = "aes128-sha256-x25519";
static mem_cred_t *creds;
static ike_cfg_t *gateway_ike_cfg;
static peer_cfg_t *gateway_peer_cfg, *client_peer_cfg;

/**
 * IKE configuration, the same on both sides but for who is remote.
 */
static ike_cfg_t *create_ike_cfg(bool client)
{
	ike_cfg_create_t create = {
		.version = IKEV2,
		.local = client ? "198.51.100.100" : "%any",
		.local_port = IKEV2_UDP_PORT,
		.remote = client ? remote_host : "%any",
		.remote_port = IKEV2_UDP_PORT,
	};
	ike_cfg_t *ike_cfg;

	ike_cfg = ike_cfg_create(&create);
	ike_cfg->add_proposal(ike_cfg, proposal_create_from_string(PROTO_IKE,
															   proposal));
	return ike_cfg;
}

/**
 * CHILD_SA configuration.
 */
static child_cfg_t *create_child_cfg(void)
{
	child_cfg_create_t create = {
		.mode = MODE_TUNNEL,
	};
	child_cfg_t *child_cfg;

	child_cfg = child_cfg_create("net", &create);
	child_cfg->add_proposal(child_cfg, proposal_create_from_string(PROTO_ESP,
												"aes128-sha256"));
	child_cfg->add_traffic_selector(child_cfg, TRUE,
								traffic_selector_create_dynamic(0, 0, 65535));
	child_cfg->add_traffic_selector(child_cfg, FALSE,
								traffic_selector_create_dynamic(0, 0, 65535));
	return child_cfg;
}

/**
 * Add how one end, "carol" or "moon", authenticates.
 */
static void add_auth_cfg(peer_cfg_t *peer_cfg, char *id, auth_class_t class,
						 bool local)
{
	auth_cfg_t *auth = auth_cfg_create();

	auth->add(auth, AUTH_RULE_AUTH_CLASS, class);
	auth->add(auth, AUTH_RULE_IDENTITY, identification_create_from_string(id));
	if (class == AUTH_CLASS_EAP)
	{
		auth->add(auth, AUTH_RULE_EAP_TYPE, EAP_GTC);
	}
	peer_cfg->add_auth_cfg(peer_cfg, auth, local);
}

/**
 * Configuration of one side.
 */
static peer_cfg_t *create_peer_cfg(bool client)
{
	peer_cfg_create_t create = {
		.cert_policy = CERT_SEND_IF_ASKED,
		.unique = UNIQUE_NEVER,
		.keyingtries = client ? keyingtries : 1,
	};
	auth_class_t class = AUTH_CLASS_PSK;
	peer_cfg_t *peer_cfg;
	char *moon = "moon";

	if (authenticate == AUTHENTICATE_EAP ||
		authenticate == AUTHENTICATE_EAP_OTHER)
	{
		class = AUTH_CLASS_EAP;
	}
	if (!client && authenticate == AUTHENTICATE_EAP_OTHER)
	{
		moon = "mars";
	}
	peer_cfg = peer_cfg_create(client ? "home" : "gw", create_ike_cfg(client),
							   &create);
	add_auth_cfg(peer_cfg, "carol", class, client);
	if (authenticate == AUTHENTICATE_TWO_CLIENT)
	{
		add_auth_cfg(peer_cfg, "carol-user", class, client);
	}
	add_auth_cfg(peer_cfg, moon, AUTH_CLASS_PSK, !client);
	peer_cfg->add_child_cfg(peer_cfg, create_child_cfg());
	return peer_cfg;
}

/**
 * The gateway's IKE configuration, for all clients.
 */
static enumerator_t *create_ike_cfg_enumerator(backend_t *this, host_t *me,
											   host_t *other)
{
	return enumerator_create_single(gateway_ike_cfg, NULL);
}

/**
 * The gateway's configuration, for all clients.
 */
static enumerator_t *create_peer_cfg_enumerator(backend_t *this,
												identification_t *me,
												identification_t *other)
{
	return enumerator_create_single(gateway_peer_cfg, NULL);
}

static backend_t backend = {
	.create_ike_cfg_enumerator = create_ike_cfg_enumerator,
	.create_peer_cfg_enumerator = create_peer_cfg_enumerator,
	.get_peer_cfg_by_name = (void*)return_null,
};

/**
 * Make the configurations anew.
 */
static void create_configs(void)
{
	DESTROY_IF(gateway_ike_cfg);
	DESTROY_IF(gateway_peer_cfg);
	DESTROY_IF(client_peer_cfg);
	gateway_ike_cfg = create_ike_cfg(FALSE);
	gateway_peer_cfg = create_peer_cfg(FALSE);
	client_peer_cfg = create_peer_cfg(TRUE);
}

void harness_authentication(authenticate_t value)
{
	authenticate = value;
	create_configs();
}

void harness_remote(char *host)
{
	remote_host = host;
	create_configs();
}

void harness_proposal(char *value)
{
	proposal = value;
	create_configs();
}

void harness_keyingtries(uint32_t tries)
{
	keyingtries = tries;
	create_configs();
}

peer_cfg_t *harness_config_client(void)
{
	return client_peer_cfg->get_ref(client_peer_cfg);
}

child_cfg_t *harness_config_child(void)
{
	child_cfg_t *child_cfg = NULL;
	enumerator_t *enumerator;

	enumerator = client_peer_cfg->create_child_cfg_enumerator(client_peer_cfg);
	ck_assert(enumerator->enumerate(enumerator, &child_cfg));
	child_cfg->get_ref(child_cfg);
	enumerator->destroy(enumerator);
	return child_cfg;
}

/**
 * The EAP method of the tests, EAP-GTC in form: one request, one response.
 */
typedef struct {
	eap_method_t public;
	uint8_t identifier;
} method_t;

/**
 * Make an EAP payload with a few octets in it.
 */
static eap_payload_t *create_eap(uint8_t code, uint8_t identifier)
{
	uint8_t data[] = { code, identifier, 0, 8, EAP_GTC, 'a', 'b', 'c' };

	return eap_payload_create_data(chunk_from_thing(data));
}

METHOD(eap_method_t, initiate_server, status_t,
	method_t *this, eap_payload_t **out)
{
	*out = create_eap(EAP_REQUEST, this->identifier);
	return NEED_MORE;
}

METHOD(eap_method_t, process_server, status_t,
	method_t *this, eap_payload_t *in, eap_payload_t **out)
{
	return SUCCESS;
}

METHOD(eap_method_t, process_peer, status_t,
	method_t *this, eap_payload_t *in, eap_payload_t **out)
{
	*out = create_eap(EAP_RESPONSE, in->get_identifier(in));
	return NEED_MORE;
}

METHOD(eap_method_t, get_type, eap_type_t,
	method_t *this, pen_t *vendor)
{
	*vendor = 0;
	return EAP_GTC;
}

METHOD(eap_method_t, get_msk, status_t,
	method_t *this, chunk_t *msk)
{
	return NOT_SUPPORTED;
}

METHOD(eap_method_t, get_identifier, uint8_t,
	method_t *this)
{
	return this->identifier;
}

METHOD(eap_method_t, set_identifier, void,
	method_t *this, uint8_t identifier)
{
	this->identifier = identifier;
}

METHOD(eap_method_t, destroy_method, void,
	method_t *this)
{
	free(this);
}

/**
 * Make either end of the EAP method.
 */
static eap_method_t *create_method(identification_t *server,
								   identification_t *peer)
{
	method_t *this;

	INIT(this,
		.public = {
			.initiate = _initiate_server,
			.process = _process_server,
			.get_type = _get_type,
			.is_mutual = (void*)return_false,
			.get_msk = _get_msk,
			.get_identifier = _get_identifier,
			.set_identifier = _set_identifier,
			.destroy = _destroy_method,
		},
		.identifier = 1,
	);
	return &this->public;
}

static eap_method_t *create_peer(identification_t *server,
								 identification_t *peer)
{
	eap_method_t *public = create_method(server, peer);

	public->initiate = (void*)return_failed;
	public->process = _process_peer;
	return public;
}

void harness_config_setup(void)
{
	identification_t *any = identification_create_from_string("%any");

	charon->eap->add_method(charon->eap, EAP_GTC, 0, EAP_SERVER, create_method);
	charon->eap->add_method(charon->eap, EAP_GTC, 0, EAP_PEER, create_peer);
	creds = mem_cred_create();
	creds->add_shared(creds, shared_key_create(SHARED_IKE,
									chunk_clone(chunk_from_str("test"))),
					  any, NULL);
	lib->credmgr->add_set(lib->credmgr, &creds->set);
	charon->backends->add_backend(charon->backends, &backend);
	create_configs();
}

void harness_config_teardown(void)
{
	charon->eap->remove_method(charon->eap, create_method);
	charon->eap->remove_method(charon->eap, create_peer);
	charon->backends->remove_backend(charon->backends, &backend);
	lib->credmgr->remove_set(lib->credmgr, &creds->set);
	creds->destroy(creds);
	gateway_ike_cfg->destroy(gateway_ike_cfg);
	gateway_peer_cfg->destroy(gateway_peer_cfg);
	client_peer_cfg->destroy(client_peer_cfg);
}
