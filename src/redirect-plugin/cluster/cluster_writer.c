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

#include "cluster_writer.h"
#include "cluster_self.h"
#include "utils/monotonic.h"

/**
 * Milliseconds by which a clock differs at least that was set.
 */
#define CLOCK_STEP 10000

/*
 * Described in header
 */
bool cluster_writer_name(cluster_writer_t *this, char name[REDIRECT_NAME_MAX])
{
	const policy_state_t *state;
	bool found;
	int token;

	state = this->engine->acquire(this->engine, &token);
	found = state->policy && state->policy->self >= 0;
	if (found)
	{
		snprintf(name, REDIRECT_NAME_MAX, "%s",
				 state->policy->gateways[state->policy->self].name);
	}
	this->engine->release(this->engine, token);
	return found;
}

/*
 * Described in header
 */
void cluster_writer_start(cluster_writer_t *this)
{
	this->began = monotonic_ms();
	this->self.start = cluster_epoch();
}

/**
 * Write and put a record.
 *
 * @param ttl			milliseconds until it expires, 0 for never
 */
static bool put_record(cluster_writer_t *this, cluster_kind_t kind,
					   const char *name, const void *record, uint32_t ttl,
					   bool announce)
{
	char value[REDIRECT_STORE_VALUE_MAX];
	size_t len;

	len = cluster_record_write(this->signer, kind, name, record, value);
	return len && this->store &&
		   this->store->put(this->store, cluster_kinds[kind], name, value, len,
							ttl, announce);
}

/**
 * A local undrain ends an order to drain, that would hold at the next start.
 */
static void end_order(cluster_writer_t *this, const char *name,
					  cluster_order_t *order)
{
	gateway_status_t status;

	if (order->sequence && order->state != CLUSTER_UNKNOWN &&
		this->table->get_status(this->table, name, &status) &&
		status.origins[GATEWAY_VALUE_STATE].source == GATEWAY_SOURCE_OPERATOR &&
		status.state == GATEWAY_ACTIVE && order->state != GATEWAY_ACTIVE)
	{
		order->state = GATEWAY_ACTIVE;
		order->sequence = max(cluster_epoch(), order->sequence + 1);
		snprintf(order->by, sizeof(order->by), "%s", name);
		this->members->set_order(this->members, name, order);
		put_record(this, CLUSTER_ORDER, name, order, 0, TRUE);
	}
}

/*
 * Described in header
 */
void cluster_writer_tell(cluster_writer_t *this, const store_config_t *config,
						 uint64_t now)
{
	cluster_heartbeat_t *self = &this->self;
	char name[REDIRECT_NAME_MAX];
	cluster_member_t member;
	bool announce;

	if (!cluster_writer_name(this, name))
	{
		return;
	}
	this->members->get(this->members, name, now, &member);
	end_order(this, name, &member.order);
	self->order = member.order.sequence;
	self->hash = this->get_hash ? this->get_hash(this->hash_data) : 0;
	announce = cluster_self_describe(self, name, this->engine, this->table,
									 this->prober);
	if (!announce && now - this->told < config->interval * 1000)
	{
		return;
	}
	if (cluster_epoch() > self->start + (now - this->began) + CLOCK_STEP)
	{	/* the clock was set: it was behind, maybe that of an earlier start */
		self->start = cluster_epoch();
	}
	if (member.age != CLUSTER_UNKNOWN &&
		(member.heartbeat.start > self->start ||
		 (member.heartbeat.start == self->start &&
		  member.heartbeat.sequence > self->sequence)))
	{	/* of an earlier start, when the clock was ahead of what it is now */
		self->start = member.heartbeat.start + 1;
	}
	self->sequence++;
	this->told = now;
	put_record(this, CLUSTER_HEARTBEAT, name, self, config->stale * 1000,
			   announce);
}

/**
 * Make a value that is not to be changed the one that was ordered before.
 */
static void keep(uint64_t *value, uint64_t before)
{
	if (*value == CLUSTER_UNKNOWN)
	{
		*value = before;
	}
}

/*
 * Described in header
 */
bool cluster_writer_order(cluster_writer_t *this, const char *name,
						  cluster_order_t *wanted, uint64_t now)
{
	cluster_member_t member;
	bool good;

	if (this->members->get(this->members, name, now, &member) &&
		member.order.sequence)
	{
		keep(&wanted->state, member.order.state);
		keep(&wanted->weight, member.order.weight);
		keep(&wanted->capacity, member.order.capacity);
	}
	wanted->sequence = max(cluster_epoch(), member.order.sequence + 1);
	good = put_record(this, CLUSTER_ORDER, name, wanted, 0, TRUE);
	if (good)
	{
		this->members->set_order(this->members, name, wanted);
	}
	return good;
}
