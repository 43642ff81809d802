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
 * @defgroup redirect_selector redirect_selector
 * @{ @ingroup redirect_selectors
 *
 * How a gateway is picked out of several. This header is installed, so that
 * other plugins can offer selectors of their own; it depends on nothing but
 * the C library.
 */

#ifndef REDIRECT_SELECTOR_H_
#define REDIRECT_SELECTOR_H_

#include <stdbool.h>
#include <stdint.h>

typedef struct redirect_selector_t redirect_selector_t;
typedef struct redirect_selector_gateway_t redirect_selector_gateway_t;
typedef struct redirect_selector_request_t redirect_selector_request_t;
typedef struct redirect_selector_view_t redirect_selector_view_t;
typedef struct redirect_selector_options_t redirect_selector_options_t;
typedef struct redirect_selector_registry_t redirect_selector_registry_t;
typedef enum redirect_selector_known_t redirect_selector_known_t;

/**
 * Version of this interface. Gateways come in an array, so even a member that
 * is added to them changes the number; members at the end of a view do not.
 */
#define REDIRECT_SELECTOR_API 1

/**
 * Name the registry is found by: lib->get(lib, REDIRECT_SELECTOR_REGISTRY).
 * A plugin that offers a selector declares
 * PLUGIN_DEPENDS(CUSTOM, REDIRECT_SELECTOR_REGISTRY).
 */
#define REDIRECT_SELECTOR_REGISTRY "redirect-selectors"

/**
 * Value of sessions and load as long as nothing is known of them.
 */
#define REDIRECT_SELECTOR_UNKNOWN UINT32_MAX

/**
 * A gateway as selectors see it. Immutable, but for what assigned points to.
 */
struct redirect_selector_gateway_t {

	/** name in the configuration */
	const char *name;

	/** hash of the name, the same on every gateway */
	uint64_t id;

	/** weight in effect, at least 1; grows while the gateway starts slowly */
	uint32_t weight;

	/** what its load is relative to, at least 1: capacity if all gateways have
	 * one, weight otherwise; grows while the gateway starts slowly */
	uint32_t size;

	/** sessions it is made for, 0 if not limited */
	uint32_t capacity;

	/** sessions it had at the last sample, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t sessions;

	/** load at the last sample in 1/1000, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t load;

	/** group of selector priority, the smallest is taken first */
	uint32_t priority;

	/** clients this gateway sent there since the last sample; other threads
	 * add to it: read it with redirect_selector_assigned() */
	const uint32_t *assigned;

	/** clients this gateway sent there in about the last minute, each of them
	 * counts less with every second; read it with redirect_selector_recent() */
	const uint32_t *recent;
};

/**
 * What selectors may know of a client.
 */
struct redirect_selector_request_t {

	/** hash of what identifies the client over its connections (by default the
	 * source address), the same on every gateway */
	uint64_t client;

	/** hash of this connection attempt, the same for retransmissions */
	uint64_t request;
};

/**
 * By what the loads of gateways can be compared: what is known of all that take
 * clients.
 */
enum redirect_selector_known_t {
	/** nothing but the clients that were sent there lately */
	REDIRECT_SELECTOR_KNOWN_RECENT,
	/** load, and clients that were sent there since */
	REDIRECT_SELECTOR_KNOWN_LOAD,
	/** sessions, and clients that were sent there since */
	REDIRECT_SELECTOR_KNOWN_SESSIONS,
};

/**
 * The gateways a selector picks one of.
 */
struct redirect_selector_view_t {

	/** all gateways of the configuration */
	const redirect_selector_gateway_t *gateways;

	/** positions in gateways of those that can be picked, ascending */
	const uint16_t *candidates;

	/** number of candidates, at least 1 */
	uint16_t count;

	/** by what their loads can be compared */
	redirect_selector_known_t known;

	/** clients that reach a gateway for each one that this gateway sends there,
	 * as others send clients, too: at least 1, learned from samples */
	double others;

	/** ids of all gateways once more, side by side; NULL if not known */
	const uint64_t *ids;

	/** weights of all gateways, likewise, and the highest of them */
	const double *weights;
	double heaviest;
};

/**
 * Options of the section a selector is named in.
 */
struct redirect_selector_options_t {

	/** REDIRECT_SELECTOR_API of the plugin that calls */
	uint32_t api;

	/** no gateway above this per cent of its share, above 100; 0 if off */
	uint32_t balance_factor;
};

/**
 * A selector, as it is used by one rule.
 */
struct redirect_selector_t {

	/**
	 * TRUE if the same request and view always give the same answer. If not,
	 * the plugin remembers the answer for retransmissions of the request.
	 */
	bool pure;

	/**
	 * Pick a gateway. Called by any thread and by several at once, on the hot
	 * path: must neither wait, allocate nor log.
	 *
	 * @param this		this selector
	 * @param request	what is known of the client
	 * @param view		gateways to pick from, valid during the call only
	 * @return			index into view->candidates; anything outside of it is
	 *					counted as a failure, and the client is served
	 */
	int (*select)(redirect_selector_t *this,
				  const redirect_selector_request_t *request,
				  const redirect_selector_view_t *view);

	/**
	 * Destroy the selector; no thread uses it anymore.
	 */
	void (*destroy)(redirect_selector_t *this);
};

/**
 * Constructor of a selector, called whenever a configuration is loaded.
 *
 * @param options		options, valid during the call only
 * @return				selector, NULL if it cannot be created
 */
typedef redirect_selector_t *(*redirect_selector_create_t)(
								const redirect_selector_options_t *options);

/**
 * Where selectors are registered.
 */
struct redirect_selector_registry_t {

	/**
	 * Offer a selector. Configurations that name it can use it from then on.
	 * Not from hooks: waits for decisions that are being made.
	 *
	 * @param this		this registry
	 * @param name		name in strongswan.conf, copied
	 * @param api		REDIRECT_SELECTOR_API of the caller
	 * @param create	constructor
	 * @return			FALSE if the name is taken or the API does not fit
	 */
	bool (*add)(redirect_selector_registry_t *this, const char *name,
				uint32_t api, redirect_selector_create_t create);

	/**
	 * Withdraw a selector. When this returns no selector made by its
	 * constructor is left; if one was in use every client is served until the
	 * configuration is loaded again. Not from hooks.
	 *
	 * @param this		this registry
	 * @param name		name it was added with
	 */
	void (*remove)(redirect_selector_registry_t *this, const char *name);
};

/**
 * Clients sent to a gateway since the last sample.
 */
static inline uint32_t redirect_selector_assigned(
								const redirect_selector_gateway_t *gateway)
{
	return __atomic_load_n(gateway->assigned, __ATOMIC_RELAXED);
}

/**
 * Clients sent to a gateway in about the last minute.
 */
static inline uint32_t redirect_selector_recent(
								const redirect_selector_gateway_t *gateway)
{
	return __atomic_load_n(gateway->recent, __ATOMIC_RELAXED);
}

/**
 * What redirect_selector_mix() multiplies with, and what it adds to the second
 * hash for the first one.
 */
#define REDIRECT_SELECTOR_MIX_FIRST 0xbf58476d1ce4e5b9ULL
#define REDIRECT_SELECTOR_MIX_SECOND 0x94d049bb133111ebULL
static inline uint64_t redirect_selector_salt(uint64_t a)
{
	return 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2);
}

/**
 * Mix two hashes into one whose bits all depend on both (the finalizer of
 * SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014).
 */
static inline uint64_t redirect_selector_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ (b + redirect_selector_salt(a));

	x = (x ^ x >> 30) * REDIRECT_SELECTOR_MIX_FIRST;
	x = (x ^ x >> 27) * REDIRECT_SELECTOR_MIX_SECOND;
	return x ^ x >> 31;
}

#endif /** REDIRECT_SELECTOR_H_ @}*/
