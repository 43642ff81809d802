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

#include "control_events.h"
#include "control_message.h"

#include <collections/hashtable.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/**
 * Milliseconds that events wait for others
 */
#define DELAY 50

const char *const control_event_names[] = {
	"decision",
	"outcome",
	"gateway-state",
	"drain-progress",
	"guard",
	"list-gateway",
	"list-rule",
	"list-session",
	"list-member",
	"list-counter",
	"metrics",
	NULL
};

typedef struct private_control_events_t private_control_events_t;
typedef struct waiting_event_t waiting_event_t;
typedef struct known_gateway_t known_gateway_t;

/**
 * An event that waits: a copy of what was told.
 */
struct waiting_event_t {

	/** which event it is */
	control_event_t event;

	/** identity of the client, and name of the connection; cut */
	char id[SESSION_ID_MAX];
	char connection[REDIRECT_NAME_MAX];

	union {
		struct {
			redirect_phase_t phase;
			ip_address_t local, remote, redirected_from;
			redirect_decision_t decision;
		} decision;
		struct {
			session_info_t info;
			session_outcome_t outcome;
		} outcome;
		struct {
			guard_count_t count;
			wire_verdict_t verdict;
			guard_phase_t phase;
			uint32_t unique;
			ip_address_t from;
			gateway_identity_t gateway;
		} guard;
	};
};

/**
 * A gateway as it was when it was looked at last.
 */
struct known_gateway_t {

	/** its name */
	char name[REDIRECT_NAME_MAX];

	/** what was known of it */
	gateway_status_t status;

	/** the look at which it was there last */
	uint64_t look;
};

/**
 * Private data
 */
struct private_control_events_t {

	/**
	 * Public interface
	 */
	control_events_t public;

	/**
	 * What is observed
	 */
	control_parts_t parts;

	/**
	 * Sends events
	 */
	control_server_t *server;

	/**
	 * Ring of events that wait, allocated when the first client listens
	 */
	waiting_event_t *ring;

	/**
	 * Position of the first, and number of events that wait
	 */
	u_int first, count;

	/**
	 * Events that were dropped, and those that clients were not told of yet
	 */
	uint64_t dropped, untold;

	/**
	 * TRUE if a job is going to send what waits
	 */
	bool scheduled;

	/**
	 * Gateways, name => known_gateway_t, and how often they were looked at; for
	 * tick() only
	 */
	hashtable_t *gateways;
	uint64_t looks;

	/**
	 * Guards the ring; for hooks as well
	 */
	mutex_t *mutex;
};

/**
 * snprintf() with strongSwan's conversions, which the compiler does not know.
 */
static int (*const print)(char *buf, size_t len, const char *fmt, ...) = snprintf;

/**
 * Make a message of a decision.
 */
static void add_decision(vici_builder_t *message, const waiting_event_t *event)
{
	control_add_address(message, "local", &event->decision.local);
	control_add_address(message, "remote", &event->decision.remote);
	control_add_address(message, "redirected-from",
						&event->decision.redirected_from);
	control_add_text(message, "connection", event->connection);
	control_add_text(message, "id", event->id);
	control_add_decision(message, &event->decision.decision,
						 event->decision.phase);
}

/**
 * Make a message of an outcome.
 */
static void add_outcome(vici_builder_t *message, const waiting_event_t *event)
{
	const session_info_t *info = &event->outcome.info;

	control_add_number(message, "unique-id", info->unique_id);
	control_add_text(message, "connection", info->connection);
	control_add_text(message, "id", info->id);
	control_add_address(message, "remote", &info->remote);
	control_add_text(message, "gateway", info->gateway);
	control_add_text(message, "outcome", enum_to_name(session_outcome_names,
													  event->outcome.outcome));
}

/**
 * Make a message of what the guard told.
 */
static void add_guard(vici_builder_t *message, const waiting_event_t *event)
{
	char target[GATEWAY_IDENTITY_FQDN_MAX + 1];

	control_add_text(message, "what", enum_to_name(guard_count_names,
												   event->guard.count));
	if (event->guard.count == GUARD_MALFORMED)
	{
		control_add_text(message, "verdict", enum_to_name(wire_verdict_names,
													event->guard.verdict));
	}
	control_add_text(message, "phase", enum_to_name(guard_phase_names,
													event->guard.phase));
	control_add_number(message, "unique-id", event->guard.unique);
	control_add_text(message, "connection", event->connection);
	control_add_address(message, "from", &event->guard.from);
	if (event->guard.gateway.type != GATEWAY_IDENTITY_NONE)
	{
		gateway_identity_to_string(&event->guard.gateway, target,
								   sizeof(target));
		control_add_text(message, "target", target);
	}
}

/**
 * Send an event.
 */
