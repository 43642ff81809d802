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

#include "session_filter.h"
#include "policy/identity_list.h"
#include "utils/config_options.h"

#include <library.h>

#include <ctype.h>
#include <fnmatch.h>

/**
 * Add the elements of a list to another.
 *
 * @param list			elements, destroyed; NULL for none
 * @return				FALSE if there is no element
 */
static bool add_all(array_t **to, array_t *list)
{
	bool any = array_count(list) > 0;
	void *element;

	while (array_remove(list, ARRAY_HEAD, &element))
	{
		array_insert_create(to, ARRAY_TAIL, element);
	}
	array_destroy(list);
	return any;
}

/**
 * Add identities: a distinguished name, or a list of others.
 */
static bool add_ids(session_filter_t *filter, const char *value)
{
	array_t *list = NULL;
	char *element;
	int i;

	if (strchr(value, '='))
	{
		array_insert_create(&list, ARRAY_TAIL, strdup(value));
	}
	list = list ?: config_list_create(value);
	for (i = 0; i < array_count(list); i++)
	{
		array_get(list, i, &element);
		array_insert_create(&filter->ids, ARRAY_TAIL,
							identification_create_from_string(element));
	}
	config_list_destroy(list);
	return i > 0;
}

/*
 * Described in header
 */
bool session_filter_set(session_filter_t *filter, const char *key,
						const char *value)
{
	unsigned long long number;
	char *end;

	if (streq(key, "connection"))
	{
		return add_all(&filter->connections, config_list_create(value));
	}
	if (streq(key, "id"))
	{
		return add_ids(filter, value);
	}
	if (streq(key, "remote"))
	{
		if (filter->remote)
		{
			return FALSE;
		}
		filter->remote = ip_set_create(value, NULL);
		return filter->remote != NULL;
	}
	if (streq(key, "unique-id"))
	{
		number = strtoull(value, &end, 10);
		if (filter->unique_id || !isdigit((u_char)*value) || *end || !number ||
			number > UINT32_MAX)
		{
			return FALSE;
		}
		filter->unique_id = number;
		return TRUE;
	}
	return FALSE;
}

/**
 * Check the name of the connection.
 */
static bool connection_matches(const session_filter_t *filter,
							   const char *connection)
{
	char *pattern;
	int i;

	for (i = 0; i < array_count(filter->connections); i++)
	{
		array_get(filter->connections, i, &pattern);
		if (fnmatch(pattern, connection, 0) == 0)
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Check the identities of a client.
 */
static bool id_matches(const session_filter_t *filter, identification_t *id,
					   identification_t *eap_id)
{
	identification_t *pattern;
	int i;

	for (i = 0; i < array_count(filter->ids); i++)
	{
		array_get(filter->ids, i, &pattern);
		if ((id && identity_matches(id, pattern)) ||
			(eap_id && identity_matches(eap_id, pattern)))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/*
 * Described in header
 */
bool session_filter_matches(const session_filter_t *filter, uint32_t unique_id,
							const char *connection, identification_t *id,
							identification_t *eap_id,
							const ip_address_t *remote)
{
	if (!filter)
	{
		return TRUE;
	}
	if (filter->unique_id && filter->unique_id != unique_id)
	{
		return FALSE;
	}
	if (filter->connections && !connection_matches(filter, connection))
	{
		return FALSE;
	}
	if (filter->ids && !id_matches(filter, id, eap_id))
	{
		return FALSE;
	}
	return !filter->remote || ip_set_contains(filter->remote, remote);
}

/*
 * Described in header
 */
void session_filter_clear(session_filter_t *filter)
{
	config_list_destroy(filter->connections);
	array_destroy_offset(filter->ids, offsetof(identification_t, destroy));
	ip_set_destroy(filter->remote);
	*filter = (session_filter_t){};
}
