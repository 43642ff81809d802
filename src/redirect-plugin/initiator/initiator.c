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
#include "initiator_requests.h"
#include "initiator_rescue.h"
#include "initiator_wrap.h"

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

	/**
	 * Whether charon may set up a connection in the IKE_SA of another one, as
	 * its IKE_SA manager read it when it was created.
	 */
	bool reuse;

	/**
	 * Whether the guard is switched on, atomic.
	 */
	bool enabled;
};

/**
 * Get the attempt of an IKE_SA, NULL if there is none.
 */
static initiator_attempt_t *get_attempt(private_initiator_t *this,
										ike_sa_t *ike_sa)
{
	return this->context.attempts->get(this->context.attempts, ike_sa);
}

METHOD(listener_t, message, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, message_t *message, bool incoming,
	bool plain)
{
	if (!plain || ike_sa->get_version(ike_sa) != IKEV2 ||
		!__atomic_load_n(&this->enabled, __ATOMIC_RELAXED))
	{
		return TRUE;
	}
	if (incoming)
	{
		initiator_messages_incoming(&this->context, ike_sa, message);
	}
	else
	{
		initiator_requests_outgoing(&this->context, ike_sa, message);
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
	initiator_attempts_t *attempts = context->attempts;
	initiator_attempt_t *attempt = get_attempt(this, ike_sa);
	initiator_times_t times;
	bool rescued = FALSE;
	uint32_t replaces;

	if (!attempt)
	{
		return;
	}
	if (attempt->state == INITIATOR_FAILED &&
		initiator_attempt_is_away(attempt) && !context->shutdown)
	{
		rescued = initiator_rescue_failed(context, ike_sa, attempt);
	}
	initiator_connect_unhold(ike_sa, attempt);
	replaces = attempts->get_replaces(attempts, attempt);
	times = initiator_context_times(context, attempt->name);
	attempts->remove(attempts, ike_sa, times.connection.loop_detect_period);
	if (replaces && !rescued && !context->shutdown)
	{
		initiator_move_failed(context, replaces);
	}
	initiator_wrap_forget(attempt);
	initiator_attempt_destroy(attempt);
}

METHOD(listener_t, ike_state_change, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	initiator_attempt_t *attempt;

	switch (state)
	{
		case IKE_DESTROYING:
			destroying(this, ike_sa);
			break;
		case IKE_ESTABLISHED:
			/* a rekeying that was in the way may have failed */
			attempt = get_attempt(this, ike_sa);
			if (attempt && attempt->state == INITIATOR_LEAVING)
			{
				initiator_follow_start(&this->context, ike_sa, attempt);
			}
			break;
		default:
			break;
	}
	return TRUE;
}

/**
 * An IKE_SA of which this host is initiator is established: with a REDIRECT in
 * the last response it goes on from there (R6-4).
 */
static void judge(initiator_context_t *context, ike_sa_t *ike_sa,
				  initiator_attempt_t *attempt)
{
	initiator_redirect_t *received = attempt->received;

	if (received && attempt->state == INITIATOR_CHECKING_LAST)
	{
		initiator_follow_tell(context, ike_sa, attempt);
		if (received->reason != GUARD_ACCEPTED && !received->back)
		{
			initiator_step(&attempt->state, INITIATOR_DISMISS);
			initiator_follow_drop(ike_sa, attempt);
		}
	}
	if (initiator_step(&attempt->state, INITIATOR_ESTABLISH) == INITIATOR_QUEUE)
	{
		initiator_follow_start(context, ike_sa, attempt);
	}
	attempt->waiting = 0;
}

/**
 * End what an IKE_SA was set up for.
 */
static void arrived(initiator_context_t *context, ike_sa_t *ike_sa,
					initiator_attempt_t *attempt)
{
	initiator_redirect_t *redirect = attempt->redirect;
	uint32_t replaces;

	if (!redirect)
	{
		return;
	}
	if (!redirect->back)
	{
		initiator_move_tell(context, ike_sa, attempt, GUARD_ARRIVED);
		context->dead->remove(context->dead, &redirect->gateway, attempt->name);
	}
	replaces = context->attempts->get_replaces(context->attempts, attempt);
	if (replaces && attempt->moves)
	{
		initiator_move_done(context, replaces);
	}
	attempt->redirect = NULL;
	free(redirect);
}

/**
 * Charon fails to set an IKE_SA up.
 */
static void failed(private_initiator_t *this, ike_sa_t *ike_sa,
				   initiator_attempt_t *attempt)
{
	initiator_context_t *context = &this->context;
	initiator_state_t before = attempt->state;

	if (initiator_step(&attempt->state, INITIATOR_FAIL) == INITIATOR_DROP)
	{
		if (before == INITIATOR_CHECKING_FIRST ||
			before == INITIATOR_CHECKING_LAST)
		{
			attempt->received->reason = GUARD_UNAUTHENTICATED;
			initiator_follow_tell(context, ike_sa, attempt);
		}
		initiator_follow_drop(ike_sa, attempt);
	}
}

/**
 * An IKE_SA of which this host is initiator is established.
 */
static void established(private_initiator_t *this, ike_sa_t *ike_sa,
						initiator_attempt_t *attempt)
{
	initiator_context_t *context = &this->context;
	initiator_redirect_t *handed;

	judge(context, ike_sa, attempt);
	arrived(context, ike_sa, attempt);
	handed = context->attempts->take_over(context->attempts, attempt);
	if (handed && initiator_step(&attempt->state,
								 INITIATOR_ORDER) == INITIATOR_QUEUE)
	{
		initiator_attempt_receive(attempt, handed);
		initiator_follow_start(context, ike_sa, attempt);
		return;
	}
	free(handed);
}

METHOD(listener_t, ike_updown, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, bool up)
{
	initiator_attempt_t *attempt = get_attempt(this, ike_sa);

	if (attempt && up)
	{
		established(this, ike_sa, attempt);
	}
	else if (attempt)
	{
		failed(this, ike_sa, attempt);
	}
	return TRUE;
}

METHOD(listener_t, ike_rekey, bool,
	private_initiator_t *this, ike_sa_t *old, ike_sa_t *new)
{
	initiator_context_t *context = &this->context;
	initiator_attempt_t *attempt = get_attempt(this, old);

	if (attempt)
	{
		attempt = context->attempts->rekey(context->attempts, attempt, new);
		if (attempt && attempt->state == INITIATOR_LEAVING)
		{
			initiator_follow_start(context, new, attempt);
		}
	}
	return TRUE;
}

METHOD(listener_t, authorize, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, bool final, bool *success)
{
	initiator_attempt_t *attempt = get_attempt(this, ike_sa);

	if (attempt && !final)
	{
		initiator_wrap_authorized(attempt);
	}
	return TRUE;
}

/**
 * Let any answer to a request for an IKE_SA be found: the manager puts the SPI of a
 * responder into the IKE_SA for every message it finds it for, also for a response of
 * the gateway before that waited while the IKE_SA was begun anew with another.
 */
static void forget_responder(ike_sa_t *ike_sa, packet_t *packet)
{
	chunk_t data = packet->get_data(packet);
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);

	/* the octet of the header that tells the exchange */
	if (data.len > 18 && data.ptr[18] == IKE_SA_INIT && id->is_initiator(id))
	{
		id->set_responder_spi(id, 0);
	}
}

