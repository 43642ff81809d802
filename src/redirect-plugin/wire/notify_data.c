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

#include "notify_data.h"

#include <ctype.h>

/**
 * Type and length octet before the identity, RFC 5685 sections 9.2 and 9.3.
 */
#define IDENT_HEADER_LEN 2

/**
 * Longest label of a name, in octets (RFC 1035, section 2.3.4).
 */
#define FQDN_LABEL_MAX 63

ENUM(wire_verdict_names, WIRE_OK, WIRE_TRAILING_DATA,
	"ok",
	"protocol-id",
	"spi-size",
	"truncated",
	"ident-type",
	"address-length",
	"address-unspecified",
	"address-multicast",
	"address-broadcast",
	"address-loopback",
	"address-link-local",
	"address-mapped",
	"fqdn-empty",
	"fqdn-length",
	"fqdn-label",
	"fqdn-nul",
	"fqdn-character",
	"fqdn-numeric",
	"nonce-missing",
	"nonce-length",
	"trailing-data",
);

ENUM(wire_verdict_texts, WIRE_OK, WIRE_TRAILING_DATA,
	"nothing is wrong",
	"Protocol ID is not zero",
	"there is an SPI",
	"data ends too early",
	"unknown type of identity",
	"length of the address is wrong",
	"address is unspecified",
	"address is multicast",
	"address is broadcast, or reserved",
	"address is loopback",
	"address is link-local",
	"IPv4 address is written as IPv6 address",
	"name is empty",
	"name is longer than 253 octets",
	"label is empty, longer than 63 octets, or has a hyphen at an end",
	"name has a NUL octet",
	"name has an octet other than letters, digits, hyphens, underscores, dots",
	"last label of the name is a number",
	"nonce is missing",
	"nonce is not of 16 to 256 octets",
	"data goes on too long",
);

/**
 * Check that an IPv4 address is one of a single, reachable host.
 */
static wire_verdict_t check_ipv4(const uint8_t *addr, bool loopback)
{
	switch (addr[0])
	{
		case 0:
			/* "this network", RFC 1122: Linux takes 0.0.0.0 for itself */
			return WIRE_ADDRESS_UNSPECIFIED;
		case 127:
			return loopback ? WIRE_OK : WIRE_ADDRESS_LOOPBACK;
		case 169:
			return addr[1] == 254 ? WIRE_ADDRESS_LINK_LOCAL : WIRE_OK;
		default:
			break;
	}
	if (addr[0] >= 240)
	{
		return WIRE_ADDRESS_BROADCAST;
	}
	if (addr[0] >= 224)
	{
		return WIRE_ADDRESS_MULTICAST;
	}
	return WIRE_OK;
}

/**
 * Check the IPv6 addresses below ::/80: most of them stand for IPv4 addresses.
 */
static wire_verdict_t check_ipv6_low(const uint8_t *addr, bool loopback)
{
	static const uint8_t zero[15];

	if (memeq(addr, zero, sizeof(zero)))
	{
		switch (addr[15])
		{
			case 0:
				return WIRE_ADDRESS_UNSPECIFIED;
			case 1:
				return loopback ? WIRE_OK : WIRE_ADDRESS_LOOPBACK;
			default:
				break;
		}
	}
	if ((addr[10] == 0xff && addr[11] == 0xff) ||
		(addr[10] == 0x00 && addr[11] == 0x00))
	{	/* IPv4-mapped, or IPv4-compatible as long ago */
		return WIRE_ADDRESS_MAPPED;
	}
	return WIRE_OK;
}

/**
 * Check that an IPv6 address is one of a single, reachable host.
 */
static wire_verdict_t check_ipv6(const uint8_t *addr, bool loopback)
{
	static const uint8_t zero[10];

	if (addr[0] == 0xff)
	{
		return WIRE_ADDRESS_MULTICAST;
	}
	if (addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80)
	{
		return WIRE_ADDRESS_LINK_LOCAL;
	}
	if (memeq(addr, zero, sizeof(zero)))
	{
		return check_ipv6_low(addr, loopback);
	}
	return WIRE_OK;
}

/**
 * Check one label of a name.
 */
static wire_verdict_t check_label(const uint8_t *label, size_t len)
{
	if (!len || len > FQDN_LABEL_MAX || label[0] == '-' ||
		label[len - 1] == '-')
	{
		return WIRE_FQDN_LABEL;
	}
	return WIRE_OK;
}

/**
 * Whether resolvers take a label for a number, decimal or hexadecimal.
 */
