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
 * @defgroup gateway_joined gateway_joined
 * @{ @ingroup redirect_gateways
 *
 * Gateways that the configuration does not name, but lets join a fleet.
 */

#ifndef GATEWAY_JOINED_H_
#define GATEWAY_JOINED_H_

#include "gateway.h"

typedef struct gateways_joined_t gateways_joined_t;

/**
 * Gateways that joined, in the order of their names.
 */
struct gateways_joined_t {

	/** gateways, each with its own memory */
	gateway_t *gateways;

	/** number of gateways */
	uint16_t count;
};

/**
 * Make a gateway of what it tells of itself. It is probed at its port, like one
 * of the configuration without other options.
 *
 * @param gateway		filled in; see gateway_clear()
 * @param name			name
 * @param addresses		IP addresses, comma separated
 * @param subnets		what all addresses have to be part of
 * @return				FALSE if it has none, a domain name, or one from elsewhere;
 *						nothing was allocated then
 */
bool gateway_joined_create(gateway_t *gateway, const char *name,
						   const char *addresses, const ip_set_t *subnets);

/**
 * Add gateways that joined to those of the configuration, which take precedence:
 * one with a name or an address that is taken, or an address no client can be
 * sent to, is left out.
 *
 * @param gateways		gateways of the configuration, with room for all
 * @param count			number of these, increased
 * @param joined		copied; may be NULL
 * @param loopback		TRUE to allow loopback addresses
 */
void gateway_joined_add(gateway_t *gateways, uint16_t *count,
						const gateways_joined_t *joined, bool loopback);

/**
 * Free gateways that joined.
 */
void gateways_joined_clear(gateways_joined_t *joined);

#endif /** GATEWAY_JOINED_H_ @}*/
