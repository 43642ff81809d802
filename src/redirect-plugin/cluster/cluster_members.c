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

#include "cluster_members.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>
#include <utils/debug.h>

typedef struct private_cluster_members_t private_cluster_members_t;

/**
 * Private data
 */
struct private_cluster_members_t {

	/**
	 * Public interface
	 */
	cluster_members_t public;

	/**
	 * Is told
	 */
	gateway_table_t *table;

	/**
	 * Proves records
	 */
	signer_t *signer;

	/**
	 * Has the verdict of own probes
	 */
	cluster_probed_t probed;

	/**
	 * Passed to probed
	 */
	void *data;

	/**
	 * name => cluster_entry_t, of gateways that are named and that joined
	 */
	hashtable_t *entries;

	/**
	 * Who may join, NULL for nobody
	 */
	const cluster_join_t *join;

	/**
	 * TRUE if get_joined() told who joined, and when it may again
	 */
	bool joined_told;
	uint64_t joined_next;

	/**
	 * Which gateway this is
	 */
	char self[REDIRECT_NAME_MAX];

	/**
	 * Records by cluster_verdict_t
	 */
	uint64_t counters[CLUSTER_VERDICT_MAX];

	/**
	 * What the last record was that was refused as such, and when that was
	 */
	cluster_verdict_t refused;
	uint64_t refused_at;

	/**
	 * Guards all of it; that of the table is taken while it is held
	 */
	mutex_t *mutex;
};

/**
 * Create the entry of a gateway.
 */
static cluster_entry_t *create_entry(private_cluster_members_t *this,
									 const char *name, bool named)
{
	cluster_entry_t *entry;

	INIT(entry,
		.named = named,
	);
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	this->entries->put(this->entries, entry->name, entry);
	return entry;
}

/**
 * Whether a gateway that is not named is of the fleet by what it told.
 *
 * @param gateway		filled in, NULL only to ask
 */
static bool may_stay(private_cluster_members_t *this, cluster_entry_t *entry,
					 gateway_t *gateway)
{
	return this->join && entry->heard &&
		   cluster_join_create(this->join, entry->name, &entry->heartbeat,
							   gateway);
}

/**
 * Forget gateways that are neither named nor of the fleet anymore.
 *
 * @param now			time, 0 to look at options instead
 */
