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
 * @defgroup gateway_identity gateway_identity
 * @{ @ingroup redirect_wire
 */

#ifndef GATEWAY_IDENTITY_H_
#define GATEWAY_IDENTITY_H_

#include <networking/host.h>
#include <utils/identification.h>

typedef struct gateway_identity_t gateway_identity_t;
typedef enum gateway_identity_type_t gateway_identity_type_t;

/**
 * Longest FQDN that is sent or accepted, in octets (RFC 1035, section 2.3.4,
 * without the length octets and the root label).
 */
#define GATEWAY_IDENTITY_FQDN_MAX 253

/**
 * Gateway identity types on the wire, RFC 5685 section 9.2 (R9.2-5).
 */
enum gateway_identity_type_t {
	/** no identity; reserved by RFC 5685 section 12, never on the wire */
	GATEWAY_IDENTITY_NONE = 0,
	/** IPv4 address, 4 octets */
	GATEWAY_IDENTITY_IPV4 = 1,
	/** IPv6 address, 16 octets */
	GATEWAY_IDENTITY_IPV6 = 2,
	/** fully qualified domain name */
	GATEWAY_IDENTITY_FQDN = 3,
};

/**
 * The identity of a gateway as RFC 5685 knows it: an address or a name.
 *
 * Plain data, copied by assignment, owned by whoever holds it; nothing in it
 * is allocated. A value that came out of a parser of wire/ is valid, there is
 * no need to check it again.
 */
struct gateway_identity_t {

	/** gateway_identity_type_t */
	uint8_t type;

	/** octets used in data: 4, 16, or 1 to GATEWAY_IDENTITY_FQDN_MAX */
	uint8_t len;

	/** address in network order, or name in lower case and without a dot at
	 * its end, 0-terminated */
	uint8_t data[GATEWAY_IDENTITY_FQDN_MAX + 1];
};

/**
 * Parse an address or a name as people write it, e.g. in strongswan.conf; one
 * dot at the end of a name is taken off.
 *
 * @param str		"192.0.2.1", "2001:db8::1" or "sun.example.org"
 * @param id		receives the identity, unchanged if FALSE is returned
 * @return			FALSE if it is neither an address nor a valid FQDN
 */
bool gateway_identity_from_string(const char *str, gateway_identity_t *id);

/**
 * Make an identity of a host's address; the port is ignored.
 *
 * @param host		IPv4 or IPv6 host
 * @param id		receives the identity, unchanged if FALSE is returned
 * @return			FALSE if the family is neither IPv4 nor IPv6
 */
bool gateway_identity_from_host(host_t *host, gateway_identity_t *id);

/**
 * Write an identity as people read it.
 *
 * @param id		identity
 * @param buf		receives the 0-terminated text, "(none)" for type NONE
 * @param len		size of buf; GATEWAY_IDENTITY_FQDN_MAX + 1 is always enough
 * @return			buf
 */
char *gateway_identity_to_string(const gateway_identity_t *id, char *buf,
								 size_t len);

/**
 * Make the identification_t that libcharon's redirect API works with.
 *
 * @param id		identity, not of type NONE
 * @return			ID_IPV4_ADDR, ID_IPV6_ADDR or ID_FQDN, owned by the caller
 */
identification_t *gateway_identity_to_id(const gateway_identity_t *id);

/**
 * Compare two identities; names compare without regard to case.
 *
 * @return			TRUE if type and value are the same
 */
bool gateway_identity_equals(const gateway_identity_t *a,
							 const gateway_identity_t *b);

#endif /** GATEWAY_IDENTITY_H_ @}*/
