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
 * @defgroup ip_set ip_set
 * @{ @ingroup redirect_utils
 */

#ifndef IP_SET_H_
#define IP_SET_H_

#include "ip_address.h"

typedef struct ip_set_t ip_set_t;

/**
 * Parse a comma separated list of addresses, subnets (192.0.2.0/24) and ranges
 * (192.0.2.1-192.0.2.9), of both families.
 *
 * @param list			list to parse
 * @param wrong			receives the element that is wrong if NULL is returned,
 *						allocated; may be NULL
 * @return				immutable set, NULL if an element is wrong or there is
 *						none
 */
ip_set_t *ip_set_create(const char *list, char **wrong);

/**
 * Check a subnet for bits behind its prefix.
 *
 * @param subnet		address, slash and prefix
 * @param first			receives the first address of the subnet
 * @return				TRUE if it has some, FALSE if not or if it is none
 */
bool ip_set_subnet_first(const char *subnet, ip_address_t *first);

/**
 * Check if all of a set is part of another.
 *
 * @param set			set, may be NULL
 * @param part			set that may be part of it
 */
bool ip_set_covers(const ip_set_t *set, const ip_set_t *part);

/**
 * Check if two sets have an address in common.
 */
bool ip_set_overlaps(const ip_set_t *a, const ip_set_t *b);

/**
 * Check if a set has addresses of a version, or all of these.
 *
 * @param set			set
 * @param version		4 or 6
 * @param all			TRUE to check for all of them
 */
bool ip_set_has_version(const ip_set_t *set, uint8_t version, bool all);

/**
 * Check if an address is in a set. O(log n), does not allocate, any thread.
 *
 * @param set			set, NULL contains nothing
 * @param address		address, version 0 is in no set
 * @return				TRUE if it is
 */
bool ip_set_contains(const ip_set_t *set, const ip_address_t *address);

/**
 * Get the number of ranges of a set: sorted, none overlaps another.
 */
size_t ip_set_get_count(const ip_set_t *set);

/**
 * Get a range of a set.
 *
 * @param set			set
 * @param i				number of the range, below that of ip_set_get_count()
 * @param from			receives its first address
 * @param to			receives its last address, of the same version
 */
void ip_set_get(const ip_set_t *set, size_t i, ip_address_t *from,
				ip_address_t *to);

/**
 * Destroy a set.
 *
 * @param set			set, may be NULL
 */
void ip_set_destroy(ip_set_t *set);

#endif /** IP_SET_H_ @}*/
