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
#include "gateway_health.h"
#include "selectors/redirect_selector.h"

/**
 * Sessions or load of the last sample hold, this one is about the other.
 */
#define GATEWAY_AS_TOLD (REDIRECT_SELECTOR_UNKNOWN - 1)

typedef struct gateway_table_t gateway_table_t;
typedef struct gateway_status_t gateway_status_t;
typedef struct gateway_origin_t gateway_origin_t;
typedef struct gateway_view_t gateway_view_t;
typedef struct gateway_takers_t gateway_takers_t;
typedef struct gateway_live_t gateway_live_t;
typedef enum gateway_left_out_t gateway_left_out_t;
typedef enum gateway_source_t gateway_source_t;
typedef enum gateway_value_t gateway_value_t;

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
	/** the client was sent there before and came back */
	GATEWAY_LEFT_RETURNED,
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
 * Where a value of a gateway comes from.
 */
enum gateway_source_t {
	/** strongswan.conf */
	GATEWAY_SOURCE_FILE,
	/** the control socket of this gateway */
	GATEWAY_SOURCE_OPERATOR,
	/** the store of the cluster: the gateway itself, or an order for it */
	GATEWAY_SOURCE_STORE,
	/** this gateway, of itself */
	GATEWAY_SOURCE_SELF,
};

/**
 * Words for gateway_source_t.
 */
extern enum_name_t *gateway_source_names;

/**
 * Values of the file that may be changed at runtime.
 */
enum gateway_value_t {
	GATEWAY_VALUE_STATE,
	GATEWAY_VALUE_WEIGHT,
	GATEWAY_VALUE_CAPACITY,
	GATEWAY_VALUE_MAX,
};

/**
 * Where a value in effect comes from.
 */
struct gateway_origin_t {

	/** value in the file */
	uint32_t file;

	/** gateway_source_t that set the value in effect */
	uint8_t source;

	/** seconds since it was set, and since it became another one by that */
	uint32_t age, unchanged;
};

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

	/** where state, weight and capacity come from, by gateway_value_t */
	gateway_origin_t origins[GATEWAY_VALUE_MAX];

	/** FALSE if it is known not to answer */
	bool up;

	/** gateway_verdict_t: up, down or unknown */
	uint8_t health;

	/** gateway_witness_t that decides it, GATEWAY_WITNESS_MAX if nobody knows */
	uint8_t health_by;

	/** seconds since it is up, down or unknown */
	uint32_t health_age;

	/** gateway_family_t that do not answer, as bits */
	uint8_t families_down;

	/** gateway_verdict_t of each gateway_witness_t */
	uint8_t said[GATEWAY_WITNESS_MAX];

	/** seconds since each gateway_witness_t spoke, of no meaning if it is unknown */
	uint32_t said_age[GATEWAY_WITNESS_MAX];

	/** seconds since it came, or came back; 0 if it has always been there */
	uint32_t since;

	/** sessions at the last sample, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t sessions;

	/** load at the last sample in 1/1000, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t load;

	/** seconds since the older one of sessions and load was told, of those that
	 * are known */
	uint32_t told_age;

	/** gateway_source_t that told them */
	uint8_t told_by;

	/** clients sent there since the last sample */
	uint32_t assigned;

	/** clients sent there since the plugin was loaded */
	uint64_t redirected;
};

/**
 * Gateways by whether a client can be sent there; positions, ascending.
 */
struct gateway_takers_t {

	/** those that take it until the next view, whatever is sent there */
	uint16_t *open;

	/** all others: left out, or able to become full */
	uint16_t *rest;

	/** numbers of both */
	uint16_t open_count, rest_count;
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

	/** gateway_family_t of clients that they take until the next view, whatever is
	 * sent there; zero if left out, or able to become full */
	uint8_t *open;

	/** ids and weights of gateways once more, side by side, and the highest of
	 * the weights */
	uint64_t *ids;
	double *weights, heaviest;

	/** who takes clients that can use these gateway_family_t */
	gateway_takers_t takers[(GATEWAY_IPV4 | GATEWAY_IPV6) + 1];

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
	 * Let a second pass, the table has no other clock. What witnesses said and
	 * what was told of loads expires. A 64th of the clients
	 * sent to each gateway lately is forgotten, so that their number tells of
	 * the last minute. What samples told since is compared with the clients this
	 * gateway sent, to learn how many others send.
	 *
	 * @return				TRUE if views made before are outdated: something was
	 *						set or expired, or a gateway is starting slowly
	 */
	bool (*tick)(gateway_table_t *this);

	/**
	 * Get the second that it is for the table: not before 1.
	 */
	uint32_t (*get_now)(gateway_table_t *this);

