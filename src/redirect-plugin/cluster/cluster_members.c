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
typedef struct entry_t entry_t;

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
	 * name => entry_t, only of gateways that the table knows
	 */
	hashtable_t *entries;

	/**
	 * Which gateway this is
	 */
	char self[REDIRECT_NAME_MAX];

	/**
	 * Records by cluster_verdict_t
	 */
	uint64_t counters[CLUSTER_VERDICT_MAX];

	/**
	 * Guards all of it; that of the table is taken while it is held
	 */
	mutex_t *mutex;
};

/**
 * A gateway.
 */
struct entry_t {

	/** its name */
	char name[REDIRECT_NAME_MAX];

	/** what it told last */
	cluster_heartbeat_t heartbeat;

	/** when, 0 if nothing */
	uint64_t heard;

	/** TRUE if it was told to the table that loads are known */
	bool told;

	/** order about it */
	cluster_order_t order;

	/** gateways whose probes found it up, and down */
	uint32_t up, down;

	/** what was told of it last, by its heartbeat and by probes of all */
	gateway_verdict_t verdict, peers;
};

/**
 * Get the entry of a gateway, create it if the table knows the gateway.
 */
static entry_t *get_entry(private_cluster_members_t *this, const char *name)
{
	gateway_status_t status;
	entry_t *entry;

	entry = this->entries->get(this->entries, name);
	if (!entry && this->table->get_status(this->table, name, &status))
	{
		INIT(entry);
		snprintf(entry->name, sizeof(entry->name), "%s", name);
		this->entries->put(this->entries, entry->name, entry);
	}
	return entry;
}

/**
 * Let the table have what is wanted of a gateway.
 */
static void apply_order(private_cluster_members_t *this, entry_t *entry,
						const cluster_order_t *order)
{
	entry->order = *order;
	this->table->set(this->table, entry->name,
				order->state == CLUSTER_UNKNOWN ? -1 : (int)order->state,
				order->weight == CLUSTER_UNKNOWN ? -1 : (int64_t)order->weight,
				order->capacity == CLUSTER_UNKNOWN ? -1
												   : (int64_t)order->capacity,
				GATEWAY_SOURCE_STORE);
}

/**
 * Take over a heartbeat that is proven.
 */
static cluster_verdict_t learn_heartbeat(private_cluster_members_t *this,
										 entry_t *entry,
										 const cluster_heartbeat_t *heartbeat,
										 uint64_t now)
{
	const cluster_heartbeat_t *last = &entry->heartbeat;

	if (entry->heard && (heartbeat->start < last->start ||
						 (heartbeat->start == last->start &&
						  heartbeat->sequence <= last->sequence)))
	{
		return CLUSTER_REPLAYED;
	}
	if (heartbeat->order >= entry->order.sequence &&
		!streq(entry->name, this->self))
	{	/* it knows what is wanted of it, so its own word counts */
		this->table->set(this->table, entry->name, (int)heartbeat->state, -1, -1,
						 GATEWAY_SOURCE_STORE);
	}
	entry->heartbeat = *heartbeat;
	entry->heard = now;
	return CLUSTER_OK;
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
	entry_t *entry = NULL;
	bool same = FALSE;

	this->mutex->lock(this->mutex);
	verdict = cluster_record_read(this->signer, kind, name, value, &record);
	if (verdict == CLUSTER_OK)
	{
		entry = get_entry(this, name);
		verdict = entry ? CLUSTER_OK : CLUSTER_STRANGER;
	}
	if (verdict == CLUSTER_OK && kind == CLUSTER_HEARTBEAT)
	{
		same = entry->heard &&
			   record.heartbeat.start == entry->heartbeat.start &&
			   record.heartbeat.sequence == entry->heartbeat.sequence;
		verdict = learn_heartbeat(this, entry, &record.heartbeat, now);
	}
	else if (verdict == CLUSTER_OK)
	{
		same = record.order.sequence == entry->order.sequence;
		verdict = record.order.sequence > entry->order.sequence
											? CLUSTER_OK : CLUSTER_REPLAYED;
		if (verdict == CLUSTER_OK)
		{
			apply_order(this, entry, &record.order);
		}
	}
	/* the same list is sent again and again */
	this->counters[verdict] += !same;
	this->mutex->unlock(this->mutex);
	return verdict;
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
	entry_t *entry;

	this->mutex->lock(this->mutex);
	entry = get_entry(this, name);
	if (entry)
	{
		apply_order(this, entry, order);
	}
	this->mutex->unlock(this->mutex);
}

/**
 * Count the words of a gateway on those that it probes.
 */
