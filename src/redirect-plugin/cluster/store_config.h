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
 * @defgroup store_config store_config
 * @{ @ingroup redirect_cluster
 */

#ifndef STORE_CONFIG_H_
#define STORE_CONFIG_H_

#include "cluster_join.h"
#include "redirect_store.h"
#include "utils/config_options.h"

typedef struct store_config_t store_config_t;

/**
 * Where gateways share what they know: section cluster.
 */
struct store_config_t {

	/** where the store is, NULL for none */
	char *url;

	/** who knows where it is, NULL for nobody */
	array_t *sentinels;

	/** what keys begin with */
	char *prefix;

	/** name and password, or the file it is in; NULL for none */
	char *username, *password, *password_file;

	/** secret of the cluster, or the file it is in */
	char *secret, *secret_file;

	/** files with authorities, certificate and key; name of the store */
	char *tls_ca, *tls_certificate, *tls_key, *tls_name;

	/** seconds between heartbeats, for an answer, and that loads are believed */
	uint32_t interval, timeout, stale;

	/** gateways that may drain at a time */
	uint32_t max_draining;

	/** who may join without being named */
	cluster_join_t join;
};

/**
 * Read the section, and the files that it names.
 *
 * @param section		section of the plugin
 * @return				options, NULL with errors added to those of the section
 */
store_config_t *store_config_read(const config_section_t *section);

/**
 * Create a store.
 *
 * @param config		options with a URL
 * @param create		constructor, e.g. of the registry
 * @param data			passed to it
 * @param sink			who is told
 * @param kinds			kinds of records lists are wanted of, ends with NULL
 * @param why			receives what is wrong if NULL is returned
 */
redirect_store_t *store_config_open(const store_config_t *config,
		redirect_store_t *(*create)(void *data,
									redirect_store_options_t *options,
									const redirect_store_sink_t *sink, char *why),
		void *data, const redirect_store_sink_t *sink,
		const char *const *kinds, char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Whether two configurations are the same, as far as the store goes.
 */
bool store_config_equals(const store_config_t *a, const store_config_t *b);

/**
 * Destroy options, secrets are wiped.
 */
void store_config_destroy(store_config_t *config);

#endif /** STORE_CONFIG_H_ @}*/
