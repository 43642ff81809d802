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

/**
 * Configurations of client and gateway for the harness.
 */

#ifndef HARNESS_CONFIG_H_
#define HARNESS_CONFIG_H_

#include <daemon.h>

/**
 * What the client asks for first.
 */
#define GATEWAY "198.51.100.1"

/**
 * How client and gateway authenticate.
 */
typedef enum {
	/** PSK on both sides */
	AUTHENTICATE_PSK,
	/** EAP-GTC for the client, PSK for the gateway */
	AUTHENTICATE_EAP,
	/** as EAP, but the gateway has another identity than the client expects */
	AUTHENTICATE_EAP_OTHER,
	/** PSK on both sides, twice for the client (RFC 4739) */
	AUTHENTICATE_TWO_CLIENT,
} authenticate_t;

/**
 * Offer the gateway's configuration to charon, and the keys of both.
 */
void harness_config_setup(void);

/**
 * Take them back.
 */
void harness_config_teardown(void);

/**
 * Configuration of the client, "home", owned by the caller.
 */
peer_cfg_t *harness_config_client(void);

/**
 * CHILD_SA configuration of the client, owned by the caller.
 */
child_cfg_t *harness_config_child(void);

/**
 * Choose how to authenticate, and what is configured as gateway (GATEWAY if not
 * chosen), as IKE proposal of both and as keyingtries of the client.
 */
void harness_authentication(authenticate_t authenticate);
void harness_remote(char *host);
void harness_proposal(char *proposal);
void harness_keyingtries(uint32_t tries);

#endif /** HARNESS_CONFIG_H_ */
