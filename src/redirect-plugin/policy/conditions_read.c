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

#include "conditions.h"
#include "identity_list.h"

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
 * Words of option support
 */
static const char *const support[] = { "any", "yes", "no", NULL };

/**
 * What is read from the section before it is looked at
 */
typedef struct {
	uint32_t phases;
	ip_set_t *local;
	ip_set_t *remote;
	array_t *connections;
	array_t *redirected_from;
	array_t *ids;
	array_t *eap_ids;
	array_t *groups;
	array_t *issuers;
	week_t *week;
	int support;
	uint32_t percent;
	bool negated[CONDITION_MAX];
} conditions_options_t;

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

/**
 * Parse a list of windows of time.
 */
static bool parse_week(const char *value, void *field,
					   char why[CONFIG_WHY_MAX])
{
	week_t **week = field;
	array_t *list;
	char *window;
	int i;
	bool good;

	list = config_list_create(value);
	good = array_count(list) > 0;
	INIT(*week);
	for (i = 0; i < array_count(list); i++)
	{
		array_get(list, i, &window);
		good = good && week_add(*week, window);
	}
	config_list_destroy(list);
	if (!good)
	{
		snprintf(why, CONFIG_WHY_MAX, "must be days and times of day, for "
				 "instance mon-fri 08:00-18:00, sat 22:00-06:00");
	}
	return good;
}

#define FIELD(name) offsetof(conditions_options_t, name)
#define NEGATED(condition) \
	.negated = FIELD(negated) + CONDITION_##condition * sizeof(bool)

static const config_option_t options[] = {
	{ "phase", CONFIG_PARSE, FIELD(phases), .parse = parse_phases },
	{ "local", CONFIG_ADDRESSES, FIELD(local), NEGATED(LOCAL) },
	{ "remote", CONFIG_ADDRESSES, FIELD(remote), NEGATED(REMOTE) },
	{ "redirected_from", CONFIG_LIST, FIELD(redirected_from),
		NEGATED(REDIRECTED_FROM) },
	{ "connection", CONFIG_LIST, FIELD(connections), NEGATED(CONNECTION) },
	{ "id", CONFIG_LIST, FIELD(ids), NEGATED(ID) },
	{ "eap_identity", CONFIG_LIST, FIELD(eap_ids), NEGATED(EAP_IDENTITY) },
	{ "group", CONFIG_LIST, FIELD(groups), NEGATED(GROUP) },
	{ "issuer", CONFIG_LIST, FIELD(issuers), NEGATED(ISSUER) },
	{ "time", CONFIG_PARSE, FIELD(week), .parse = parse_week, NEGATED(TIME) },
	{ "support", CONFIG_WORD, FIELD(support), .def = "any", .words = support },
	{ "percent", CONFIG_NUMBER, FIELD(percent), .def = "100", .max = 100 },
};

/**
 * Find a gateway by its name.
 */
static const gateway_t *find_gateway(const gateway_t *gateways, uint16_t count,
									 const char *name)
{
	int i;

	for (i = 0; i < count; i++)
	{
		if (streq(gateways[i].name, name))
		{
			return &gateways[i];
		}
	}
	return NULL;
}

/**
 * Add to a comma separated list.
 */
static void add_element(char **list, const char *element)
{
	char *longer;

	if (asprintf(&longer, "%s, %s", *list ?: "", element) > 0)
	{
		free(*list);
		*list = longer;
	}
}

/**
 * Add the addresses of a gateway to a list, as REDIRECTED_FROM carries them.
 */
static bool add_gateway(const config_section_t *section,
						const gateway_t *gateway, char **list)
{
	char buf[GATEWAY_IDENTITY_FQDN_MAX + 1];
	bool any = FALSE;
	int i;

	for (i = 0; i < gateway->address_count; i++)
	{
		if (gateway->addresses[i].type != GATEWAY_IDENTITY_FQDN)
		{
			gateway_identity_to_string(&gateway->addresses[i], buf,
									   sizeof(buf));
			add_element(list, buf);
			any = TRUE;
		}
	}
	if (!any)
	{
		config_section_error(section, "redirected_from", gateway->name, "the "
							 "gateway has no address to recognize it by, only "
							 "names");
	}
	return any;
}

/**
 * Make a set of addresses of what clients may have been redirected from.
 */
static bool read_redirected_from(const config_section_t *section,
								 const gateway_t *gateways, uint16_t count,
								 array_t *names, ip_set_t **set)
{
	const gateway_t *gateway;
	char *name, *list = NULL, *wrong = NULL, why[CONFIG_WHY_MAX] = "";
	bool good = TRUE;
	int i;

	for (i = 0; i < array_count(names); i++)
	{
		array_get(names, i, &name);
		gateway = find_gateway(gateways, count, name);
		if (gateway)
		{
			good = add_gateway(section, gateway, &list) && good;
		}
		else
		{
			add_element(&list, streq(name, "any") ? "0.0.0.0/0, ::/0" : name);
		}
	}
	if (list)
	{
		config_subnets_check(list, why);
		if (*why)
		{
			config_section_warn(section, "redirected_from", NULL, "%s", why);
		}
		*set = ip_set_create(list, &wrong);
		if (wrong && *wrong)
		{
			config_section_error(section, "redirected_from", wrong, "must be "
								 "any, the name of a gateway, an address, a "
								 "subnet or a range");
			good = FALSE;
		}
		free(wrong);
	}
	free(list);
	config_list_destroy(names);
	return good;
}

