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
 * @defgroup probe_roster probe_roster
 * @{ @ingroup redirect_cluster
 *
 * Which gateways are probed, and at which addresses: those of the policy that is
 * in force, as far as it is up to this one. Only for prober.c: its mutex is held.
 */

#ifndef PROBE_ROSTER_H_
#define PROBE_ROSTER_H_

#include "probe_config.h"
#include "probed_gateway.h"
#include "prober.h"
#include "initiator/initiator_resolver.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>

typedef struct probe_roster_t probe_roster_t;

/**
 * The gateways.
 */
struct probe_roster_t {

	/** has them */
	policy_engine_t *engine;

	/** whether an address is of this host */
	prober_is_own_t is_own;

	/** as configured */
	const probe_config_t *config;

	/** TRUE if others share what they find out */
	bool shared;

	/** is told of one that is not probed anymore, and has no verdict now */
	void (*forgotten)(void *data, probed_gateway_t *gateway);
	void *data;

	/** is taken by threads that resolve names */
	mutex_t *mutex;

	/** resolves names */
	initiator_resolver_t *resolver;

	/** name => probed_gateway_t */
	hashtable_t *known;

	/** all of known, in no order; the number of one may change with each sync */
	probed_gateway_t **gateways;
	int count;

	/** policy they were taken from, only to see that it changed, and when to look at
	 * it in any case: 0 for at once */
	const policy_t *policy;
	uint64_t sync;

	/** whether clients may be sent to loopback addresses */
	bool loopback;
};

/**
 * Make a roster ready whose members up to the mutex are filled in.
 */
void probe_roster_init(probe_roster_t *this);

/**
 * Take over which gateways there are, if that may have changed.
 */
void probe_roster_sync(probe_roster_t *this, uint64_t now);

/**
 * Look the name of a target up, if it has one and it is time.
 */
void probe_roster_resolve(probe_roster_t *this, probed_gateway_t *gateway,
						  probe_target_t *target, uint64_t now);

/**
 * A random number, 0 to max - 1.
 */
uint64_t probe_roster_random(uint64_t max);

/**
 * Forget all; the mutex is not held, as threads that resolve names are waited for.
 */
void probe_roster_deinit(probe_roster_t *this);

#endif /** PROBE_ROSTER_H_ @}*/
