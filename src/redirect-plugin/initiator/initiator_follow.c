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

#include "initiator_follow.h"
#include "initiator_connect.h"
#include "initiator_job.h"
#include "initiator_move.h"

#include <daemon.h>

/*
 * Described in header
 */
guard_count_t initiator_follow_decide(initiator_context_t *context, ike_sa_t *ike_sa,
								  initiator_attempt_t *session,
								  guard_phase_t phase,
								  const gateway_identity_t *gateway)
{
	initiator_history_t *history = session->history;
	ip_address_t address = {}, other;
	initiator_times_t times;
	guard_count_t result;

	times = initiator_context_times(context, session->name);
	/* what was announced counts, by charon's own option as well (R3-1) */
	if (!times.connection.follow || !session->announced)
	{
		return GUARD_UNANNOUNCED;
	}
	if (gateway->type != GATEWAY_IDENTITY_FQDN)
	{
		address = ip_address_from_chunk(chunk_create((u_char*)gateway->data,
													 gateway->len));
	}
	result = initiator_context_check(context, session->name, gateway, &address);
	if (result != GUARD_ACCEPTED)
	{
		return result;
	}
	other = ip_address_from_host(ike_sa->get_other_host(ike_sa));
	if (address.version && ip_address_equals(&address, &other))
	{
		return GUARD_SAME;
	}
	if (context->dead->contains(context->dead, gateway))
	{
		return GUARD_DEAD;
	}
	if (!history->take(history, times.connection.max_redirects,
					   times.connection.loop_detect_period))
	{
		return GUARD_LOOP;
	}
	return GUARD_ACCEPTED;
}

/*
 * Described in header
 */
void initiator_follow_note(initiator_context_t *context, ike_sa_t *ike_sa,
					   initiator_attempt_t *session, guard_phase_t phase,
					   const gateway_identity_t *gateway)
{
	free(session->redirect);
	INIT(session->redirect,
		.phase = phase,
		.gateway = *gateway,
		.from = ip_address_from_host(ike_sa->get_other_host(ike_sa)),
	);
	if (gateway->type != GATEWAY_IDENTITY_FQDN)
	{
		session->redirect->addresses[0] = ip_address_from_chunk(
					chunk_create((u_char*)gateway->data, gateway->len));
		session->redirect->count = 1;
		session->redirect->resolved = TRUE;
	}
	session->attempt++;
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = GUARD_ACCEPTED,
		.phase = phase,
		.authenticated = phase != GUARD_PHASE_INIT,
		.gateway = *gateway,
	});
}

/**
 * Check an address behind a target: the rules for identities on the wire go for
 * what a name resolves to as well.
 */
static guard_count_t check_address(initiator_context_t *context,
								   initiator_attempt_t *session,
								   const ip_address_t *address, host_t *host,
								   const ip_address_t *other)
{
	gateway_identity_t *gateway = &session->redirect->gateway, id;
	guard_count_t result;

	result = initiator_context_check(context, session->name, gateway, address);
	if (result != GUARD_ACCEPTED)
	{
		return result;
	}
	if (!gateway_identity_from_host(host, &id) ||
		redirect_target_check(&id, initiator_context_loopback(context)) != WIRE_OK)
	{
		return GUARD_DENIED;
	}
	if (ip_address_equals(address, other))
	{
		return GUARD_SAME;
	}
	if (charon->kernel->get_interface(charon->kernel, host, NULL))
	{
		return GUARD_OWN;
	}
	return GUARD_ACCEPTED;
}

/**
 * Drop the addresses of a target that the client must not or cannot be sent to;
 * returns the reason for the last one that was dropped.
 */
static guard_count_t filter(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;
	guard_count_t reason = GUARD_UNRESOLVED, result;
	ip_address_t address, other;
	int i, count = 0;
	host_t *host;

	other = ip_address_from_host(ike_sa->get_other_host(ike_sa));
	for (i = 0; i < redirect->count; i++)
	{
		address = redirect->addresses[i];
		host = ip_address_to_host(&address, IKEV2_UDP_PORT);
		result = host ? check_address(context, session, &address, host, &other)
					  : GUARD_DENIED;
		DESTROY_IF(host);
		if (result == GUARD_ACCEPTED)
		{
			redirect->addresses[count++] = address;
		}
		else
		{
			reason = result;
		}
	}
	redirect->count = count;
	return count ? GUARD_UNREACHABLE : reason;
}

/**
 * A redirect cannot be followed: tell it, remember the target and stay, or go
 * back where staying is not possible.
 */
static status_t give_up(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session, guard_count_t reason)
{
	initiator_redirect_t *redirect = session->redirect;
	initiator_times_t times = initiator_context_times(context, session->name);

	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = reason,
		.phase = redirect->phase,
		.gateway = redirect->gateway,
	});
	context->dead->add(context->dead, &redirect->gateway, times.dead_time);
	switch (redirect->phase)
	{
		case GUARD_PHASE_AUTH:
			session->redirect = initiator_connect_back(ike_sa, session,
												   GUARD_PHASE_AUTH);
			free(redirect);
			return initiator_move(context, ike_sa, session);
		case GUARD_PHASE_ACTIVE:
			session->redirect = NULL;
			session->stranded = TRUE;
			free(redirect);
			return SUCCESS;
		default:
			/* the gateway has to serve who does not support it (R3-4) */
			session->silent = TRUE;
			return initiator_connect_return(context, ike_sa, session);
	}
}

