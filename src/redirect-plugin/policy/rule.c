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

#include "rule.h"

#include <fnmatch.h>

/**
 * Words of option action, in the order of redirect_action_t
 */
static const char *const actions[] = { "serve", "redirect", "refuse", NULL };

/**
 * Words of option unsupported
 */
static const char *const unsupported[] = { "serve", "refuse", NULL };

/**
 * Phases of a rule that tells none: where its conditions are known. Rules about
 * addresses leave IKE_AUTH alone, the client could have been redirected earlier
 * and cheaper.
 */
#define PHASES_BY_ADDRESS (1 << REDIRECT_PHASE_INIT | \
						   1 << REDIRECT_PHASE_ACTIVE)
#define PHASES_BY_IDENTITY (1 << REDIRECT_PHASE_AUTH | \
							1 << REDIRECT_PHASE_ACTIVE)

/**
 * What is read from the section, before it is looked at
 */
typedef struct {
	uint32_t phases;
	ip_set_t *local;
	ip_set_t *remote;
	array_t *connections;
	array_t *ids;
	int action;
	bool onward;
	int unsupported;
	array_t *gateways;
	char *selector;
} rule_options_t;

/**
 * Parse a list of phases.
 */
static bool parse_phases(const char *value, void *field,
						 char why[CONFIG_WHY_MAX])
{
	uint32_t *phases = field;
	array_t *list;
	char *word;
	int i, phase;
	bool good = TRUE;

	*phases = 0;
	list = config_list_create(value);
	for (i = 0; i < array_count(list); i++)
	{
		array_get(list, i, &word);
		if (enum_from_name(redirect_phase_names, word, &phase))
		{
			*phases |= 1 << phase;
		}
		else
		{
			good = FALSE;
		}
	}
	config_list_destroy(list);
	if (!good || !*phases)
	{
		snprintf(why, CONFIG_WHY_MAX, "must be one or more of init, auth, "
				 "active and identity");
		return FALSE;
	}
	return TRUE;
}

static const config_option_t options[] = {
	{ "phase", CONFIG_PARSE, offsetof(rule_options_t, phases),
		.parse = parse_phases },
	{ "local", CONFIG_ADDRESSES, offsetof(rule_options_t, local),
		.def = NULL },
	{ "remote", CONFIG_ADDRESSES, offsetof(rule_options_t, remote),
		.def = NULL },
	{ "connection", CONFIG_LIST, offsetof(rule_options_t, connections),
		.def = NULL },
	{ "id", CONFIG_LIST, offsetof(rule_options_t, ids),
		.def = NULL },
	{ "action", CONFIG_WORD, offsetof(rule_options_t, action),
		.def = "redirect", .words = actions },
	{ "onward", CONFIG_BOOL, offsetof(rule_options_t, onward),
		.def = "no" },
	{ "unsupported", CONFIG_WORD, offsetof(rule_options_t, unsupported),
		.words = unsupported },
	{ "gateways", CONFIG_LIST, offsetof(rule_options_t, gateways),
		.def = NULL },
	{ "selector", CONFIG_TEXT, offsetof(rule_options_t, selector),
		.def = NULL },
};

/**
 * Order positions of gateways.
 */
static int compare_positions(const void *a, const void *b)
{
	return (int)*(const uint16_t*)a - *(const uint16_t*)b;
}

/**
 * Look up the gateways; all of the configuration if none is named.
 */
static bool read_gateways(const config_section_t *section,
						  const rule_context_t *context, array_t *names,
						  rule_t *rule)
{
	bool good = TRUE;
	char *name;
	int i, position, count;

	count = array_count(names) ?: context->gateway_count;
	rule->gateways = calloc(count + 1, sizeof(uint16_t));
	for (i = 0; i < count; i++)
	{
		position = i;
		if (array_get(names, i, &name))
		{
			position = gateway_find(section, "gateways", context->gateways,
									context->gateway_count, name);
		}
		if (position >= 0)
		{
			rule->gateways[rule->gateway_count++] = position;
		}
		good = good && position >= 0;
	}
	qsort(rule->gateways, rule->gateway_count, sizeof(uint16_t),
		  compare_positions);
	for (i = 1; i < rule->gateway_count; i++)
	{
		if (rule->gateways[i] == rule->gateways[i - 1])
		{
			config_section_error(section, "gateways",
						context->gateways[rule->gateways[i]].name, "named "
						"twice, give a gateway more weight instead");
			return FALSE;
		}
	}
	return good;
}

/**
 * Parse identities, with wildcards. The elements of a distinguished name are
 * separated by commas themselves: what has an equals sign belongs together.
 */
static array_t *read_ids(array_t *list)
{
	array_t *ids = NULL;
	char *element, dn[BUF_LEN] = "";
	size_t used = 0;
	int i;

	for (i = 0; i <= array_count(list); i++)
	{
		if (array_get(list, i, &element) && strchr(element, '='))
		{
			used += snprintf(dn + used, sizeof(dn) - used, "%s%s",
							 used ? ", " : "", element);
			used = min(used, sizeof(dn) - 1);
			continue;
		}
		if (used)
		{
			array_insert_create(&ids, ARRAY_TAIL,
								identification_create_from_string(dn));
			used = 0;
		}
		if (i < array_count(list))
		{
			array_insert_create(&ids, ARRAY_TAIL,
								identification_create_from_string(element));
		}
	}
	return ids;
}

