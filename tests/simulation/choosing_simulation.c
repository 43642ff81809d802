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

/*
 * Plays clients against fleets of gateways, with the plugin's own decide():
 * how evenly each selector spreads them, how many have to move when gateways
 * fail, come back and drain, and how many hops it takes them.
 *
 * usage: choosing_simulation [CLIENTS [GATEWAYS]...]
 *
 * Every gateway of the fleet may redirect; up to eight of them are the ones that
 * clients are configured with, each client with one of these. A second is a tick:
 * a number of clients connects, then all gateways learn how many sessions each
 * one has. As in a store with an interval of a second, a gateway knows of half of
 * the others what was a second ago, so that what they know is up to two seconds
 * old, and one on average. In turn
 *
 *   arrive   all clients connect, 1 in 100 of them a second
 *   fail     a gateway fails; its clients connect again, then all others do, in
 *            the order of chance, as they do over a day
 *   return   it comes back, with 30 s of slow start; all connect again
 *   drain    another one drains: its clients are redirected by it
 *
 * "max/mean" is the most sessions of a gateway relative to its share: at worst
 * from the tenth second of arrival on, and at the end of each part. "moved" are
 * clients that did not get the gateway they had, in per cent of all; where there
 * is a least possible number, it stands in the last line of a fleet. "hops" are
 * redirects a client followed, at most and on average over all parts.
 *
 * Nothing depends on the clock or on real chance: the table is always the same.
 * The exit status is 1 if a bar is missed.
 */

#include "policy/policy_engine.h"

#include <stdio.h>

/**
 * Gateways that clients are configured with, at most.
 */
#define DOORS 8

/**
 * Fleets that can be asked for.
 */
#define FLEETS_MAX 8

/**
 * Seconds in which all clients connect.
 */
#define SECONDS 100

/**
 * Bars for the imbalance of ten gateways.
 */
#define BAR_RENDEZVOUS 1.05
#define BAR_LOAD 1.10

static const struct {
	const char *name;
	const char *conf;
} selectors[] = {
	{ "rendezvous", "selector = rendezvous" },
	{ "  balance_factor 110", "selector = rendezvous\nbalance_factor = 110" },
	{ "weighted", "selector = weighted" },
	{ "  sticky", "selector = weighted\nsticky = 1d" },
	{ "round-robin", "selector = round-robin" },
	{ "least-loaded", "selector = least-loaded" },
	{ "  sticky", "selector = least-loaded\nsticky = 1d" },
	{ "power-of-two", "selector = power-of-two" },
	{ "priority", "selector = priority" },
};

/**
 * A gateway of the fleet with its own plugin.
 */
typedef struct {
	char name[16];
	gateway_table_t *table;
	policy_engine_t *engine;
	ip_address_t address;
	/** now, and at the tick before */
	uint32_t sessions, before;
	bool up;
} gateway_state;

/**
 * A client.
 */
typedef struct {
	ip_address_t address;
	int door;
	int gateway;
} client_state;

/**
 * A fleet, its clients and what was counted.
 */
typedef struct {
	selector_registry_t *registry;
	gateway_state *gateways;
	int gateway_count;
	client_state *clients;
	int client_count;
	uint64_t attempts;
	uint64_t connections;
	uint64_t hops;
	int most_hops;
	uint64_t seed;
} fleet_t;

/**
 * What a part showed.
 */
typedef struct {
	double imbalance;
	double moved;
} part_t;

/**
 * Next number of a sequence.
 */
static uint32_t next(fleet_t *this)
{
	this->seed = redirect_selector_mix(this->seed, 0x5685);
	return this->seed >> 32;
}

/**
 * Give a gateway its policy.
 */
