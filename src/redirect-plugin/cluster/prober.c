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


#include "prober.h"
#include "probe_share.h"
#include "probe_sockets.h"
#include "probed_gateway.h"
#include "initiator/initiator_resolver.h"
#include "utils/monotonic.h"
#include "utils/this_host.h"
#include "wire/notify_data.h"

#include <collections/hashtable.h>
#include <threading/mutex.h>
#include <processing/jobs/callback_job.h>

#include <sys/random.h>

/**
 * Milliseconds between two looks at what is due, at least and at most, and
 * between two looks at which gateways there are.
 */
#define SLEEP_MIN 10
#define SLEEP_MAX 500
#define SYNC_INTERVAL 10000

/**
 * Milliseconds after which a name is resolved again, and seconds for that.
 */
#define RESOLVE_INTERVAL 60000
#define RESOLVE_TIMEOUT 10

/**
 * Lowest bits of an SPI that tell the position of gateway and target.
 */
#define POSITION_BITS 16
#define TARGET_BITS 2

typedef struct private_prober_t private_prober_t;
typedef struct resolving_t resolving_t;

/**
 * Private data
 */
struct private_prober_t {

	/**
	 * Public interface
	 */
	prober_t public;

	/**
	 * Has the gateways
	 */
	policy_engine_t *engine;

	/**
	 * Is told
	 */
	gateway_table_t *table;

	/**
	 * Port that is probed
	 */
	uint16_t port;

	/**
	 * Whether an address is of this host
	 */
	prober_is_own_t is_own;

	/**
	 * As configured
	 */
	probe_config_t config;

	/**
	 * TRUE if others share what they find out
	 */
	bool shared;

	/**
	 * Sockets, NULL while stopped
	 */
	probe_sockets_t *sockets;

	/**
	 * Resolves names
	 */
	initiator_resolver_t *resolver;

	/**
	 * name => probed_gateway_t
	 */
	hashtable_t *known;

	/**
	 * All of known, in no order
	 */
	probed_gateway_t **gateways;

	/**
	 * Number of gateways
	 */
	int count;

	/**
	 * Policy the gateways were taken from, only to see that it changed, and when
	 */
	const policy_t *policy;

	/**
	 * When to look at the policy in any case
	 */
	uint64_t sync;

	/**
	 * Whether clients may be sent to loopback addresses
	 */
	bool loopback;

	/**
	 * TRUE if the engine has to be told of a change
	 */
	bool changed;

	/**
	 * Counters
	 */
	prober_stats_t stats;

	/**
	 * Guards all of it; that of the table is taken while it is held
	 */
	mutex_t *mutex;
};

/**
 * A name that is looked up.
 */
struct resolving_t {

	/** prober */
	private_prober_t *this;

	/** name of its gateway */
	char gateway[REDIRECT_NAME_MAX];

	/** the name */
	gateway_identity_t identity;
};

/**
 * A random number, 0 to max - 1.
 */
static uint64_t get_random(uint64_t max)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
	{
		number = random();
	}
	return number % max;
}

/**
 * Milliseconds between two probes of a gateway: less by up to a tenth, so that
 * gateways do not probe in step.
 */
static uint32_t get_interval(private_prober_t *this)
{
	uint32_t interval = this->config.interval;

	if (!this->shared && this->count > PROBE_SHARE_MAX)
	{
		interval *= (this->count + PROBE_SHARE_MAX - 1) / PROBE_SHARE_MAX;
	}
	return interval - get_random(interval / 10 + 1);
}

/**
 * Tell what is known of a gateway; it expires should probes stop.
 */
static void testify(private_prober_t *this, probed_gateway_t *gateway)
{
	uint32_t ttl;

	ttl = 10 + (this->config.fall + 1) * (get_interval(this) / 1000 + 1) * 2;
	this->table->testify(this->table, gateway->name, GATEWAY_WITNESS_PROBE,
						 gateway->verdict, ttl);
	this->table->set_families_down(this->table, gateway->name,
								   gateway->families_down);
}

/**
 * A target was found to work or not.
 */
static void conclude(private_prober_t *this, probed_gateway_t *gateway,
					 bool changed, bool answered)
{
	gateway_verdict_t before = gateway->verdict;

	if (changed && probed_gateway_judge(gateway))
	{
		this->changed = TRUE;
		testify(this, gateway);
		if (gateway->verdict == GATEWAY_DOWN)
		{
			DBG1(DBG_NET, "redirect: gateway %s does not answer probes anymore",
				 gateway->name);
		}
		else if (before == GATEWAY_DOWN)
		{
			DBG1(DBG_NET, "redirect: gateway %s answers probes again",
				 gateway->name);
		}
	}
	else if (gateway->verdict == (answered ? GATEWAY_UP : GATEWAY_DOWN))
	{	/* the same again, but newer */
		testify(this, gateway);
	}
}

