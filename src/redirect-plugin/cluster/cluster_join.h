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
 * @defgroup cluster_join cluster_join
 * @{ @ingroup redirect_cluster
 *
 * Section members of section cluster: which gateways may join a fleet through the
 * store, without being named in the configuration.
 */

#ifndef CLUSTER_JOIN_H_
#define CLUSTER_JOIN_H_

#include "cluster_record.h"
#include "gateways/gateway_joined.h"

typedef struct cluster_join_t cluster_join_t;

/**
 * Options of the section.
 */
struct cluster_join_t {

	/** patterns, one of which the name has to match; NULL if nobody may join */
	array_t *names;

	/** what all addresses have to be part of */
	ip_set_t *subnets;

	/** seconds after which a gateway that does not write anymore is forgotten */
	uint32_t forget;
};

/**
 * Read the section.
 *
 * @param section		section cluster
 * @param join			filled in, see cluster_join_clear()
 * @return				FALSE with errors added to those of the section
 */
bool cluster_join_read(const config_section_t *section, cluster_join_t *join);

/**
 * Make a gateway of what it tells of itself, if it may join.
 *
 * @param join			options
 * @param name			name of the record
 * @param heartbeat		its content, proven
 * @param gateway		filled in, see gateway_clear(); NULL only to ask
 * @return				FALSE if its name or an address is not of a member
 */
bool cluster_join_create(const cluster_join_t *join, const char *name,
						 const cluster_heartbeat_t *heartbeat,
						 gateway_t *gateway);

/**
 * Free options.
 */
void cluster_join_clear(cluster_join_t *join);

#endif /** CLUSTER_JOIN_H_ @}*/
