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
 * @defgroup control_parts control_parts
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_PARTS_H_
#define CONTROL_PARTS_H_

#include "config_loader.h"
#include "cluster/cluster.h"
#include "fastpath/fast_path.h"
#include "initiator/initiator.h"
#include "policy/connection_watch.h"
#include "policy/decision_log.h"
#include "policy/overload_monitor.h"
#include "clients/client_table.h"
#include "responder/redirected_children.h"
#include "sessions/redirect_sessions.h"
#include "utils/config_room.h"

typedef struct control_parts_t control_parts_t;

/**
 * What the control socket shows and changes; all of it outlives it.
 */
struct control_parts_t {

	/** gateways */
	gateway_table_t *gateways;

	/** what is found out about the other gateways */
	cluster_t *cluster;

	/** policy */
	policy_engine_t *engine;

	/** what became of the last configuration */
	config_loader_t *loader;

	/** load of this gateway */
	overload_monitor_t *monitor;

	/** knows whether connections are loaded */
	connection_watch_t *watch;

	/** decisions */
	decision_log_t *log;

	/** clients whose IKE_SA is being set up */
	client_table_t *clients;

	/** CHILD_SAs of clients that were redirected here */
	redirected_children_t *children;

	/** guard */
	initiator_t *guard;

	/** fast path */
	fast_path_t *fast_path;

	/** established clients */
	redirect_sessions_t *sessions;
};

#endif /** CONTROL_PARTS_H_ @}*/
