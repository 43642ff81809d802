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
 * @defgroup redirect_decision redirect_decision
 * @{ @ingroup redirect_policy
 */

#ifndef REDIRECT_DECISION_H_
#define REDIRECT_DECISION_H_

#include "gateways/gateway_table.h"

#include <utils/identification.h>

typedef struct redirect_scope_t redirect_scope_t;
typedef struct redirect_request_t redirect_request_t;
typedef struct redirect_decision_t redirect_decision_t;
typedef enum redirect_phase_t redirect_phase_t;
typedef enum redirect_action_t redirect_action_t;
typedef enum redirect_cause_t redirect_cause_t;
typedef enum redirect_reason_t redirect_reason_t;

/**
 * When a decision is asked for.
 */
enum redirect_phase_t {
	/** IKE_SA_INIT request: addresses only (section 3) */
	REDIRECT_PHASE_INIT,
	/** first IKE_AUTH request with EAP: identity not authenticated (section 6,
	 * R6-7); rules have to ask for it, section 11 advises against (R11-5) */
	REDIRECT_PHASE_IDENTITY,
	/** last IKE_AUTH request: client is authenticated (section 6) */
	REDIRECT_PHASE_AUTH,
	/** established IKE_SA (section 5) */
	REDIRECT_PHASE_ACTIVE,
	/** number of phases */
	REDIRECT_PHASE_MAX,
};

/**
 * Names of phases, as in strongswan.conf.
 */
extern enum_name_t *redirect_phase_names;

/**
 * What happens to a client.
 */
enum redirect_action_t {
	/** it is served here */
	REDIRECT_SERVE,
	/** it is sent to another gateway */
	REDIRECT_REDIRECT,
	/** it is turned away */
	REDIRECT_REFUSE,
};

/**
 * Names of actions, as in strongswan.conf.
 */
extern enum_name_t *redirect_action_names;

/**
 * What made the plugin think of a redirect.
 */
enum redirect_cause_t {
	/** nothing: no rule matches, this gateway is fine */
	REDIRECT_CAUSE_NONE,
	/** a rule matches */
	REDIRECT_CAUSE_RULE,
	/** this gateway drains */
	REDIRECT_CAUSE_DRAIN,
	/** this gateway is overloaded */
	REDIRECT_CAUSE_OVERLOAD,
	/** the request went to an anycast address (section 4) */
	REDIRECT_CAUSE_ANYCAST,
	/** the operator, or rebalance, moves the client */
	REDIRECT_CAUSE_MOVE,
	/** number of causes */
	REDIRECT_CAUSE_MAX,
};

/**
 * Names of causes, for logs and counters.
 */
extern enum_name_t *redirect_cause_names;

/**
 * Why the action is what it is.
 */
enum redirect_reason_t {
	/** the cause asks for it */
	REDIRECT_REASON_CAUSE,
	/** no configuration is in force */
	REDIRECT_REASON_NO_POLICY,
	/** this gateway is the one that was chosen */
	REDIRECT_REASON_SELF,
	/** the client did not announce support (R3-4) */
	REDIRECT_REASON_UNSUPPORTED,
	/** the client was redirected here and the rule does not send it onward */
	REDIRECT_REASON_REDIRECTED,
	/** no gateway is left to send it to */
	REDIRECT_REASON_NO_GATEWAY,
	/** the selector failed */
	REDIRECT_REASON_SELECTOR,
	/** it would have been done, but for dry_run */
	REDIRECT_REASON_DRY_RUN,
	/** the client was sent in a circle (section 7) */
	REDIRECT_REASON_CIRCLE,
	/** the client was sent onward often enough (section 7) */
	REDIRECT_REASON_HOPS,
	/** the client came back from one gateway after the other */
	REDIRECT_REASON_RETURNED,
	/** the client has an IKE_SA here that the core just replaced (reference:
	 * B13) */
	REDIRECT_REASON_SESSION,
	/** number of reasons */
	REDIRECT_REASON_MAX,
};

/**
 * Names of reasons, for logs and counters.
 */
extern enum_name_t *redirect_reason_names;

/**
 * The gateways a question is limited to: plain data, borrowed for the call.
 */
struct redirect_scope_t {

	/** hashes of their names, see gateway_hash(), ascending */
	const uint64_t *ids;

	/** number of ids */
	uint16_t count;

	/** TRUE to move the client even if nothing else asks for it, see
	 * REDIRECT_CAUSE_MOVE */
	bool move;
};

/**
 * Order the ids of a scope, for qsort(): pointers to uint64_t.
 */
int redirect_scope_compare(const void *a, const void *b);

/**
 * Most identities, groups and issuers of a client that are looked at.
 */
#define REDIRECT_IDS_MAX 8
#define REDIRECT_GROUPS_MAX 16
#define REDIRECT_ISSUERS_MAX 8

/**
 * A question to the policy. Plain data, whatever it points to is borrowed for
 * the call.
 */
struct redirect_request_t {

	/** when it is asked */
	redirect_phase_t phase;

	/** TRUE if the client announced support for redirects */
	bool supported;

	/** address of this gateway that the client sent its request to */
	ip_address_t local;

	/** address of the client */
	ip_address_t remote;

	/** UDP port of the client, 0 if not known */
	uint16_t remote_port;

	/** hash of that address as expect() tells it, 0 if not known yet */
	uint64_t place;

	/** gateway that redirected the client here, version 0 if none (R9.3-3) */
	ip_address_t redirected_from;

	/** seconds before now that redirects of this client count, 0 for
	 * HOP_SECONDS */
	uint32_t lately;

	/** initiator SPI of the connection attempt */
	uint64_t spi_i;

	/** first octets of the client's nonce in IKE_SA_INIT, 0 if not known */
	uint64_t nonce;

	/** name of the connection, NULL if not known yet */
	const char *connection;

	/** IKE identity of the client, NULL if not known yet */
	identification_t *id;

	/** EAP identity of the client, NULL if it has none */
	identification_t *eap_id;

	/** identities of all authentication rounds (RFC 4739), of the last one too,
	 * ends with NULL unless full */
	identification_t *ids[REDIRECT_IDS_MAX];

	/** groups of the client (RADIUS Class, attribute certificates), ends with
	 * NULL unless full */
	identification_t *groups[REDIRECT_GROUPS_MAX];

	/** issuers of the client's certificate, of intermediate ones as well, ends
	 * with NULL unless full */
	identification_t *issuers[REDIRECT_ISSUERS_MAX];

	/** TRUE if charon deletes another IKE_SA of the client for this one */
	bool replaces;

	/** 1 + minute of the week since Monday 00:00, in local time, to ask for
	 * another time; 0 for now */
	uint16_t week_minute;

	/** gateways the answer is limited to, NULL for no limit */
	const redirect_scope_t *scope;
};

/**
 * The answer. Plain data that owns nothing, names are copies.
 */
struct redirect_decision_t {

	/** what to do with the client */
	redirect_action_t action;

	/** what to do without dry_run, the same as action if reason is not
	 * DRY_RUN */
	redirect_action_t wanted;

	/** what made the plugin think of it */
	redirect_cause_t cause;

	/** why it is done */
	redirect_reason_t reason;

	/** rule that matched, empty without, and rule_hash() of it */
	char rule[REDIRECT_NAME_MAX];
	uint64_t rule_id;

	/** gateway that was chosen, empty without */
	char gateway[REDIRECT_NAME_MAX];

	/** selector that chose it, "sticky" if the client had it before, empty
	 * without */
	char selector[REDIRECT_NAME_MAX];

	/** where the client is sent to, type NONE unless wanted is REDIRECT */
	gateway_identity_t target;

	/** hash the client is remembered by, if a gateway was chosen */
	uint64_t client;

	/** TRUE if the client is to get that gateway again */
	bool sticky;

	/** hash of the client's address, see hop_table_t, 0 if not calculated */
	uint64_t place;

	/** id of the gateway that was chosen */
	uint64_t gateway_id;

	/** gateways left out, by gateway_left_out_t */
	uint16_t left_out[GATEWAY_LEFT_MAX];

	/** counters of the gateway that was chosen, this one's too; NULL without
	 * and for dry_run; valid as long as the gateway table */
	gateway_live_t *live;

	/** counters of a gateway that was left out because the client came back from
	 * there too often, NULL if there is none */
	gateway_live_t *returned;
};

/**
 * Check whether a client has shown to be reachable at its address, which nobody
 * has in IKE_SA_INIT. A COOKIE does not count: charon checks it only while it
 * demands one, and does not tell.
 */
static inline bool redirect_request_is_proven(const redirect_request_t *request)
{
	return request->phase != REDIRECT_PHASE_INIT;
}

/**
 * Tell a decision in words, without the client: "redirected to sun (192.0.2.2)
 * in IKE_SA_INIT, rule west, rendezvous".
 *
 * @param decision		decision
 * @param phase			phase of the request
 * @param buf			receives the text, cut if it does not fit
 * @param len			size of buf, 512 fits everything
 * @return				buf
 */
char *redirect_decision_describe(const redirect_decision_t *decision,
								 redirect_phase_t phase, char *buf, size_t len);

#endif /** REDIRECT_DECISION_H_ @}*/