static void send_event(private_control_events_t *this,
					   const waiting_event_t *event, uint64_t untold)
{
	vici_builder_t *message = vici_builder_create();

	switch (event->event)
	{
		case CONTROL_DECISION:
			add_decision(message, event);
			break;
		case CONTROL_OUTCOME:
			add_outcome(message, event);
			break;
		default:
			add_guard(message, event);
			break;
	}
	if (untold)
	{
		control_add_number(message, "dropped", untold);
	}
	this->server->raise(this->server, event->event, message->finalize(message));
}

/**
 * Send what waits, but no more than what waited at the beginning.
 */
static job_requeue_t send_waiting(private_control_events_t *this)
{
	waiting_event_t event;
	uint64_t untold;
	u_int left;

	this->mutex->lock(this->mutex);
	for (left = this->count; left; left--)
	{
		event = this->ring[this->first];
		this->first = (this->first + 1) % CONTROL_EVENTS_WAITING;
		this->count--;
		untold = this->untold;
		this->untold = 0;
		this->mutex->unlock(this->mutex);
		send_event(this, &event, untold);
		this->mutex->lock(this->mutex);
	}
	this->scheduled = this->count > 0;
	left = this->scheduled;
	this->mutex->unlock(this->mutex);
	return left ? JOB_RESCHEDULE_MS(DELAY) : JOB_REQUEUE_NONE;
}

/**
 * Find room for an event; the mutex is held until commit().
 *
 * @return				room to be filled in, NULL if there is none
 */
static waiting_event_t *reserve(private_control_events_t *this,
								control_event_t event)
{
	waiting_event_t *room;

	this->mutex->lock(this->mutex);
	this->ring = this->ring ?: calloc(CONTROL_EVENTS_WAITING,
									  sizeof(waiting_event_t));
	if (this->count == CONTROL_EVENTS_WAITING)
	{
		this->dropped++;
		this->untold++;
		this->mutex->unlock(this->mutex);
		return NULL;
	}
	room = &this->ring[(this->first + this->count) % CONTROL_EVENTS_WAITING];
	room->event = event;
	room->id[0] = room->connection[0] = '\0';
	return room;
}

/**
 * Have an event sent that was filled in.
 */
static void commit(private_control_events_t *this)
{
	bool schedule = !this->scheduled;

	this->count++;
	this->scheduled = TRUE;
	this->mutex->unlock(this->mutex);
	if (schedule)
	{
		lib->scheduler->schedule_job_ms(lib->scheduler,
			(job_t*)callback_job_create((callback_job_cb_t)send_waiting, this,
										NULL, NULL), DELAY);
	}
}

/**
 * Copy a text, cut if it is too long.
 */
static void copy(char *field, size_t size, const char *text)
{
	if (text)
	{
		snprintf(field, size, "%s", text);
	}
}

/**
 * A decision is carried out.
 */
static void decided(void *data, const redirect_request_t *request,
					const redirect_decision_t *decision)
{
	private_control_events_t *this = data;
	identification_t *id = request->eap_id ?: request->id;
	waiting_event_t *event;

	if (!this->server->has_listeners(this->server, CONTROL_DECISION))
	{
		return;
	}
	event = reserve(this, CONTROL_DECISION);
	if (event)
	{
		event->decision.phase = request->phase;
		event->decision.local = request->local;
		event->decision.remote = request->remote;
		event->decision.redirected_from = request->redirected_from;
		event->decision.decision = *decision;
		copy(event->connection, sizeof(event->connection), request->connection);
		if (id)
		{
			print(event->id, sizeof(event->id), "%Y", id);
		}
		commit(this);
	}
}

/**
 * A redirect had an outcome.
 */
static void concluded(void *data, const session_info_t *info,
					  session_outcome_t outcome)
{
	private_control_events_t *this = data;
	waiting_event_t *event;

	if (!this->server->has_listeners(this->server, CONTROL_OUTCOME))
	{
		return;
	}
	event = reserve(this, CONTROL_OUTCOME);
	if (event)
	{
		event->outcome.info = *info;
		event->outcome.outcome = outcome;
		commit(this);
	}
}

/**
 * The guard did something.
 */
static void guarded(void *data, const guard_event_t *told)
{
	private_control_events_t *this = data;
	waiting_event_t *event;

	if (!this->server->has_listeners(this->server, CONTROL_GUARD))
	{
		return;
	}
	event = reserve(this, CONTROL_GUARD);
	if (event)
	{
		event->guard.count = told->count;
		event->guard.verdict = told->verdict;
		event->guard.phase = told->phase;
		event->guard.unique = told->unique;
		event->guard.from = ip_address_from_host(told->from);
		event->guard.gateway = told->gateway;
		copy(event->connection, sizeof(event->connection), told->connection);
		commit(this);
	}
}

/**
 * A drain goes on; told by a job.
 */
