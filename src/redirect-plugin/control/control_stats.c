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

#include "control_stats.h"
#include "control_families.h"

typedef struct reader_t reader_t;

/**
 * Who reads numbers.
 */
struct reader_t {

	/** what is read */
	control_context_t *context;

	/** called with each number */
	void (*sample)(void *data, const control_sample_t *sample);

	/** passed to sample */
	void *data;
};

/**
 * Tell a number with labels.
 */
static void tell_labels(reader_t *this, int family, double value,
						const char *labels[CONTROL_LABELS])
{
	control_sample_t sample = {
		.family = &control_families[family],
		.value = value,
	};

	if (value || !sample.family->counter || !sample.family->labels[0] ||
		family == HITS)
	{
		memcpy(sample.labels, labels, sizeof(sample.labels));
		this->sample(this->data, &sample);
	}
}

/**
 * Tell a number with one label, or none.
 */
static void tell(reader_t *this, int family, double value, const char *label)
{
	tell_labels(this, family, value, (const char*[CONTROL_LABELS]){ label });
}

/**
 * Read what became of the last configuration.
 */
static void read_config(reader_t *this)
{
	config_loader_t *loader = this->context->parts.loader;
	config_status_t status;
	char hash[17];

	loader->get_status(loader, &status);
	if (status.read)
	{
		tell(this, RELOADED, !status.refused, NULL);
		tell(this, RELOAD, status.read, NULL);
		tell(this, WARNINGS, status.warnings, NULL);
	}
	if (status.loaded)
	{
		snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)status.hash);
		tell(this, CONFIG_HASH, 1, hash);
	}
	tell(this, DOS_PROTECTION, lib->settings->get_bool(lib->settings,
								"%s.dos_protection", TRUE, lib->ns), NULL);
}

/**
 * Read decisions by rule.
 */
static void read_hits(reader_t *this)
{
	control_parts_t *parts = &this->context->parts;
	const policy_state_t *state;
	char (*names)[REDIRECT_NAME_MAX];
	uint64_t others = 0, hits;
	int i, token, count;

	state = parts->engine->acquire(parts->engine, &token);
	count = state->policy ? state->policy->rule_count : 0;
	names = calloc(count + 1, sizeof(*names));
	for (i = 0; i < count; i++)
	{
		snprintf(names[i], sizeof(names[i]), "%s", state->policy->rules[i].name);
	}
	parts->engine->release(parts->engine, token);
	for (i = 0; i < count; i++)
	{
		hits = parts->log->get_hits(parts->log, names[i]);
		if (i < METRIC_RULES)
		{	/* zero, too: a rule that nobody meets is worth to be seen */
			tell(this, HITS, hits, names[i]);
		}
		others += i < METRIC_RULES ? 0 : hits;
	}
	if (count > METRIC_RULES)
	{
		tell(this, HITS, others, "(others)");
	}
	free(names);
}

/**
 * Read decisions.
 */
static void read_decisions(reader_t *this)
{
	decision_log_t *log = this->context->parts.log;
	redirected_children_t *children = this->context->parts.children;
	int phase, action, cause, reason;

	for (phase = 0; phase < REDIRECT_PHASE_MAX; phase++)
	{
		for (action = 0; action <= REDIRECT_REFUSE; action++)
		{
			for (cause = 0; cause < REDIRECT_CAUSE_MAX; cause++)
			{
				for (reason = 0; reason < REDIRECT_REASON_MAX; reason++)
				{
					tell_labels(this, DECISIONS,
						log->get_count(log, phase, action, cause,
											reason),
						(const char*[CONTROL_LABELS]){
							enum_to_name(redirect_phase_names, phase),
							enum_to_name(redirect_action_names, action),
							enum_to_name(redirect_cause_names, cause),
							enum_to_name(redirect_reason_names, reason),
						});
				}
			}
		}
	}
	read_hits(this);
	tell(this, RETRANSMISSIONS, log->get_retransmissions(log), NULL);
	tell(this, ARRIVALS, log->get_arrivals(log), NULL);
	tell(this, OFFERS, children->get_offered(children), NULL);
	tell(this, OFFERS_REFUSED, children->get_refused(children), NULL);
}

/**
 * Tell outcomes of a gateway.
 */
static void tell_outcomes(void *data, const char *gateway,
						  const uint64_t counts[SESSION_OUTCOME_MAX])
{
	int i;

	for (i = 0; i < SESSION_OUTCOME_MAX; i++)
	{
		tell_labels(data, OUTCOMES, counts[i], (const char*[CONTROL_LABELS]){
			gateway, enum_to_name(session_outcome_names, i) });
	}
}