METHOD(listener_t, alert, bool,
	private_initiator_t *this, ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	initiator_attempt_t *attempt;

	if (alert == ALERT_SHUTDOWN_SIGNAL)
	{
		this->context.shutdown = TRUE;
	}
	attempt = ike_sa ? get_attempt(this, ike_sa) : NULL;
	if (!attempt)
	{
		return TRUE;
	}
	switch (alert)
	{
		case ALERT_LOCAL_AUTH_FAILED:
			initiator_wrap_failed(attempt, TRUE);
			break;
		case ALERT_PEER_AUTH_FAILED:
			initiator_wrap_failed(attempt, FALSE);
			break;
		case ALERT_RETRANSMIT_SEND:
			forget_responder(ike_sa, va_arg(args, packet_t*));
			break;
		case ALERT_RETRANSMIT_SEND_TIMEOUT:
		case ALERT_PEER_INIT_UNREACHABLE:
			failed(this, ike_sa, attempt);
			break;
		default:
			break;
	}
	return TRUE;
}

/**
 * Have charon give each connection an IKE_SA of its own if one has options that
 * say where it may be sent: in the IKE_SA of another one they would not hold.
 * What strongswan.conf says itself stays.
 *
 * @return				whether charon may reuse IKE_SAs
 */
static bool set_reuse(void)
{
	config_section_t plugin = config_section_create(lib->settings, NULL, lib->ns);

	if (!lib->settings->get_str(lib->settings, "%s.reuse_ikesa", NULL, lib->ns) &&
		lib->settings->get_bool(lib->settings, "%s.plugins.redirect.guard.enabled",
								TRUE, lib->ns) &&
		initiator_config_apart(&plugin))
	{
		DBG1(DBG_CFG, "redirect: %s.reuse_ikesa is set to no, as "
			 "guard.connections has follow, accept or deny: they would not hold "
			 "in the IKE_SA of another connection", lib->ns);
		lib->settings->set_bool(lib->settings, "%s.reuse_ikesa", FALSE, lib->ns);
	}
	return lib->settings->get_bool(lib->settings, "%s.reuse_ikesa", TRUE, lib->ns);
}

