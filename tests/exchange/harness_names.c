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

#include "harness_names.h"

#include <library.h>

#include <unistd.h>

static char *resolve_to;
static int lookups;

int harness_names_lookup(const char *name, ip_address_t *addresses)
{
	enumerator_t *enumerator;
	char *address;
	int count = 0;

	__atomic_add_fetch(&lookups, 1, __ATOMIC_SEQ_CST);
	while (!resolve_to)
	{
		/* cancelled when the guard is destroyed */
		sleep(1);
	}
	enumerator = enumerator_create_token(resolve_to, ",", " ");
	while (enumerator->enumerate(enumerator, &address))
	{
		count += ip_address_from_string(address, &addresses[count]) ? 1 : 0;
	}
	enumerator->destroy(enumerator);
	return count;
}

/**
 * Look a name up for charon, which waits for it: never a real query.
 */
static host_t *resolve(host_resolver_t *this, char *name, int family)
{
	host_t *host = host_create_from_string_and_family(name, family, 0);

	if (!host)
	{
		__atomic_add_fetch(&lookups, 1, __ATOMIC_SEQ_CST);
	}
	return host;
}

void harness_resolve(char *addresses)
{
	resolve_to = addresses;
}

int harness_lookups(void)
{
	return __atomic_load_n(&lookups, __ATOMIC_SEQ_CST);
}

void harness_names_setup(void)
{
	lib->hosts->resolve = resolve;
	resolve_to = "";
}