static void count_votes(private_cluster_members_t *this, char *names, bool up)
{
	enumerator_t *enumerator;
	entry_t *entry;
	char *name;

	enumerator = enumerator_create_token(names, ",", "");
	while (enumerator->enumerate(enumerator, &name))
	{
		entry = this->entries->get(this->entries, name);
		if (entry && up)
		{
			entry->up++;
		}
		else if (entry)
		{
			entry->down++;
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Have all that are heard of vote on all they probe.
 */
static void hold_vote(private_cluster_members_t *this, uint64_t now,
					  uint64_t fresh)
{
	enumerator_t *enumerator;
	gateway_verdict_t own;
	entry_t *entry;
	char *name;

	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		own = this->probed(this->data, name);
		entry->up = own == GATEWAY_UP;
		entry->down = own == GATEWAY_DOWN;
	}
	enumerator->destroy(enumerator);

	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		if (entry->heard && now - entry->heard <= fresh)
		{
			count_votes(this, entry->heartbeat.up, TRUE);
			count_votes(this, entry->heartbeat.down, FALSE);
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Tell the table what is known of a gateway.
 *
 * @return				TRUE if it is something else than before
 */
static bool tell_one(private_cluster_members_t *this, entry_t *entry,
					 uint64_t now, uint64_t fresh, uint64_t stale, bool listed)
{
	const cluster_heartbeat_t *heartbeat = &entry->heartbeat;
	gateway_verdict_t verdict = GATEWAY_UNKNOWN, peers = GATEWAY_UNKNOWN;
	uint64_t age = entry->heard ? now - entry->heard : CLUSTER_UNKNOWN;
	uint32_t ttl = fresh / 1000 + 1;
	bool changed;

	if (age <= fresh)
	{
		verdict = GATEWAY_UP;
	}
	else if (listed && entry->heard)
	{
		verdict = GATEWAY_DOWN;
	}
	if (entry->up || entry->down)
	{
		peers = entry->down > entry->up ? GATEWAY_DOWN : GATEWAY_UP;
	}
	this->table->testify(this->table, entry->name, GATEWAY_WITNESS_HEARTBEAT,
						 verdict, ttl);
	this->table->testify(this->table, entry->name, GATEWAY_WITNESS_PEERS, peers,
						 ttl);
	if (age <= stale)
	{
		this->table->set_load(this->table, entry->name,
			heartbeat->sessions == CLUSTER_UNKNOWN ? REDIRECT_SELECTOR_UNKNOWN
												   : heartbeat->sessions,
			heartbeat->load == CLUSTER_UNKNOWN ? REDIRECT_SELECTOR_UNKNOWN
											   : heartbeat->load,
			GATEWAY_SOURCE_STORE);
		entry->told = TRUE;
	}
	else if (entry->told)
	{
		this->table->set_load(this->table, entry->name,
							  REDIRECT_SELECTOR_UNKNOWN,
							  REDIRECT_SELECTOR_UNKNOWN, GATEWAY_SOURCE_STORE);
		entry->told = FALSE;
	}
	changed = verdict != entry->verdict || peers != entry->peers;
	entry->verdict = verdict;
	entry->peers = peers;
	return changed;
}

METHOD(cluster_members_t, tell, bool,
	private_cluster_members_t *this, uint64_t now, uint64_t fresh,
	uint64_t stale, bool listed)
{
	enumerator_t *enumerator;
	bool changed = FALSE;
	entry_t *entry;
	char *name;

	this->mutex->lock(this->mutex);
	hold_vote(this, now, fresh);
	enumerator = this->entries->create_enumerator(this->entries);
	while (enumerator->enumerate(enumerator, &name, &entry))
	{
		if (!streq(name, this->self))
		{
			changed |= tell_one(this, entry, now, fresh, stale, listed);
		}
	}
	enumerator->destroy(enumerator);
	this->mutex->unlock(this->mutex);
	return changed;
}

METHOD(cluster_members_t, get, bool,
	private_cluster_members_t *this, const char *name, uint64_t now,
	cluster_member_t *member)
{
	entry_t *entry;

	*member = (cluster_member_t){ .age = CLUSTER_UNKNOWN };
	this->mutex->lock(this->mutex);
	entry = this->entries->get(this->entries, name);
	if (entry)
	{
		member->heartbeat = entry->heartbeat;
		member->order = entry->order;
		if (entry->heard)
		{
			member->age = now - entry->heard;
		}
	}
	this->mutex->unlock(this->mutex);
	return entry != NULL;
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
	entry_t *entry;
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
			.set_self = _set_self,
			.set_order = _set_order,
			.tell = _tell,
			.get = _get,
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
