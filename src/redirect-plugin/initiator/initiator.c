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

#include "initiator.h"
#include "initiator_connect.h"
#include "initiator_context.h"
#include "initiator_follow.h"
#include "initiator_messages.h"
#include "initiator_move.h"
#include "initiator_rescue.h"

#include <daemon.h>

typedef struct private_initiator_t private_initiator_t;

/**
 * Private data of a initiator_t object.
 */
struct private_initiator_t {

	/**
	 * Public interface.
	 */
	initiator_t public;

	/**
	 * What the parts share.
	 */
	initiator_context_t context;
};

/**
 * Whether the guard is switched on.
 */
static bool is_enabled(private_initiator_t *this)
{
	snapshot_t *snapshot = this->context.config;
	initiator_config_t *config;
	bool enabled;
	int token;

	config = snapshot->acquire(snapshot, &token);
	enabled = config->enabled;
	snapshot->release(snapshot, token);
	return enabled;
}

/**
 * Get the session of an IKE_SA, NULL if there is none.
 */
static initiator_attempt_t *get_session(private_initiator_t *this, ike_sa_t *ike_sa)
{
	return this->context.sessions->get(this->context.sessions, ike_sa);
}

METHOD(listener_t, message, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, message_t *message, bool incoming,
	bool plain)
{
	if (!plain || ike_sa->get_version(ike_sa) != IKEV2 || !is_enabled(this))
	{
		return TRUE;
	}
	if (incoming)
	{
		initiator_messages_incoming(&this->context, ike_sa, message);
	}
	else
	{
		initiator_messages_outgoing(&this->context, ike_sa, message);
	}
	return TRUE;
}

/**
 * An IKE_SA is about to be destroyed: give back what it is still owed, and see
 * that its CHILD_SAs are made elsewhere if a redirect was the reason.
 */
static void destroying(private_initiator_t *this, ike_sa_t *ike_sa)
{
	initiator_context_t *context = &this->context;
	initiator_attempt_t *session = get_session(this, ike_sa);
	initiator_times_t times;
	bool rescued = FALSE;

	if (!session)
	{
		return;
	}
	if (session->redirect && session->failed && !session->up &&
		session->redirect->step == INITIATOR_STEP_FOLLOWING &&
		!session->redirect->back && !context->shutdown)
	{
		rescued = initiator_rescue_failed(context, ike_sa, session);
	}
	initiator_connect_unhold(ike_sa, session);
	times = initiator_context_times(context, session->name);
	context->sessions->remove(context->sessions, ike_sa,
							  times.connection.loop_detect_period);
	if (session->replaces && !rescued && !context->shutdown)
	{
		initiator_move_failed(context, session->replaces);
	}
	initiator_attempt_destroy(session);
}

METHOD(listener_t, ike_state_change, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	initiator_attempt_t *session;

	switch (state)
	{
		case IKE_DESTROYING:
			destroying(this, ike_sa);
			break;
		case IKE_ESTABLISHED:
			/* a rekeying that was in the way may have failed */
			session = get_session(this, ike_sa);
			if (session && session->up && session->redirect &&
				session->redirect->step == INITIATOR_STEP_PENDING)
			{
				initiator_follow_start(&this->context, ike_sa, session);
			}
			break;
		default:
			break;
	}
	return TRUE;
}

/**
 * An IKE_SA of which this host is initiator is established.
 */
static void established(private_initiator_t *this, ike_sa_t *ike_sa,
						initiator_attempt_t *session)
{
	initiator_context_t *context = &this->context;
	initiator_redirect_t *redirect = session->redirect, *handed;

	session->up = TRUE;
	session->waiting = FALSE;
	if (redirect && redirect->step == INITIATOR_STEP_FOLLOWING)
	{
		if (!redirect->back)
		{
			initiator_move_tell(context, ike_sa, session, GUARD_ARRIVED);
			context->dead->remove(context->dead, &redirect->gateway);
		}
		session->redirect = NULL;
		free(redirect);
	}
	handed = context->sessions->take_over(context->sessions, ike_sa);
	if (handed && !session->redirect)
	{
		session->redirect = handed;
		session->attempt++;
		initiator_follow_start(context, ike_sa, session);
		return;
	}
	free(handed);
}

METHOD(listener_t, ike_updown, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, bool up)
{
	initiator_attempt_t *session = get_session(this, ike_sa);

	if (session && up)
	{
		established(this, ike_sa, session);
	}
	else if (session && !session->up)
	{
		session->failed = TRUE;
	}
	return TRUE;
}

