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
 * @defgroup redirect_store redirect_store
 * @{ @ingroup redirect_cluster
 *
 * Where gateways share what each of them knows. This header is installed, so
 * that other plugins can offer stores of their own; it depends on nothing but
 * the C library.
 *
 * A store holds records. Each has a kind, a name that is unique in its kind, and
 * a value the store does not look into. It is neither trusted nor relied upon:
 * the plugin proves what records say by a MAC inside the value, and works on
 * without a store. It is not a database either: what has to survive that the
 * store is emptied is put again by whom it matters to.
 */

#ifndef REDIRECT_STORE_H_
#define REDIRECT_STORE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct redirect_store_t redirect_store_t;
typedef struct redirect_store_record_t redirect_store_record_t;
typedef struct redirect_store_sink_t redirect_store_sink_t;
typedef struct redirect_store_stats_t redirect_store_stats_t;
typedef struct redirect_store_options_t redirect_store_options_t;
typedef struct redirect_store_registry_t redirect_store_registry_t;
typedef enum redirect_store_state_t redirect_store_state_t;

/**
 * Version of this interface. Any change of a struct changes the number.
 */
#define REDIRECT_STORE_API 1

/**
 * Name the registry is found by: lib->get(lib, REDIRECT_STORE_REGISTRY).
 * A plugin that offers a store declares
 * PLUGIN_DEPENDS(CUSTOM, REDIRECT_STORE_REGISTRY).
 */
#define REDIRECT_STORE_REGISTRY "redirect-stores"

/**
 * Longest kind and longest name of a record, in octets without the final zero.
 * Both consist of printable ASCII without spaces, and have one octet at least.
 */
#define REDIRECT_STORE_KIND_MAX 15
#define REDIRECT_STORE_NAME_MAX 63

/**
 * Largest value in octets.
 */
#define REDIRECT_STORE_VALUE_MAX 4096

/**
 * Most records of a kind. A store leaves out what is beyond, and counts it.
 */
#define REDIRECT_STORE_RECORDS_MAX 4096

/**
 * Room for a sentence that tells why, with the final zero.
 */
#define REDIRECT_STORE_WHY_MAX 256

/**
 * A record of a kind.
 */
struct redirect_store_record_t {

	/** name, ends with a zero */
	const char *name;

	/** value, any octets; NULL if the record was removed */
	const uint8_t *value;

	/** number of octets */
	size_t len;
};

/**
 * How a store is doing.
 */
enum redirect_store_state_t {
	/** it is not reached, or does not let us in; tried again by itself */
	REDIRECT_STORE_DOWN,
	/** a connection is being made for the first time */
	REDIRECT_STORE_CONNECTING,
	/** it answers, but refuses something; e.g. it is full, or read-only */
	REDIRECT_STORE_DEGRADED,
	/** it answers, and does what is asked */
	REDIRECT_STORE_UP,
};

/**
 * Who is told what a store says.
 *
 * All functions are called by one thread of the store, one at a time, and
 * without any lock of it: they may call put(), remove() and refresh(), but must
 * neither wait nor destroy the store. The first call may come before the
 * constructor has returned, none comes after destroy() has. What is passed is
 * valid during the call only, and within the limits above; what it says is not
 * proven by anything.
 */
struct redirect_store_sink_t {

	/**
	 * All records there are of a kind, each interval, and soon after a
	 * connection was made. Expired ones are left out. A store that lies may
	 * tell several of the same name.
	 *
	 * @param data		data of the sink
	 * @param kind		one of the kinds in the options
	 * @param records	records, in no order
	 * @param count		number of records, may be 0
	 */
	void (*records)(void *data, const char *kind,
					const redirect_store_record_t *records, size_t count);

	/**
	 * A record was announced by another gateway, or by this one. Nothing is
	 * told while the store is not reached, so the next list has the last word.
	 *
	 * @param data		data of the sink
	 * @param kind		one of the kinds in the options
	 * @param record	what was put, value is NULL if it was removed
	 */
	void (*changed)(void *data, const char *kind,
					const redirect_store_record_t *record);

	/**
	 * The state of the store, or the reason for it, changed. Up to the first
	 * call it is REDIRECT_STORE_CONNECTING.
	 *
	 * @param data		data of the sink
	 * @param state		state
	 * @param words		why, for people; without passwords
	 */
	void (*state)(void *data, redirect_store_state_t state, const char *words);

	/** passed to the functions */
	void *data;
};

/**
 * What happened since a store was created. Each record that is put is counted
 * once in one of sent, replaced, expired and dropped, or is waiting.
 */
struct redirect_store_stats_t {

	/** records that were put or removed */
	uint64_t puts;

	/** of these, acknowledged by the store */
	uint64_t sent;

	/** replaced by a later value of the same record while they waited */
	uint64_t replaced;

	/** not sent because their time was over before the store was reached */
	uint64_t expired;

	/** not taken because too many were waiting */
	uint64_t dropped;

	/** not sent yet, or refused and to be sent again */
	uint64_t waiting;

	/** answers of the store that refused a record; it is sent again after an
	 * interval, unless it was replaced or expired by then */
	uint64_t refused;

	/** full lists that were received */
	uint64_t lists;

	/** changes that were received */
	uint64_t changes;

	/** records left out because they were malformed, too large or too many */
	uint64_t ignored;

	/** connections that were made, and that failed or were lost */
	uint64_t connects, failures;

	/** duration of the last exchange in microseconds, 0 if there was none */
	uint64_t round_trip;
};

/**
 * What a store is created with: options of section cluster that were read and
 * checked, as far as that can be done without knowledge of the store.
 */
struct redirect_store_options_t {

	/** REDIRECT_STORE_API of the plugin that calls */
	uint32_t api;

	/** where it is, scheme://…; the scheme is one the store registered */
	const char *url;

	/** who knows where it is, as host[:port], ends with NULL; NULL if nobody */
	const char *const *sentinels;

	/** what all its keys begin with, so that clusters can share a store */
	const char *prefix;

	/** name to log in with, NULL for none */
	const char *username;

	/** password to log in with, NULL for none */
	const char *password;

	/** files with certificates of authorities, NULL for those of the system;
	 * with our certificate and its key, NULL for none */
	const char *tls_ca, *tls_certificate, *tls_key;

	/** name its certificate must have, NULL for that of the host */
	const char *tls_name;

	/** time between two lists, and deadline of each exchange with the store,
	 * in milliseconds */
	uint32_t interval, timeout;

	/** kinds of records lists are wanted of, ends with NULL */
	const char *const *kinds;
};

/**
 * A store. No function but destroy() waits for anything, and any thread may call
 * each of them.
 */
struct redirect_store_t {

	/**
	 * Put a record, in place of one of the same kind and name. If the store is
	 * not reached it is kept until it is, or its time is over; a later value of
	 * the same record takes its place.
	 *
	 * @param kind		kind
	 * @param name		name
	 * @param value		value, copied
	 * @param len		number of octets, up to REDIRECT_STORE_VALUE_MAX
	 * @param ttl		milliseconds until it expires; 0 for never
	 * @param announce	TRUE to tell all gateways at once, which is not meant
	 *					for what changes each interval
	 * @return			FALSE if anything is not within the limits, or too much
	 *					is waiting; then nothing was changed
	 */
	bool (*put)(redirect_store_t *this, const char *kind, const char *name,
				const void *value, size_t len, uint32_t ttl, bool announce);

	/**
	 * Remove a record, which is announced. It waits like a record that is put.
	 *
	 * @param kind		kind
	 * @param name		name
	 * @return			FALSE as for put()
	 */
	bool (*remove)(redirect_store_t *this, const char *kind, const char *name);

	/**
	 * Have all lists sent now instead of at the end of the interval.
	 */
	void (*refresh)(redirect_store_t *this);

	/**
	 * Get what happened so far.
	 *
	 * @param stats		filled in
	 */
	void (*get_stats)(redirect_store_t *this, redirect_store_stats_t *stats);

	/**
	 * Destroy the store. Waits until the functions of the sink have returned;
	 * what still waits to be sent is given up to one timeout for that.
	 */
	void (*destroy)(redirect_store_t *this);
};

/**
 * Constructor of a store. Does not wait: connections are made later.
 *
 * @param options		options, valid during the call only
 * @param sink			who is told, copied
 * @param why			receives what is wrong if NULL is returned
 * @return				store, NULL if it cannot be created from these options
 */
typedef redirect_store_t *(*redirect_store_create_t)(
								const redirect_store_options_t *options,
								const redirect_store_sink_t *sink,
								char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Where stores are registered.
 */
struct redirect_store_registry_t {

	/**
	 * Offer a store for URLs of a scheme. Not from functions of a sink.
	 *
	 * @param this		this registry
	 * @param scheme	scheme without "://", copied
	 * @param api		REDIRECT_STORE_API of the caller
	 * @param create	constructor
	 * @return			FALSE if the scheme is taken or the API does not fit
	 */
	bool (*add)(redirect_store_registry_t *this, const char *scheme,
				uint32_t api, redirect_store_create_t create);

	/**
	 * Withdraw a store. When this returns no store made by its constructor for
	 * that scheme is left. Not from functions of a sink.
	 *
	 * @param this		this registry
	 * @param scheme	scheme it was added with
	 */
	void (*remove)(redirect_store_registry_t *this, const char *scheme);
};

#endif /** REDIRECT_STORE_H_ @}*/
