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

#include <fnmatch.h>

/**
 * Index into the words of option support
 */
#define SUPPORT_YES 1
#define SUPPORT_NO 2

/**
 * Check a name against names with wildcards.
 */
static bool matches_name(array_t *patterns, const char *name)
{
	char *pattern;
	int i;

	for (i = 0; i < array_count(patterns); i++)
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
		if (identity_matches(id, pattern))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Check several identities against identities with wildcards.
 */
static bool matches_ids(array_t *patterns, identification_t *const *ids,
						int max)
{
	int i;

	for (i = 0; i < max && ids[i]; i++)
	{
		if (matches_id(patterns, ids[i]))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Check what the addresses tell.
 */
static bool match_addresses(const conditions_t *this,
							const redirect_request_t *request)
{
	if (this->local && ip_set_contains(this->local, &request->local) ==
					   this->negated[CONDITION_LOCAL])
	{
		return FALSE;
	}
	if (this->remote && ip_set_contains(this->remote, &request->remote) ==
						this->negated[CONDITION_REMOTE])
	{
		return FALSE;
	}
	/* a client that was not redirected was not redirected from there */
	return !this->redirected_from ||
		   ip_set_contains(this->redirected_from, &request->redirected_from) !=
		   this->negated[CONDITION_REDIRECTED_FROM];
}

/**
 * Check what the client claims.
 */
static bool match_claims(const conditions_t *this,
						 const redirect_request_t *request)
{
	if (this->connections &&
		(!request->connection ||
		 matches_name(this->connections, request->connection) ==
		 this->negated[CONDITION_CONNECTION]))
	{
		return FALSE;
	}
	return !this->ids ||
		   (request->id && (matches_id(this->ids, request->id) ||
							matches_id(this->ids, request->eap_id) ||
							matches_ids(this->ids, request->ids,
										REDIRECT_IDS_MAX)) !=
						   this->negated[CONDITION_ID]);
}

/**
 * Check what is known once the client is authenticated.
 */
static bool match_authenticated(const conditions_t *this,
								const redirect_request_t *request)
{
	if (this->eap_ids && matches_id(this->eap_ids, request->eap_id) ==
						 this->negated[CONDITION_EAP_IDENTITY])
	{
		return FALSE;
	}
	if (this->groups &&
		matches_ids(this->groups, request->groups, REDIRECT_GROUPS_MAX) ==
		this->negated[CONDITION_GROUP])
	{
		return FALSE;
	}
	return !this->issuers ||
		   matches_ids(this->issuers, request->issuers, REDIRECT_ISSUERS_MAX) !=
		   this->negated[CONDITION_ISSUER];
}

/**
 * Check whether a client is part of the share a rule is about.
 */
static bool match_percent(const conditions_t *this,
						  const redirect_request_t *request)
{
	uint64_t hash;

	if (this->percent >= 100)
	{
		return TRUE;
	}
	hash = redirect_selector_mix(client_key_hash(this->key, request),
								 this->salt);
	return (hash >> 32) * 100 >> 32 < this->percent;
}

/*
 * Described in header
 */
bool conditions_match(const conditions_t *this,
					  const redirect_request_t *request, uint32_t week_minute)
{
	/* nothing that is known after authentication only is negated before, as
	 * rules about it are not asked then */
	return this->phases & 1 << request->phase &&
		   !(this->support == SUPPORT_YES && !request->supported) &&
		   !(this->support == SUPPORT_NO && request->supported) &&
		   match_addresses(this, request) &&
		   match_claims(this, request) &&
		   match_authenticated(this, request) &&
		   !(this->week && week_contains(this->week, week_minute) ==
						   this->negated[CONDITION_TIME]) &&
		   match_percent(this, request);
}
