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

#include "gateway_identity.h"
#include "notify_data.h"

#include <arpa/inet.h>
#include <ctype.h>

/**
 * Set up an identity; the rest of data stays zero, which terminates names.
 */
static void set_identity(gateway_identity_t *id, gateway_identity_type_t type,
						 chunk_t data)
{
	*id = (gateway_identity_t){
		.type = type,
		.len = data.len,
	};
	memcpy(id->data, data.ptr, data.len);
}

/*
 * Described in header
 */
bool gateway_identity_from_string(const char *str, gateway_identity_t *id)
{
	gateway_identity_t name;
	struct in6_addr addr;
	size_t len, i;

	if (!str)
	{
		return FALSE;
	}
	if (inet_pton(AF_INET, str, &addr) == 1)
	{
		set_identity(id, GATEWAY_IDENTITY_IPV4, chunk_create((void*)&addr, 4));
		return TRUE;
	}
	if (inet_pton(AF_INET6, str, &addr) == 1)
	{
		set_identity(id, GATEWAY_IDENTITY_IPV6, chunk_create((void*)&addr, 16));
		return TRUE;
	}
	len = redirect_name_length(chunk_from_str((char*)str));
	if (len > GATEWAY_IDENTITY_FQDN_MAX)
	{
		return FALSE;
	}
	set_identity(&name, GATEWAY_IDENTITY_FQDN, chunk_create((void*)str, len));
	for (i = 0; i < len; i++)
	{
		name.data[i] = tolower(name.data[i]);
	}
	if (redirect_target_check(&name, TRUE) != WIRE_OK)
	{
		return FALSE;
	}
	*id = name;
	return TRUE;
}

/*
 * Described in header
 */
bool gateway_identity_from_host(host_t *host, gateway_identity_t *id)
{
	switch (host->get_family(host))
	{
		case AF_INET:
			set_identity(id, GATEWAY_IDENTITY_IPV4, host->get_address(host));
			return TRUE;
		case AF_INET6:
			set_identity(id, GATEWAY_IDENTITY_IPV6, host->get_address(host));
			return TRUE;
		default:
			return FALSE;
	}
}

/*
 * Described in header
 */
char *gateway_identity_to_string(const gateway_identity_t *id, char *buf,
								 size_t len)
{
	char addr[INET6_ADDRSTRLEN];
	const char *text;

	switch (id->type)
	{
		case GATEWAY_IDENTITY_IPV4:
			text = inet_ntop(AF_INET, id->data, addr, sizeof(addr));
			break;
		case GATEWAY_IDENTITY_IPV6:
			text = inet_ntop(AF_INET6, id->data, addr, sizeof(addr));
			break;
		case GATEWAY_IDENTITY_FQDN:
			text = (const char*)id->data;
			break;
		default:
			text = "(none)";
			break;
	}
	snprintf(buf, len, "%s", text);
	return buf;
}

/*
 * Described in header
 */
identification_t *gateway_identity_to_id(const gateway_identity_t *id)
{
	id_type_t type;

	switch (id->type)
	{
		case GATEWAY_IDENTITY_IPV4:
			type = ID_IPV4_ADDR;
			break;
		case GATEWAY_IDENTITY_IPV6:
			type = ID_IPV6_ADDR;
			break;
		default:
			type = ID_FQDN;
			break;
	}
	return identification_create_from_encoding(type,
									chunk_create((void*)id->data, id->len));
}

/*
 * Described in header
 */
bool gateway_identity_equals(const gateway_identity_t *a,
							 const gateway_identity_t *b)
{
	if (a->type != b->type || a->len != b->len)
	{
		return FALSE;
	}
	if (a->type == GATEWAY_IDENTITY_FQDN)
	{
		return strncasecmp((const char*)a->data, (const char*)b->data,
						   a->len) == 0;
	}
	return memeq(a->data, b->data, a->len);
}
