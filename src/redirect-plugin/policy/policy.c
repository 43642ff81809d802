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

#include "policy.h"
#include "policy_review.h"

#include <utils/debug.h>

/**
 * Words of option unsupported
 */
static const char *const unsupported[] = { "serve", "refuse", NULL };

/**
 * What is read from the section itself
 */
typedef struct {
	char *self;
	char *selector;
	ip_set_t *anycast;
	int unsupported;
	bool loopback;
	int key;
	uint32_t balance_factor;
	uint32_t sticky;
	uint32_t slow_start;
	uint32_t max_hops;
	uint32_t max_returns;
	uint32_t wait_for_connections;
	bool dry_run;
} policy_options_t;

static const config_option_t options[] = {
	{ "self", CONFIG_TEXT, offsetof(policy_options_t, self),
		.def = NULL },
	{ "selector", CONFIG_TEXT, offsetof(policy_options_t, selector),
		.def = "rendezvous" },
	{ "key", CONFIG_WORD, offsetof(policy_options_t, key),
		.def = "source", .words = client_key_words },
	{ "balance_factor", CONFIG_PARSE,
		offsetof(policy_options_t, balance_factor),
		.def = "0", .parse = rule_parse_balance_factor },
	{ "sticky", CONFIG_TIME, offsetof(policy_options_t, sticky),
		.def = "0s", .max = STICKY_MAX },
	{ "slow_start", CONFIG_TIME, offsetof(policy_options_t, slow_start),
		.def = "0s", .max = 86400 },
	{ "max_hops", CONFIG_NUMBER, offsetof(policy_options_t, max_hops),
		.def = "3", .min = 1, .max = 4 },
	{ "max_returns", CONFIG_NUMBER, offsetof(policy_options_t, max_returns),
		.def = "2", .max = 12 },
	{ "wait_for_connections", CONFIG_TIME,
		offsetof(policy_options_t, wait_for_connections),
		.def = "10s", .max = 3600 },
	{ "dry_run", CONFIG_BOOL, offsetof(policy_options_t, dry_run),
		.def = "no" },
	{ "anycast", CONFIG_ADDRESSES, offsetof(policy_options_t, anycast),
		.def = NULL },
	{ "unsupported", CONFIG_WORD, offsetof(policy_options_t, unsupported),
		.def = "serve", .words = unsupported },
	{ "loopback", CONFIG_BOOL, offsetof(policy_options_t, loopback),
		.def = "no" },
	{ "fast_path", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "fast_path_batch", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "fast_path_cookies", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "fast_path_limit", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "fast_path_xdp", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "load", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "auth_method", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "grace", CONFIG_ELSEWHERE, 0, .def = NULL },
	{ "told_timeout", CONFIG_ELSEWHERE, 0, .def = NULL },
};

/**
 * Sections below the plugin's
 */
static const char *const sections[] = {
	"gateways", "rules", "overload", "guard", "control", "drain", "rebalance",
	"cluster", "probe", NULL
};

static const char *const any_section[] = { "*", NULL };

/**
 * Get the names of the sections below one that has nothing else.
 */
static array_t *read_names(const config_section_t *section, int max, bool *good)
{
	array_t *names;

	*good = config_section_read(section, NULL, 0, any_section, NULL) && *good;
	names = config_section_names(section);
	if (array_count(names) > max)
	{
		config_section_error(section, NULL, NULL, "%d sections, must be at "
							 "most %d", array_count(names), max);
		config_list_destroy(names);
		names = NULL;
		*good = FALSE;
	}
	return names;
}

/**
 * Read all gateways.
 */
static bool read_gateways(const config_section_t *section, policy_t *policy,
						  const gateways_joined_t *joined)
{
	config_section_t sub, gateways = config_section_sub(section, "gateways");
	array_t *names;
	bool good = TRUE;
	char *name;
	int i;

	names = read_names(&gateways, GATEWAYS_MAX, &good);
	policy->gateways = calloc(array_count(names) + (joined ? joined->count : 0)
							  + 1, sizeof(gateway_t));
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		sub = config_section_sub(&gateways, name);
		good = gateway_read(&sub, policy->loopback,
					&policy->gateways[policy->gateway_count++]) && good;
	}
	config_list_destroy(names);
	gateway_joined_add(policy->gateways, &policy->gateway_count, joined,
					   policy->loopback);
	return good;
}

