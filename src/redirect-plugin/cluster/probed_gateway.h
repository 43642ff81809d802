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
 * @defgroup probed_gateway probed_gateway
 * @{ @ingroup redirect_cluster
 *
 * A gateway that is probed, only for prober.c: its mutex is held.
 */

#ifndef PROBED_GATEWAY_H_
#define PROBED_GATEWAY_H_

#include "probe_target.h"
#include "gateways/gateway.h"
#include "wire/ike_probe.h"

typedef struct probed_gateway_t probed_gateway_t;

/**
 * Most addresses and names of a gateway that are probed.
 */
#define PROBE_TARGETS_MAX 4

/**
 * A gateway that is probed.
 */
struct probed_gateway_t {

	/** its name */
	char name[REDIRECT_NAME_MAX];

	/** ike_probe_kind_t */
	int kind;

	/** its addresses and names that may be probed */
	probe_target_t targets[PROBE_TARGETS_MAX];

	/** number of targets */
	int count;

	/** gateway_verdict_t: up if a target is, down if all that are known are */
	uint8_t verdict;

	/** gateway_family_t with targets that are all down, as bits */
	uint8_t families_down;

	/** TRUE while the configuration has it, and it is up to us to probe it */
	bool wanted;
};

/**
 * Create what is kept of a gateway of which nothing is known.
 *
 * @param gateway		gateway as configured
 * @param due			when it is probed first, milliseconds
 */
probed_gateway_t *probed_gateway_create(const gateway_t *gateway, uint64_t due);

/**
 * Whether a gateway is still configured as it was.
 */
bool probed_gateway_fits(const probed_gateway_t *this, const gateway_t *gateway);

/**
 * Combine what is known of the targets.
 *
 * @return				TRUE if verdict or families_down changed
 */
bool probed_gateway_judge(probed_gateway_t *this);

#endif /** PROBED_GATEWAY_H_ @}*/