/**
 * Read what there is about established clients.
 */
static void read_sessions(reader_t *this)
{
	redirect_sessions_t *sessions = this->context->parts.sessions;
	drain_progress_t progress;
	int i;

	sessions->outcomes->read(sessions->outcomes, tell_outcomes, this);
	for (i = 0; i < SESSION_STATE_MAX; i++)
	{
		tell(this, SESSIONS, sessions->table->get_count(sessions->table, i),
			 enum_to_name(session_state_names, i));
	}
	for (i = 0; i < SESSION_DELETED_MAX; i++)
	{
		tell(this, DELETED, sessions->table->get_deleted(sessions->table, i),
			 enum_to_name(session_deleted_names, i));
	}
	sessions->drain->get_progress(sessions->drain, &progress);
	tell(this, DRAINING, drain_progress_is_active(&progress), NULL);
	tell(this, DRAIN_FINISHED, progress.state == DRAIN_DONE, NULL);
	tell(this, STALLED, progress.state == DRAIN_STALLED, NULL);
	tell(this, LEFT, progress.state == DRAIN_OFF ? 0 : progress.left, NULL);
}

/**
 * What is known of a gateway.
 */
typedef struct {
	char name[REDIRECT_NAME_MAX];
	bool takes;
	gateway_status_t status;
} gateway_info_t;

/**
 * Collect what is known of gateways.
 */
static gateway_info_t *get_gateways(reader_t *this, int *count)
{
	control_parts_t *parts = &this->context->parts;
	const policy_state_t *state;
	gateway_info_t *infos;
	int i, token;

	state = parts->engine->acquire(parts->engine, &token);
	*count = state->policy ? state->policy->gateway_count : 0;
	infos = calloc(*count + 1, sizeof(gateway_info_t));
	for (i = 0; i < *count; i++)
	{
		snprintf(infos[i].name, sizeof(infos[i].name), "%s",
				 state->policy->gateways[i].name);
		infos[i].takes = !state->view->left_out[i];
	}
	tell(this, CONFIGURED, state->policy != NULL, NULL);
	tell(this, CONNECTED, state->connected, NULL);
	parts->engine->release(parts->engine, token);
	for (i = 0; i < *count; i++)
	{
		parts->gateways->get_status(parts->gateways, infos[i].name,
									&infos[i].status);
	}
	return infos;
}

/**
 * Read a number of a gateway.
 *
 * @return				FALSE if it is not known
 */
static bool get_gateway(const gateway_info_t *info, int family, double *value)
{
	const gateway_status_t *status = &info->status;

	switch (family)
	{
		case REDIRECTS:
			*value = status->redirected;
			return TRUE;
		case UP:
			*value = status->up;
			return TRUE;
		case TAKES:
			*value = info->takes;
			return TRUE;
		case WEIGHT:
			*value = status->weight;
			return TRUE;
		case CAPACITY:
			*value = status->capacity;
			return TRUE;
		case GATEWAY_SESSIONS:
			*value = status->sessions;
			return status->sessions != REDIRECT_SELECTOR_UNKNOWN;
		default:
			*value = status->load / 1000.0;
			return status->load != REDIRECT_SELECTOR_UNKNOWN;
	}
}

/**
 * Read numbers of gateways.
 */
static void read_gateways(reader_t *this, const gateway_info_t *infos,
						  int count)
{
	double value;
	int i, family;

	for (family = REDIRECTS; family <= GATEWAY_LOAD; family++)
	{
		for (i = 0; i < count; i++)
		{
			if (get_gateway(&infos[i], family, &value))
			{
				tell_labels(this, family, value, (const char*[CONTROL_LABELS]){
					infos[i].name, enum_to_name(gateway_state_names,
												infos[i].status.state) });
			}
		}
	}
}

/**
 * Read the load of this gateway.
 */
static void read_load(reader_t *this)
{
	overload_monitor_t *monitor = this->context->parts.monitor;
	connection_watch_t *watch = this->context->parts.watch;
	overload_report_t report;
	int i;

	monitor->get_report(monitor, &report);
	tell(this, OVERLOADED, report.level != 0, NULL);
	for (i = 0; i < OWN_LOAD_MAX; i++)
	{
		tell(this, LOAD, report.load.values[i],
			 enum_to_name(own_load_metric_names, i));
	}
	tell(this, SILENCED, watch->get_silenced(watch), NULL);
}

/**
 * Read what is known of the cluster, by probes and the store.
 */