static void configure(fleet_t *this, gateway_state *gateway, const char *conf)
{
	array_t *errors = array_create(0, 0);
	config_section_t section;
	settings_t *settings;
	policy_t *policy;
	bool unknown;
	char *text, *error;
	size_t len;
	FILE *file;
	int i;

	file = open_memstream(&text, &len);
	fprintf(file, "charon { plugins { redirect {\nself = %s\n%s\n"
			"slow_start = 30s\nmax_returns = 0\ngateways {\n", gateway->name,
			conf);
	for (i = 0; i < this->gateway_count; i++)
	{
		fprintf(file, "%s { addresses = 10.0.%d.%d }\n", this->gateways[i].name,
				i >> 8, i & 0xff);
	}
	fprintf(file, "}\nrules { all { phase = init } } } } }\n");
	fclose(file);
	settings = settings_create_string(text);
	section = config_section_create(settings, errors, "charon");
	policy = policy_create(&section, this->registry, NULL, &unknown);
	settings->destroy(settings);
	while (array_remove(errors, ARRAY_HEAD, &error))
	{
		fprintf(stderr, "%s\n", error);
		free(error);
	}
	array_destroy(errors);
	free(text);
	gateway->table = gateway_table_create();
	gateway->engine = policy_engine_create(gateway->table, NULL);
	gateway->engine->set_policy(gateway->engine, policy);
}

/**
 * Create a fleet of equal gateways.
 */
static fleet_t create_fleet(int gateways, int clients, const char *conf)
{
	fleet_t this = {
		.registry = selector_registry_create(),
		.gateways = calloc(gateways, sizeof(gateway_state)),
		.gateway_count = gateways,
		.clients = calloc(clients, sizeof(client_state)),
		.client_count = clients,
		.seed = 5685,
	};
	client_state *client;
	int i;

	for (i = 0; i < gateways; i++)
	{
		this.gateways[i].up = TRUE;
		snprintf(this.gateways[i].name, sizeof(this.gateways[i].name), "g%d", i);
		ip_address_from_string("10.0.0.0", &this.gateways[i].address);
		this.gateways[i].address.data[2] = i >> 8;
		this.gateways[i].address.data[3] = i;
	}
	for (i = 0; i < gateways; i++)
	{
		configure(&this, &this.gateways[i], conf);
	}
	for (i = 0; i < clients; i++)
	{
		client = &this.clients[i];
		ip_address_from_string("172.16.0.0", &client->address);
		client->address.data[1] = 16 + (i >> 16);
		client->address.data[2] = i >> 8;
		client->address.data[3] = i;
		client->door = next(&this) % min(gateways, DOORS);
		client->gateway = -1;
	}
	return this;
}

/**
 * Destroy a fleet.
 */
static void destroy_fleet(fleet_t *this)
{
	int i;

	for (i = 0; i < this->gateway_count; i++)
	{
		this->gateways[i].engine->destroy(this->gateways[i].engine);
		this->gateways[i].table->destroy(this->gateways[i].table);
	}
	this->registry->destroy(this->registry);
	free(this->gateways);
	free(this->clients);
}

/**
 * Let a second pass: all doors learn what each gateway has.
 */
static void tick(fleet_t *this)
{
	gateway_state *gateway;
	bool late;
	int i, j;

	for (i = 0; i < min(this->gateway_count, DOORS); i++)
	{
		gateway = &this->gateways[i];
		for (j = 0; j < this->gateway_count; j++)
		{
			late = i != j && (i + j) % 2;
			gateway->table->set_load(gateway->table, this->gateways[j].name,
									 late ? this->gateways[j].before
										  : this->gateways[j].sessions,
									 REDIRECT_SELECTOR_UNKNOWN,
									 GATEWAY_SOURCE_STORE);
			gateway->table->testify(gateway->table, this->gateways[j].name,
									GATEWAY_WITNESS_HEARTBEAT,
									this->gateways[j].up ? GATEWAY_UP
														 : GATEWAY_DOWN, 0);
		}
		gateway->engine->tick(gateway->engine, OVERLOAD_NONE);
	}
	for (j = 0; j < this->gateway_count; j++)
	{
		this->gateways[j].before = this->gateways[j].sessions;
	}
}

/**
 * Ask a gateway about a client, and let it carry out its answer.
 */
static redirect_decision_t ask(fleet_t *this, client_state *client,
							   redirect_request_t *request, int at)
{
	policy_engine_t *engine = this->gateways[at].engine;
	redirect_decision_t decision;

	request->local = this->gateways[at].address;
	request->spi_i = ++this->attempts;
	engine->decide(engine, request, &decision);
	engine->carry_out(engine, request, &decision);
	return decision;
}

