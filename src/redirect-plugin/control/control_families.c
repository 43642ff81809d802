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

#include "control_families.h"

/*
 * Described in header
 */
const control_family_t control_families[CONTROL_FAMILIES] = {
	[ANSWERS] = { "up", "1 if charon has the redirect plugin and answers.", FALSE,
		{} },
	[INFO] = { "info", "Versions of plugin and charon.", FALSE,
		{ "version", "charon" } },
	[UPTIME] = { "uptime_seconds", "Time since the plugin was loaded.", FALSE,
		{} },
	[CONFIGURED] = { "configured", "1 if a valid configuration is in force.",
		FALSE, {} },
	[RELOADED] = { "config_last_reload_successful", "1 if the last "
		"configuration that was read was taken, 0 if it was refused.", FALSE,
		{} },
	[RELOAD] = { "config_last_reload_timestamp_seconds", "When a configuration "
		"was read last.", FALSE, {} },
	[WARNINGS] = { "config_warnings", "Warnings about the last configuration "
		"that was read.", FALSE, {} },
	[CONFIG_HASH] = { "config_hash_info", "Hash of the configuration in force, to "
		"compare it between gateways.", FALSE, { "hash" } },
	[DOS_PROTECTION] = { "charon_dos_protection", "1 if charon challenges and "
		"drops clients when too many set up an IKE_SA.", FALSE, {} },
	[DECISIONS] = { "decisions_total", "Decisions about clients, without "
		"answers to retransmissions.", TRUE,
		{ "phase", "action", "cause", "reason" } },
	[HITS] = { "rule_hits_total", "Decisions by the rules of the configuration; "
		"those of all behind the first " METRIC_RULES_TEXT " together.", TRUE,
		{ "rule" } },
	[RETRANSMISSIONS] = { "retransmissions_total", "Answers to retransmitted "
		"requests.", TRUE, {} },
	[ARRIVALS] = { "arrivals_total", "Clients that another gateway has sent "
		"here, told by REDIRECTED_FROM.", TRUE, {} },
	[OFFERS] = { "child_offers_total", "CHILD_SAs initiated to clients that "
		"asked for them with the virtual IP of another gateway.", TRUE, {} },
	[OFFERS_REFUSED] = { "child_offers_refused_total", "CHILD_SAs of these that "
		"clients refused: they have no tunnel here.", TRUE, {} },
	[OUTCOMES] = { "session_redirects_total", "Redirects of established "
		"clients by what became of them.", TRUE, { "gateway", "outcome" } },
	[DELETED] = { "sessions_deleted_total", "Established IKE_SAs that this "
		"gateway deleted, by what for.", TRUE, { "reason" } },
	[SESSIONS] = { "sessions", "Established IKE_SAs.", FALSE, { "state" } },
	[DRAINING] = { "drain_active", "1 if this gateway drains.", FALSE, {} },
	[DRAIN_FINISHED] = { "drain_done", "1 if this gateway drains and no session is "
		"left.", FALSE, {} },
	[STALLED] = { "drain_stalled", "1 if no gateway is left to drain to.",
		FALSE, {} },
	[LEFT] = { "drain_sessions_left", "Sessions that the drain has not moved "
		"yet.", FALSE, {} },
	[REDIRECTS] = { "gateway_redirects_total", "Clients assigned to a "
		"gateway.", TRUE, { "gateway" } },
	[UP] = { "gateway_up", "1 unless the gateway is known not to answer.",
		FALSE, { "gateway" } },
	[TAKES] = { "gateway_takes_clients", "1 if clients may be sent to the "
		"gateway.", FALSE, { "gateway", "state" } },
	[WEIGHT] = { "gateway_weight", "Weight of the gateway.", FALSE,
		{ "gateway" } },
	[CAPACITY] = { "gateway_capacity_sessions", "Sessions the gateway is made "
		"for, 0 if not limited.", FALSE, { "gateway" } },
	[GATEWAY_SESSIONS] = { "gateway_sessions", "Sessions of the gateway, as "
		"far as they are known.", FALSE, { "gateway" } },
	[GATEWAY_LOAD] = { "gateway_load_ratio", "Load of the gateway, as far as "
		"it is known.", FALSE, { "gateway" } },
	[OVERLOADED] = { "overloaded", "1 if this gateway is above a mark.", FALSE,
		{} },
	[LOAD] = { "load", "What charon has to do: IKE_SAs, half-open ones, jobs "
		"waiting, and workers busy and CPU in per cent.", FALSE, { "metric" } },
	[CONNECTED] = { "connected", "1 if charon has connections, or clients do not "
		"wait for them (wait_for_connections).", FALSE, {} },
	[SILENCED] = { "requests_silenced_total", "IKE_SA_INIT requests without an "
		"answer as no connection was loaded yet; clients ask again.", TRUE, {} },
	[PROBES] = { "probes_total", "Probes of other gateways by what became of them.",
		TRUE, { "result" } },
	[STORE] = { "store_up", "1 if the store of the cluster works, if there is to be "
		"one.", FALSE, {} },
	[LISTED] = { "store_list_age_seconds", "Time since the store of the cluster "
		"told all it has.", FALSE, {} },
	[RECORDS] = { "store_records_total", "Records of the store of the cluster, by "
		"whether they were believed and why not.", TRUE, { "verdict" } },
	[HEARD] = { "gateway_heartbeat_age_seconds", "Time since a gateway told "
		"something new through the store of the cluster.", FALSE,
		{ "gateway" } },
	[GUARD] = { "guard_events_total", "Redirect notifies that the guard "
		"refused or followed.", TRUE, { "what" } },
	[MALFORMED] = { "guard_malformed_total", "Notifies refused by the parser.",
		TRUE, { "verdict" } },
	[FAST_PATH] = { "fast_path_datagrams_total", "Datagrams seen by the fast "
		"path.", TRUE, { "result" } },
	[SEND_FAILURES] = { "fast_path_send_failures_total", "Answers of the fast "
		"path that the kernel did not take.", TRUE, {} },
	[XDP] = { "fast_path_xdp_frames_total", "Frames with requests that the fast "
		"path got before the network stack, and those of them that were dropped: "
		"damaged, or charon had enough waiting.", TRUE, { "what" } },
	[ENTRIES] = { "table_entries", "Entries of tables that are limited.", FALSE,
		{ "table" } },
	[DROPS] = { "table_drops_total", "What there was no room for.", TRUE,
		{ "table" } },
};