/**
 * Find the target that has an address now, and waits for an answer.
 */
static void received(void *data, const ip_address_t *from, uint16_t port,
					 chunk_t datagram)
{
	private_prober_t *this = data;
	probed_gateway_t *gateway = NULL;
	probe_target_t *target = NULL;
	uint32_t position;
	uint64_t spi;
	bool changed;

	this->mutex->lock(this->mutex);
	if (port == this->port && ike_probe_parse_answer(datagram, &spi))
	{
		position = spi & ((1 << POSITION_BITS) - 1);
		if ((int)(position >> TARGET_BITS) < this->count)
		{
			gateway = this->gateways[position >> TARGET_BITS];
			target = &gateway->targets[position & ((1 << TARGET_BITS) - 1)];
		}
	}
	if (target && target->spi == spi &&
		ip_address_equals(from, &target->addresses[target->current]))
	{
		this->stats.answered++;
		changed = probe_target_result(target, &this->config, TRUE,
									  get_interval(this), monotonic_ms());
		conclude(this, gateway, changed, TRUE);
	}
	else
	{
		this->stats.foreign++;
	}
	changed = this->changed;
	this->changed = FALSE;
	this->mutex->unlock(this->mutex);
	if (changed)
	{
		this->engine->refresh(this->engine);
	}
}

/**
 * Find the target of a gateway that has an identity.
 */
static probe_target_t *find_target(private_prober_t *this,
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
static bool is_allowed(private_prober_t *this, const ip_address_t *address)
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
	private_prober_t *this = resolving->this;
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

/**
 * Look a name up if it is time.
 */
static void resolve(private_prober_t *this, probed_gateway_t *gateway,
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
		target->resolve = now + this->config.interval;
		free(resolving);
	}
}

/**
 * Send a probe.
 *
 * @param position		position of gateway and target
 */
static void probe(private_prober_t *this, probed_gateway_t *gateway,
				  probe_target_t *target, uint32_t position, uint64_t now)
{
	uint8_t datagram[IKE_PROBE_LEN];
	probe_sent_t sent = PROBE_NOT_SENT;
	uint64_t spi;
	bool changed;

	/* never 0, whatever the position is */
	spi = (1 + get_random((1ULL << (64 - POSITION_BITS)) - 1)) << POSITION_BITS |
		  position;
	if (target->count)
	{
		ike_probe_write(gateway->kind, spi, datagram);
		sent = this->sockets->send(this->sockets,
								   &target->addresses[target->current],
								   this->port, chunk_from_thing(datagram));
	}
	if (sent == PROBE_NOT_SENT)
	{
		this->stats.failed++;
		changed = probe_target_failed(target, this->config.timeout, now);
		conclude(this, gateway, changed, TRUE);
		return;
	}
	/* one to an unreachable host waits for its answer like any other, so that
	 * tries have the pace of the timeout */
	this->stats.sent++;
	probe_target_sent(target, &this->config, spi, now);
}

/**
 * Do what is due for a gateway.
 *
 * @return				when the next thing is due
 */
static uint64_t attend(private_prober_t *this, int position, uint64_t now)
{
	probed_gateway_t *gateway = this->gateways[position];
	uint64_t next = now + SLEEP_MAX;
	probe_target_t *target;
	bool changed;
	int i;

	for (i = 0; i < gateway->count; i++)
	{
		target = &gateway->targets[i];
		if (target->own)
		{
			continue;
		}
		resolve(this, gateway, target, now);
		if (target->due <= now && target->spi)
		{
			this->stats.missed++;
			changed = probe_target_result(target, &this->config, FALSE,
										  get_interval(this), now);
			conclude(this, gateway, changed, FALSE);
		}
		if (target->due <= now)
		{
			probe(this, gateway, target, position << TARGET_BITS | i, now);
		}
		next = min(next, target->due);
	}
	return next;
}

/**
 * Look which addresses are of this host, which may change.
 */
static void mark_own(private_prober_t *this, probed_gateway_t *gateway)
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
static void renumber(private_prober_t *this, probed_gateway_t *gateway,
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
static void want(private_prober_t *this, const gateway_t *gateway, uint64_t now)
{
	probed_gateway_t *old, *known;

	known = this->known->get(this->known, gateway->name);
	if (!known || !probed_gateway_fits(known, gateway))
	{	/* the first probe soon, but not of all at once */
		old = known;
		known = probed_gateway_create(gateway,
							now + get_random(this->config.timeout / 4 + 1));
		this->known->put(this->known, known->name, known);
		free(old);
	}
	known->wanted = TRUE;
}

/**
 * Mark those that are to be probed.
 */
static void mark_wanted(private_prober_t *this, const policy_state_t *state,
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
static void forget_unwanted(private_prober_t *this, uint64_t now)
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
		testify(this, gateway);
		this->changed = TRUE;
		free(gateway);
	}
	enumerator->destroy(enumerator);
	free(old);
}