/**
 * Follow in IKE_SA_INIT, or before this host has authenticated itself: on the
 * same IKE_SA.
 */
static status_t follow_connecting(initiator_context_t *context, ike_sa_t *ike_sa,
								  initiator_attempt_t *session)
{
	guard_count_t reason;
	status_t status;

	if (session->redirect->back)
	{
		return initiator_connect_return(context, ike_sa, session);
	}
	reason = filter(context, ike_sa, session);
	status = initiator_connect_restart(context, ike_sa, session);
	if (status == NOT_FOUND)
	{
		return give_up(context, ike_sa, session, reason);
	}
	initiator_move_tell(context, ike_sa, session, GUARD_FOLLOWED);
	return status;
}

/**
 * Follow on an established IKE_SA: with a new one.
 */
static status_t follow_established(initiator_context_t *context, ike_sa_t *ike_sa,
								   initiator_attempt_t *session)
{
	guard_count_t reason;
	status_t status;

	if (session->redirect->back)
	{
		return initiator_move(context, ike_sa, session);
	}
	reason = filter(context, ike_sa, session);
	status = initiator_move(context, ike_sa, session);
	if (status == NOT_FOUND)
	{
		return give_up(context, ike_sa, session, reason);
	}
	return status;
}

/**
 * Job: follow the redirect of a session.
 */
static status_t follow(initiator_job_t *job, ike_sa_t *ike_sa,
					   initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;

	if (!redirect || redirect->step != INITIATOR_STEP_PENDING)
	{
		return SUCCESS;
	}
	switch (ike_sa->get_state(ike_sa))
	{
		case IKE_CREATED:
		case IKE_CONNECTING:
			return follow_connecting(job->context, ike_sa, session);
		case IKE_ESTABLISHED:
			if (redirect->phase >= GUARD_PHASE_AUTH)
			{
				return follow_established(job->context, ike_sa, session);
			}
			break;
		case IKE_REKEYING:
			/* goes on with ike_rekey(), or when the state is left */
			return SUCCESS;
		default:
			break;
	}
	initiator_connect_unhold(ike_sa, session);
	session->redirect = NULL;
	free(redirect);
	return SUCCESS;
}

/**
 * Job: take over the addresses of a name and follow.
 */
static status_t follow_resolved(initiator_job_t *job, ike_sa_t *ike_sa,
								initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;

	if (!redirect || session->attempt != job->attempt)
	{
		return SUCCESS;
	}
	memcpy(redirect->addresses, job->addresses, sizeof(redirect->addresses));
	redirect->count = job->count;
	redirect->resolved = TRUE;
	return follow(job, ike_sa, session);
}

/**
 * The resolver has a result, or none.
 */
static void resolved(initiator_job_t *job, const ip_address_t *addresses, int count)
{
	if (count)
	{
		memcpy(job->addresses, addresses, count * sizeof(ip_address_t));
	}
	job->count = count;
	initiator_job_queue(job, 0);
}

/*
 * Described in header
 */
void initiator_follow_start(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session)
{
	initiator_redirect_t *redirect = session->redirect;
	initiator_times_t times;
	initiator_job_t *job;

	if (redirect->back || redirect->resolved)
	{
		initiator_job_queue(initiator_job_create(context, ike_sa, session, follow), 0);
		return;
	}
	times = initiator_context_times(context, session->name);
	job = initiator_job_create(context, ike_sa, session, follow_resolved);
	if (!context->resolver->resolve(context->resolver,
						(char*)redirect->gateway.data, times.resolve_timeout,
						(initiator_resolved_t)resolved, job))
	{
		resolved(job, NULL, 0);
	}
}

/**
 * Job: ask again without announcing support, unless an answer came.
 */
static status_t retry(initiator_job_t *job, ike_sa_t *ike_sa,
					  initiator_attempt_t *session)
{
	session->retry = FALSE;
	if (session->first_auth || !session->waiting || session->up ||
		(session->redirect &&
		 session->redirect->step == INITIATOR_STEP_PENDING) ||
		ike_sa->get_state(ike_sa) != IKE_CONNECTING)
	{
		return SUCCESS;
	}
	session->silent = TRUE;
	return initiator_connect_return(job->context, ike_sa, session);
}

/*
 * Described in header
 */
void initiator_follow_retry(initiator_context_t *context, ike_sa_t *ike_sa,
						initiator_attempt_t *session)
{
	initiator_times_t times = initiator_context_times(context, session->name);

	if (session->retry || session->silent || !session->announced)
	{
		return;
	}
	session->retry = TRUE;
	initiator_job_queue(initiator_job_create(context, ike_sa, session, retry),
					times.retry_delay);
}
