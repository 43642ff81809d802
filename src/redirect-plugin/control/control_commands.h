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

/**
 * @defgroup control_commands control_commands
 * @{ @ingroup redirect_control
 *
 * The commands of the control socket, one function each; their data is a
 * control_context_t. Called by workers, one at a time for each client.
 */

#ifndef CONTROL_COMMANDS_H_
#define CONTROL_COMMANDS_H_

#include "control_events.h"

#include <vici_builder.h>

typedef struct control_context_t control_context_t;

/**
 * What commands work with.
 */
struct control_context_t {

	/** what is shown and changed */
	control_parts_t parts;

	/** answers */
	control_server_t *server;

	/** tells what happens */
	control_events_t *events;

	/** when the plugin was loaded, time_monotonic() */
	time_t loaded;
};

/**
 * Get the name of this gateway.
 *
 * @param name			receives it, empty if it is not one of the configured ones
 */
void control_get_self(control_parts_t *parts, char name[REDIRECT_NAME_MAX]);

/**
 * Find a gateway that is configured.
 *
 * @return				its position, -1 if there is none
 */
int control_find_gateway(control_parts_t *parts, const char *name);

/**
 * Add a condition for sessions that a request has, see session_filter_set().
 *
 * @return				what is wrong with it, static; NULL if nothing is
 */
const char *control_add_condition(session_filter_t *filter, const char *key,
								  const char *value);

/*
 * Requests of those without arguments are checked before; others have theirs
 * read by control_request_read().
 */

/** versions of plugin and charon */
vici_message_t *control_version(void *data, control_client_t *client,
								vici_message_t *request);

/** this gateway at a glance */
vici_message_t *control_status(void *data, control_client_t *client,
							   vici_message_t *request);

/** streams list-gateway, in the order of the configuration */
vici_message_t *control_gateways(void *data, control_client_t *client,
								 vici_message_t *request);

/** streams list-rule, in the order of the configuration */
vici_message_t *control_rules(void *data, control_client_t *client,
							  vici_message_t *request);

/** streams list-session; arguments connection, id, remote, unique-id */
vici_message_t *control_sessions(void *data, control_client_t *client,
								 vici_message_t *request);

/** tells what would be decided; arguments remote (required), local, phase,
 * supported, redirected-from, connection, id, eap-id, group, issuer */
vici_message_t *control_decide(void *data, control_client_t *client,
							   vici_message_t *request);

/** changes a gateway; arguments name (required), state, weight, capacity, up,
 * sessions, load */
vici_message_t *control_set_gateway(void *data, control_client_t *client,
									vici_message_t *request);

/** has all gateways know what is wanted of one; arguments name (required), state,
 * weight, capacity, force */
vici_message_t *control_order(void *data, control_client_t *client,
							  vici_message_t *request);

/** streams list-member: what gateways tell through the store of the cluster */
vici_message_t *control_fleet(void *data, control_client_t *client,
							  vici_message_t *request);

/** begins a drain, or changes it; arguments rate, grace, ignored, deadline,
 * rest, refuse, force, list to, section match */
vici_message_t *control_drain(void *data, control_client_t *client,
							  vici_message_t *request);

/** ends a drain */
vici_message_t *control_undrain(void *data, control_client_t *client,
								vici_message_t *request);

/** rebalances until this gateway is within its margin; argument stop */
vici_message_t *control_rebalance(void *data, control_client_t *client,
								  vici_message_t *request);

/** streams list-counter: every counter that is not zero, with its labels */
vici_message_t *control_counters(void *data, control_client_t *client,
								 vici_message_t *request);

/** streams metrics: texts in the Prometheus format, to be put together */
vici_message_t *control_metrics(void *data, control_client_t *client,
								vici_message_t *request);

/**
 * Add sections about probes, and the store of the cluster if there is one.
 */
void control_add_cluster(vici_builder_t *message, control_parts_t *parts);

#endif /** CONTROL_COMMANDS_H_ @}*/