static void forget_left(private_cluster_members_t *this, uint64_t now)
{
	enumerator_t *enumerator;
	cluster_entry_t *entry;
	char *name;

	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		if (!entry->named &&
			(now ? entry->missing &&
				   now - entry->missing >= this->join->forget * 1000ULL
				 : !may_stay(this, entry, NULL)))
		{
			this->entries->remove_at(this->entries, enumerator);
			this->joined_told = FALSE;
			free(entry);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Check whether a gateway that is not named may be in the fleet with what it
 * tells.
 *
 * @param entry			what is known of it, created if it joins
 */
static cluster_verdict_t admit(private_cluster_members_t *this,
							   const char *name,
							   const cluster_heartbeat_t *heartbeat,
							   cluster_entry_t **entry)
{
	if (!this->join || !this->join->names)
	{
		return CLUSTER_STRANGER;
	}
	if (!cluster_join_create(this->join, name, heartbeat, NULL) ||
		(!*entry && this->entries->get_count(this->entries) >= GATEWAYS_MAX))
	{
		return CLUSTER_OUTSIDE;
	}
	if (!*entry)
	{
		*entry = create_entry(this, name, FALSE);
	}
	return CLUSTER_OK;
}

/**
 * Take over an order that is proven.
 */
static cluster_verdict_t learn_order(private_cluster_members_t *this,
									 cluster_entry_t *entry,
									 const cluster_order_t *order)
{
	gateway_status_t status;

	if (!this->table->get_status(this->table, entry->name, &status))
	{	/* joins right now: the order comes again with the next list */
		return CLUSTER_STRANGER;
	}
	if (order->sequence <= entry->order.sequence)
	{
		return CLUSTER_REPLAYED;
	}
	cluster_entry_order(entry, this->table, order,
						streq(entry->name, this->self));
	return CLUSTER_OK;
}

/**
 * Note that a record is none of a gateway with the same secret and release; the
 * first of each kind is told.
 */
static void note_refused(private_cluster_members_t *this, const char *name,
						 cluster_verdict_t verdict, uint64_t now)
{
	cluster_entry_t *entry = this->entries->get(this->entries, name);

	if (!this->counters[verdict])
	{
		DBG1(DBG_CFG, "redirect: the record of %s in the cluster's store is refused "
			 "as %N%s", entry ? entry->name : "a gateway that is not known",
			 cluster_verdict_names, verdict, verdict == CLUSTER_FORGED
					? ", its secret is another one" : "");
	}
	this->refused = verdict;
	this->refused_at = now;
}

METHOD(cluster_members_t, learn, cluster_verdict_t,
	private_cluster_members_t *this, cluster_kind_t kind, const char *name,
	chunk_t value, uint64_t now)
{
	union {
		cluster_heartbeat_t heartbeat;
		cluster_order_t order;
	} record;
	cluster_verdict_t verdict;
	cluster_entry_t *entry;
	bool same = FALSE, joined = FALSE;

	this->mutex->lock(this->mutex);
	verdict = cluster_record_read(this->signer, kind, name, value, &record);
	if (verdict == CLUSTER_OK &&
		cluster_is_ahead(kind == CLUSTER_HEARTBEAT ? record.heartbeat.start
												   : record.order.sequence))
	{
		verdict = CLUSTER_AHEAD;
	}
	if (verdict != CLUSTER_OK)
	{
		note_refused(this, name, verdict, now);
	}
	entry = this->entries->get(this->entries, name);
	if (verdict == CLUSTER_OK && (!entry || !entry->named) &&
		kind == CLUSTER_HEARTBEAT)
	{
		verdict = admit(this, name, &record.heartbeat, &entry);
	}
	else if (verdict == CLUSTER_OK && !entry)
	{
		verdict = CLUSTER_STRANGER;
	}
	if (verdict == CLUSTER_OK && kind == CLUSTER_HEARTBEAT)
	{
		same = entry->heard &&
			   record.heartbeat.start == entry->heartbeat.start &&
			   record.heartbeat.sequence == entry->heartbeat.sequence;
		verdict = cluster_entry_learn(entry, this->table, &record.heartbeat,
									  streq(name, this->self), now, &joined);
		this->joined_told = this->joined_told && !joined;
	}
	else if (verdict == CLUSTER_OK)
	{
		same = record.order.sequence == entry->order.sequence;
		verdict = learn_order(this, entry, &record.order);
	}
	/* the same list is sent again and again */
	this->counters[verdict] += !same;
	this->mutex->unlock(this->mutex);
	return verdict;
}

METHOD(cluster_members_t, set_gateways, void,
	private_cluster_members_t *this, const gateway_t *gateways, uint16_t count)
{
	enumerator_t *enumerator;
	cluster_entry_t *entry;
	char *name;
	int i;

	this->mutex->lock(this->mutex);
	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		entry->was_named = entry->named;
		entry->named = FALSE;
	}
	enumerator->destroy(enumerator);
	for (i = 0; i < count; i++)
	{
		if (!gateways[i].joined)
		{
			entry = this->entries->get(this->entries, gateways[i].name) ?:
					create_entry(this, gateways[i].name, TRUE);
			entry->named = TRUE;
		}
	}
	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		this->joined_told = this->joined_told &&
							(entry->named || !entry->was_named);
	}
	enumerator->destroy(enumerator);
	forget_left(this, 0);
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_members_t, set_join, void,
	private_cluster_members_t *this, const cluster_join_t *join)
{
	this->mutex->lock(this->mutex);
	this->join = join;
	this->mutex->unlock(this->mutex);
}

/**
 * Order gateways by their names, as everybody does.
 */
static int compare_names(const void *a, const void *b)
{
	return strcmp(((const gateway_t*)a)->name, ((const gateway_t*)b)->name);
}

