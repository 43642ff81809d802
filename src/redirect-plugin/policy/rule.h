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
 * @defgroup rule rule
 * @{ @ingroup redirect_policy
 */

#ifndef RULE_H_
#define RULE_H_

#include "conditions.h"
#include "selectors/selector_registry.h"

typedef struct rule_t rule_t;

/**
 * Limits of balance_factor, in per cent.
 */
#define BALANCE_FACTOR_MIN 101
#define BALANCE_FACTOR_MAX 1000

/**
 * A rule as configured: immutable, but for what its selector keeps.
 */
struct rule_t {

	/** name of its section */
	char *name;

	/** rule_hash() of the name */
	uint64_t id;

	/** FALSE if it is switched off */
	bool enabled;

	/** clients it is about */
	conditions_t conditions;

	/** what to do with clients that match */
	redirect_action_t action;

	/** TRUE if clients that were redirected here may be sent onward */
	bool onward;

	/** TRUE to serve clients that match, but tell what would have been done */
	bool dry_run;

	/** TRUE to refuse clients without support that were to be redirected */
	bool refuse_unsupported;

	/** positions of its gateways in the configuration, ascending */
	uint16_t *gateways;

	/** number of gateways */
	uint16_t gateway_count;

	/** picks one of the gateways, NULL if the action is not REDIRECT */
	redirect_selector_t *selector;

	/** name of the selector */
	char *selector_name;

	/** what a client is known by */
	client_key_t key;
};

/**
 * What rules take from the rest of the configuration.
 */
typedef struct {

	/** gateways of the configuration */
	const gateway_t *gateways;

	/** number of gateways */
	uint16_t gateway_count;

	/** selectors */
	selector_registry_t *registry;

	/** name of the selector of rules that name none */
	const char *selector;

	/** what a client is known by in rules that do not say so */
	client_key_t key;

	/** balance_factor of rules that do not say so */
	uint32_t balance_factor;

	/** whether rules that do not say so refuse clients without support */
	bool refuse_unsupported;

	/** receives TRUE if a selector is named that is not registered (yet) */
	bool unknown_selector;

} rule_context_t;

/**
 * Hash the name of a rule.
 *
 * @param name			name
 * @return				hash, not 0
 */
uint64_t rule_hash(const char *name);

/**
 * Read a rule from its section.
 *
 * @param section		section, named like the rule
 * @param context		what it needs from the rest of the configuration
 * @param rule			filled in; what was allocated belongs to the caller even
 *						if FALSE is returned, see rule_clear()
 * @return				FALSE with an error added to those of the section
 */
bool rule_read(const config_section_t *section, rule_context_t *context,
			   rule_t *rule);

/**
 * Create a selector, with errors that tell which ones there are.
 *
 * @param section		section that names the selector
 * @param context		registry, and unknown_selector
 * @param name			name of the selector
 * @param balance_factor	no gateway above this per cent of its share, 0 if off
 * @return				selector, NULL with an error added
 */
redirect_selector_t *rule_create_selector(const config_section_t *section,
										  rule_context_t *context,
										  const char *name,
										  uint32_t balance_factor);

/**
 * Parse option balance_factor, for option tables.
 */
bool rule_parse_balance_factor(const char *value, void *field,
							   char why[CONFIG_WHY_MAX]);

/**
 * Free what rule_read() allocated.
 */
void rule_clear(rule_t *rule);

#endif /** RULE_H_ @}*/
