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

#include "this_host.h"

#include <daemon.h>

/*
 * Described in header
 */
bool this_host_has(const ip_address_t *address)
{
	host_t *host = ip_address_to_host(address, 0);
	bool own;

	own = host && charon->kernel->get_interface(charon->kernel, host, NULL);
	DESTROY_IF(host);
	return own;
}

/*
 * Described in header
 */
bool this_host_is_known()
{
	enumerator_t *enumerator;
	host_t *host;
	bool known;

	if (!charon)
	{
		return FALSE;
	}
	enumerator = charon->kernel->create_address_enumerator(charon->kernel,
														   ADDR_TYPE_REGULAR);
	known = enumerator->enumerate(enumerator, &host);
	enumerator->destroy(enumerator);
	return known;
}
