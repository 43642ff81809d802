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
 * Index into the words of option support
 */
#define SUPPORT_ANY 0
#define SUPPORT_NO 2

/**
 * Check a condition on addresses.
 */
static bool cover_addresses(const conditions_t *general, const ip_set_t *set,
							const conditions_t *special, const ip_set_t *part,
							condition_t condition)
{
	if (!set)
	{
		return TRUE;
	}
	if (!part)
	{
		return FALSE;
	}
	if (!general->negated[condition])
	{
		return !special->negated[condition] && ip_set_covers(set, part);
	}
	/* these are the addresses that are left out */
	return special->negated[condition] ? ip_set_covers(part, set)
									   : !ip_set_overlaps(set, part);
}

/**
 * Compare two elements of lists, names of connections or identities.
 */
static bool cover_element(void *general, void *special, condition_t condition)
{
	if (condition != CONDITION_CONNECTION)
	{
		return identity_covers(general, special);
	}
	/* brackets and backslashes are for fnmatch() only */
	return streq(general, special) ||
		   (!strpbrk(general, "[\\") && !strpbrk(special, "[\\") &&
			strpbrk(general, "*?") &&
			identity_text_matches(chunk_from_str((char*)special),
								  chunk_from_str((char*)general), TRUE));
}

/**
 * Check whether each element of a list is covered by one of another.
 */
static bool cover_elements(array_t *general, array_t *special,
						   condition_t condition, int *budget)
{
	void *a, *b;
	int i, j;
	bool covered = TRUE;

	for (i = 0; covered && array_get(special, i, &b); i++)
	{
		covered = FALSE;
		for (j = 0; !covered && (*budget)-- > 0 && array_get(general, j, &a); j++)
		{
			covered = cover_element(a, b, condition);
		}
	}
	return covered;
}

/**
 * Check a condition that is a list.
 */
static bool cover_list(const conditions_t *general, array_t *list,
					   const conditions_t *special, array_t *part,
					   condition_t condition, int *budget)
{
	bool negated = general->negated[condition];

	if (!list)
	{
		return TRUE;
	}
	if (!part || negated != special->negated[condition])
	{
		return FALSE;
	}
	return negated ? cover_elements(part, list, condition, budget)
				   : cover_elements(list, part, condition, budget);
}

/**
 * Check the times.
 */
static bool cover_time(const conditions_t *general, const conditions_t *special,
					   int *budget)
{
	uint8_t a, b;
	size_t i;

	if (!general->week)
	{
		return TRUE;
	}
	*budget -= sizeof(week_t) / 32;
	for (i = 0; *budget > 0 && i < sizeof(general->week->minutes); i++)
	{
		a = general->week->minutes[i];
		b = special->week ? special->week->minutes[i] : 0xff;
		a = general->negated[CONDITION_TIME] ? ~a : a;
		b = special->week && special->negated[CONDITION_TIME] ? ~b : b;
		if (b & ~a)
		{
			return FALSE;
		}
	}
	return *budget > 0;
}

/*
 * Described in header
 */
bool conditions_cover(const conditions_t *a, const conditions_t *b, int *budget)
{
#define ADDRESSES(field, condition) \
	cover_addresses(a, a->field, b, b->field, CONDITION_##condition)
#define LIST(field, condition) \
	cover_list(a, a->field, b, b->field, CONDITION_##condition, budget)

	/* what is compared quickly comes first */
	return a->percent >= 100 &&
		   (a->support == SUPPORT_ANY || a->support == b->support) &&
		   ADDRESSES(remote, REMOTE) && ADDRESSES(local, LOCAL) &&
		   ADDRESSES(redirected_from, REDIRECTED_FROM) &&
		   LIST(connections, CONNECTION) && LIST(ids, ID) &&
		   LIST(eap_ids, EAP_IDENTITY) && LIST(groups, GROUP) &&
		   LIST(issuers, ISSUER) && cover_time(a, b, budget);
}

/**
 * Families of the addresses that a condition allows.
 */
static uint8_t families(const conditions_t *this, const ip_set_t *set,
						condition_t condition)
{
	bool negated = this->negated[condition];
	uint8_t found = 0;

	if (!set)
	{
		return GATEWAY_IPV4 | GATEWAY_IPV6;
	}
	found |= ip_set_has_version(set, 4, negated) != negated ? GATEWAY_IPV4 : 0;
	found |= ip_set_has_version(set, 6, negated) != negated ? GATEWAY_IPV6 : 0;
	return found;
}

/*
 * Described in header
 */
uint8_t conditions_families(const conditions_t *this)
{
	return families(this, this->remote, CONDITION_REMOTE) &
		   families(this, this->local, CONDITION_LOCAL);
}

/*
 * Described in header
 */
bool conditions_unsupported(const conditions_t *this)
{
	return this->support == SUPPORT_NO;
}

/**
 * Find a condition that excludes everybody: "! *".
 *
 * @return				name of its option, NULL if there is none
 */
static const char *find_nobody(const conditions_t *this)
{
	const struct {
		const char *key;
		condition_t condition;
		array_t *ids;
	} lists[] = {
		{ "id", CONDITION_ID, this->ids },
		{ "eap_identity", CONDITION_EAP_IDENTITY, this->eap_ids },
		{ "group", CONDITION_GROUP, this->groups },
		{ "issuer", CONDITION_ISSUER, this->issuers },
	};
	identification_t *id;
	char *connection;
	size_t i;
	int j;

	for (i = 0; i < countof(lists); i++)
	{
		for (j = 0; this->negated[lists[i].condition] &&
					array_get(lists[i].ids, j, &id); j++)
		{
			if (id->get_type(id) == ID_ANY)
			{
				return lists[i].key;
			}
		}
	}
	for (j = 0; this->negated[CONDITION_CONNECTION] &&
				array_get(this->connections, j, &connection); j++)
	{
		if (streq(connection, "*"))
		{
			return "connection";
		}
	}
	return NULL;
}

/*
 * Described in header
 */
const char *conditions_never(const conditions_t *this, const char **key)
{
	static const conditions_t always = { .percent = 100 };
	conditions_t inverse = *this;
	int budget = 2 * sizeof(week_t);

	*key = "percent";
	if (!this->percent)
	{
		return "no client is part of it, so the rule never matches; enabled = no "
			   "switches it off";
	}
	*key = find_nobody(this);
	if (*key)
	{
		return "everybody is excluded, so the rule never matches";
	}
	*key = "time";
	inverse.negated[CONDITION_TIME] = !inverse.negated[CONDITION_TIME];
	if (this->week && cover_time(&inverse, &always, &budget))
	{
		return "that is never, so the rule never matches";
	}
	*key = "remote";
	if (!families(this, this->remote, CONDITION_REMOTE))
	{
		return "no address is left, so the rule never matches";
	}
	*key = "local";
	if (!families(this, this->local, CONDITION_LOCAL))
	{
		return "no address is left, so the rule never matches";
	}
	if (!conditions_families(this))
	{
		return "of another family than remote, so the rule never matches";
	}
	return NULL;
}
