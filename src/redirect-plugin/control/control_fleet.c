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

#include "control_commands.h"
#include "control_message.h"
#include "control_request.h"

/**
 * A number that is not given
 */
#define UNTOLD UINT32_MAX

/**
 * Room for the addresses of a gateway
 */
#define ADDRESSES_MAX 512

/**
 * What is ordered
 */
typedef struct {
	char *name;
	int state;
	uint32_t weight, capacity;
	bool force;
} wanted_t;

static const char *const states[] = { "active", "drain", "disabled", NULL };

static const config_option_t order_options[] = {
	{ "name", CONFIG_TEXT, .offset = offsetof(wanted_t, name) },
	{ "state", CONFIG_WORD, .offset = offsetof(wanted_t, state),
		.words = states },
	{ "weight", CONFIG_NUMBER, .offset = offsetof(wanted_t, weight),
		.max = 65535 },
	{ "capacity", CONFIG_NUMBER, .offset = offsetof(wanted_t, capacity),
		.max = UNTOLD - 1 },
	{ "force", CONFIG_BOOL, .offset = offsetof(wanted_t, force) },
};

/**
 * A number as orders have it.
 */
static uint64_t get_wanted(uint32_t number)
{
	return number == UNTOLD ? CLUSTER_UNKNOWN : number;
}

/*
 * Described in header
 */
vici_message_t *control_order(void *data, control_client_t *client,
							  vici_message_t *request)
{
	static const control_arguments_t arguments = {
		.options = order_options,
		.count = countof(order_options),
	};
	control_context_t *this = data;
	cluster_link_t *link = this->parts.cluster->link;
	char why[REDIRECT_STORE_WHY_MAX];
	cluster_order_t order;
	vici_message_t *answer;
	wanted_t wanted = {
		.state = -1,
		.weight = UNTOLD,
		.capacity = UNTOLD,
	};
	char *error;

	error = control_request_read(request, "order", &arguments, &wanted);
	if (error)
	{
		answer = control_refuse(error);
	}
	else if (!wanted.name)
	{
		answer = control_answer("order.name: has to be given");
	}
	else if (wanted.state < 0 && wanted.weight == UNTOLD &&
			 wanted.capacity == UNTOLD)
	{
		answer = control_answer("order: nothing is to be changed");
	}
	else
	{
		order = (cluster_order_t){
			.state = wanted.state < 0 ? CLUSTER_UNKNOWN : (uint64_t)wanted.state,
			.weight = get_wanted(wanted.weight),
			.capacity = get_wanted(wanted.capacity),
		};
		answer = control_answer(link->order(link, wanted.name, &order,
											wanted.force, why) ? NULL : why);
	}
	free(wanted.name);
	return answer;
}

/**
 * Add a number unless it is not known.
 */
static void add_known(vici_builder_t *message, char *key, uint64_t number)
{
	if (number != CLUSTER_UNKNOWN)
	{
		control_add_number(message, key, number);
	}
}

/**
 * Write where clients reach a gateway: what the configuration says, or the subnets of
 * members were shown to have, not what somebody told. Those that do not fit are
 * left out.
 */
static void list_addresses(const gateway_t *gateway, char *list, size_t size)
{
	char address[GATEWAY_IDENTITY_FQDN_MAX + 1];
	size_t len = 0;
	int i;

	*list = '\0';
	for (i = 0; i < gateway->address_count; i++)
	{
		gateway_identity_to_string(&gateway->addresses[i], address,
								   sizeof(address));
		if (len + strlen(address) + 2 < size)
		{
			len += snprintf(list + len, size - len, "%s%s", len ? "," : "",
							address);
		}
	}
}

/**
 * Make a message of what is known of a gateway.
 */