/**
 * Order addresses, for search.
 */
static int compare_addresses(const void *a, const void *b)
{
	const policy_address_t *first = a, *second = b;

	return memcmp(&first->address, &second->address, sizeof(ip_address_t));
}

/**
 * Complain about an address of two gateways.
 */
static bool refuse_shared(const config_section_t *section, const char *address,
						  const gateway_t *a, const gateway_t *b)
{
	if (a == b)
	{
		config_section_error(section, "gateways", address, "given twice for %s",
							 a->name);
	}
	else
	{
		config_section_error(section, "gateways", address, "belongs to %s and to "
							 "%s, but must belong to one gateway only", a->name,
							 b->name);
	}
	return FALSE;
}

/**
 * A domain name of a gateway
 */
typedef struct {
	const gateway_identity_t *id;
	const gateway_t *gateway;
} domain_t;

/**
 * Order domain names, which are in lower case.
 */
static int compare_domains(const void *a, const void *b)
{
	const gateway_identity_t *first = ((const domain_t*)a)->id;
	const gateway_identity_t *second = ((const domain_t*)b)->id;

	return first->len != second->len ? first->len - second->len
		: memcmp(first->data, second->data, first->len);
}

/**
 * Complain about a domain name that several gateways have.
 *
 * @param count			number of addresses and names of all gateways
 */
static bool check_domains(const config_section_t *section,
						  const policy_t *policy, size_t count)
{
	domain_t *domains = calloc(count + 1, sizeof(domain_t));
	char buf[GATEWAY_IDENTITY_FQDN_MAX + 1];
	const gateway_t *gateway;
	size_t n = 0;
	bool good = TRUE;
	int i, j;

	for (i = 0; i < policy->gateway_count; i++)
	{
		gateway = &policy->gateways[i];
		for (j = 0; j < gateway->address_count; j++)
		{
			if (gateway->addresses[j].type == GATEWAY_IDENTITY_FQDN)
			{
				domains[n++] = (domain_t){ &gateway->addresses[j], gateway };
			}
		}
	}
	qsort(domains, n, sizeof(domain_t), compare_domains);
	while (good && n-- > 1)
	{
		if (compare_domains(&domains[n - 1], &domains[n]) == 0)
		{
			gateway_identity_to_string(domains[n].id, buf, sizeof(buf));
			good = refuse_shared(section, buf, domains[n - 1].gateway,
								 domains[n].gateway);
		}
	}
	free(domains);
	return good;
}

/**
 * Collect the addresses of all gateways, and complain about shared ones.
 */
static bool index_addresses(const config_section_t *section, policy_t *policy)
{
	policy_address_t *address;
	gateway_identity_t *id;
	char buf[INET6_ADDRSTRLEN];
	size_t count = 0, n;
	int i, j;

	for (i = 0; i < policy->gateway_count; i++)
	{
		count += policy->gateways[i].address_count;
	}
	policy->addresses = calloc(count + 1, sizeof(policy_address_t));
	for (i = 0; i < policy->gateway_count; i++)
	{
		for (j = 0; j < policy->gateways[i].address_count; j++)
		{
			id = &policy->gateways[i].addresses[j];
			if (id->type != GATEWAY_IDENTITY_FQDN)
			{
				address = &policy->addresses[policy->address_count++];
				address->address = ip_address_from_chunk(
										chunk_create(id->data, id->len));
				address->gateway = i;
			}
		}
	}
	qsort(policy->addresses, policy->address_count, sizeof(policy_address_t),
		  compare_addresses);
	for (n = 1; n < policy->address_count; n++)
	{
		address = &policy->addresses[n];
		if (compare_addresses(address - 1, address) == 0)
		{
			ip_address_to_string(&address->address, buf, sizeof(buf));
			return refuse_shared(section, buf,
								 &policy->gateways[address[-1].gateway],
								 &policy->gateways[address->gateway]);
		}
	}
	return check_domains(section, policy, count);
}

/**
 * Read all rules.
 */
static bool read_rules(const config_section_t *section, policy_t *policy,
					   rule_context_t *context)
{
	config_section_t sub, rules = config_section_sub(section, "rules");
	array_t *names;
	bool good = TRUE;
	char *name;
	int i;

	names = read_names(&rules, RULES_MAX, &good);
	policy->rules = calloc(array_count(names) + 1, sizeof(rule_t));
	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		sub = config_section_sub(&rules, name);
		good = rule_read(&sub, context,
						 &policy->rules[policy->rule_count++]) && good;
	}
	config_list_destroy(names);
	return good;
}

