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
 * @defgroup policy policy
 * @{ @ingroup redirect_policy
 */

#ifndef POLICY_H_
#define POLICY_H_

#include "rule.h"
#include "rule_index.h"
#include "gateways/gateway_joined.h"
#include "gateways/overload_marks.h"

typedef struct policy_t policy_t;
typedef struct policy_address_t policy_address_t;

/**
 * Most rules in a configuration.
 */
#define RULES_MAX 4096

/**
 * Longest time a client may be sticky, in seconds.
 */
#define STICKY_MAX (30 * 86400)

/**
 * An address of a gateway, to find the gateway by it.
 */
struct policy_address_t {

	/** address */
	ip_address_t address;

	/** position of its gateway */
	uint16_t gateway;
};

/**
 * Gateways and rules as configured, checked as a whole: immutable.
 */
struct policy_t {

	/** gateways in the order of the file, then those that joined */
	gateway_t *gateways;

	/** number of gateways */
	uint16_t gateway_count;

	/** position of this gateway, -1 if not configured */
	int self;

	/** rules in the order of the file */
	rule_t *rules;

	/** number of rules */
	uint16_t rule_count;

	/** finds the rule about a client, NULL while rules are read */
	rule_index_t *index;

	/** pseudo rule for clients that have to go without one: all gateways, and
	 * the selector of the configuration */
	rule_t others;

	/** when this gateway is overloaded */
	overload_marks_t overload;

	/** seconds a client gets the gateway it had, 0 if it does not */
	uint32_t sticky;

	/** seconds over which a gateway that comes back gets its weight */
	uint32_t slow_start;

	/** how often a client that was redirected here may be sent onward */
	uint32_t max_hops;

	/** after how many returns of itself a client is not sent to the same gateway
	 * again, 0 for never */
	uint32_t max_returns;

	/** seconds clients wait for connections that are not loaded yet, 0 if they
	 * are refused */
	uint32_t wait_for_connections;

	/** TRUE to redirect and refuse nobody, but tell what would be done */
	bool dry_run;

	/** anycast addresses (section 4), NULL if there is none */
	ip_set_t *anycast;

	/** TRUE to allow loopback addresses */
	bool loopback;

	/** addresses of all gateways, sorted */
	policy_address_t *addresses;

	/** number of addresses */
	size_t address_count;
};

/**
 * Read a policy from the section of the plugin.
 *
 * @param section		section charon.plugins.redirect; errors are added to
 *						those of it
 * @param registry		selectors
 * @param joined		gateways that joined, copied; may be NULL
 * @param unknown		receives TRUE if a selector is named that is not
 *						registered (yet)
 * @return				policy, NULL if there was an error
 */
policy_t *policy_create(const config_section_t *section,
						selector_registry_t *registry,
						const gateways_joined_t *joined, bool *unknown);

/**
 * Find the gateway that has an address. O(log n), any thread, hot path.
 *
 * @param policy		policy
 * @param address		address
 * @return				position of the gateway, -1 if there is none
 */
int policy_find_gateway(const policy_t *policy, const ip_address_t *address);

/**
 * Check whether a policy uses a selector.
 *
 * @param policy		policy, may be NULL
 * @param selector		name of the selector
 * @return				TRUE if one of its rules does
 */
bool policy_uses_selector(const policy_t *policy, const char *selector);

/**
 * Destroy a policy.
 *
 * @param policy		policy, may be NULL
 */
void policy_destroy(policy_t *policy);

#endif /** POLICY_H_ @}*/
