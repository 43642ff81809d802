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
 * @defgroup redis_options redis_options
 * @{ @ingroup redirect_cluster
 *
 * What options of a store in Redis or Valkey say. They are judged where the
 * configuration is read, so that a wrong one is refused whether or not the plugin
 * that offers such stores is loaded; that plugin is built with this file, too.
 */

#ifndef REDIS_OPTIONS_H_
#define REDIS_OPTIONS_H_

#include "redirect_store.h"

typedef struct redis_host_t redis_host_t;
typedef struct redis_url_t redis_url_t;

/**
 * Longest name of a host, with the final zero (RFC 1035, section 2.3.4).
 */
#define REDIS_HOST_MAX 256

/**
 * Longest prefix of keys.
 */
#define REDIS_PREFIX_MAX 63

/**
 * Ports a store and a sentinel listen on if none is given.
 */
#define REDIS_PORT 6379
#define REDIS_SENTINEL_PORT 26379

/**
 * A host with a port.
 */
struct redis_host_t {

	/** name or address, IPv6 without brackets */
	char name[REDIS_HOST_MAX];

	/** port */
	uint16_t port;
};

/**
 * What a URL says.
 */
struct redis_url_t {

	/** where the store is; with sentinels, the name they know the master by */
	redis_host_t host;

	/** number of the database */
	uint16_t db;

	/** whether to use TLS */
	bool tls;
};

/**
 * Parse host, host:port, address, address:port or [address]:port.
 *
 * @param text		text to parse
 * @param port		port if there is none in text
 * @param host		receives host and port
 * @return			FALSE if text is none of these
 */
bool redis_host_parse(const char *text, uint16_t port, redis_host_t *host);

/**
 * Check whether the scheme of a URL is one of Redis or Valkey.
 *
 * @param scheme	scheme, in lower case
 */
bool redis_scheme_known(const char *scheme);

/**
 * Parse a URL: redis://HOST[:PORT][/DB], or valkey:// the same; rediss:// and
 * valkeys:// use TLS.
 *
 * @param text		URL
 * @param url		receives what it says
 * @param why		receives what is wrong if FALSE is returned
 * @return			FALSE if it is anything else
 */
bool redis_url_parse(const char *text, redis_url_t *url,
					 char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Check whether a word can be the name of a record, or the prefix of keys.
 *
 * @param text		text
 * @param len		its length
 * @param max		longest that is allowed
 * @return			TRUE if it has 1 to max printable characters without spaces
 */
bool redis_word_valid(const char *text, size_t len, size_t max);

/**
 * Check options, and whether they belong together; all but what is in files.
 *
 * @param options	options of the store
 * @param option	receives name of the option that is wrong, as in section
 *					cluster, if FALSE is returned
 * @param why		receives what is wrong if FALSE is returned
 * @return			FALSE if one is not allowed
 */
bool redis_options_check(const redirect_store_options_t *options,
						 const char **option, char why[REDIRECT_STORE_WHY_MAX]);

#endif /** REDIS_OPTIONS_H_ @}*/
