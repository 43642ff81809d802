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

#include "probe_roster.h"
#include "probe_share.h"
#include "wire/notify_data.h"

#include <sys/random.h>

/**
 * Milliseconds between two looks at which gateways there are, and after which a
 * name is resolved again, and seconds for that.
 */
#define SYNC_INTERVAL 10000
#define RESOLVE_INTERVAL 60000
#define RESOLVE_TIMEOUT 10

typedef struct resolving_t resolving_t;

/**
 * A name that is looked up.
 */
struct resolving_t {

	/** roster */
	probe_roster_t *this;

	/** name of its gateway */
	char gateway[REDIRECT_NAME_MAX];

	/** the name */
	gateway_identity_t identity;
};

/*
 * Described in header
 */
uint64_t probe_roster_random(uint64_t max)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
	{
		number = random();
	}
	return number % max;
}

/**
 * Find the target of a gateway that has an identity.
 */
static probe_target_t *find_target(probe_roster_t *this,
								   resolving_t *resolving)
{
	probed_gateway_t *gateway;
	int i;

	gateway = this->known->get(this->known, resolving->gateway);
	for (i = 0; gateway && i < gateway->count; i++)
	{
		if (gateway_identity_equals(&gateway->targets[i].identity,
									&resolving->identity))
		{
			return &gateway->targets[i];
		}
	}
	return NULL;
}

/**
 * Whether clients could be sent to an address, and it is not this host's.
 */
static bool is_allowed(probe_roster_t *this, const ip_address_t *address)
{
	gateway_identity_t identity;
	bool allowed;
	host_t *host;

	host = ip_address_to_host(address, 0);
	allowed = host && gateway_identity_from_host(host, &identity) &&
			  redirect_target_check(&identity, this->loopback) == WIRE_OK &&
			  !this->is_own(address);
	DESTROY_IF(host);
	return allowed;
}

/**
 * Take over what a name resolves to; if it does not anymore, what it did.
 */
static void resolved(void *data, const ip_address_t *addresses, int count)
{
	resolving_t *resolving = data;
	probe_roster_t *this = resolving->this;
	probe_target_t *target;
	int i;

	this->mutex->lock(this->mutex);
	target = find_target(this, resolving);
	if (target)
	{
		target->resolving = FALSE;
		if (count)
		{
			target->count = 0;
		}
		for (i = 0; i < count && target->count < PROBE_ADDRESSES_MAX; i++)
		{
			if (is_allowed(this, &addresses[i]))
			{
				target->addresses[target->count++] = addresses[i];
			}
		}
		if (target->current >= target->count)
		{
			target->current = 0;
		}
	}
	this->mutex->unlock(this->mutex);
	free(resolving);
}

/*
 * Described in header
 */
void probe_roster_resolve(probe_roster_t *this, probed_gateway_t *gateway,
						  probe_target_t *target, uint64_t now)
{
	resolving_t *resolving;

	if (target->identity.type != GATEWAY_IDENTITY_FQDN || target->resolving ||
		now < target->resolve)
	{
		return;
	}
	INIT(resolving,
		.this = this,
		.identity = target->identity,
	);
	memcpy(resolving->gateway, gateway->name, sizeof(resolving->gateway));
	target->resolve = now + RESOLVE_INTERVAL;
	target->resolving = this->resolver->resolve(this->resolver,
										(char*)target->identity.data,
										RESOLVE_TIMEOUT, resolved, resolving);
	if (!target->resolving)
	{	/* others wait */
		target->resolve = now + this->config->interval;
		free(resolving);
	}
}

/**
 * Look which addresses are of this host, which may change.
 */
static void mark_own(probe_roster_t *this, probed_gateway_t *gateway)
{
	probe_target_t *target;
	int i;

	for (i = 0; i < gateway->count; i++)
	{
		target = &gateway->targets[i];
		if (target->identity.type != GATEWAY_IDENTITY_FQDN)
		{
			target->own = this->is_own(&target->addresses[0]);
			if (target->own)
			{
				target->verdict = GATEWAY_UNKNOWN;
				target->spi = 0;
			}
		}
	}
}

/**
 * Drop probes under way, whose SPI tells another position from now on.
 */
static void renumber(probe_roster_t *this, probed_gateway_t *gateway,
					 uint64_t now)
{
	int i;

	for (i = 0; i < gateway->count; i++)
	{
		if (gateway->targets[i].spi)
		{
			gateway->targets[i].spi = 0;
			gateway->targets[i].due = now;
		}
	}
}

