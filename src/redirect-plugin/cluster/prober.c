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
#include "probe_roster.h"
#include "probe_share.h"
#include "probe_sockets.h"
#include "utils/monotonic.h"
#include "utils/this_host.h"

#include <processing/jobs/callback_job.h>

/**
 * Milliseconds between two looks at what is due, at least and at most.
 */
#define SLEEP_MIN 10
#define SLEEP_MAX 500

/**
 * Lowest bits of an SPI that tell the position of gateway and target.
 */
#define POSITION_BITS 16
#define TARGET_BITS 2

typedef struct private_prober_t private_prober_t;

/**
 * Private data
 */
struct private_prober_t {

	/**
	 * Public interface
	 */
	prober_t public;

	/**
	 * Is refreshed
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
	 * As configured
	 */
	probe_config_t config;

	/**
	 * Sockets, NULL while stopped
	 */
	probe_sockets_t *sockets;

	/**
	 * Whom to probe
	 */
	probe_roster_t roster;

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
 * Milliseconds between two probes of a gateway: less by up to a tenth, so that
 * gateways do not probe in step.
 */
static uint32_t get_interval(private_prober_t *this)
{
	uint32_t interval = this->config.interval;

	if (!this->roster.shared && this->roster.count > PROBE_SHARE_MAX)
	{
		interval *= (this->roster.count + PROBE_SHARE_MAX - 1) / PROBE_SHARE_MAX;
	}
	return interval - probe_roster_random(interval / 10 + 1);
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
		if ((int)(position >> TARGET_BITS) < this->roster.count)
		{
			gateway = this->roster.gateways[position >> TARGET_BITS];
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
	spi = (1 + probe_roster_random((1ULL << (64 - POSITION_BITS)) - 1)) << POSITION_BITS |
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
	probed_gateway_t *gateway = this->roster.gateways[position];
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
		probe_roster_resolve(&this->roster, gateway, target, now);
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
 * A gateway is not probed anymore, so nothing is known of it.
 */
static void forgotten(void *data, probed_gateway_t *gateway)
{
	private_prober_t *this = data;

	testify(this, gateway);
	this->changed = TRUE;
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
	probe_roster_sync(&this->roster, now);
	for (i = 0; i < this->roster.count; i++)
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
	this->roster.sync = 0;
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, set_shared, void,
	private_prober_t *this, bool shared)
{
	this->mutex->lock(this->mutex);
	if (this->roster.shared != shared)
	{
		this->roster.shared = shared;
		this->roster.sync = 0;
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
	gateway = this->roster.known->get(this->roster.known, name);
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
	for (i = 0; i < this->roster.count; i++)
	{
		if (this->roster.gateways[i]->verdict == verdict &&
			len + strlen(this->roster.gateways[i]->name) + 2 < size)
		{
			len += snprintf(names + len, size - len, "%s%s", len ? "," : "",
							this->roster.gateways[i]->name);
		}
	}
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, get_stats, void,
	private_prober_t *this, prober_stats_t *stats)
{
	this->mutex->lock(this->mutex);
	*stats = this->stats;
	stats->gateways = this->roster.count;
	this->mutex->unlock(this->mutex);
}

METHOD(prober_t, destroy, void,
	private_prober_t *this)
{
	probe_roster_deinit(&this->roster);
	this->mutex->destroy(this->mutex);
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
		.roster = {
			.engine = engine,
			.is_own = is_own ?: this_host_has,
			.forgotten = forgotten,
		},
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	this->roster.config = &this->config;
	this->roster.data = this;
	this->roster.mutex = this->mutex;
	probe_roster_init(&this->roster);
	return &this->public;
}
