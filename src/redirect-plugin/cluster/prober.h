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
 * @defgroup prober prober
 * @{ @ingroup redirect_cluster
 */

#ifndef PROBER_H_
#define PROBER_H_

#include "probe_config.h"
#include "policy/policy_engine.h"

typedef struct prober_t prober_t;
typedef struct prober_stats_t prober_stats_t;

/**
 * What became of probes, since the plugin was loaded.
 */
struct prober_stats_t {

	/** gateways that are probed now */
	uint32_t gateways;

	/** probes that were sent, and that could not be sent */
	uint64_t sent, failed;

	/** probes that were answered, and that were not */
	uint64_t answered, missed;

	/** datagrams that are no answer to a probe */
	uint64_t foreign;
};

/**
 * Asks the other gateways whether they work, and tells the table of gateways.
 *
 * Probes go to port 500 of the addresses and names of the configuration, nowhere
 * else, and not to addresses of this host. They come from a port of their own:
 * a gateway takes clients behind NATs, which have any port, so any firewall that
 * lets clients in lets probes in, and nothing of charon's sockets is touched. An
 * answer is matched by SPI, address and port. A gateway works if one of its
 * addresses answers; a family none of whose addresses does is not given to
 * clients of that family.
 *
 * Thread-safe. Nothing blocks: sockets are watched by charon's watcher, names are
 * resolved in threads of the resolver, one job does the rest.
 */
struct prober_t {

	/**
	 * Take over a configuration.
	 */
	void (*configure)(prober_t *this, const probe_config_t *config);

	/**
	 * Tell whether other gateways share what they find out, so that this one has
	 * to probe some only, see probe_share_mine(). Without, a gateway with more
	 * than PROBE_SHARE_MAX others probes them all, but less often.
	 */
	void (*set_shared)(prober_t *this, bool shared);

	/**
	 * Open sockets and begin, with the first policy that is in force.
	 */
	void (*start)(prober_t *this);

	/**
	 * Close sockets; no job of it does anything afterwards.
	 */
	void (*stop)(prober_t *this);

	/**
	 * Get what a gateway was found to be by the probes of this one.
	 *
	 * @param name			name of the gateway
	 * @return				GATEWAY_UNKNOWN if it is not probed, or just begun
	 */
	gateway_verdict_t (*get_verdict)(prober_t *this, const char *name);

	/**
	 * Get the names of gateways that the probes of this one found to be something.
	 *
	 * @param verdict		GATEWAY_UP or GATEWAY_DOWN
	 * @param names			receives names with commas between, as many as fit
	 * @param size			size of names
	 */
	void (*list)(prober_t *this, gateway_verdict_t verdict, char *names,
				 size_t size);

	/**
	 * Get what became of probes.
	 */
	void (*get_stats)(prober_t *this, prober_stats_t *stats);

	/**
	 * Destroy the prober, once stopped and without jobs.
	 */
	void (*destroy)(prober_t *this);
};

/**
 * Find out whether an address is one of this host.
 */
typedef bool (*prober_is_own_t)(const ip_address_t *address);

/**
 * Create a prober that probes nothing until it is configured and started.
 *
 * @param engine		has the gateways, outlives it
 * @param table			is told, outlives it
 * @param port			UDP port that is probed, 500
 * @param is_own		whether an address is of this host, NULL to ask charon
 */
prober_t *prober_create(policy_engine_t *engine, gateway_table_t *table,
						uint16_t port, prober_is_own_t is_own);

#endif /** PROBER_H_ @}*/
