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
 * @defgroup notify_data notify_data
 * @{ @ingroup redirect_wire
 */

#ifndef NOTIFY_DATA_H_
#define NOTIFY_DATA_H_

#include "gateway_identity.h"

typedef enum wire_verdict_t wire_verdict_t;
typedef enum wire_place_t wire_place_t;

/**
 * Shortest and longest nonce, in octets (R9.2-8, RFC 7296 section 3.9).
 */
#define WIRE_NONCE_MIN 16
#define WIRE_NONCE_MAX 256

/**
 * Longest REDIRECT notification data: type, length, FQDN and nonce, in octets.
 */
#define WIRE_REDIRECT_MAX (2 + GATEWAY_IDENTITY_FQDN_MAX + WIRE_NONCE_MAX)

/**
 * Longest text of a name that was refused, with the 0 at its end, in octets.
 */
#define WIRE_NAME_PRINT_MAX 96

/**
 * Where a REDIRECT notify stands: that decides about the nonce (R9.2-9).
 */
enum wire_place_t {
	/** IKE_SA_INIT response: nonce required */
	WIRE_IKE_SA_INIT,
	/** IKE_AUTH response: nonce forbidden */
	WIRE_IKE_AUTH,
	/** INFORMATIONAL request: nonce forbidden */
	WIRE_INFORMATIONAL,
};

/**
 * What the parser says of a notify; each refusal has a name of its own, so
 * that logs and counters tell them apart.
 */
enum wire_verdict_t {
	/** valid */
	WIRE_OK,
	/** Protocol ID is not zero (R9.2-3, R9.3-5) */
	WIRE_PROTOCOL_ID,
	/** SPI size is not zero (R9.2-2, R9.3-4) */
	WIRE_SPI_SIZE,
	/** data ends before the identity does, also draft-05's format (R9.2-6) */
	WIRE_TRUNCATED,
	/** identity type not defined for this notify (R9.2-5, R9.3-7, R12-1) */
	WIRE_IDENT_TYPE,
	/** address with a length other than 4 or 16 octets (R9.2-7) */
	WIRE_ADDRESS_LENGTH,
	/** :: or an address of 0.0.0.0/8 */
	WIRE_ADDRESS_UNSPECIFIED,
	/** multicast address */
	WIRE_ADDRESS_MULTICAST,
	/** limited broadcast, or another address of 240.0.0.0/4 */
	WIRE_ADDRESS_BROADCAST,
	/** loopback address while that is not allowed */
	WIRE_ADDRESS_LOOPBACK,
	/** address of 169.254.0.0/16 or fe80::/10: it means another host on each
	 * link, and the notify has no room to say which link */
	WIRE_ADDRESS_LINK_LOCAL,
	/** IPv4-mapped or IPv4-compatible IPv6 address: must be sent as IPv4 */
	WIRE_ADDRESS_MAPPED,
	/** name without a single octet */
	WIRE_FQDN_EMPTY,
	/** name longer than 253 octets */
	WIRE_FQDN_LENGTH,
	/** label empty, as between two dots, longer than 63 octets, or with a
	 * hyphen at either end */
	WIRE_FQDN_LABEL,
	/** NUL octet in a name */
	WIRE_FQDN_NUL,
	/** octet other than letter, digit, hyphen, underscore and dot */
	WIRE_FQDN_CHARACTER,
	/** last label a number: resolvers take "1.2.3.4", "127.1" and "0x7f.1" for
	 * addresses, and no top-level domain is like that */
	WIRE_FQDN_NUMERIC,
	/** no nonce in IKE_SA_INIT (R9.2-8) */
	WIRE_NONCE_MISSING,
	/** nonce shorter than 16 or longer than 256 octets (R9.2-8) */
	WIRE_NONCE_LENGTH,
	/** nonce or other octets after the identity where none may be (R9.2-9) */
	WIRE_TRAILING_DATA,
	/** number of verdicts */
	WIRE_VERDICT_MAX,
};

/**
 * Names of verdicts, as logs and counters show them ("fqdn-character").
 */
extern enum_name_t *wire_verdict_names;

/**
 * What is wrong, in words for people ("an octet in the name is not ...").
 */
extern enum_name_t *wire_verdict_texts;

/**
 * Octets of a name without the dot at its end, as zones have it (RFC 1034,
 * section 3.1): with and without it a name is the same to lists and tables.
 *
 * @param name			name
 * @return				octets; one dot alone stays
 */
size_t redirect_name_length(chunk_t name);

/**
 * Write the name in the data of a REDIRECT notify that was refused, for a log:
 * octets that do not print are escaped (\x0a), and it ends with "..." if it is
 * too long.
 *
 * @param data			notification data, as it came
 * @param buf			receives the text, empty if the data has no name
 * @return				buf
 */
char *redirect_name_print(chunk_t data, char buf[WIRE_NAME_PRINT_MAX]);

/**
 * Parse the notification data of a REDIRECT notify, RFC 5685 section 9.2.
 *
 * Strict: every deviation is refused by name. One dot at the end of a name is
 * taken off. Does not allocate and takes no
 * locks, may be called from any thread.
 *
 * @param place			message the notify stands in
 * @param protocol		Protocol ID of the notify payload
 * @param spi_size		SPI size of the notify payload, in octets
 * @param data			notification data
 * @param loopback		TRUE to allow loopback addresses
 * @param id			receives the gateway, undefined unless WIRE_OK
 * @param nonce			receives the nonce as part of data (not cloned), empty if
 *						place is not WIRE_IKE_SA_INIT; may be NULL
 * @return				WIRE_OK, or why the notify is refused
 */
wire_verdict_t redirect_notify_parse(wire_place_t place, uint8_t protocol,
									 size_t spi_size, chunk_t data,
									 bool loopback, gateway_identity_t *id,
									 chunk_t *nonce);

/**
 * Parse the notification data of a REDIRECTED_FROM notify, RFC 5685 section
 * 9.3: only addresses (R9.3-7), never a nonce.
 *
 * Does not allocate and takes no locks, may be called from any thread.
 *
 * @param protocol		Protocol ID of the notify payload
 * @param spi_size		SPI size of the notify payload, in octets
 * @param data			notification data
 * @param loopback		TRUE to allow loopback addresses
 * @param id			receives the gateway, undefined unless WIRE_OK
 * @return				WIRE_OK, or why the notify is refused
 */
wire_verdict_t redirected_from_parse(uint8_t protocol, size_t spi_size,
									 chunk_t data, bool loopback,
									 gateway_identity_t *id);

/**
 * Check a REDIRECT_SUPPORTED notify, RFC 5685 section 9.1: Protocol ID and SPI
 * size zero (R9.1-2, R9.1-3) and no data.
 *
 * @return				WIRE_OK, or why the notify is refused
 */
wire_verdict_t redirect_supported_parse(uint8_t protocol, size_t spi_size,
										chunk_t data);

/**
 * Check whether clients can be sent to a gateway, by the rules of the parser.
 *
 * @param id			identity, e.g. from configuration
 * @param loopback		TRUE to allow loopback addresses
 * @return				WIRE_OK, or why every strict client would refuse it
 */
wire_verdict_t redirect_target_check(const gateway_identity_t *id,
									 bool loopback);

/**
 * Write the notification data of a REDIRECT notify.
 *
 * @param id			gateway to redirect to, valid
 * @param nonce			Ni data in IKE_SA_INIT (R3-3), chunk_empty otherwise
 * @param buf			receives the data, WIRE_REDIRECT_MAX octets
 * @return				octets written; 0 if the identity is NONE or the nonce
 *						is neither empty nor of 16 to 256 octets
 */
size_t redirect_notify_write(const gateway_identity_t *id, chunk_t nonce,
							 uint8_t *buf);

/**
 * Write the notification data of a REDIRECTED_FROM notify.
 *
 * @param id			IPv4 or IPv6 address of the original gateway (R9.3-7)
 * @param buf			receives the data, at least 18 octets
 * @return				octets written, 0 if the identity is not an address
 */
size_t redirected_from_write(const gateway_identity_t *id, uint8_t *buf);

#endif /** NOTIFY_DATA_H_ @}*/