	/**
	 * Set how long sessions and loads that were told are believed.
	 *
	 * @param timeout		seconds, 0 for ever
	 */
	void (*set_told_timeout)(gateway_table_t *this, uint32_t timeout);

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
	 * Change state, weight or capacity at runtime. What the store of the cluster
	 * says does not replace what the operator of this gateway said.
	 *
	 * @param name			name of the gateway
	 * @param state			gateway_state_t, -1 not to change it
	 * @param weight		weight, -1 not to change it
	 * @param capacity		capacity, -1 not to change it
	 * @param source		who wants it
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*set)(gateway_table_t *this, const char *name, int state,
				int64_t weight, int64_t capacity, gateway_source_t source);

	/**
	 * Carry out an order from the store about this gateway: what its operator set
	 * since the order was given is kept, and nothing else.
	 *
	 * @param name			name of the gateway
	 * @param state			see set()
	 * @param weight		see set()
	 * @param capacity		see set()
	 * @param age			seconds since it was given
	 * @return				FALSE if there is no such gateway
	 */
	bool (*order)(gateway_table_t *this, const char *name, int state,
				  int64_t weight, int64_t capacity, uint32_t age);

	/**
	 * Forget what was set and told at runtime: values are those of the file, what
	 * the operator said of its health and what was told of its load is unknown.
	 *
	 * @param name			name of the gateway
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*reset)(gateway_table_t *this, const char *name);

	/**
	 * Tell whether a gateway works, as one of several witnesses, see
	 * gateway_health_verdict(). Views made before are outdated if the verdict
	 * changed: see policy_engine_t.refresh(), which a tick calls in any case.
	 *
	 * That a gateway is up expires like told loads if the operator says it: a
	 * script that stops to look must not keep a dead gateway up for ever.
	 *
	 * @param name			name of the gateway
	 * @param witness		who says so
	 * @param verdict		what is said, GATEWAY_UNKNOWN to take it back
	 * @param ttl			seconds it holds, 0 until something else is said
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*testify)(gateway_table_t *this, const char *name,
					gateway_witness_t witness, gateway_verdict_t verdict,
					uint32_t ttl);

	/**
	 * Tell that no address of a family of a gateway answers, though the gateway
	 * works.
	 *
	 * @param name			name of the gateway
	 * @param families		gateway_family_t as bits, 0 if all answer
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*set_families_down)(gateway_table_t *this, const char *name,
							  uint8_t families);

	/**
	 * Whether a gateway was shown to work after a moment, and is not known to be
	 * down since. The proof is newer than the moment by the table's clock, so one
	 * in the same second does not count.
	 *
	 * @param name			name of the gateway
	 * @param since			second got by get_now()
	 * @param by			receives who showed it last; may be NULL
	 * @return				FALSE if nobody showed it, or it is down now
	 */
	bool (*is_alive_since)(gateway_table_t *this, const char *name,
						   uint32_t since, gateway_witness_t *by);

	/**
	 * Report a sample of a gateway's load; clients assigned since are counted from
	 * zero again, for sessions and load apart.
	 *
	 * @param name			name of the gateway
	 * @param sessions		sessions, REDIRECT_SELECTOR_UNKNOWN, or
	 *						GATEWAY_AS_TOLD if the last sample still holds
	 * @param load			load in 1/1000, or the same
	 * @param source		who tells
	 * @return				FALSE if no configuration ever had that name
	 */
	bool (*set_load)(gateway_table_t *this, const char *name,
					 uint32_t sessions, uint32_t load, gateway_source_t source);

	/**
	 * Destroy the table; no view may be left.
	 */
	void (*destroy)(gateway_table_t *this);
};

/**
 * Have the processor fetch what gateway_live_assign() needs. Any thread, hot path.
 *
 * @param live			from a view
 */
void gateway_live_expect(gateway_live_t *live);

/**
 * Count a client that a gateway was chosen for. Any thread, hot path.
 *
 * @param live			from a view
 * @param redirected	TRUE if it is sent there, FALSE if it is there already
 * @param proven		TRUE if the client has shown to be at its address; of others
 *						only some count
 */
void gateway_live_assign(gateway_live_t *live, bool redirected, bool proven);

/**
 * Clients that were sent to a gateway since the last sample of its sessions.
 *
 * @param live			from a view
 */
uint32_t gateway_live_assigned(const gateway_live_t *live);

/**
 * Note that a client with proven identity came back from a gateway again and
 * again; if enough different ones do, it is taken for down
 * (GATEWAY_WITNESS_RETURNS). Any thread, hot path.
 *
 * @param live			from a view
 * @param client		hash of what identifies the client, not 0
 */
void gateway_live_returned(gateway_live_t *live, uint64_t client);

/**
 * Check whether a gateway of a view can become full before the next view.
 *
 * @param view			view
 * @param i				position of the gateway
 */
static inline bool gateway_view_can_fill(const gateway_view_t *view, int i)
{
	return view->gateways[i].capacity &&
		   view->gateways[i].sessions != REDIRECT_SELECTOR_UNKNOWN;
}

/**
 * Destroy a view.
 */
void gateway_view_destroy(gateway_view_t *view);

/**
 * Create an empty table.
 */
gateway_table_t *gateway_table_create();

#endif /** GATEWAY_TABLE_H_ @}*/
