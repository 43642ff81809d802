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

#include "decided.h"

#include <threading/mutex.h>

/**
 * Requests that are kept at most, as a power of two. One that finds its slot
 * taken has the older one be decided again.
 */
#define SLOT_BITS 8

typedef struct private_decided_table_t private_decided_table_t;

/**
 * A decision on its way.
 */
typedef struct {

	/** sender of the packet, not followed; NULL if the slot is free */
	host_t *source;

	/** what was decided */
	decided_t decided;
} slot_t;

/**
 * Private data of an decided_table_t object.
 */
struct private_decided_table_t {

	/**
	 * Public interface
	 */
	decided_table_t public;

	/**
	 * Decisions, by the place of their packets' senders in memory
	 */
	slot_t slots[1 << SLOT_BITS];

	/**
	 * Protects slots
	 */
	mutex_t *mutex;
};

/**
 * Find the slot of a packet by its sender, an object that only it has.
 */
static slot_t *find_slot(private_decided_table_t *this, host_t *source)
{
	uint64_t hash = (uintptr_t)source * 0x9e3779b97f4a7c15ULL;

	return &this->slots[hash >> (64 - SLOT_BITS)];
}

METHOD(decided_table_t, put, void,
	private_decided_table_t *this, packet_t *packet,
	const redirect_request_t *request, const redirect_decision_t *decision)
{
	host_t *source = packet->get_source(packet);
	slot_t *slot = find_slot(this, source);

	this->mutex->lock(this->mutex);
	__atomic_store_n(&slot->source, source, __ATOMIC_RELAXED);
	slot->decided.request = *request;
	slot->decided.decision = *decision;
	this->mutex->unlock(this->mutex);
}

METHOD(decided_table_t, forget, void,
	private_decided_table_t *this, packet_t *packet)
{
	host_t *source = packet->get_source(packet);
	slot_t *slot = find_slot(this, source);

	/* only who receives the packet puts something there for it */
	if (__atomic_load_n(&slot->source, __ATOMIC_RELAXED) == source)
	{
		this->mutex->lock(this->mutex);
		if (slot->source == source)
		{
			__atomic_store_n(&slot->source, NULL, __ATOMIC_RELAXED);
		}
		this->mutex->unlock(this->mutex);
	}
}

METHOD(decided_table_t, take, bool,
	private_decided_table_t *this, message_t *message, decided_t *decided)
{
	host_t *source = message->get_source(message);
	slot_t *slot = find_slot(this, source);
	bool found;

	this->mutex->lock(this->mutex);
	found = slot->source == source && slot->decided.request.spi_i ==
										message->get_initiator_spi(message);
	if (found)
	{
		*decided = slot->decided;
		__atomic_store_n(&slot->source, NULL, __ATOMIC_RELAXED);
	}
	this->mutex->unlock(this->mutex);
	return found;
}

METHOD(decided_table_t, destroy, void,
	private_decided_table_t *this)
{
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
decided_table_t *decided_table_create()
{
	private_decided_table_t *this;

	INIT(this,
		.public = {
			.put = _put,
			.forget = _forget,
			.take = _take,
			.destroy = _destroy,
		},
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