/**
 * Position of the gateway of an address.
 */
static int position(const gateway_identity_t *id)
{
	return id->data[2] << 8 | id->data[3];
}

/**
 * Let a client connect, from where it is configured to start or is told to.
 *
 * @param at			gateway it starts from
 * @param request		first request
 */
static void follow(fleet_t *this, client_state *client, int at,
				   redirect_request_t *request)
{
	redirect_decision_t decision;
	int hops = 0;

	while (TRUE)
	{
		decision = ask(this, client, request, at);
		if (decision.action != REDIRECT_REDIRECT)
		{
			break;
		}
		request->phase = REDIRECT_PHASE_INIT;
		request->redirected_from = this->gateways[at].address;
		at = position(&decision.target);
		hops++;
	}
	this->hops += hops;
	this->connections++;
	this->most_hops = max(this->most_hops, hops);
	client->gateway = at;
	this->gateways[at].sessions++;
}

/**
 * Let a client connect, again or for the first time.
 *
 * @return				TRUE if it is not where it was
 */
static bool reconnect(fleet_t *this, client_state *client,
					  redirect_phase_t phase)
{
	redirect_request_t request = {
		.phase = phase,
		.supported = TRUE,
		.remote = client->address,
	};
	int before = client->gateway, at = client->door;

	if (before >= 0)
	{
		this->gateways[before].sessions--;
	}
	if (phase == REDIRECT_PHASE_ACTIVE)
	{
		at = before;
	}
	while (!this->gateways[at].up)
	{	/* the next one of those it is configured with */
		at = (at + 1) % min(this->gateway_count, DOORS);
	}
	follow(this, client, at, &request);
	return before != client->gateway;
}

/**
 * Most sessions of a gateway that is up, relative to its share.
 */
static double imbalance(fleet_t *this)
{
	uint32_t most = 0, sum = 0;
	int i, up = 0;

	for (i = 0; i < this->gateway_count; i++)
	{
		most = max(most, this->gateways[i].sessions);
		sum += this->gateways[i].sessions;
		up += this->gateways[i].up;
	}
	return sum ? (double)most * up / sum : 0;
}

/**
 * All clients connect, those of one gateway first.
 *
 * @param first			gateway whose clients come first, -1 for none
 * @param worst			receives the worst imbalance from the tenth second on,
 *						may be NULL
 */
