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

#include "policy_review.h"

/**
 * Work that is done to find rules that others hide: identities compared, well
 * below a second. Enough for two thousand rules about different ones.
 */
#define COVER_BUDGET 4000000

/**
 * Check whether a gateway gets clients by its configuration.
 */
static bool takes_clients(const gateway_t *gateway)
{
	return gateway->state == GATEWAY_ACTIVE && gateway->weight;
}

/**
 * What can be told of the gateways of a rule, as bits
 */
enum {
	TOLD_NOBODY = 1,
	TOLD_PRIORITY = 2,
};

/**
 * Check that clients find a gateway among those of a rule.
 *
 * @param section		section that names the gateways
 * @param told			what was told of all gateways already, as bits
 * @return				what was told
 */
static int review_gateways(const config_section_t *section,
						   const policy_t *policy, const rule_t *rule,
						   uint8_t families, int told)
{
	const gateway_t *gateway;
	const char *nobody = NULL;
	uint8_t found = 0;
	bool active = FALSE, takes = FALSE, differ = FALSE;
	int i;

	for (i = 0; i < rule->gateway_count; i++)
	{
		gateway = &policy->gateways[rule->gateways[i]];
		active = active || gateway->state == GATEWAY_ACTIVE;
		takes = takes || takes_clients(gateway);
		found |= gateway->families;
		differ = differ || gateway->priority !=
						   policy->gateways[rule->gateways[0]].priority;
	}
	nobody = !rule->gateway_count ? "there is none" :
			 !active ? "all have state drain or disabled" :
			 !takes ? "all that are active have weight 0" :
			 !(found & families) ? "none has an address of the family of these "
								   "clients" : NULL;
	if (nobody && !(told & TOLD_NOBODY))
	{
		config_section_warn(section, "gateways", NULL, "%s, so nobody is "
							"redirected", nobody);
		told |= TOLD_NOBODY;
	}
	if (!differ && rule->gateway_count > 1 && !(told & TOLD_PRIORITY) &&
		streq(rule->selector_name, "priority"))
	{
		config_section_warn(section, "selector", "priority", "all gateways have "
							"the same priority, so it means nothing");
		told |= TOLD_PRIORITY;
	}
	return told;
}

/**
 * Check all gateways, and whether they have what no rule asks for.
 *
 * @return				what was told of them
 */
static int review_fleet(const config_section_t *section,
						 const policy_t *policy)
{
	config_section_t gateways = config_section_sub(section, "gateways"), sub;
	const gateway_t *gateway;
	int i, told;

	if (!policy->gateway_count)
	{
		return 0;
	}
	if (policy->self < 0)
	{
		config_section_warn(section, "self", NULL, "not set, so capacity and "
							"load of this gateway are not known, and it cannot "
							"be drained");
	}
	else if (policy->gateway_count == 1 && !policy->anycast)
	{
		config_section_warn(section, "gateways", NULL, "there is this gateway "
							"only, so nobody is redirected");
	}
	told = review_gateways(section, policy, &policy->others,
						   GATEWAY_IPV4 | GATEWAY_IPV6, 0);
	for (i = 0; i < policy->gateway_count; i++)
	{
		gateway = &policy->gateways[i];
		sub = config_section_sub(&gateways, gateway->name);
		if (gateway->priority && !policy_uses_selector(policy, "priority"))
		{
			config_section_warn(&sub, "priority", NULL, "no rule has selector "
								"priority, so it means nothing");
			break;
		}
	}
	return told;
}

/**
 * Check anycast addresses, which send on all that is sent to them.
 */
static void review_anycast(const config_section_t *section,
						   const policy_t *policy)
{
	char buf[INET6_ADDRSTRLEN];
	const policy_address_t *address;
	size_t i;

	if (!policy->anycast)
	{
		return;
	}
	if (ip_set_has_version(policy->anycast, 4, TRUE) ||
		ip_set_has_version(policy->anycast, 6, TRUE))
	{
		config_section_warn(section, "anycast", NULL, "all addresses of a family, "
							"so each client of it is sent on");
	}
	for (i = 0; i < policy->address_count; i++)
	{
		address = &policy->addresses[i];
		if (ip_set_contains(policy->anycast, &address->address))
		{
			ip_address_to_string(&address->address, buf, sizeof(buf));
			config_section_warn(section, "anycast", buf, "an address of gateway "
								"%s, so clients that are sent there are sent on",
								policy->gateways[address->gateway].name);
			return;
		}
	}
}

/**
 * Check whether a rule is about clients that can be redirected.
 *
 * @param told			what was told of all gateways already
 */
static void review_rule(const config_section_t *section, const policy_t *policy,
						const rule_t *rule, int told)
{
	const char *key, *why;

	why = conditions_never(&rule->conditions, &key);
	if (why)
	{
		config_section_warn(section, key, config_section_get(section, key), "%s",
							why);
		return;
	}
	if (rule->action != REDIRECT_REDIRECT)
	{
		return;
	}
	if (conditions_unsupported(&rule->conditions) && !rule->refuse_unsupported)
	{
		config_section_warn(section, "support", "no", "clients without support "
							"are never redirected, so the rule serves them");
	}
	review_gateways(section, policy, rule,
					conditions_families(&rule->conditions), told);
}

/**
 * Find out whether earlier rules match all that a rule is about.
 *
 * @param budget		see conditions_cover()
 */
static void review_order(const config_section_t *section,
						 const policy_t *policy, int position, int *budget)
{
	const rule_t *rule = &policy->rules[position], *other, *first = NULL;
	uint32_t phases = rule->conditions.phases;
	int i;

	for (i = 0; i < position; i++)
	{
		other = &policy->rules[i];
		if (!other->enabled || !(phases & other->conditions.phases) ||
			!conditions_cover(&other->conditions, &rule->conditions, budget))
		{
			continue;
		}
		phases &= ~other->conditions.phases;
		if (!phases)
		{
			config_section_warn(section, NULL, NULL, "never asked, all clients it "
								"is about match rule '%s'%s%s%s before",
								first ? first->name : other->name,
								first ? " or '" : "", first ? other->name : "",
								first ? "'" : "");
			return;
		}
		first = first ?: other;
	}
}

/*
 * Described in header
 */
void policy_review(const config_section_t *section, const policy_t *policy)
{
	config_section_t rules = config_section_sub(section, "rules"), sub;
	int i, told, budget = COVER_BUDGET;

	if (!section->warnings)
	{
		return;
	}
	told = review_fleet(section, policy);
	review_anycast(section, policy);
	for (i = 0; i < policy->rule_count; i++)
	{
		if (policy->rules[i].enabled)
		{
			sub = config_section_sub(&rules, policy->rules[i].name);
			review_rule(&sub, policy, &policy->rules[i], told);
			review_order(&sub, policy, i, &budget);
		}
	}
	if (budget <= 0)
	{
		config_section_warn(&rules, NULL, NULL, "too many to find all that are "
							"never asked");
	}
}