/**
 * Complain about a condition that is not known in a phase that is asked for.
 */
static bool check_known(const config_section_t *section, uint32_t phases,
						redirect_phase_t phase, const char *condition)
{
	if (!condition || !(phases & 1 << phase))
	{
		return TRUE;
	}
	config_section_error(section, "phase",
						 enum_to_name(redirect_phase_names, phase),
						 "%s is not known then, so the rule would never match; "
						 "use auth", condition);
	return FALSE;
}

/**
 * Check the phases against the conditions, or choose them.
 */
static bool read_phases(const config_section_t *section, uint32_t phases,
						conditions_t *conditions)
{
	const char *claimed, *authenticated;

	authenticated = conditions->groups ? "group" :
					conditions->issuers ? "issuer" :
					conditions->eap_ids ? "eap_identity" : NULL;
	claimed = conditions->ids ? "id" :
			  conditions->connections ? "connection" : authenticated;
	conditions->phases = phases;
	if (!phases)
	{
		conditions->phases = claimed ? PHASES_BY_IDENTITY : PHASES_BY_ADDRESS;
	}
	return check_known(section, phases, REDIRECT_PHASE_INIT, claimed) &&
		   check_known(section, phases, REDIRECT_PHASE_IDENTITY,
					   authenticated);
}

/**
 * Warn of what separates no elements of a list.
 *
 * @param mail			look at addresses of mail only; others may have spaces
 */
static void check_separators(const config_section_t *section, const char *key,
							 array_t *list, bool mail)
{
	char *text;
	int i;

	for (i = 0; array_get(list, i, &text); i++)
	{
		if (strpbrk(text, " ;") &&
			(!mail || (strchr(text, '@') && !strchr(text, '='))))
		{
			config_section_warn(section, key, text, "a space or a semicolon is "
								"part of it, only commas separate");
		}
	}
}

/**
 * Warn of addresses that no client has.
 */
static void check_addresses(const config_section_t *section, const char *key,
							const ip_set_t *set)
{
	ip_set_t *nobody = ip_set_create("::ffff:0:0/96, 224.0.0.0/4, ff00::/8", NULL);
	ip_address_t from, to;
	char buf[64];
	size_t i;

	for (i = 0; set && i < ip_set_get_count(set); i++)
	{
		ip_set_get(set, i, &from, &to);
		if (ip_set_contains(nobody, &from) && ip_set_contains(nobody, &to))
		{
			config_section_warn(section, key,
								ip_address_to_string(&from, buf, sizeof(buf)),
								"no packet comes from or to there%s", from.data[0]
								? "" : "; IPv4 addresses are written as 192.0.2.1");
		}
	}
	ip_set_destroy(nobody);
}

/**
 * Warn of issuers that are no distinguished names, as all are.
 */
static void check_issuers(const config_section_t *section, array_t *issuers)
{
	identification_t *issuer;
	int i;

	for (i = 0; array_get(issuers, i, &issuer); i++)
	{
		if (issuer->get_type(issuer) != ID_DER_ASN1_DN &&
			issuer->get_type(issuer) != ID_ANY)
		{
			config_section_warn(section, "issuer",
								config_section_get(section, "issuer"), "not a "
								"distinguished name like C=CH, O=Example, CN=*, so "
								"it matches no issuer");
			return;
		}
	}
}

/*
 * Described in header
 */
bool conditions_read(const config_section_t *section, const gateway_t *gateways,
					 uint16_t count, client_key_t key, conditions_t *conditions)
{
	const char *name = section->path[section->depth - 1];
	conditions_options_t values = {};
	bool good;

	good = config_section_read_values(section, options, countof(options),
									  &values);
	check_separators(section, "connection", values.connections, FALSE);
	check_separators(section, "id", values.ids, TRUE);
	check_separators(section, "eap_identity", values.eap_ids, TRUE);
	*conditions = (conditions_t){
		.text = config_section_describe(section, options, countof(options)),
		.local = values.local,
		.remote = values.remote,
		.connections = values.connections,
		.ids = identity_list_read(section, "id", values.ids, TRUE, &good),
		.eap_ids = identity_list_read(section, "eap_identity", values.eap_ids,
									  TRUE, &good),
		.groups = identity_list_read(section, "group", values.groups, FALSE,
									 &good),
		.issuers = identity_list_read(section, "issuer", values.issuers, TRUE,
									  &good),
		.week = values.week,
		.support = values.support,
		.percent = values.percent,
		.key = key,
		.salt = gateway_hash(chunk_create((u_char*)name, strlen(name))),
	};
	check_addresses(section, "remote", values.remote);
	check_addresses(section, "local", values.local);
	check_issuers(section, conditions->issuers);
	memcpy(conditions->negated, values.negated, sizeof(values.negated));
	good = read_redirected_from(section, gateways, count,
								values.redirected_from,
								&conditions->redirected_from) && good;
	return read_phases(section, values.phases, conditions) && good;
}

/*
 * Described in header
 */
void conditions_clear(conditions_t *conditions)
{
	identity_list_destroy(conditions->ids);
	identity_list_destroy(conditions->eap_ids);
	identity_list_destroy(conditions->groups);
	identity_list_destroy(conditions->issuers);
	config_list_destroy(conditions->connections);
	ip_set_destroy(conditions->local);
	ip_set_destroy(conditions->remote);
	ip_set_destroy(conditions->redirected_from);
	free(conditions->week);
	free(conditions->text);
}
