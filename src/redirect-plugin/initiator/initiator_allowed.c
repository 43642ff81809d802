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

#include "initiator_allowed.h"

#include <ctype.h>

/**
 * Described in header.
 */
struct initiator_allowed_t {

	/**
	 * Addresses, NULL if there are none.
	 */
	ip_set_t *addresses;

	/**
	 * Names, identification_t*, NULL if there are none.
	 */
	array_t *names;
};

/**
 * Add a name or a wildcard and a name.
 */
static bool add_name(initiator_allowed_t *this, char *element)
{
	gateway_identity_t gateway;
	char *name = element;

	if (strpfx(name, "*."))
	{
		name += 2;
	}
	/* what follows the wildcard may be a single label */
	if (!gateway_identity_from_string(name, &gateway) ||
		gateway.type != GATEWAY_IDENTITY_FQDN)
	{
		return FALSE;
	}
	array_insert_create(&this->names, ARRAY_TAIL,
				identification_create_from_encoding(ID_FQDN,
													chunk_from_str(element)));
	return TRUE;
}

/**
 * Join another element to a list of addresses.
 */
static void join(char **list, const char *element)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", *list ?: "", *list ? "," : "", element) > 0)
	{
		free(*list);
		*list = joined;
	}
}

/**
 * Parse the elements: names at once, addresses joined for a set.
 */
static bool parse_elements(initiator_allowed_t *this, const char *value,
						   char **addresses, char why[CONFIG_WHY_MAX])
{
	enumerator_t *enumerator;
	bool good = TRUE;
	ip_set_t *set;
	char *element;

	enumerator = enumerator_create_token(value, ",", " \t");
	while (good && enumerator->enumerate(enumerator, &element))
	{
		if (!*element)
		{
			continue;
		}
		set = ip_set_create(element, NULL);
		if (set)
		{
			ip_set_destroy(set);
			join(addresses, element);
		}
		else if (!add_name(this, element))
		{
			snprintf(why, CONFIG_WHY_MAX, "'%.64s' is not an address, subnet "
					 "(192.0.2.0/24), range (192.0.2.1-192.0.2.9) or name "
					 "(sun.example.org, *.example.org)", element);
			good = FALSE;
		}
	}
	enumerator->destroy(enumerator);
	return good;
}

/*
 * Described in header
 */
bool initiator_allowed_parse(const char *value, initiator_allowed_t **field,
						 char why[CONFIG_WHY_MAX])
{
	initiator_allowed_t *this;
	char *addresses = NULL;
	bool good;

	INIT(this);
	good = parse_elements(this, value, &addresses, why);
	if (good && !addresses && !this->names)
	{
		snprintf(why, CONFIG_WHY_MAX, "has no element");
		good = FALSE;
	}
	if (good && addresses)
	{
		this->addresses = ip_set_create(addresses, NULL);
	}
	free(addresses);
	if (!good)
	{
		initiator_allowed_destroy(this);
		return FALSE;
	}
	config_subnets_check(value, why);
	initiator_allowed_destroy(*field);
	*field = this;
	return TRUE;
}

/**
 * Check if an identity matches one of the names of a list.
 *
 * @param id			identity, destroyed
 */
static bool has_id(const initiator_allowed_t *this, identification_t *id)
{
	identification_t *name;
	bool match = FALSE;
	int i;

	for (i = 0; i < array_count(this->names) && !match; i++)
	{
		array_get(this->names, i, &name);
		match = id->matches(id, name) != ID_MATCH_NONE;
	}
	id->destroy(id);
	return match;
}

/*
 * Described in header
 */
bool initiator_allowed_has_name(const initiator_allowed_t *this,
							const gateway_identity_t *gateway)
{
	return this && this->names &&
		   has_id(this, gateway_identity_to_id(gateway));
}

/*
 * Described in header
 */
void initiator_allowed_check(const config_section_t *section,
							 const char *accept,
							 const initiator_allowed_t *deny)
{
	enumerator_t *enumerator;
	ip_set_t *set;
	char *element;

	enumerator = enumerator_create_token(accept ?: "", ",", " \t");
	while (deny && enumerator->enumerate(enumerator, &element))
	{
		set = ip_set_create(element, NULL);
		if (*element && (set ? deny->addresses &&
							   ip_set_covers(deny->addresses, set)
							 : has_id(deny,
								identification_create_from_encoding(ID_FQDN,
												chunk_from_str(element)))))
		{
			config_section_warn(section, NULL, NULL, "'%.64s' is never accepted, "
								"as deny has all of it and is asked first",
								element);
		}
		ip_set_destroy(set);
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
bool initiator_allowed_has_address(const initiator_allowed_t *this,
							   const ip_address_t *address)
{
	return this && ip_set_contains(this->addresses, address);
}

/*
 * Described in header
 */
void initiator_allowed_destroy(initiator_allowed_t *this)
{
	if (this)
	{
		ip_set_destroy(this->addresses);
		array_destroy_offset(this->names, offsetof(identification_t, destroy));
		free(this);
	}
}
