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
 * @defgroup cluster_config cluster_config
 * @{ @ingroup redirect_cluster
 */

#ifndef CLUSTER_CONFIG_H_
#define CLUSTER_CONFIG_H_

#include "probe_config.h"
#include "store_config.h"

typedef struct cluster_config_t cluster_config_t;

/**
 * Options of the room.
 */
struct cluster_config_t {

	/** section probe */
	probe_config_t probe;

	/** section cluster */
	store_config_t *store;

	/** seconds that what is told of loads is believed, 0 for ever */
	uint32_t told_timeout;
};

/**
 * Read the options.
 *
 * @param section		section of the plugin
 * @return				options, NULL with errors added to those of the section
 */
cluster_config_t *cluster_config_read(const config_section_t *section);

/**
 * Destroy options.
 */
void cluster_config_destroy(cluster_config_t *config);

#endif /** CLUSTER_CONFIG_H_ @}*/