/**
 * Want a gateway of the configuration to be probed.
 */
static void want(probe_roster_t *this, const gateway_t *gateway, uint64_t now)
{
	probed_gateway_t *old, *known;

	known = this->known->get(this->known, gateway->name);
	if (!known || !probed_gateway_fits(known, gateway))
	{	/* the first probe soon, but not of all at once */
		old = known;
		known = probed_gateway_create(gateway,
							now + probe_roster_random(this->config->timeout / 4 + 1));
		this->known->put(this->known, known->name, known);
		free(old);
	}
	known->wanted = TRUE;
}

/**
 * Mark those that are to be probed.
 */
static void mark_wanted(probe_roster_t *this, const policy_state_t *state,
						uint64_t now)
{
	const policy_t *policy = state->policy;
	uint64_t *ids, self = 0;
	int i, count = 0;

	ids = calloc(policy->gateway_count + 1, sizeof(*ids));
	for (i = 0; i < policy->gateway_count; i++)
	{
		if (i == policy->self)
		{
			self = policy->gateways[i].id;
		}
		else if (state->view->left_out[i] == GATEWAY_LEFT_DOWN ||
				 state->view->left_out[i] == GATEWAY_LEFT_DISABLED)
		{	/* does not do its share */
			continue;
		}
		ids[count++] = policy->gateways[i].id;
	}
	for (i = 0; i < policy->gateway_count; i++)
	{
		if (i != policy->self &&
			policy->gateways[i].probe != IKE_PROBE_NO &&
			(!this->shared ||
			 probe_share_mine(ids, count, self, policy->gateways[i].id)))
		{
			want(this, &policy->gateways[i], now);
		}
	}
	free(ids);
}

/**
 * Forget those that are not to be probed anymore, and number the others.
 */
static void forget_unwanted(probe_roster_t *this, uint64_t now)
{
	enumerator_t *enumerator;
	probed_gateway_t *gateway, **old = this->gateways;
	int old_count = this->count, i = 0;
	char *name;

	this->gateways = calloc(this->known->get_count(this->known) + 1,
							sizeof(*this->gateways));
	this->count = 0;
	enumerator = this->known->create_enumerator(this->known);
	while (enumerator->enumerate(enumerator, &name, &gateway))
	{
		if (gateway->wanted)
		{
			if (i >= old_count || old[i] != gateway)
			{
				renumber(this, gateway, now);
			}
			this->gateways[this->count++] = gateway;
			i++;
			continue;
		}
		this->known->remove_at(this->known, enumerator);
		gateway->verdict = GATEWAY_UNKNOWN;
		gateway->families_down = 0;
		this->forgotten(this->data, gateway);
		free(gateway);
	}
	enumerator->destroy(enumerator);
	free(old);
}

/*
 * Described in header
 */
void probe_roster_sync(probe_roster_t *this, uint64_t now)
{
	const policy_state_t *state;
	int token, i;

	state = this->engine->acquire(this->engine, &token);
	if (state->policy == this->policy && now < this->sync)
	{
		this->engine->release(this->engine, token);
		return;
	}
	for (i = 0; i < this->count; i++)
	{
		this->gateways[i]->wanted = FALSE;
	}
	this->policy = state->policy;
	this->sync = now + SYNC_INTERVAL;
	if (state->policy && this->config->enabled)
	{
		this->loopback = state->policy->loopback;
		mark_wanted(this, state, now);
	}
	this->engine->release(this->engine, token);
	forget_unwanted(this, now);
	for (i = 0; i < this->count; i++)
	{
		mark_own(this, this->gateways[i]);
	}
}

/*
 * Described in header
 */
void probe_roster_init(probe_roster_t *this)
{
	this->resolver = initiator_resolver_create(NULL);
	this->known = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16);
}

/*
 * Described in header
 */
void probe_roster_deinit(probe_roster_t *this)
{
	enumerator_t *enumerator;
	probed_gateway_t *gateway;
	char *name;

	/* ends queries, which call resolved() */
	this->resolver->destroy(this->resolver);
	enumerator = this->known->create_enumerator(this->known);
	while (enumerator->enumerate(enumerator, &name, &gateway))
	{
		free(gateway);
	}
	enumerator->destroy(enumerator);
	this->known->destroy(this->known);
	free(this->gateways);
}