static part_t all_connect(fleet_t *this, int first, double *worst)
{
	int rate = this->client_count / SECONDS, i, j, second, moved = 0;
	int *order;
	part_t part;

	order = calloc(this->client_count, sizeof(int));
	for (i = 0; i < this->client_count; i++)
	{
		j = next(this) % (i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	for (i = 0; i < this->client_count; i++)
	{
		if (first >= 0 && this->clients[i].gateway == first)
		{
			moved += reconnect(this, &this->clients[i], REDIRECT_PHASE_INIT);
			if (moved % rate == 0)
			{
				tick(this);
			}
		}
	}
	for (second = 0; second < SECONDS; second++)
	{
		for (i = second * rate; i < (second + 1) * rate; i++)
		{
			moved += reconnect(this, &this->clients[order[i]],
							   REDIRECT_PHASE_INIT);
		}
		tick(this);
		if (worst && second >= 9)
		{
			*worst = max(*worst, imbalance(this));
		}
	}
	free(order);
	part.imbalance = imbalance(this);
	part.moved = moved * 100.0 / this->client_count;
	return part;
}

/**
 * A gateway drains: it redirects its clients.
 */
static part_t drain(fleet_t *this, int gateway)
{
	int rate = this->client_count / SECONDS, i, moved = 0;
	policy_engine_t *engine;
	gateway_table_t *table;
	part_t part;

	for (i = 0; i < this->gateway_count; i++)
	{
		table = this->gateways[i].table;
		engine = this->gateways[i].engine;
		table->set(table, this->gateways[gateway].name, GATEWAY_DRAIN, -1, -1,
				GATEWAY_SOURCE_OPERATOR);
		engine->refresh(engine);
	}
	tick(this);
	for (i = 0; i < this->client_count; i++)
	{
		if (this->clients[i].gateway == gateway)
		{
			moved += reconnect(this, &this->clients[i], REDIRECT_PHASE_ACTIVE);
			if (moved % rate == 0)
			{
				tick(this);
			}
		}
	}
	/* it counts no more for the mean */
	this->gateways[gateway].up = this->gateways[gateway].sessions > 0;
	part.imbalance = imbalance(this);
	part.moved = moved * 100.0 / this->client_count;
	return part;
}

/**
 * Play a fleet with one selector.
 *
 * @return				FALSE if a bar was missed
 */
static bool play(int gateways, int clients, int selector)
{
	fleet_t this = create_fleet(gateways, clients, selectors[selector].conf);
	part_t arrive, fail, back, drained;
	double worst = 0, limit = 0;
	int failing = gateways - 1;

	tick(&this);
	arrive = all_connect(&this, -1, &worst);
	this.gateways[failing].up = FALSE;
	tick(&this);
	fail = all_connect(&this, failing, NULL);
	this.gateways[failing].up = TRUE;
	tick(&this);
	back = all_connect(&this, -1, NULL);
	drained = drain(&this, min(1, failing));
	printf("%8d %-22s %6.3f %6.3f %6.3f %6.3f %6.3f %7.2f %7.2f %7.2f %5d "
		   "%5.2f\n", gateways, selectors[selector].name, worst,
		   arrive.imbalance, fail.imbalance, back.imbalance, drained.imbalance,
		   fail.moved, back.moved, drained.moved, this.most_hops,
		   (double)this.hops / this.connections);
	if (gateways == 10 && selector == 0)
	{
		limit = BAR_RENDEZVOUS;
	}
	if (gateways == 10 && strstr(selectors[selector].conf, "least-loaded"))
	{
		limit = BAR_LOAD;
	}
	if (gateways == 10 && strstr(selectors[selector].conf, "power-of-two"))
	{
		limit = BAR_LOAD;
	}
	destroy_fleet(&this);
	if (limit && (arrive.imbalance > limit ||
				  (limit == BAR_LOAD && worst > limit)))
	{
		printf("MISSED   max/mean has to be at most %.2f\n", limit);
		return FALSE;
	}
	return TRUE;
}

int main(int argc, char *argv[])
{
	int fleets[FLEETS_MAX] = { 2, 10, 500 }, count = 3, i;
	int clients = argc > 1 ? atoi(argv[1]) : 100000;
	bool met = TRUE, good = TRUE;
	size_t j;

	for (i = 0; i < argc - 2 && i < FLEETS_MAX; i++)
	{
		fleets[i] = atoi(argv[i + 2]);
		good = good && fleets[i] > 1 && fleets[i] <= GATEWAYS_MAX;
		count = i + 1;
	}
	if (!good || clients < SECONDS || clients > 1000000 ||
		!library_init("", "charon"))
	{
		fprintf(stderr, "usage: choosing_simulation [CLIENTS [GATEWAYS]...]\n"
				"CLIENTS from %d to 1000000, GATEWAYS from 2 to %d\n", SECONDS,
				GATEWAYS_MAX);
		return 2;
	}
	printf("%d clients, %d of them a second; max/mean, moved in per cent, hops\n"
		   "%8s %-22s %6s %6s %6s %6s %6s %7s %7s %7s %5s %5s\n", clients,
		   clients / SECONDS, "gateways", "selector", "worst", "arrive", "fail",
		   "return", "drain", "fail", "return", "drain", "hops", "mean");
	for (i = 0; i < count; i++)
	{
		for (j = 0; j < countof(selectors); j++)
		{
			met = play(fleets[i], clients, j) && met;
		}
		printf("%8s %-58s %7.2f %7.2f %7.2f\n", "", "least possible",
			   100.0 / fleets[i], 100.0 / fleets[i], 100.0 / fleets[i]);
		fflush(stdout);
	}
	printf("%s\n", met ? "MET      max/mean of 10 gateways: rendezvous 1.05, "
		   "least-loaded and power-of-two 1.10" : "MISSED   see above");
	library_deinit();
	return met ? 0 : 1;
}
