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

/*
 * Any text as address or name in a configuration.
 */

#include "fuzz.h"
#include "wire/notify_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	char *str, buf[GATEWAY_IDENTITY_FQDN_MAX + 1];
	gateway_identity_t id, again;

	str = strndup((const char*)octets, len);
	if (gateway_identity_from_string(str, &id))
	{
		gateway_identity_to_string(&id, buf, sizeof(buf));
		fuzz_assert(gateway_identity_from_string(buf, &again));
		fuzz_assert(gateway_identity_equals(&id, &again));
		if (id.type == GATEWAY_IDENTITY_FQDN)
		{
			fuzz_assert(redirect_target_check(&id, FALSE) == WIRE_OK);
			/* but for one dot at the end */
			fuzz_assert(strncaseeq(buf, str, id.len) &&
						strlen(str) <= (size_t)id.len + 1);
		}
	}
	free(str);
	return 0;
}