/**
 * Check the phases against the conditions, or choose them.
 */
static bool read_phases(const config_section_t *section, uint32_t phases,
						rule_t *rule)
{
	bool identity = rule->ids || rule->connections;

	rule->phases = phases;
	if (!phases)
	{
		rule->phases = identity ? PHASES_BY_IDENTITY : PHASES_BY_ADDRESS;
	}
	if (identity && phases & 1 << REDIRECT_PHASE_INIT)
	{
		config_section_error(section, "phase", "init", "neither identity nor "
							 "connection are known in IKE_SA_INIT, so the rule "
							 "would never match; use auth");
		return FALSE;
	}
	return TRUE;
}

/*
 * Described in header
 */
redirect_selector_t *rule_create_selector(const config_section_t *section,
										  rule_context_t *context,
										  const char *name)
{
	redirect_selector_options_t options = { .api = REDIRECT_SELECTOR_API };
	redirect_selector_t *selector;
	char known[256] = "", *other;
	array_t *names;
	size_t used = 0;
	int i;

	selector = context->registry->create(context->registry, name, &options);
	if (!selector)
	{
		names = context->registry->get_names(context->registry);
		for (i = 0; i < array_count(names) && used < sizeof(known); i++)
		{
			array_get(names, i, &other);
			used += snprintf(known + used, sizeof(known) - used, "%s%s",
							 i ? ", " : "", other);
		}
		config_list_destroy(names);
		config_section_error(section, "selector", name, "no such selector, "
							 "there are %s", known);
		context->unknown_selector = TRUE;
	}
	return selector;
}

/**
 * Take over what was read, check what depends on each other.
 */
static bool take_over(const config_section_t *section, rule_context_t *context,
					  rule_options_t *values, rule_t *rule)
{
	bool good = TRUE;

	rule->local = values->local;
	rule->remote = values->remote;
	rule->connections = values->connections;
	rule->ids = read_ids(values->ids);
	rule->action = values->action;
	rule->onward = values->onward;
	rule->refuse_unsupported = values->unsupported;

	good = read_phases(section, values->phases, rule);
	if (rule->action != REDIRECT_REDIRECT)
	{
		if (values->gateways || values->selector)
		{
			config_section_error(section, values->gateways ? "gateways"
								 : "selector", NULL, "only of use with action "
								 "= redirect");
			good = FALSE;
		}
		return good;
	}
	good = read_gateways(section, context, values->gateways, rule) && good;
	rule->selector_name = strdup(values->selector ?: context->selector);
	rule->selector = rule_create_selector(section, context,
										  rule->selector_name);
	return rule->selector && good;
}

/*
 * Described in header
 */
bool rule_read(const config_section_t *section, rule_context_t *context,
			   rule_t *rule)
{
	const char *name = section->path[section->depth - 1];
	rule_options_t values = {
		.unsupported = context->refuse_unsupported,
	};
	bool good;

	*rule = (rule_t){
		.name = strdup(name),
	};
	good = config_section_read(section, options, countof(options), NULL,
							   &values);
	if (strlen(name) >= REDIRECT_NAME_MAX)
	{
		config_section_error(section, NULL, NULL, "name too long, must be "
							 "shorter than %d", REDIRECT_NAME_MAX);
		good = FALSE;
	}
	good = take_over(section, context, &values, rule) && good;
	config_list_destroy(values.ids);
	config_list_destroy(values.gateways);
	free(values.selector);
	return good;
}

/**
 * Check a name against names with wildcards.
 */
static bool matches_name(array_t *patterns, const char *name)
{
	char *pattern;
	int i;

	for (i = 0; name && i < array_count(patterns); i++)
	{
		array_get(patterns, i, &pattern);
		if (fnmatch(pattern, name, 0) == 0)
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Check an identity against identities with wildcards.
 */
static bool matches_id(array_t *patterns, identification_t *id)
{
	identification_t *pattern;
	int i;

	for (i = 0; id && i < array_count(patterns); i++)
	{
		array_get(patterns, i, &pattern);
		if (id->matches(id, pattern) != ID_MATCH_NONE)
		{
			return TRUE;
		}
	}
	return FALSE;
}

/*
 * Described in header
 */
bool rule_matches(const rule_t *rule, const redirect_request_t *request)
{
	if (!(rule->phases & 1 << request->phase))
	{
		return FALSE;
	}
	if (rule->local && !ip_set_contains(rule->local, &request->local))
	{
		return FALSE;
	}
	if (rule->remote && !ip_set_contains(rule->remote, &request->remote))
	{
		return FALSE;
	}
	if (rule->connections &&
		!matches_name(rule->connections, request->connection))
	{
		return FALSE;
	}
	if (rule->ids && !matches_id(rule->ids, request->id) &&
		!matches_id(rule->ids, request->eap_id))
	{
		return FALSE;
	}
	return TRUE;
}

/*
 * Described in header
 */
void rule_clear(rule_t *rule)
{
	identification_t *id;

	while (array_remove(rule->ids, ARRAY_TAIL, &id))
	{
		id->destroy(id);
	}
	array_destroy(rule->ids);
	config_list_destroy(rule->connections);
	ip_set_destroy(rule->local);
	ip_set_destroy(rule->remote);
	DESTROY_IF(rule->selector);
	free(rule->selector_name);
	free(rule->gateways);
	free(rule->name);
}
