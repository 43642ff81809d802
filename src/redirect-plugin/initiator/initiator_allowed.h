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
 * @defgroup initiator_allowed initiator_allowed
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_ALLOWED_H_
#define INITIATOR_ALLOWED_H_

#include "utils/config_options.h"
#include "utils/ip_set.h"
#include "wire/gateway_identity.h"

typedef struct initiator_allowed_t initiator_allowed_t;

/**
 * A list of gateways a client may, or may not, be sent to: addresses, subnets,
 * ranges and names, these also with a leading wildcard ("*.example.org").
 * Immutable once parsed; any thread, without locks.
 */
struct initiator_allowed_t;

/**
 * Parse a list, as a parser of config_section_t.
 *
 * @param value			comma separated list
 * @param field			receives the list, one that it held is destroyed
 * @param why			receives what is allowed if FALSE is returned
 * @return				FALSE if an element is neither address nor name
 */
bool initiator_allowed_parse(const char *value, initiator_allowed_t **field,
						 char why[CONFIG_WHY_MAX]);

/**
 * Warn of elements that a list of what is accepted has in vain.
 *
 * @param section		section the warnings are about
 * @param accept		list as it is in the file, NULL for none
 * @param deny			list that is asked before, may be NULL
 */
void initiator_allowed_check(const config_section_t *section,
							 const char *accept,
							 const initiator_allowed_t *deny);

/**
 * Check if a name matches one of the names of a list.
 *
 * @param this			list, NULL contains nothing
 * @param gateway		identity of type FQDN
 */
bool initiator_allowed_has_name(const initiator_allowed_t *this,
							const gateway_identity_t *gateway);

/**
 * Check if an address is in a list.
 *
 * @param this			list, NULL contains nothing
 */
bool initiator_allowed_has_address(const initiator_allowed_t *this,
							   const ip_address_t *address);

/**
 * Destroy a list.
 *
 * @param this			list, may be NULL
 */
void initiator_allowed_destroy(initiator_allowed_t *this);

#endif /** INITIATOR_ALLOWED_H_ @}*/
