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

#include <daemon.h>

/*
 * Described in header
 */
vici_message_t *control_version(void *data, control_client_t *client,
								vici_message_t *request)
{
	vici_builder_t *message = vici_builder_create();

	control_add_text(message, "plugin", REDIRECT_VERSION);
	control_add_text(message, "charon", VERSION);
	control_add_text(message, "daemon", lib->ns);
	return message->finalize(message);
}

/**
 * Add what the policy in force is.
 */
static void add_policy(vici_builder_t *message, control_parts_t *parts)
{
	const policy_state_t *state;
	const policy_t *policy;
	int token;

	state = parts->engine->acquire(parts->engine, &token);
	policy = state->policy;
	control_add_bool(message, "configured", policy != NULL);
	control_add_bool(message, "connected", state->connected);
	if (policy)
	{
		if (policy->self >= 0)
		{
			control_add_text(message, "self",
							 policy->gateways[policy->self].name);
			control_add_text(message, "self-state",
							 enum_to_name(gateway_left_out_names,
									state->view->left_out[policy->self]));
		}
		control_add_number(message, "gateways", policy->gateway_count);
		control_add_number(message, "rules", policy->rule_count);
		control_add_bool(message, "dry-run", policy->dry_run);
	}
	parts->engine->release(parts->engine, token);
}

/**
 * Add what became of the last configuration that was read.
 */
static void add_config(vici_builder_t *message, control_parts_t *parts)
{
	config_status_t status;

	parts->loader->get_status(parts->loader, &status);
	message->begin_section(message, "config");
	if (status.read)
	{
		control_add_number(message, "read", status.read);
		control_add_bool(message, "refused", status.refused);
		control_add_bool(message, "waits", status.waiting);
		control_add_number(message, "errors", status.errors);
		control_add_number(message, "warnings", status.warnings);
		control_add_text(message, "error", status.error);
	}
	if (status.loaded)
	{
		control_add_number(message, "since", status.since);
		message->add_kv(message, "hash", "%016llx",
						(unsigned long long)status.hash);
	}
	message->end_section(message);
}

/**
 * Add the load of this gateway.
 */
static void add_load(vici_builder_t *message, control_parts_t *parts)
{
	overload_report_t report;
	int i;

	parts->monitor->get_report(parts->monitor, &report);
	message->begin_section(message, "load");
	control_add_bool(message, "overloaded", report.level != 0);
	if (report.combined != REDIRECT_SELECTOR_UNKNOWN)
	{
		message->add_kv(message, "combined-percent", "%u.%u",
						report.combined / 10, report.combined % 10);
	}
	for (i = 0; i < OWN_LOAD_MAX; i++)
	{
		control_add_number(message, enum_to_name(own_load_metric_names, i),
						   report.load.values[i]);
	}
	message->end_section(message);
}

/**
 * Add numbers of sessions.
 */
static void add_sessions(vici_builder_t *message, control_parts_t *parts)
{
	session_table_t *table = parts->sessions->table;
	int i;

	message->begin_section(message, "sessions");
	for (i = 0; i < SESSION_STATE_MAX; i++)
	{
		control_add_number(message, enum_to_name(session_state_names, i),
						   table->get_count(table, i));
	}
	message->end_section(message);
}

/**
 * Add how rebalancing goes.
 */
static void add_rebalance(vici_builder_t *message, rebalance_t *rebalance)
{
	rebalance_status_t status;

	rebalance->get_status(rebalance, &status);
	message->begin_section(message, "rebalance");
	control_add_rebalance(message, &status, status.enabled);
	control_add_number(message, "sent", status.sent);
	message->end_section(message);
}

/*
 * Described in header
 */
vici_message_t *control_status(void *data, control_client_t *client,
							   vici_message_t *request)
{
	control_context_t *this = data;
	vici_builder_t *message = vici_builder_create();
	drain_t *drain = this->parts.sessions->drain;
	drain_progress_t progress;

	control_add_number(message, "uptime", time_monotonic(NULL) - this->loaded);
	add_policy(message, &this->parts);
	add_config(message, &this->parts);
	add_load(message, &this->parts);
	control_add_cluster(message, &this->parts);
	add_sessions(message, &this->parts);
	drain->get_progress(drain, &progress);
	message->begin_section(message, "drain");
	control_add_drain(message, &progress);
	message->end_section(message);
	add_rebalance(message, this->parts.sessions->rebalance);
	message->begin_section(message, "control");
	control_add_number(message, "clients",
					   this->server->get_clients(this->server));
	control_add_number(message, "dropped-clients",
					   this->server->get_dropped(this->server));
	control_add_number(message, "dropped-events",
					   this->events->get_dropped(this->events));
	message->end_section(message);
	return message->finalize(message);
}