static vici_message_t *create_member(control_parts_t *parts, const char *name,
									 const char *addresses)
{
	vici_builder_t *message = vici_builder_create();
	const cluster_heartbeat_t *heartbeat;
	cluster_member_t member = { .age = CLUSTER_UNKNOWN };
	char self[REDIRECT_NAME_MAX];
	gateway_status_t status;

	control_get_self(parts, self);
	control_add_text(message, "name", name);
	control_add_bool(message, "self", streq(name, self));
	control_add_text(message, "addresses", addresses);
	if (parts->gateways->get_status(parts->gateways, name, &status))
	{
		control_add_text(message, "state",
						 enum_to_name(gateway_state_names, status.state));
		control_add_text(message, "health",
						 enum_to_name(gateway_verdict_names, status.health));
		if (status.health)
		{
			control_add_text(message, "health-by",
							 enum_to_name(gateway_witness_names,
										  status.health_by));
		}
	}
	parts->cluster->link->get_member(parts->cluster->link, name, &member);
	heartbeat = &member.heartbeat;
	if (member.age != CLUSTER_UNKNOWN)
	{
		control_add_number(message, "age-ms", member.age);
		control_add_text(message, "own-state",
						 enum_to_name(gateway_state_names, heartbeat->state));
		add_known(message, "sessions", heartbeat->sessions);
		add_known(message, "half-open", heartbeat->half_open);
		if (heartbeat->load != CLUSTER_UNKNOWN)
		{
			message->add_kv(message, "load-percent", "%u.%u",
							(uint32_t)heartbeat->load / 10,
							(uint32_t)heartbeat->load % 10);
		}
		add_known(message, "capacity", heartbeat->capacity);
		control_add_number(message, "start", heartbeat->start);
		control_add_text(message, "version", heartbeat->version);
		message->add_kv(message, "hash", "%016llx",
						(unsigned long long)heartbeat->hash);
	}
	if (member.order.sequence)
	{
		control_add_text(message, "ordered-by", member.order.by);
		control_add_bool(message, "carried-out",
						 member.age != CLUSTER_UNKNOWN &&
						 heartbeat->order >= member.order.sequence);
	}
	return message->finalize(message);
}

/*
 * Described in header
 */
vici_message_t *control_fleet(void *data, control_client_t *client,
							  vici_message_t *request)
{
	control_context_t *this = data;
	policy_engine_t *engine = this->parts.engine;
	const policy_state_t *state;
	char name[REDIRECT_NAME_MAX], addresses[ADDRESSES_MAX];
	int i, token;
	bool more;

	for (i = 0; ; i++)
	{
		state = engine->acquire(engine, &token);
		more = state->policy && i < state->policy->gateway_count;
		if (more)
		{
			snprintf(name, sizeof(name), "%s", state->policy->gateways[i].name);
			list_addresses(&state->policy->gateways[i], addresses,
						   sizeof(addresses));
		}
		engine->release(engine, token);
		if (!more)
		{
			return control_answer(NULL);
		}
		this->server->stream(this->server, client, CONTROL_LIST_MEMBER,
							 create_member(&this->parts, name, addresses));
	}
}

/*
 * Described in header
 */
void control_add_cluster(vici_builder_t *message, control_parts_t *parts)
{
	static const char *const store_states[] = {
		"down", "connecting", "degraded", "up",
	};
	cluster_status_t status;
	prober_stats_t probes;
	int i;

	message->begin_section(message, "probes");
	parts->cluster->prober->get_stats(parts->cluster->prober, &probes);
	control_add_number(message, "gateways", probes.gateways);
	control_add_number(message, "sent", probes.sent);
	control_add_number(message, "answered", probes.answered);
	control_add_number(message, "missed", probes.missed);
	control_add_number(message, "failed", probes.failed);
	control_add_number(message, "foreign", probes.foreign);
	message->end_section(message);

	parts->cluster->link->get_status(parts->cluster->link, &status);
	if (!status.configured)
	{
		return;
	}
	message->begin_section(message, "store");
	control_add_text(message, "state", status.offered ?
					 store_states[status.state] : "not-offered");
	control_add_text(message, "words", status.words);
	add_known(message, "listed-ms", status.listed);
	if (status.refused != CLUSTER_OK)
	{
		control_add_text(message, "refusing", enum_to_name(cluster_verdict_names,
														   status.refused));
	}
	message->begin_section(message, "records");
	for (i = 0; i < CLUSTER_VERDICT_MAX; i++)
	{
		control_add_number(message, enum_to_name(cluster_verdict_names, i),
						   status.records[i]);
	}
	message->end_section(message);
	message->end_section(message);
}