static void read_cluster(reader_t *this, const gateway_info_t *infos, int count)
{
	cluster_t *cluster = this->context->parts.cluster;
	cluster_member_t member;
	cluster_status_t status;
	prober_stats_t probes;
	int i;

	cluster->prober->get_stats(cluster->prober, &probes);
	tell(this, PROBES, probes.answered, "answered");
	tell(this, PROBES, probes.missed, "missed");
	tell(this, PROBES, probes.failed, "failed");
	tell(this, PROBES, probes.foreign, "foreign");
	cluster->link->get_status(cluster->link, &status);
	if (!status.configured)
	{
		return;
	}
	tell(this, STORE, status.offered && status.state == REDIRECT_STORE_UP, NULL);
	if (status.listed != CLUSTER_UNKNOWN)
	{
		tell(this, LISTED, status.listed / 1000.0, NULL);
	}
	for (i = 0; i < CLUSTER_VERDICT_MAX; i++)
	{
		tell(this, RECORDS, status.records[i],
			 enum_to_name(cluster_verdict_names, i));
	}
	for (i = 0; i < count; i++)
	{
		if (cluster->link->get_member(cluster->link, infos[i].name, &member) &&
			member.age != CLUSTER_UNKNOWN)
		{
			tell(this, HEARD, member.age / 1000.0, infos[i].name);
		}
	}
}

/**
 * Read what the guard did.
 */
static void read_guard(reader_t *this)
{
	initiator_t *guard = this->context->parts.guard;
	int i;

	for (i = 0; i < GUARD_COUNT_MAX; i++)
	{
		tell(this, GUARD, guard->get_count(guard, i),
			 enum_to_name(guard_count_names, i));
	}
	for (i = WIRE_OK + 1; i < WIRE_VERDICT_MAX; i++)
	{
		tell(this, MALFORMED, guard->get_malformed(guard, i),
			 enum_to_name(wire_verdict_names, i));
	}
}

/**
 * Read what the fast path did.
 */
static void read_fast_path(reader_t *this)
{
	fast_path_t *fast_path = this->context->parts.fast_path;
	fast_path_counters_t counters;
	int i;

	fast_path->get_counters(fast_path, &counters);
	for (i = 0; i < FAST_PATH_RESULT_MAX; i++)
	{
		tell(this, FAST_PATH, counters.results[i],
			 enum_to_name(fast_path_result_names, i));
	}
	tell(this, SEND_FAILURES, counters.send_failed, NULL);
	tell(this, XDP, counters.xdp_frames, "received");
	tell(this, XDP, counters.xdp_dropped, "dropped");
}

/**
 * Read how full tables are.
 */
static void read_tables(reader_t *this)
{
	control_context_t *context = this->context;
	control_parts_t *parts = &context->parts;
	redirect_sessions_t *sessions = parts->sessions;

	tell(this, ENTRIES, parts->clients->get_count(parts->clients), "clients");
	tell(this, ENTRIES, parts->guard->get_attempts(parts->guard), "guard");
	tell(this, ENTRIES, context->server->get_clients(context->server),
		 "control-clients");
	tell(this, DROPS, parts->clients->get_dropped(parts->clients,
											CLIENT_SET_UP), "clients");
	tell(this, DROPS, parts->clients->get_dropped(parts->clients,
											CLIENT_OFFERS), "redirected-clients");
	tell(this, DROPS, sessions->table->get_dropped(sessions->table),
		 "sessions");
	tell(this, DROPS, parts->clients->get_dropped(parts->clients,
											CLIENT_AUTH_REDIRECT), "auth-redirects");
	tell(this, DROPS, context->server->get_dropped(context->server),
		 "control-clients");
	tell(this, DROPS, context->events->get_dropped(context->events),
		 "control-events");
}

/*
 * Described in header
 */
void control_stats_read(control_context_t *context,
						void (*sample)(void *data,
									   const control_sample_t *sample),
						void *data)
{
	reader_t this = {
		.context = context,
		.sample = sample,
		.data = data,
	};
	gateway_info_t *infos;
	int count;

	tell(&this, ANSWERS, 1, NULL);
	tell_labels(&this, INFO, 1,
				(const char*[CONTROL_LABELS]){ REDIRECT_VERSION, VERSION });
	tell(&this, UPTIME, time_monotonic(NULL) - context->loaded, NULL);
	infos = get_gateways(&this, &count);
	read_config(&this);
	read_decisions(&this);
	read_sessions(&this);
	read_gateways(&this, infos, count);
	read_load(&this);
	read_cluster(&this, infos, count);
	free(infos);
	read_guard(&this);
	read_fast_path(&this);
	read_tables(&this);
}
