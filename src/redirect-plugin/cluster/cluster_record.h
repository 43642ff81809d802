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
 * @defgroup cluster_record cluster_record
 * @{ @ingroup redirect_cluster
 *
 * What gateways share through a store, and how a record proves that a gateway of
 * the cluster wrote it. A record is text: a line with format and kind, a line a
 * field in a fixed order, a line with an HMAC over kind, name and all before:
 *
 *   redirect 1 gateway
 *   start 1700000000000
 *   ...
 *   mac 5be1...
 *
 * Numbers are decimal, text is printable ASCII. Whatever differs is refused.
 */

#ifndef CLUSTER_RECORD_H_
#define CLUSTER_RECORD_H_

#include "redirect_store.h"
#include "gateways/gateway_table.h"

#include <crypto/signers/signer.h>

typedef struct cluster_heartbeat_t cluster_heartbeat_t;
typedef struct cluster_order_t cluster_order_t;
typedef enum cluster_kind_t cluster_kind_t;
typedef enum cluster_verdict_t cluster_verdict_t;

/**
 * Value of a field that is not known, or is not to be changed.
 */
#define CLUSTER_UNKNOWN UINT64_MAX

/**
 * Room for names of gateways that probes found up, or down.
 */
#define CLUSTER_NAMES_MAX 1500

/**
 * Kinds of records.
 */
enum cluster_kind_t {
	/** cluster_heartbeat_t, named after the gateway that wrote it */
	CLUSTER_HEARTBEAT,
	/** cluster_order_t, named after the gateway it is about */
	CLUSTER_ORDER,
	/** number of kinds */
	CLUSTER_KIND_MAX,
};

/**
 * Kinds as the store knows them.
 */
extern const char *const cluster_kinds[CLUSTER_KIND_MAX + 1];

/**
 * What a gateway tells of itself.
 */
struct cluster_heartbeat_t {

	/** when it started, or its clock was set forward since, in milliseconds; larger
	 * with each start */
	uint64_t start;

	/** counts records since then */
	uint64_t sequence;

	/** sequence of the last order about it that it knows, 0 for none */
	uint64_t order;

	/** gateway_state_t */
	uint64_t state;

	/** as in effect there */
	uint64_t weight, capacity;

	/** IKE_SAs, half-open ones, and load in 1/1000; or CLUSTER_UNKNOWN */
	uint64_t sessions, half_open, load;

	/** 1 while a drain goes on there */
	uint64_t draining;

	/** hash of its configuration, see config_hash() */
	uint64_t hash;

	/** version of the plugin */
	char version[32];

	/** where clients reach it, comma separated; used if it joins only */
	char addresses[512];

	/** gateways its probes found up, and down, comma separated */
	char up[CLUSTER_NAMES_MAX], down[CLUSTER_NAMES_MAX];
};

/**
 * What an operator wants of a gateway; it holds until there is another one.
 */
struct cluster_order_t {

	/** larger with each order about the gateway: milliseconds, as a rule */
	uint64_t sequence;

	/** gateway_state_t, weight and capacity; or CLUSTER_UNKNOWN */
	uint64_t state, weight, capacity;

	/** gateway that gave it to the store */
	char by[REDIRECT_NAME_MAX];
};

/**
 * What a record is found to be.
 */
enum cluster_verdict_t {
	CLUSTER_OK,
	/** longer than any record is */
	CLUSTER_TOO_LONG,
	/** not in the format */
	CLUSTER_MALFORMED,
	/** in another version of the format */
	CLUSTER_VERSION,
	/** its MAC is not that of the cluster */
	CLUSTER_FORGED,
	/** older than what is known already */
	CLUSTER_REPLAYED,
	/** about a gateway that the configuration does not have */
	CLUSTER_STRANGER,
	/** of a gateway that may not join: its name or an address is not of a member,
	 * or too many did */
	CLUSTER_OUTSIDE,
	/** with a number from so far in the future that no later one would be
	 * accepted */
	CLUSTER_AHEAD,
	/** number of verdicts */
	CLUSTER_VERDICT_MAX,
};

/**
 * Milliseconds since 1970, for numbers that have to grow with each start and each
 * order: never for ages.
 */
uint64_t cluster_epoch(void);

/**
 * Whether a number is of a time so far ahead that the clock of its writer cannot
 * be that wrong, and it would keep all that follow from being news.
 */
bool cluster_is_ahead(uint64_t number);

/**
 * Words for cluster_verdict_t.
 */
extern enum_name_t *cluster_verdict_names;

/**
 * Create what signs records.
 *
 * @param secret		secret of the cluster
 * @return				signer, not thread-safe; NULL if charon lacks HMAC-SHA-256
 */
signer_t *cluster_signer_create(chunk_t secret);

/**
 * Write a record.
 *
 * @param signer		see cluster_signer_create()
 * @param kind			kind
 * @param name			name of the record
 * @param record		cluster_heartbeat_t or cluster_order_t
 * @param buf			receives text, not terminated
 * @return				octets, 0 if it does not fit or cannot be signed
 */
size_t cluster_record_write(signer_t *signer, cluster_kind_t kind,
							const char *name, const void *record,
							char buf[REDIRECT_STORE_VALUE_MAX]);

/**
 * Read a record.
 *
 * @param signer		see cluster_signer_create()
 * @param kind			kind
 * @param name			name of the record
 * @param value			what the store has
 * @param record		receives cluster_heartbeat_t or cluster_order_t, of no
 *						meaning unless CLUSTER_OK is returned
 * @return				CLUSTER_OK if a gateway of the cluster wrote it
 */
cluster_verdict_t cluster_record_read(signer_t *signer, cluster_kind_t kind,
									  const char *name, chunk_t value,
									  void *record);

#endif /** CLUSTER_RECORD_H_ @}*/