METHOD(cluster_members_t, get_joined, bool,
	private_cluster_members_t *this, uint64_t now, gateways_joined_t *joined)
{
	enumerator_t *enumerator;
	cluster_entry_t *entry;
	bool news;
	char *name;

	*joined = (gateways_joined_t){};
	this->mutex->lock(this->mutex);
	news = !this->joined_told && now >= this->joined_next;
	if (news)
	{
		this->joined_told = TRUE;
		this->joined_next = now + CLUSTER_JOINED_INTERVAL;
		joined->gateways = calloc(this->entries->get_count(this->entries) + 1,
								  sizeof(gateway_t));
		enumerator = this->entries->create_enumerator(this->entries);
		while (enumerator->enumerate(enumerator, &name, &entry))
		{
			joined->count += !entry->named && entry->news > 1 &&
				may_stay(this, entry, &joined->gateways[joined->count]);
		}
		enumerator->destroy(enumerator);
		qsort(joined->gateways, joined->count, sizeof(gateway_t), compare_names);
	}
	this->mutex->unlock(this->mutex);
	return news;
}

METHOD(cluster_members_t, set_self, void,
	private_cluster_members_t *this, const char *self)
{
	this->mutex->lock(this->mutex);
	snprintf(this->self, sizeof(this->self), "%s", self);
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_members_t, set_order, void,
	private_cluster_members_t *this, const char *name,
	const cluster_order_t *order)
{
	cluster_entry_t *entry;

	this->mutex->lock(this->mutex);
	entry = this->entries->get(this->entries, name);
	if (entry)
	{
		cluster_entry_order(entry, this->table, order, streq(name, this->self));
	}
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_members_t, tell, bool,
	private_cluster_members_t *this, uint64_t now, uint64_t fresh,
	uint64_t stale, cluster_lists_t lists)
{
	enumerator_t *enumerator;
	bool changed = FALSE;
	cluster_entry_t *entry;
	char *name;

	this->mutex->lock(this->mutex);
	cluster_votes_hold(this->entries, this->self, now, fresh, this->probed,
					   this->data);
	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		if (!streq(name, this->self))
		{
			changed |= cluster_entry_tell(entry, this->table, now, fresh,
										  stale, lists);
		}
	}
	enumerator->destroy(enumerator);
	forget_left(this, now);
	this->mutex->unlock(this->mutex);
	return changed;
}

METHOD(cluster_members_t, get, bool,
	private_cluster_members_t *this, const char *name, uint64_t now,
	cluster_member_t *member)
{
	cluster_entry_t *entry;

	*member = (cluster_member_t){ .age = CLUSTER_UNKNOWN };
	this->mutex->lock(this->mutex);
	entry = this->entries->get(this->entries, name);
	if (entry)
	{
		member->heartbeat = entry->heartbeat;
		member->order = entry->order;
		member->age = cluster_entry_age(entry, now);
	}
	this->mutex->unlock(this->mutex);
	return entry != NULL;
}

METHOD(cluster_members_t, get_refused, cluster_verdict_t,
	private_cluster_members_t *this, uint64_t now, uint64_t window)
{
	cluster_verdict_t verdict;

	this->mutex->lock(this->mutex);
	verdict = now > this->refused_at + window ? CLUSTER_OK : this->refused;
	this->mutex->unlock(this->mutex);
	return verdict;
}

METHOD(cluster_members_t, get_counters, void,
	private_cluster_members_t *this, uint64_t counters[CLUSTER_VERDICT_MAX])
{
	this->mutex->lock(this->mutex);
	memcpy(counters, this->counters, sizeof(this->counters));
	this->mutex->unlock(this->mutex);
}

METHOD(cluster_members_t, destroy, void,
	private_cluster_members_t *this)
{
	enumerator_t *enumerator;
	cluster_entry_t *entry;
	char *name;

	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		free(entry);
	}
	enumerator->destroy(enumerator);
	this->entries->destroy(this->entries);
	this->signer->destroy(this->signer);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
cluster_members_t *cluster_members_create(gateway_table_t *table,
										  signer_t *signer,
										  cluster_probed_t probed, void *data)
{
	private_cluster_members_t *this;

	INIT(this,
		.public = {
			.learn = _learn,
			.set_gateways = _set_gateways,
			.set_join = _set_join,
			.get_joined = _get_joined,
			.set_self = _set_self,
			.set_order = _set_order,
			.tell = _tell,
			.get = _get,
			.get_refused = _get_refused,
			.get_counters = _get_counters,
			.destroy = _destroy,
		},
		.table = table,
		.signer = signer,
		.probed = probed,
		.data = data,
		.entries = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
