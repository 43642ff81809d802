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
 * Names of gateways, which the test answers in place of DNS.
 */

#ifndef HARNESS_NAMES_H_
#define HARNESS_NAMES_H_

#include "utils/ip_address.h"

/**
 * Keep charon from asking DNS, and answer no name; called by harness_setup().
 */
void harness_names_setup(void);

/**
 * Look a name up for the guard, which calls it in threads of its own.
 *
 * @param name			name of a gateway
 * @param addresses		receives the addresses that harness_resolve() was told
 * @return				number of addresses
 */
int harness_names_lookup(const char *name, ip_address_t *addresses);

/**
 * Answer names of gateways with addresses.
 *
 * @param addresses		comma separated, "" for none; NULL not to answer at all
 */
void harness_resolve(char *addresses);

/**
 * Number of names that were looked up, by the guard and by charon itself.
 */
int harness_lookups(void);

#endif /** HARNESS_NAMES_H_ */