METHOD(listener_t, ike_rekey, bool,
	private_initiator_t *this, ike_sa_t *old, ike_sa_t *new)
{
	initiator_context_t *context = &this->context;
	initiator_attempt_t *session = get_session(this, old), *rekeyed;

	if (!session)
	{
		return TRUE;
	}
	rekeyed = context->sessions->add(context->sessions, new, session->history,
									 0);
	if (rekeyed)
	{
		rekeyed->up = TRUE;
		rekeyed->announced = session->announced;
		rekeyed->stranded = session->stranded;
		if (session->redirect && !rekeyed->redirect)
		{
			rekeyed->redirect = session->redirect;
			session->redirect = NULL;
			rekeyed->attempt++;
			initiator_follow_start(context, new, rekeyed);
		}
	}
	return TRUE;
}

METHOD(listener_t, authorize, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, bool final, bool *success)
{
	initiator_attempt_t *session = get_session(this, ike_sa);

	if (session && session->processing && !final)
	{
		session->authorized = TRUE;
	}
	return TRUE;
}

METHOD(listener_t, alert, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	initiator_attempt_t *session;

	if (alert == ALERT_SHUTDOWN_SIGNAL)
	{
		this->context.shutdown = TRUE;
	}
	session = ike_sa ? get_session(this, ike_sa) : NULL;
	if (!session)
	{
		return TRUE;
	}
	switch (alert)
	{
		case ALERT_LOCAL_AUTH_FAILED:
			session->local_failed = TRUE;
			break;
		case ALERT_PEER_AUTH_FAILED:
			session->peer_failed = TRUE;
			break;
		case ALERT_RETRANSMIT_SEND_TIMEOUT:
		case ALERT_PEER_INIT_UNREACHABLE:
			session->failed = session->failed || !session->up;
			break;
		default:
			break;
	}
	return TRUE;
}

/**
 * Put a configuration into force; waits for hooks that read the old one.
 */
static void set_config(
	private_initiator_t *this, initiator_config_t *config)
{
	this->context.config->replace(this->context.config, config);
}

METHOD(initiator_t, get_room, config_room_t,
	private_initiator_t *this)
{
	return (config_room_t){
		.read = (void*)initiator_config_read,
		.apply = (void*)set_config,
		.discard = (void*)initiator_config_destroy,
		.data = this,
		/* protects even if the rest of the configuration is bad */
		.alone = TRUE,
	};
}

METHOD(initiator_t, get_count, uint64_t,
	private_initiator_t *this, guard_count_t count)
{
	return this->context.report->get_count(this->context.report, count);
}

METHOD(initiator_t, get_malformed, uint64_t,
	private_initiator_t *this, wire_verdict_t verdict)
{
	return this->context.report->get_malformed(this->context.report, verdict);
}

METHOD(initiator_t, get_sessions, u_int,
	private_initiator_t *this)
{
	return this->context.sessions->get_count(this->context.sessions);
}

METHOD(initiator_t, set_observer, void,
	private_initiator_t *this, guard_observer_t observer, void *data)
{
	this->context.report->set_observer(this->context.report, observer, data);
}

METHOD(initiator_t, destroy, void,
	private_initiator_t *this)
{
	lib->set(lib, INITIATOR_CONTEXT, NULL);
	this->context.hook->destroy(this->context.hook);
	this->context.resolver->destroy(this->context.resolver);
	this->context.sessions->destroy(this->context.sessions);
	this->context.dead->destroy(this->context.dead);
	this->context.report->destroy(this->context.report);
	this->context.config->destroy(this->context.config);
	free(this);
}

/*
 * Described in header
 */
initiator_t *initiator_create(initiator_lookup_t lookup)
{
	private_initiator_t *this;
	settings_t *none = settings_create(NULL);
	config_section_t section = config_section_create(none, NULL, lib->ns);

	INIT(this,
		.public = {
			.listener = {
				.message = _message,
				.ike_state_change = _ike_state_change,
				.ike_updown = _ike_updown,
				.ike_rekey = _ike_rekey,
				.authorize = _authorize,
				.alert = _alert,
			},
			.get_room = _get_room,
			.get_count = _get_count,
			.get_malformed = _get_malformed,
			.get_sessions = _get_sessions,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.context = {
			.config = snapshot_create((void*)initiator_config_destroy),
			.sessions = initiator_attempts_create(),
			.dead = initiator_dead_create(),
			.report = guard_report_create(),
			.resolver = initiator_resolver_create(lookup),
			.hook = initiator_script_create(),
		},
	);
	/* empty settings cannot have errors */
	set_config(this, initiator_config_read(&section));
	none->destroy(none);
	lib->set(lib, INITIATOR_CONTEXT, &this->context);
	return &this->public;
}
