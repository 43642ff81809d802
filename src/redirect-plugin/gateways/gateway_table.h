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
 * @defgroup gateway_table gateway_table
 * @{ @ingroup redirect_gateways
 */

#ifndef GATEWAY_TABLE_H_
#define GATEWAY_TABLE_H_

#include "gateway.h"
#include "selectors/redirect_selector.h"

typedef struct gateway_table_t gateway_table_t;
typedef struct gateway_status_t gateway_status_t;
typedef struct gateway_view_t gateway_view_t;
typedef struct gateway_live_t gateway_live_t;
typedef enum gateway_left_out_t gateway_left_out_t;

/**
 * Why a gateway is left out when one is chosen.
 */
enum gateway_left_out_t {
	/** it is not */
	GATEWAY_CANDIDATE,
	/** state is disabled */
	GATEWAY_LEFT_DISABLED,
	/** state is drain */
	GATEWAY_LEFT_DRAINING,
	/** it does not answer */
	GATEWAY_LEFT_DOWN,
	/** it has all the sessions it is made for */
	GATEWAY_LEFT_FULL,
	/** its weight is zero */
	GATEWAY_LEFT_WEIGHT,
	/** it is this gateway */
	GATEWAY_LEFT_SELF,
	/** the client was redirected from there (R3-9) */
	GATEWAY_LEFT_FROM,
	/** it has no address the client can use */
	GATEWAY_LEFT_FAMILY,
	/** the question is limited to others */
	GATEWAY_LEFT_SCOPE,
	/** number of reasons */
	GATEWAY_LEFT_MAX,
};

/**
 * Words for gateway_left_out_t.
 */
extern enum_name_t *gateway_left_out_names;

/**
 * What is known of a gateway and may differ from its configuration.
 */
struct gateway_status_t {

	/** gateway_state_t in effect */
	int state;

	/** weight in effect */
	uint32_t weight;

	/** capacity in effect, 0 if not limited */
	uint32_t capacity;

	/** FALSE if it is known not to answer */
	bool up;

	/** seconds since it came, or came back; 0 if it has always been there */
	uint32_t since;

	/** sessions at the last sample, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t sessions;

	/** load at the last sample in 1/1000, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t load;

	/** clients sent there since the last sample */
	uint32_t assigned;

	/** clients sent there since the plugin was loaded */
	uint64_t redirected;
};

/**
 * All gateways of a configuration at a moment, for decisions: immutable but for
 * the counters that live holds. Arrays have the order of the configuration.
 */
struct gateway_view_t {

	/** number of gateways */
	uint16_t count;

	/** gateways as selectors see them */
	redirect_selector_gateway_t *gateways;

	/** by what the loads of those that take clients can be compared */
	redirect_selector_known_t known;

	/** clients that reach a gateway for each one that this gateway sends */
	double others;

	/** gateway_left_out_t for every client, GATEWAY_CANDIDATE for most */
	uint8_t *left_out;

	/** gateway_family_t of their addresses */
	uint8_t *families;

	/** counters, owned by the table */
	gateway_live_t **live;
};

/**
 * What outlives configurations: states set at runtime, loads, counters. Known by
 * name; a gateway that leaves the configuration is remembered, for its return.
 *
 * Thread-safe. Everything but gateway_live_assign() takes a mutex and belongs
 * into jobs, not into hooks or hot paths.
 */
struct gateway_table_t {

	/**
	 * Make a view of gateways. A value set at runtime holds until the file
	 * changes the same value.
	 *
	 * A gateway that comes up, comes back from drain or disabled, or is new
	 * while others are known, gets its weight linearly over slow_start.
	 *
	 * @param gateways		gateways of a configuration, that has to outlive the
	 *						view
	 * @param count			number of gateways
	 * @param slow_start	seconds, 0 for all the weight at once
	 * @return				view, see gateway_view_destroy()
	 */
	gateway_view_t *(*create_view)(gateway_table_t *this,
								   const gateway_t *gateways, uint16_t count,
								   uint32_t slow_start);

	/**
	 * Let a second pass, the table has no other clock. A 64th of the clients
	 * sent to each gateway lately is forgotten, so that their number tells of
	 * the last minute. What samples told since is compared with the clients this
	 * gateway sent, to learn how many others send.
	 *
	 * @return				TRUE if views made before are outdated: something was
	 *						set, or a gateway is starting slowly
	 */
	bool (*tick)(gateway_table_t *this);

	/**
	 * Get what is known of a gateway.
	 *
	 * @param name			name of the gateway
	 * @param status		receives what is known
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*get_status)(gateway_table_t *this, const char *name,
					   gateway_status_t *status);

	/**
	 * Change state, weight or capacity at runtime.
	 *
	 * @param name			name of the gateway
	 * @param state			gateway_state_t, -1 not to change it
	 * @param weight		weight, -1 not to change it
	 * @param capacity		capacity, -1 not to change it
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*set)(gateway_table_t *this, const char *name, int state,
				int64_t weight, int64_t capacity);

	/**
	 * Tell whether a gateway answers.
	 *
	 * @param name			name of the gateway
	 * @param up			FALSE if it does not
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*set_up)(gateway_table_t *this, const char *name, bool up);

	/**
	 * Report a sample of a gateway's load; clients assigned are counted from
	 * zero again.
	 *
	 * @param name			name of the gateway
	 * @param sessions		sessions, or REDIRECT_SELECTOR_UNKNOWN
	 * @param load			load in 1/1000, or REDIRECT_SELECTOR_UNKNOWN
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*set_load)(gateway_table_t *this, const char *name,
					 uint32_t sessions, uint32_t load);

	/**
	 * Destroy the table; no view may be left.
	 */
	void (*destroy)(gateway_table_t *this);
};

/**
 * Count a client that a gateway was chosen for. Any thread, hot path.
 *
 * @param live			from a view
 * @param redirected	TRUE if it is sent there, FALSE if it is there already
 */
void gateway_live_assign(gateway_live_t *live, bool redirected);

/**
 * Destroy a view.
 */
void gateway_view_destroy(gateway_view_t *view);

/**
 * Create an empty table.
 */
gateway_table_t *gateway_table_create();

#endif /** GATEWAY_TABLE_H_ @}*/