static bool is_number(const uint8_t *label, size_t len)
{
	bool hex;
	size_t i;

	hex = len >= 2 && label[0] == '0' && label[1] == 'x';
	for (i = hex ? 2 : 0; i < len; i++)
	{
		if (!(hex ? isxdigit(label[i]) : isdigit(label[i])))
		{
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * Check the syntax of a name in lower case, RFC 1123 section 2.1, and with
 * underscores, which names of hosts should not have but do, and resolvers take.
 *
 * A name whose last label is a number is no name: inet_aton(3), and with it
 * getaddrinfo(3), takes "127.1" and "0x7f.1" for 127.0.0.1.
 */
static wire_verdict_t check_fqdn(const uint8_t *name, size_t len)
{
	wire_verdict_t verdict;
	size_t i, start = 0;

	for (i = 0; i < len; i++)
	{
		if (name[i] == '.')
		{
			verdict = check_label(name + start, i - start);
			if (verdict != WIRE_OK)
			{
				return verdict;
			}
			start = i + 1;
		}
		else if (!name[i])
		{
			return WIRE_FQDN_NUL;
		}
		else if (name[i] > 0x7f || (!isalnum(name[i]) && name[i] != '-' &&
									  name[i] != '_'))
		{
			return WIRE_FQDN_CHARACTER;
		}
	}
	verdict = check_label(name + start, len - start);
	if (verdict == WIRE_OK && is_number(name + start, len - start))
	{
		verdict = WIRE_FQDN_NUMERIC;
	}
	return verdict;
}

/**
 * Check the length of an identity against its type.
 */
static wire_verdict_t check_length(uint8_t type, size_t len)
{
	switch (type)
	{
		case GATEWAY_IDENTITY_IPV4:
			return len == 4 ? WIRE_OK : WIRE_ADDRESS_LENGTH;
		case GATEWAY_IDENTITY_IPV6:
			return len == 16 ? WIRE_OK : WIRE_ADDRESS_LENGTH;
		case GATEWAY_IDENTITY_FQDN:
			if (!len)
			{
				return WIRE_FQDN_EMPTY;
			}
			return len <= GATEWAY_IDENTITY_FQDN_MAX ? WIRE_OK
													: WIRE_FQDN_LENGTH;
		default:
			return WIRE_IDENT_TYPE;
	}
}

/*
 * Described in header
 */
size_t redirect_name_length(chunk_t name)
{
	bool dot = name.len > 1 && name.ptr[name.len - 1] == '.';

	return name.len - dot;
}

/*
 * Described in header
 */
char *redirect_name_print(chunk_t data, char buf[WIRE_NAME_PRINT_MAX])
{
	size_t len, i, used = 0;

	buf[0] = '\0';
	if (data.len < IDENT_HEADER_LEN || data.ptr[0] != GATEWAY_IDENTITY_FQDN)
	{
		return buf;
	}
	len = min(data.ptr[1], data.len - IDENT_HEADER_LEN);
	data = chunk_create(data.ptr + IDENT_HEADER_LEN, len);
	for (i = 0; i < data.len && used < WIRE_NAME_PRINT_MAX - 8; i++)
	{
		used += snprintf(buf + used, WIRE_NAME_PRINT_MAX - used,
						 isgraph(data.ptr[i]) && data.ptr[i] < 0x7f &&
						 data.ptr[i] != '\\' ? "%c" : "\\x%02x", data.ptr[i]);
	}
	snprintf(buf + used, WIRE_NAME_PRINT_MAX - used, i < data.len ? "..." : "");
	return buf;
}

/*
 * Described in header
 */
wire_verdict_t redirect_target_check(const gateway_identity_t *id,
									 bool loopback)
{
	wire_verdict_t verdict;

	verdict = check_length(id->type, id->len);
	if (verdict != WIRE_OK)
	{
		return verdict;
	}
	switch (id->type)
	{
		case GATEWAY_IDENTITY_IPV4:
			return check_ipv4(id->data, loopback);
		case GATEWAY_IDENTITY_IPV6:
			return check_ipv6(id->data, loopback);
		default:
			return check_fqdn(id->data, id->len);
	}
}

/**
 * Check Protocol ID and SPI size, which are zero in all three notifies.
 */
static wire_verdict_t check_header(uint8_t protocol, size_t spi_size)
{
	if (protocol)
	{
		return WIRE_PROTOCOL_ID;
	}
	return spi_size ? WIRE_SPI_SIZE : WIRE_OK;
}

/**
 * Read the identity at the start of data and move data behind it.
 */
static wire_verdict_t read_identity(chunk_t *data, uint8_t last_type,
									bool loopback, gateway_identity_t *id)
{
	wire_verdict_t verdict;
	uint8_t type, len, used;
	size_t i;

	if (data->len < IDENT_HEADER_LEN)
	{
		return WIRE_TRUNCATED;
	}
	type = data->ptr[0];
	len = data->ptr[1];
	*data = chunk_skip(*data, IDENT_HEADER_LEN);

	if (type < GATEWAY_IDENTITY_IPV4 || type > last_type)
	{
		return WIRE_IDENT_TYPE;
	}
	if (len > data->len)
	{
		return WIRE_TRUNCATED;
	}
	used = type == GATEWAY_IDENTITY_FQDN ?
				redirect_name_length(chunk_create(data->ptr, len)) : len;
	verdict = check_length(type, used);
	if (verdict != WIRE_OK)
	{
		return verdict;
	}
	*id = (gateway_identity_t){
		.type = type,
		.len = used,
	};
	for (i = 0; i < used; i++)
	{
		id->data[i] = type == GATEWAY_IDENTITY_FQDN ? tolower(data->ptr[i])
													: data->ptr[i];
	}
	*data = chunk_skip(*data, len);
	return redirect_target_check(id, loopback);
}

/*
 * Described in header
 */
wire_verdict_t redirect_notify_parse(wire_place_t place, uint8_t protocol,
									 size_t spi_size, chunk_t data,
									 bool loopback, gateway_identity_t *id,
									 chunk_t *nonce)
{
	wire_verdict_t verdict;

	verdict = check_header(protocol, spi_size);
	if (verdict != WIRE_OK)
	{
		return verdict;
	}
	verdict = read_identity(&data, GATEWAY_IDENTITY_FQDN, loopback, id);
	if (verdict != WIRE_OK)
	{
		return verdict;
	}
	if (place != WIRE_IKE_SA_INIT)
	{
		if (nonce)
		{
			*nonce = chunk_empty;
		}
		return data.len ? WIRE_TRAILING_DATA : WIRE_OK;
	}
	if (!data.len)
	{
		return WIRE_NONCE_MISSING;
	}
	if (data.len < WIRE_NONCE_MIN || data.len > WIRE_NONCE_MAX)
	{
		return WIRE_NONCE_LENGTH;
	}
	if (nonce)
	{
		*nonce = data;
	}
	return WIRE_OK;
}

/*
 * Described in header
 */
wire_verdict_t redirected_from_parse(uint8_t protocol, size_t spi_size,
									 chunk_t data, bool loopback,
									 gateway_identity_t *id)
{
	wire_verdict_t verdict;

	verdict = check_header(protocol, spi_size);
	if (verdict != WIRE_OK)
	{
		return verdict;
	}
	verdict = read_identity(&data, GATEWAY_IDENTITY_IPV6, loopback, id);
	if (verdict == WIRE_OK && data.len)
	{
		return WIRE_TRAILING_DATA;
	}
	return verdict;
}

/*
 * Described in header
 */
wire_verdict_t redirect_supported_parse(uint8_t protocol, size_t spi_size,
										chunk_t data)
{
	wire_verdict_t verdict;

	verdict = check_header(protocol, spi_size);
	if (verdict == WIRE_OK && data.len)
	{
		return WIRE_TRAILING_DATA;
	}
	return verdict;
}

/**
 * Write type, length and value of an identity.
 */
static size_t write_identity(const gateway_identity_t *id, uint8_t *buf)
{
	buf[0] = id->type;
	buf[1] = id->len;
	memcpy(buf + IDENT_HEADER_LEN, id->data, id->len);
	return IDENT_HEADER_LEN + id->len;
}

/*
 * Described in header
 */
size_t redirect_notify_write(const gateway_identity_t *id, chunk_t nonce,
							 uint8_t *buf)
{
	size_t len;

	if (id->type == GATEWAY_IDENTITY_NONE ||
		(nonce.len &&
		 (nonce.len < WIRE_NONCE_MIN || nonce.len > WIRE_NONCE_MAX)))
	{
		return 0;
	}
	len = write_identity(id, buf);
	if (nonce.len)
	{
		memcpy(buf + len, nonce.ptr, nonce.len);
	}
	return len + nonce.len;
}

/*
 * Described in header
 */
size_t redirected_from_write(const gateway_identity_t *id, uint8_t *buf)
{
	switch (id->type)
	{
		case GATEWAY_IDENTITY_IPV4:
		case GATEWAY_IDENTITY_IPV6:
			return write_identity(id, buf);
		default:
			return 0;
	}
}
