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
 * What tests of the cluster share: gateways, a secret, and records.
 */

#ifndef CLUSTER_FIXTURE_H_
#define CLUSTER_FIXTURE_H_

#include "policy_fixture.h"

#include "cluster/cluster_record.h"

#define CLUSTER_SECRET "sixteen or more characters"

/**
 * Gateways of the cluster.
 */
#define CLUSTER_GATEWAYS "gateways { moon { addresses = 192.0.2.1\n capacity = 100 }\n" \
	"sun { addresses = 192.0.2.2\n capacity = 100 }\n" \
	"mars { addresses = 192.0.2.3\n capacity = 100 } }"

/**
 * A heartbeat of a gateway that drains, with all that one may have.
 */
extern const cluster_heartbeat_t cluster_typical;

/**
 * Write a record with some secret.
 *
 * @param value			receives it, REDIRECT_STORE_VALUE_MAX octets
 * @return				octets, 0 if it does not fit
 */
size_t cluster_fixture_write(const char *secret, cluster_kind_t kind,
							 const char *name, const void *record, char *value);

/**
 * Get the status of a gateway that there is.
 */
gateway_status_t cluster_fixture_status(policy_fixture_t *policy,
										const char *name);

/**
 * Begin and end a test: records need cryptography, log lines charon.
 */
void cluster_fixture_set_up(void);
void cluster_fixture_tear_down(void);

#endif /** CLUSTER_FIXTURE_H_ */
