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
 * @defgroup redis_config redis_config
 * @{ @ingroup redirect_redis
 */

#ifndef REDIS_CONFIG_H_
#define REDIS_CONFIG_H_

#include "redis_options.h"
#include "redis_transport.h"

typedef struct redis_config_t redis_config_t;

/**
 * Options of a store as they are used: copied, parsed and checked. Immutable.
 */
struct redis_config_t {

	/** what the URL says */
	redis_url_t url;

	/** sentinels */
	redis_host_t *sentinels;

	/** number of sentinels, 0 if the store is where the URL says */
	int sentinel_count;

	/** name and password, NULL for none */
	char *username, *password;

	/** how to use TLS, NULL for not */
	redis_tls_t *tls;

	/** name certificates must have, NULL for that of the host */
	char *tls_name;

	/** time between lists, and for an answer, in milliseconds */
	uint32_t interval, timeout;

	/** number of kinds */
	int kind_count;

	/** kinds, and the keys of their hashes */
	char **kinds, **keys;

	/** what the key of any kind begins with, and the channel for changes */
	char *prefix, *channel;
};

/**
 * Take over options.
 *
 * @param options	options of the store
 * @param why		receives what is wrong if NULL is returned
 * @return			configuration, NULL if something is wrong
 */
redis_config_t *redis_config_create(const redirect_store_options_t *options,
									char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Destroy a configuration.
 *
 * @param config	configuration, may be NULL
 */
void redis_config_destroy(redis_config_t *config);

#endif /** REDIS_CONFIG_H_ @}*/
