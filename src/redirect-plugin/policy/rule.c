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

/**
 * Words of option action, in the order of redirect_action_t
 */
static const char *const actions[] = { "serve", "redirect", "refuse", NULL };

/**
 * Words of option unsupported
 */
static const char *const unsupported[] = { "serve", "refuse", NULL };

/**
 * What is read from the section, before it is looked at
 */
typedef struct {
	bool enabled;
	int action;
	bool onward;
	bool dry_run;
	int unsupported;
	array_t *gateways;
	char *selector;
	int key;
	uint32_t balance_factor;
} rule_options_t;

/*
 * Described in header
 */
bool rule_parse_balance_factor(const char *value, void *field,
							   char why[CONFIG_WHY_MAX])
{
	uint32_t *factor = field;
	char *end;
	long number;

	number = strtol(value, &end, 10);
	if (end == value || *end ||
		(number && (number < BALANCE_FACTOR_MIN || number > BALANCE_FACTOR_MAX)))
	{
		snprintf(why, CONFIG_WHY_MAX, "must be a number from %d to %d, or 0",
				 BALANCE_FACTOR_MIN, BALANCE_FACTOR_MAX);
		return FALSE;
	}
	*factor = number;
	return TRUE;
}

static const config_option_t options[] = {
	CONDITIONS_OPTIONS,
	{ "enabled", CONFIG_BOOL, offsetof(rule_options_t, enabled),
		.def = "yes" },
	{ "action", CONFIG_WORD, offsetof(rule_options_t, action),
		.def = "redirect", .words = actions },
	{ "onward", CONFIG_BOOL, offsetof(rule_options_t, onward),
		.def = "no" },
	{ "dry_run", CONFIG_BOOL, offsetof(rule_options_t, dry_run),
		.def = "no" },
	{ "unsupported", CONFIG_WORD, offsetof(rule_options_t, unsupported),
		.words = unsupported },
	{ "gateways", CONFIG_LIST, offsetof(rule_options_t, gateways),
		.def = NULL },
	{ "selector", CONFIG_TEXT, offsetof(rule_options_t, selector),
		.def = NULL },
	{ "key", CONFIG_WORD, offsetof(rule_options_t, key),
		.words = client_key_words },
	{ "balance_factor", CONFIG_PARSE, offsetof(rule_options_t, balance_factor),
		.parse = rule_parse_balance_factor },
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

/*
 * Described in header
 */
redirect_selector_t *rule_create_selector(const config_section_t *section,
										  rule_context_t *context,
										  const char *name,
										  uint32_t balance_factor)
{
	redirect_selector_options_t options = {
		.api = REDIRECT_SELECTOR_API,
		.balance_factor = balance_factor,
	};
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

	rule->enabled = values->enabled;
	rule->action = values->action;
	rule->onward = values->onward;
	rule->dry_run = values->dry_run;
	rule->refuse_unsupported = values->unsupported;
	rule->key = values->key;
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
										  rule->selector_name,
										  values->balance_factor);
	return rule->selector && good;
}

/*
 * Described in header
 */
uint64_t rule_hash(const char *name)
{
	return gateway_hash(chunk_from_str((char*)name)) ?: 1;
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
		.key = context->key,
		.balance_factor = context->balance_factor,
	};
	bool good;

	*rule = (rule_t){
		.name = strdup(name),
		.id = rule_hash(name),
	};
	good = config_section_read(section, options, countof(options), NULL,
							   &values);
	good = config_section_check_name(section, REDIRECT_NAME_MAX) && good;
	good = take_over(section, context, &values, rule) && good;
	good = conditions_read(section, context->gateways, context->gateway_count,
						   rule->key, &rule->conditions) && good;
	config_list_destroy(values.gateways);
	free(values.selector);
	return good;
}

/*
 * Described in header
 */
void rule_clear(rule_t *rule)
{
	conditions_clear(&rule->conditions);
	DESTROY_IF(rule->selector);
	free(rule->selector_name);
	free(rule->gateways);
	free(rule->name);
}
