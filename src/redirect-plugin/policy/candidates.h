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
 * @defgroup candidates candidates
 * @{ @ingroup redirect_policy
 */

#ifndef CANDIDATES_H_
#define CANDIDATES_H_

#include "decide.h"

typedef struct candidates_t candidates_t;

/**
 * A decision that is being made; plain data on the stack of decide().
 */
struct candidates_t {

	/** what it depends on */
	const policy_state_t *state;

	/** policy in force, not NULL */
	const policy_t *policy;

	/** the question */
	const redirect_request_t *request;

	/** the answer so far */
	redirect_decision_t *decision;

	/** rule that asks for the redirect */
	const rule_t *rule;

	/** position of this gateway, -1 if not known */
	int self;

	/** TRUE if this gateway takes no new clients: state drain or disabled */
	bool draining;

	/** TRUE if the request went to an anycast address (section 4) */
	bool anycast;

	/** gateway_family_t the client can use */
	uint8_t families;

	/** TRUE if this connection attempt was redirected before */
	bool again;

	/** hop_target() of a gateway that the client came back from too often, 0 for
	 * none */
	uint16_t returned;
};

/**
 * Choose one of the rule's gateways: those that the client can be sent to are
 * the candidates, the gateway it had before is taken if it is sticky, otherwise
 * the selector picks one. Hot path: does not allocate, takes no lock.
 *
 * Tells selector, gateways left out and the hash of the client in the decision.
 *
 * @param candidates	decision that is being made
 * @param reason		receives why there is none
 * @return				position of the gateway, -1 if there is none
 */
int candidates_select(candidates_t *candidates, redirect_reason_t *reason);

/**
 * Copy a name into a decision.
 *
 * @param field			field of the decision
 * @param name			name, cut if it is too long
 */
static inline void decision_set_name(char field[REDIRECT_NAME_MAX],
								   const char *name)
{
	size_t len = strnlen(name, REDIRECT_NAME_MAX - 1);

	memcpy(field, name, len);
	field[len] = '\0';
}

#endif /** CANDIDATES_H_ @}*/