/**
 * Take over which gateways there are, if that may have changed.
 */
static void sync_gateways(private_prober_t *this, uint64_t now)
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
	if (state->policy && this->config.enabled)
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

/**
 * Do what is due, again and again.
 */
static job_requeue_t run(void *data)
{
	private_prober_t *this = data;
	uint64_t now, next;
	bool changed;
	int i;

	this->mutex->lock(this->mutex);
	if (!this->sockets)
	{
		this->mutex->unlock(this->mutex);
		return JOB_REQUEUE_NONE;
	}
	now = monotonic_ms();
	next = now + SLEEP_MAX;
	sync_gateways(this, now);
	for (i = 0; i < this->count; i++)
	{
		next = min(next, attend(this, i, now));
	}
	changed = this->changed;
	this->changed = FALSE;
	this->mutex->unlock(this->mutex);
	if (changed)
	{
		this->engine->refresh(this->engine);
	}
	return JOB_RESCHEDULE_MS((uint32_t)(max(next, now + SLEEP_MIN) - now));
}

METHOD(prober_t, configure, void,
	private_prober_t *this, const probe_config_t *config)
{
	this->mutex->lock(this->mutex);
	this->config = *config;
	this->sync = 0;
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, set_shared, void,
	private_prober_t *this, bool shared)
{
	this->mutex->lock(this->mutex);
	if (this->shared != shared)
	{
		this->shared = shared;
		this->sync = 0;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, start, void,
	private_prober_t *this)
{
	probe_sockets_t *sockets = probe_sockets_create(received, this);

	this->mutex->lock(this->mutex);
	this->sockets = sockets;
	this->mutex->unlock(this->mutex);
	lib->scheduler->schedule_job_ms(lib->scheduler,
				(job_t*)callback_job_create_with_prio(run, this, NULL, NULL,
										JOB_PRIO_CRITICAL), SLEEP_MIN);
}

METHOD(prober_t, stop, void,
	private_prober_t *this)
{
	probe_sockets_t *sockets;

	this->mutex->lock(this->mutex);
	sockets = this->sockets;
	this->sockets = NULL;
	this->mutex->unlock(this->mutex);
	if (sockets)
	{
		sockets->destroy(sockets);
	}
}

METHOD(prober_t, get_verdict, gateway_verdict_t,
	private_prober_t *this, const char *name)
{
	gateway_verdict_t verdict = GATEWAY_UNKNOWN;
	probed_gateway_t *gateway;

	this->mutex->lock(this->mutex);
	gateway = this->known->get(this->known, name);
	if (gateway)
	{
		verdict = gateway->verdict;
	}
	this->mutex->unlock(this->mutex);
	return verdict;
}

METHOD(prober_t, list, void,
	private_prober_t *this, gateway_verdict_t verdict, char *names,
	size_t size)
{
	size_t len = 0;
	int i;

	*names = '\0';
	this->mutex->lock(this->mutex);
	for (i = 0; i < this->count; i++)
	{
		if (this->gateways[i]->verdict == verdict &&
			len + strlen(this->gateways[i]->name) + 2 < size)
		{
			len += snprintf(names + len, size - len, "%s%s", len ? "," : "",
							this->gateways[i]->name);
		}
	}
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, get_stats, void,
	private_prober_t *this, prober_stats_t *stats)
{
	this->mutex->lock(this->mutex);
	*stats = this->stats;
	stats->gateways = this->count;
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, destroy, void,
	private_prober_t *this)
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
	this->mutex->destroy(this->mutex);
	free(this->gateways);
	free(this);
}

/*
 * Described in header
 */
prober_t *prober_create(policy_engine_t *engine, gateway_table_t *table,
						uint16_t port, prober_is_own_t is_own)
{
	private_prober_t *this;

	INIT(this,
		.public = {
			.configure = _configure,
			.set_shared = _set_shared,
			.start = _start,
			.stop = _stop,
			.get_verdict = _get_verdict,
			.list = _list,
			.get_stats = _get_stats,
			.destroy = _destroy,
		},
		.engine = engine,
		.table = table,
		.port = port,
		.is_own = is_own ?: this_host_has,
		.resolver = initiator_resolver_create(NULL),
		.known = hashtable_create(hashtable_hash_str, hashtable_equals_str, 16),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
