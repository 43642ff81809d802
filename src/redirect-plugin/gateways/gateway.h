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
 * @defgroup gateway gateway
 * @{ @ingroup redirect_gateways
 */

#ifndef GATEWAY_H_
#define GATEWAY_H_

#include "utils/config_options.h"
#include "utils/ip_set.h"
#include "wire/gateway_identity.h"
#include "wire/ike_probe.h"

typedef struct gateway_t gateway_t;
typedef enum gateway_state_t gateway_state_t;
typedef enum gateway_family_t gateway_family_t;

/**
 * Most gateways in a configuration.
 */
#define GATEWAYS_MAX 4096

/**
 * Longest name of a gateway, a rule or a selector in a decision, with the final
 * zero.
 */
#define REDIRECT_NAME_MAX 64

/**
 * What the operator wants of a gateway.
 */
enum gateway_state_t {
	/** takes clients */
	GATEWAY_ACTIVE,
	/** takes no new clients, those it has are moved away */
	GATEWAY_DRAIN,
	/** takes no clients */
	GATEWAY_DISABLED,
};

/**
 * Names of states, as in strongswan.conf.
 */
extern enum_name_t *gateway_state_names;

/**
 * Families of addresses a client can use to reach a gateway, as bits; a name
 * has both, as only the client can know what it resolves to.
 */
enum gateway_family_t {
	GATEWAY_IPV4 = 1,
	GATEWAY_IPV6 = 2,
};

/**
 * A gateway as configured: immutable.
 */
struct gateway_t {

	/** name of its section, zero up to the end; here, as that is in the cache with
	 * the rest */
	char name[REDIRECT_NAME_MAX];

	/** hash of the name, the same on every gateway */
	uint64_t id;

	/** where clients can be sent, in order of preference */
	gateway_identity_t *addresses;

	/** number of addresses, at least 1 */
	uint16_t address_count;

	/** gateway_family_t of all addresses */
	uint8_t families;

	/** gateway_state_t */
	int state;

	/** weight for selectors, 0: gets no new clients */
	uint32_t weight;

	/** sessions it is made for, 0 if not limited */
	uint32_t capacity;

	/** group of selector priority, the smallest is taken first */
	uint32_t priority;

	/** ike_probe_kind_t */
	int probe;

	/** TRUE if the configuration does not name it, see gateway_joined.h */
	bool joined;
};

/**
 * Read a gateway from its section.
 *
 * @param section		section, named like the gateway
 * @param loopback		TRUE to allow loopback addresses
 * @param gateway		filled in; what was allocated belongs to the caller even
 *						if FALSE is returned, see gateway_clear()
 * @return				FALSE with an error added to those of the section
 */
bool gateway_read(const config_section_t *section, bool loopback,
				  gateway_t *gateway);

/**
 * Free what gateway_read() allocated.
 */
void gateway_clear(gateway_t *gateway);

/**
 * Find a gateway of the configuration by the name an option gives.
 *
 * @param section		section with the option
 * @param key			name of the option
 * @param gateways		gateways of the configuration
 * @param count			number of gateways
 * @param name			value of the option
 * @return				position of the gateway; -1 with an error added that
 *						suggests the nearest name
 */
int gateway_find(const config_section_t *section, const char *key,
				 const gateway_t *gateways, uint16_t count, const char *name);

/**
 * Hash a name in the way every gateway of a cluster does (SipHash-2-4 with a
 * key that is part of this interface).
 *
 * @param data			data to hash
 * @return				hash
 */
uint64_t gateway_hash(chunk_t data);

/**
 * Get the address a client is sent to: the first in the order of the
 * configuration that the client can use.
 *
 * @param gateway		gateway
 * @param families		gateway_family_t the client can use, as bits
 * @param not			address that is not given, e.g. an anycast one; may be
 *						NULL
 * @return				address, part of gateway; NULL if there is none
 */
const gateway_identity_t *gateway_address(const gateway_t *gateway,
										  uint8_t families,
										  const ip_address_t *not);

#endif /** GATEWAY_H_ @}*/
