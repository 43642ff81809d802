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


#include "probed_gateway.h"

/*
 * Described in header
 */
probed_gateway_t *probed_gateway_create(const gateway_t *gateway, uint64_t due)
{
	probed_gateway_t *this;
	probe_target_t *target;
	int i;

	INIT(this,
		.kind = gateway->probe,
		.count = min(gateway->address_count, PROBE_TARGETS_MAX),
	);
	snprintf(this->name, sizeof(this->name), "%s", gateway->name);
	for (i = 0; i < this->count; i++)
	{
		target = &this->targets[i];
		target->identity = gateway->addresses[i];
		target->due = due;
		if (target->identity.type != GATEWAY_IDENTITY_FQDN)
		{
			target->count = 1;
			target->addresses[0] = ip_address_from_chunk(
					chunk_create(target->identity.data, target->identity.len));
		}
	}
	return this;
}

/*
 * Described in header
 */
bool probed_gateway_fits(const probed_gateway_t *this, const gateway_t *gateway)
{
	int i;

	if (this->kind != gateway->probe ||
		this->count != min(gateway->address_count, PROBE_TARGETS_MAX))
	{
		return FALSE;
	}
	for (i = 0; i < this->count; i++)
	{
		if (!gateway_identity_equals(&this->targets[i].identity,
									 &gateway->addresses[i]))
		{
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * Families of clients that get a target.
 */
static uint8_t get_families(const probe_target_t *target)
{
	switch (target->identity.type)
	{
		case GATEWAY_IDENTITY_IPV4:
			return GATEWAY_IPV4;
		case GATEWAY_IDENTITY_IPV6:
			return GATEWAY_IPV6;
		default:
			return GATEWAY_IPV4 | GATEWAY_IPV6;
	}
}

/*
 * Described in header
 */
bool probed_gateway_judge(probed_gateway_t *this)
{
	uint8_t down = 0, other = 0, verdict = GATEWAY_UNKNOWN;
	bool changed;
	int i;

	for (i = 0; i < this->count; i++)
	{
		if (this->targets[i].verdict == GATEWAY_DOWN)
		{
			down |= get_families(&this->targets[i]);
		}
		else
		{
			other |= get_families(&this->targets[i]);
		}
		if (verdict != GATEWAY_UP && this->targets[i].verdict)
		{
			verdict = this->targets[i].verdict;
		}
	}
	/* as long as one is up, the others may be the network's fault */
	down = verdict == GATEWAY_UP ? down & ~other : 0;
	changed = this->verdict != verdict || this->families_down != down;
	this->verdict = verdict;
	this->families_down = down;
	return changed;
}