/**
 * Make the rule for clients that have to go without one.
 */
static bool create_others(const config_section_t *section, policy_t *policy,
						  rule_context_t *context)
{
	rule_t *rule = &policy->others;
	int i;

	rule->name = strdup("");
	rule->action = REDIRECT_REDIRECT;
	rule->refuse_unsupported = context->refuse_unsupported;
	rule->gateway_count = policy->gateway_count;
	rule->gateways = calloc(policy->gateway_count + 1, sizeof(uint16_t));
	for (i = 0; i < policy->gateway_count; i++)
	{
		rule->gateways[i] = i;
	}
	rule->key = context->key;
	rule->selector_name = strdup(context->selector);
	rule->selector = rule_create_selector(section, context, context->selector,
										  context->balance_factor);
	return rule->selector != NULL;
}

/*
 * Described in header
 */
policy_t *policy_create(const config_section_t *section,
						selector_registry_t *registry,
						const gateways_joined_t *joined, bool *unknown)
{
	config_section_t overload = config_section_sub(section, "overload");
	policy_options_t values = {};
	rule_context_t context = {
		.registry = registry,
	};
	policy_t *policy;
	bool good;

	INIT(policy,
		.self = -1,
	);
	good = config_section_read(section, options, countof(options), sections,
							   &values);
	policy->anycast = values.anycast;
	policy->loopback = values.loopback;
	policy->sticky = values.sticky;
	policy->slow_start = values.slow_start;
	policy->max_hops = values.max_hops;
	policy->max_returns = values.max_returns;
	policy->wait_for_connections = values.wait_for_connections;
	policy->dry_run = values.dry_run;
	good = overload_marks_read(&overload, &policy->overload) && good;
	good = read_gateways(section, policy, joined) && good;
	if (values.self)
	{
		policy->self = gateway_find(section, "self", policy->gateways,
									policy->gateway_count, values.self);
		good = policy->self >= 0 && good;
	}
	good = index_addresses(section, policy) && good;

	context.gateways = policy->gateways;
	context.gateway_count = policy->gateway_count;
	context.selector = values.selector;
	context.key = values.key;
	context.balance_factor = values.balance_factor;
	context.refuse_unsupported = values.unsupported;
	good = read_rules(section, policy, &context) && good;
	good = create_others(section, policy, &context) && good;
	*unknown = context.unknown_selector;

	free(values.self);
	free(values.selector);
	if (!good)
	{
		policy_destroy(policy);
		return NULL;
	}
	policy->index = rule_index_create(policy->rules, policy->rule_count);
	policy_review(section, policy);
	return policy;
}

/*
 * Described in header
 */
int policy_find_gateway(const policy_t *policy, const ip_address_t *address)
{
	size_t low = 0, high = policy->address_count, middle;
	int order;

	while (address->version && low < high)
	{
		middle = low + (high - low) / 2;
		order = memcmp(address, &policy->addresses[middle].address,
					   sizeof(*address));
		if (!order)
		{
			return policy->addresses[middle].gateway;
		}
		if (order < 0)
		{
			high = middle;
		}
		else
		{
			low = middle + 1;
		}
	}
	return -1;
}

/*
 * Described in header
 */
bool policy_uses_selector(const policy_t *policy, const char *selector)
{
	int i;

	if (!policy)
	{
		return FALSE;
	}
	for (i = 0; i < policy->rule_count; i++)
	{
		if (policy->rules[i].selector_name &&
			streq(policy->rules[i].selector_name, selector))
		{
			return TRUE;
		}
	}
	return streq(policy->others.selector_name, selector);
}

/*
 * Described in header
 */
void policy_destroy(policy_t *policy)
{
	int i;

	if (!policy)
	{
		return;
	}
	for (i = 0; i < policy->rule_count; i++)
	{
		rule_clear(&policy->rules[i]);
	}
	for (i = 0; i < policy->gateway_count; i++)
	{
		gateway_clear(&policy->gateways[i]);
	}
	rule_clear(&policy->others);
	rule_index_destroy(policy->index);
	ip_set_destroy(policy->anycast);
	free(policy->rules);
	free(policy->gateways);
	free(policy->addresses);
	free(policy);
}