/**
 * Put a configuration into force; waits for hooks that read the old one.
 */
static void set_config(
	private_initiator_t *this, initiator_config_t *config)
{
	/* an explicit yes was warned of when the configuration was read */
	if (config->apart && this->reuse &&
		!lib->settings->get_bool(lib->settings, "%s.reuse_ikesa", FALSE, lib->ns))
	{
		DBG1(DBG_CFG, "redirect: warning: follow, accept and deny of "
			 "guard.connections hold for all connections only after a restart: "
			 "until then charon sets up connections in IKE_SAs of others");
	}
	__atomic_store_n(&this->enabled, config->enabled, __ATOMIC_RELAXED);
	this->context.guard->configure(this->context.guard, config->enabled,
								   config->loopback);
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

METHOD(initiator_t, get_attempts, u_int,
	private_initiator_t *this)
{
	return this->context.attempts->get_count(this->context.attempts);
}

METHOD(initiator_t, set_observer, void,
	private_initiator_t *this, guard_observer_t observer, void *data)
{
	this->context.report->set_observer(this->context.report, observer, data);
}

METHOD(initiator_t, destroy, void,
	private_initiator_t *this)
{
	this->context.script->destroy(this->context.script);
	this->context.resolver->destroy(this->context.resolver);
	this->context.attempts->destroy(this->context.attempts);
	this->context.dead->destroy(this->context.dead);
	this->context.config->destroy(this->context.config);
	free(this);
}

/*
 * Described in header
 */
initiator_t *initiator_create(guard_t *guard, initiator_lookup_t lookup)
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
			.get_attempts = _get_attempts,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.context = {
			.config = snapshot_create((void*)initiator_config_destroy),
			.attempts = initiator_attempts_create(),
			.dead = initiator_dead_create(),
			.guard = guard,
			.report = guard->report,
			.resolver = initiator_resolver_create(lookup),
			.script = initiator_script_create(),
		},
		.reuse = set_reuse(),
	);
	/* empty settings cannot have errors */
	set_config(this, initiator_config_read(&section));
	none->destroy(none);
	return &this->public;
}
