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

#include "cluster_votes.h"

/**
 * Count the words of a gateway on those that it probes: one on each, whatever it
 * repeats, and none on itself.
 */
static void count(hashtable_t *entries, const cluster_entry_t *voter,
				  const char *names, bool up)
{
	enumerator_t *enumerator;
	cluster_entry_t *entry;
	char *name;

	enumerator = enumerator_create_token(names, ",", "");
	while (enumerator->enumerate(enumerator, &name))
	{
		entry = entries->get(entries, name);
		if (entry && entry != voter && entry->voter != voter)
		{
			entry->voter = voter;
			entry->up += up;
			entry->down += !up;
		}
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
void cluster_votes_hold(hashtable_t *entries, const char *self, uint64_t now,
						uint64_t fresh, cluster_probed_t probed, void *data)
{
	enumerator_t *enumerator;
	gateway_verdict_t own;
	cluster_entry_t *entry;
	char *name;

	enumerator = entries->create_enumerator(entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		own = probed(data, name);
		entry->up = own == GATEWAY_UP;
		entry->down = own == GATEWAY_DOWN;
		entry->voter = NULL;
	}
	enumerator->destroy(enumerator);

	enumerator = entries->create_enumerator(entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		if (cluster_entry_age(entry, now) <= fresh && !streq(name, self))
		{
			count(entries, entry, entry->heartbeat.up, TRUE);
			count(entries, entry, entry->heartbeat.down, FALSE);
		}
	}
	enumerator->destroy(enumerator);
}
