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

#include "ip_address.h"

#include <arpa/inet.h>

/*
 * Described in header
 */
ip_address_t ip_address_from_host(host_t *host)
{
	return ip_address_from_chunk(host ? host->get_address(host) : chunk_empty);
}

/*
 * Described in header
 */
bool ip_address_from_string(const char *str, ip_address_t *address)
{
	uint8_t buf[16];

	*address = (ip_address_t){};
	if (inet_pton(AF_INET, str, buf) == 1)
	{
		*address = ip_address_from_chunk(chunk_create(buf, 4));
	}
	else if (inet_pton(AF_INET6, str, buf) == 1)
	{
		*address = ip_address_from_chunk(chunk_create(buf, 16));
	}
	return address->version != 0;
}

/**
 * Write an IPv4 address: a tenth of the instructions of inet_ntop(), which
 * count where each client is logged.
 */
static void print_ipv4(const uint8_t data[4], char *buf)
{
	int i;

	for (i = 0; i < 4; i++)
	{
		if (data[i] >= 100)
		{
			*buf++ = '0' + data[i] / 100;
		}
		if (data[i] >= 10)
		{
			*buf++ = '0' + data[i] / 10 % 10;
		}
		*buf++ = '0' + data[i] % 10;
		*buf++ = i < 3 ? '.' : '\0';
	}
}

/*
 * Described in header
 */
char *ip_address_to_string(const ip_address_t *address, char *buf, size_t len)
{
	if (address->version == 4 && len >= INET_ADDRSTRLEN)
	{
		print_ipv4(address->data, buf);
	}
	else if (!address->version ||
			 !inet_ntop(address->version == 4 ? AF_INET : AF_INET6,
						address->data, buf, len))
	{
		snprintf(buf, len, "(none)");
	}
	return buf;
}

/*
 * Described in header
 */
host_t *ip_address_to_host(const ip_address_t *address, uint16_t port)
{
	if (!address->version)
	{
		return NULL;
	}
	return host_create_from_chunk(address->version == 4 ? AF_INET : AF_INET6,
								  ip_address_chunk(address), port);
}
