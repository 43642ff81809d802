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
 * @defgroup probe_target probe_target
 * @{ @ingroup redirect_cluster
 *
 * An address of a gateway that is probed: when, and what came of it. Plain data
 * without locks; times are milliseconds of the monotonic clock.
 */

#ifndef PROBE_TARGET_H_
#define PROBE_TARGET_H_

#include "probe_config.h"
#include "gateways/gateway_health.h"
#include "utils/ip_address.h"
#include "wire/gateway_identity.h"

typedef struct probe_target_t probe_target_t;

/**
 * Most addresses of a name that are probed, one after the other.
 */
#define PROBE_ADDRESSES_MAX 4

/**
 * A target.
 */
struct probe_target_t {

	/** address or name in the configuration */
	gateway_identity_t identity;

	/** addresses that are probed: of a name all, in turn until one answers */
	ip_address_t addresses[PROBE_ADDRESSES_MAX];

	/** number of addresses, 0 while a name is not resolved */
	int count;

	/** address that is asked now, or next */
	int current;

	/** SPI of the probe that waits for an answer, 0 if there is none */
	uint64_t spi;

	/** when the next probe is sent, or the answer to the last is missing */
	uint64_t due;

	/** when the name is looked up again */
	uint64_t resolve;

	/** TRUE while it is looked up */
	bool resolving;

	/** TRUE if it is an address of this host, so that it is not probed */
	bool own;

	/** gateway_verdict_t */
	uint8_t verdict;

	/** answers in a row that speak against the verdict */
	uint32_t row;
};

/**
 * Note that a probe is under way.
 *
 * @param target		target, not waiting for an answer
 * @param spi			its SPI
 */
void probe_target_sent(probe_target_t *target, const probe_config_t *config,
					   uint64_t spi, uint64_t now);

/**
 * Note that the answer is there, or that it did not come in time. The first
 * answer, if it is known neither to be up nor down, shows that it is up; fall
 * answers that are missing that it is down; and rise answers that a target that
 * was down is up. As long as answers speak against what is known the next probe
 * follows after the timeout instead of the interval, so that a gateway that dies
 * is found in one interval and fall timeouts.
 *
 * @param answered		TRUE if it came
 * @param interval		milliseconds until the next probe
 * @return				TRUE if the verdict changed
 */
bool probe_target_result(probe_target_t *target, const probe_config_t *config,
						 bool answered, uint32_t interval, uint64_t now);

/**
 * Note that no probe could be sent, so that nothing is known.
 *
 * @param interval		milliseconds until the next try
 * @return				TRUE if the verdict changed
 */
bool probe_target_failed(probe_target_t *target, uint32_t interval,
						 uint64_t now);

#endif /** PROBE_TARGET_H_ @}*/
