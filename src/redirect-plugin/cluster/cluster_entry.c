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

#include "cluster_entry.h"

/*
 * Described in header
 */
void cluster_entry_order(cluster_entry_t *this, gateway_table_t *table,
						 const cluster_order_t *order, bool self)
{
	/* CLUSTER_UNKNOWN becomes -1 */
	int64_t weight = order->weight, capacity = order->capacity;
	int state = order->state;
	uint64_t now = cluster_epoch();

	this->order = *order;
	if (self)
	{	/* the last word counts, whether it was said here or elsewhere */
		now = now > order->sequence ? (now - order->sequence) / 1000 : 0;
		table->order(table, this->name, state, weight, capacity,
					 min(now, (uint64_t)UINT32_MAX));
	}
	else
	{
		table->set(table, this->name, state, weight, capacity,
				   GATEWAY_SOURCE_STORE);
	}
}

/*
 * Described in header
 */
cluster_verdict_t cluster_entry_learn(cluster_entry_t *this,
									  gateway_table_t *table,
									  const cluster_heartbeat_t *heartbeat,
									  bool self, uint64_t now, bool *joined)
{
	const cluster_heartbeat_t *last = &this->heartbeat;

	if (this->heard && (heartbeat->start < last->start ||
						(heartbeat->start == last->start &&
						 heartbeat->sequence <= last->sequence)))
	{
		return CLUSTER_REPLAYED;
	}
	if (heartbeat->order >= this->order.sequence && !self)
	{	/* it knows what is wanted of it, so its own word counts */
		table->set(table, this->name, (int)heartbeat->state, -1, -1,
				   GATEWAY_SOURCE_STORE);
	}
	if (!this->named && this->news &&
		(this->news == 1 || !streq(last->addresses, heartbeat->addresses) ||
		 last->weight != heartbeat->weight ||
		 last->capacity != heartbeat->capacity))
	{	/* one record may be left over, the second shows that it works */
		*joined = TRUE;
	}
	this->news = min(2, this->news + 1);
	this->heartbeat = *heartbeat;
	this->heard = now;
	return CLUSTER_OK;
}

/*
 * Described in header
 */
uint64_t cluster_entry_age(const cluster_entry_t *this, uint64_t now)
{
	if (!this->heard)
	{
		return CLUSTER_UNKNOWN;
	}
	return now > this->heard ? now - this->heard : 0;
}

/**
 * A number of records as the table has it.
 */
static uint32_t get_number(uint64_t number)
{
	return number == CLUSTER_UNKNOWN ? REDIRECT_SELECTOR_UNKNOWN : number;
}

/**
 * Whether lists would have it if it wrote. One that was not heard of since the store
 * failed may not have found it again yet: not all try at the same time.
 */
static bool is_silent(cluster_entry_t *this, uint64_t fresh, uint64_t stale,
					  cluster_lists_t lists)
{
	uint64_t begun = max(this->heard, lists.since);

	if (this->heard < lists.since)
	{
		fresh += stale;
	}
	return this->heard && lists.last > begun && lists.last - begun > fresh;
}

/*
 * Described in header
 */
bool cluster_entry_tell(cluster_entry_t *this, gateway_table_t *table,
						uint64_t now, uint64_t fresh, uint64_t stale,
						cluster_lists_t lists)
{
	const cluster_heartbeat_t *heartbeat = &this->heartbeat;
	gateway_verdict_t verdict = GATEWAY_UNKNOWN, peers = GATEWAY_UNKNOWN;
	uint64_t age = cluster_entry_age(this, now);
	uint32_t ttl = fresh / 1000 + 1;
	bool changed;

	if (age <= fresh)
	{
		verdict = GATEWAY_UP;
	}
	else if (is_silent(this, fresh, stale, lists))
	{
		verdict = GATEWAY_DOWN;
	}
	/* while the store fails, who does not write is not known */
	this->missing = verdict == GATEWAY_DOWN ? this->missing ?: now : 0;
	if (this->up || this->down)
	{
		peers = this->down > this->up ? GATEWAY_DOWN : GATEWAY_UP;
	}
	table->testify(table, this->name, GATEWAY_WITNESS_HEARTBEAT, verdict, ttl);
	table->testify(table, this->name, GATEWAY_WITNESS_PEERS, peers, ttl);
	if (age <= stale && this->heard != this->sampled)
	{	/* once each: clients that are sent there are counted from then on */
		this->sampled = table->set_load(table, this->name,
							get_number(heartbeat->sessions),
							get_number(heartbeat->load),
							GATEWAY_SOURCE_STORE) ? this->heard : 0;
	}
	else if (age > stale && this->sampled)
	{
		table->set_load(table, this->name, REDIRECT_SELECTOR_UNKNOWN,
						REDIRECT_SELECTOR_UNKNOWN, GATEWAY_SOURCE_STORE);
		this->sampled = 0;
	}
	changed = verdict != this->verdict || peers != this->peers;
	this->verdict = verdict;
	this->peers = peers;
	return changed;
}