static void drained(void *data, const drain_progress_t *progress)
{
	private_control_events_t *this = data;
	vici_builder_t *message;

	if (this->server->has_listeners(this->server, CONTROL_DRAIN_PROGRESS))
	{
		message = vici_builder_create();
		control_add_drain(message, progress);
		this->server->raise(this->server, CONTROL_DRAIN_PROGRESS,
							message->finalize(message));
	}
}

/**
 * Tell that a gateway changed.
 */
static void tell_gateway(private_control_events_t *this, const char *name,
						 const gateway_status_t *status)
{
	vici_builder_t *message = vici_builder_create();

	control_add_text(message, "name", name);
	control_add_text(message, "state", enum_to_name(gateway_state_names,
													status->state));
	control_add_bool(message, "up", status->up);
	control_add_number(message, "weight", status->weight);
	control_add_number(message, "capacity", status->capacity);
	this->server->raise(this->server, CONTROL_GATEWAY_STATE,
						message->finalize(message));
}

/**
 * Compare a gateway with how it was.
 */
static void look_at_gateway(private_control_events_t *this, const char *name)
{
	gateway_status_t status, *old;
	known_gateway_t *known;

	if (!this->parts.gateways->get_status(this->parts.gateways, name, &status))
	{
		return;
	}
	known = this->gateways->get(this->gateways, name);
	if (!known)
	{
		INIT(known);
		copy(known->name, sizeof(known->name), name);
		this->gateways->put(this->gateways, known->name, known);
	}
	old = &known->status;
	if (known->look &&
		(old->state != status.state || old->up != status.up ||
		 old->weight != status.weight || old->capacity != status.capacity))
	{
		tell_gateway(this, name, &status);
	}
	known->status = status;
	known->look = this->looks;
}

/**
 * Forget gateways that are not there anymore.
 */
static void forget_gateways(private_control_events_t *this)
{
	enumerator_t *enumerator;
	known_gateway_t *known;

	enumerator = this->gateways->create_enumerator(this->gateways);
	while (enumerator->enumerate(enumerator, NULL, &known))
	{
		if (known->look != this->looks)
		{
			this->gateways->remove_at(this->gateways, enumerator);
			free(known);
		}
	}
	enumerator->destroy(enumerator);
}

METHOD(control_events_t, tick, void,
	private_control_events_t *this)
{
	char (*names)[REDIRECT_NAME_MAX];
	const policy_state_t *state;
	int i, token, count;

	state = this->parts.engine->acquire(this->parts.engine, &token);
	count = state->policy ? state->policy->gateway_count : 0;
	names = calloc(count + 1, sizeof(*names));
	for (i = 0; i < count; i++)
	{
		copy(names[i], sizeof(names[i]), state->policy->gateways[i].name);
	}
	this->parts.engine->release(this->parts.engine, token);
	this->looks++;
	for (i = 0; i < count; i++)
	{
		look_at_gateway(this, names[i]);
	}
	forget_gateways(this);
	free(names);
}

METHOD(control_events_t, get_dropped, uint64_t,
	private_control_events_t *this)
{
	return __atomic_load_n(&this->dropped, __ATOMIC_RELAXED);
}

METHOD(control_events_t, stop, void,
	private_control_events_t *this)
{
	control_parts_t *parts = &this->parts;

	parts->log->set_observer(parts->log, NULL, NULL);
	parts->sessions->set_observer(parts->sessions, NULL, NULL);
	parts->sessions->drain->set_observer(parts->sessions->drain, NULL, NULL);
	parts->guard->set_observer(parts->guard, NULL, NULL);
}

METHOD(control_events_t, destroy, void,
	private_control_events_t *this)
{
	enumerator_t *enumerator;
	known_gateway_t *known;

	enumerator = this->gateways->create_enumerator(this->gateways);
	while (enumerator->enumerate(enumerator, NULL, &known))
	{
		free(known);
	}
	enumerator->destroy(enumerator);
	this->gateways->destroy(this->gateways);
	this->mutex->destroy(this->mutex);
	free(this->ring);
	free(this);
}

/*
 * Described in header
 */
control_events_t *control_events_create(const control_parts_t *parts,
										control_server_t *server)
{
	private_control_events_t *this;

	INIT(this,
		.public = {
			.tick = _tick,
			.get_dropped = _get_dropped,
			.stop = _stop,
			.destroy = _destroy,
		},
		.parts = *parts,
		.server = server,
		.gateways = hashtable_create(hashtable_hash_str, hashtable_equals_str,
									 16),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	parts->log->set_observer(parts->log, decided, this);
	parts->sessions->set_observer(parts->sessions, concluded, this);
	parts->sessions->drain->set_observer(parts->sessions->drain, drained, this);
	parts->guard->set_observer(parts->guard, guarded, this);
	return &this->public;
}
