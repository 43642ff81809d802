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
 * @defgroup conditions conditions
 * @{ @ingroup redirect_policy
 */

#ifndef CONDITIONS_H_
#define CONDITIONS_H_

#include "client_key.h"
#include "week.h"
#include "utils/config_options.h"

typedef struct conditions_t conditions_t;
typedef enum condition_t condition_t;

/**
 * Conditions that can be negated.
 */
enum condition_t {
	CONDITION_LOCAL,
	CONDITION_REMOTE,
	CONDITION_REDIRECTED_FROM,
	CONDITION_CONNECTION,
	CONDITION_ID,
	CONDITION_EAP_IDENTITY,
	CONDITION_GROUP,
	CONDITION_ISSUER,
	CONDITION_TIME,
	CONDITION_MAX,
};

/**
 * Which clients a rule is about, as configured: immutable.
 */
struct conditions_t {

	/** the conditions as they stand in the file, for people */
	char *text;

	/** phases the rule is asked in, bits 1 << redirect_phase_t */
	uint32_t phases;

	/** conditions that are negated, by condition_t */
	bool negated[CONDITION_MAX];

	/** addresses of this gateway, NULL for all */
	ip_set_t *local;

	/** addresses of clients, NULL for all */
	ip_set_t *remote;

	/** addresses of gateways that redirected the client here, NULL for all and
	 * none */
	ip_set_t *redirected_from;

	/** names of connections, char* with wildcards, NULL for all */
	array_t *connections;

	/** IKE or EAP identities, identification_t with wildcards, NULL for all */
	array_t *ids;

	/** EAP identities, identification_t with wildcards, NULL for all */
	array_t *eap_ids;

	/** groups, identification_t with wildcards, NULL for all */
	array_t *groups;

	/** issuers, identification_t with wildcards, NULL for all */
	array_t *issuers;

	/** times, NULL for always */
	week_t *week;

	/** index into { any, yes, no }: whether the client supports redirects */
	int support;

	/** share of the clients that match, in per cent */
	uint32_t percent;

	/** what a client is known by, for percent */
	client_key_t key;

	/** makes the shares of two rules different clients */
	uint64_t salt;
};

/**
 * Read the conditions of a rule.
 *
 * @param section		section of the rule; its other keys are left alone, see
 *						CONDITIONS_OPTIONS
 * @param gateways		gateways of the configuration, for redirected_from
 * @param count			number of gateways
 * @param key			what a client is known by
 * @param conditions	filled in; what was allocated belongs to the caller even
 *						if FALSE is returned, see conditions_clear()
 * @return				FALSE with an error added to those of the section
 */
bool conditions_read(const config_section_t *section, const gateway_t *gateways,
					 uint16_t count, client_key_t key,
					 conditions_t *conditions);

/**
 * Check whether a rule is about a client: each condition has to hold. One about
 * something that is not known yet does not, negated or not. Any thread, hot
 * path.
 *
 * @param conditions	conditions
 * @param request		request of the client
 * @param week_minute	minute of the week since Monday 00:00, in local time
 * @return				TRUE if it is
 */
bool conditions_match(const conditions_t *conditions,
					  const redirect_request_t *request, uint32_t week_minute);

/**
 * Check whether a rule is about all clients that another one is about, whatever
 * the phase.
 *
 * @param general		conditions that may be more general
 * @param special		the others
 * @param budget		work that may be done, reduced by what was; nothing is
 *						compared once it is used up
 * @return				TRUE if so, FALSE if not or if that is not known
 */
bool conditions_cover(const conditions_t *general, const conditions_t *special,
					  int *budget);

/**
 * Tell why conditions can never hold.
 *
 * @param conditions	conditions
 * @param key			receives the option that tells it
 * @return				why, NULL if they can hold
 */
const char *conditions_never(const conditions_t *conditions, const char **key);

/**
 * Check whether only clients without support of redirects match.
 */
bool conditions_unsupported(const conditions_t *conditions);

/**
 * Families of the clients that a rule is about, by its addresses.
 *
 * @return				gateway_family_t as bits
 */
uint8_t conditions_families(const conditions_t *conditions);

/**
 * Free what conditions_read() allocated.
 */
void conditions_clear(conditions_t *conditions);

/**
 * The keys that conditions_read() reads, to be part of the options of a rule.
 */
#define CONDITIONS_OPTIONS \
	{ "phase", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "local", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "remote", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "redirected_from", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "connection", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "id", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "eap_identity", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "group", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "issuer", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "time", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "support", CONFIG_ELSEWHERE, 0, .def = NULL }, \
	{ "percent", CONFIG_ELSEWHERE, 0, .def = NULL }

#endif /** CONDITIONS_H_ @}*/
