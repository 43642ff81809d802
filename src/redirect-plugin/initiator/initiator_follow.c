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
guard_count_t initiator_follow_decide(initiator_context_t *context,
									  ike_sa_t *ike_sa,
									  initiator_attempt_t *attempt,
									  guard_phase_t phase,
									  const guard_scan_t *scan)
{
	const gateway_identity_t *gateway = &scan->gateway;
	initiator_history_t *history = attempt->history;
	ip_address_t address = {}, other;
	initiator_times_t times;
	guard_count_t result;

	if (scan->verdict != WIRE_OK)
	{
		return GUARD_MALFORMED;
	}
	times = initiator_context_times(context, attempt->name);
	/* what was announced counts, by charon's own option as well (R3-1) */
	if (!times.connection.follow || !attempt->announced)
	{
		return GUARD_UNANNOUNCED;
	}
	if (gateway->type != GATEWAY_IDENTITY_FQDN)
	{
		address = ip_address_from_chunk(chunk_create((u_char*)gateway->data,
													 gateway->len));
	}
	result = initiator_context_check(context, attempt->name, gateway, &address);
	if (result != GUARD_ACCEPTED)
	{
		return result;
	}
	other = ip_address_from_host(ike_sa->get_other_host(ike_sa));
	if (address.version && ip_address_equals(&address, &other))
	{
		return GUARD_SAME;
	}
	if (context->dead->contains(context->dead, gateway, attempt->name,
								phase != GUARD_PHASE_INIT))
	{
		return GUARD_DEAD;
	}
	if (history->is_full(history, times.connection.max_redirects,
						 times.connection.loop_detect_period))
	{
		return GUARD_LOOP;
	}
	return GUARD_ACCEPTED;
}

/*
 * Described in header
 */
void initiator_follow_keep(ike_sa_t *ike_sa, initiator_attempt_t *attempt,
						   guard_phase_t phase, const guard_scan_t *scan,
						   guard_count_t reason)
{
	initiator_redirect_t *redirect;

	INIT(redirect,
		.phase = phase,
		.reason = reason,
		.verdict = scan->verdict,
		.gateway = scan->gateway,
		.from = ip_address_from_host(ike_sa->get_other_host(ike_sa)),
	);
	if (scan->gateway.type == GATEWAY_IDENTITY_IPV4 ||
		scan->gateway.type == GATEWAY_IDENTITY_IPV6)
	{
		redirect->addresses[0] = ip_address_from_chunk(
					chunk_create((u_char*)scan->gateway.data, scan->gateway.len));
		redirect->count = 1;
		redirect->resolved = TRUE;
	}
	initiator_attempt_receive(attempt, redirect);
}

/*
 * Described in header
 */
void initiator_follow_tell(initiator_context_t *context, ike_sa_t *ike_sa,
						   initiator_attempt_t *attempt)
{
	initiator_redirect_t *received = attempt->received;

	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = received->reason,
		.verdict = received->verdict,
		.phase = received->phase,
		.authenticated = received->phase != GUARD_PHASE_INIT,
		.gateway = received->gateway,
	});
}

/*
 * Described in header
 */
void initiator_follow_refuse(initiator_context_t *context, ike_sa_t *ike_sa,
							 guard_phase_t phase, guard_count_t reason,
							 const guard_scan_t *scan)
{
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = reason,
		.verdict = scan->verdict,
		.phase = phase,
		.authenticated = phase == GUARD_PHASE_ACTIVE,
		.gateway = scan->gateway,
		.refused = scan->refused,
	});
}

/**
 * Check an address behind a target: the rules for identities on the wire go for
 * what a name resolves to as well.
 */
static guard_count_t check_address(initiator_context_t *context,
								   initiator_attempt_t *attempt,
								   const ip_address_t *address, host_t *host,
								   const ip_address_t *other)
{
	gateway_identity_t *gateway = &attempt->received->gateway, id;
	guard_count_t result;

	result = initiator_context_check(context, attempt->name, gateway, address);
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
 * Drop the addresses of a target that the client must not or cannot be sent to,
 * and count the redirect (R7-1).
 *
 * @return				GUARD_ACCEPTED, or why there is no address left
 */
static guard_count_t filter(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *attempt)
{
	initiator_redirect_t *received = attempt->received;
	initiator_history_t *history = attempt->history;
	guard_count_t reason = GUARD_UNRESOLVED, result;
	initiator_times_t times;
	ip_address_t address, other;
	int i, count = 0;
	host_t *host;

	other = ip_address_from_host(ike_sa->get_other_host(ike_sa));
	for (i = 0; i < received->count; i++)
	{
		address = received->addresses[i];
		host = ip_address_to_host(&address, IKEV2_UDP_PORT);
		result = host ? check_address(context, attempt, &address, host, &other)
					  : GUARD_DENIED;
		DESTROY_IF(host);
		if (result == GUARD_ACCEPTED)
		{
			received->addresses[count++] = address;
		}
		else
		{
			reason = result;
		}
	}
	received->count = count;
	times = initiator_context_times(context, attempt->name);
	if (count && !history->take(history, times.connection.max_redirects,
								times.connection.loop_detect_period))
	{
		return GUARD_LOOP;
	}
	return count ? GUARD_ACCEPTED : reason;
}

/**
 * Report that a redirect cannot be followed, and remember the target if it is
 * to blame.
 */
static void tell_given_up(initiator_context_t *context, ike_sa_t *ike_sa,
						  initiator_attempt_t *attempt,
						  initiator_redirect_t *redirect, guard_count_t reason)
{
	context->report->report(context->report, ike_sa, (guard_event_t){
		.count = reason,
		.phase = redirect->phase,
		.gateway = redirect->gateway,
	});
	if (reason != GUARD_LOOP && reason != GUARD_FULL)
	{
		initiator_context_note_dead(context, attempt, redirect);
	}
}

/**
 * Follow in IKE_SA_INIT, or before this host has authenticated itself: on the
 * same IKE_SA.
 */
static status_t turn(initiator_context_t *context, ike_sa_t *ike_sa,
					 initiator_attempt_t *attempt)
{
	initiator_redirect_t *before = attempt->redirect;
	guard_count_t reason;
	status_t status = NOT_FOUND;

	if (attempt->received->back)
	{
		return initiator_connect_return(context, ike_sa, attempt);
	}
	reason = filter(context, ike_sa, attempt);
	attempt->redirect = attempt->received;
	attempt->received = NULL;
	free(before);
	if (reason == GUARD_ACCEPTED)
	{
		reason = GUARD_UNREACHABLE;
		status = initiator_connect_restart(context, ike_sa, attempt);
	}
	if (status == NOT_FOUND)
	{
		tell_given_up(context, ike_sa, attempt, attempt->redirect, reason);
		/* the gateway has to serve who does not support it (R3-4) */
		attempt->silent = TRUE;
		return initiator_connect_return(context, ike_sa, attempt);
	}
	initiator_move_tell(context, ike_sa, attempt, GUARD_FOLLOWED);
	return status;
}

/*
 * Described in header
 */
void initiator_follow_stay(initiator_context_t *context,
						   initiator_attempt_t *attempt)
{
	initiator_times_t times = initiator_context_times(context, attempt->name);

	if (initiator_step(&attempt->state, INITIATOR_STAY) == INITIATOR_PASS)
	{
		attempt->stranded = time_monotonic(NULL) +
							times.connection.loop_detect_period;
	}
}

/**
 * Stay on an established IKE_SA: what was held back is done there.
 */
static status_t stay(initiator_context_t *context, ike_sa_t *ike_sa,
					 initiator_attempt_t *attempt)
{
	bool held = array_count(attempt->held);

	initiator_follow_drop(ike_sa, attempt);
	initiator_follow_stay(context, attempt);
	return held ? ike_sa->initiate(ike_sa, NULL, NULL) : SUCCESS;
}

/**
 * Follow on an established IKE_SA: with a new one. Where staying is of no use
 * because nothing was set up with it, the new one goes back.
 */
static status_t leave(initiator_context_t *context, ike_sa_t *ike_sa,
					  initiator_attempt_t *attempt)
{
	initiator_redirect_t *received = attempt->received;
	guard_phase_t phase = received->phase;
	guard_count_t reason = GUARD_ACCEPTED;
	status_t status = NOT_FOUND;

	if (!received->back)
	{
		reason = filter(context, ike_sa, attempt);
	}
	if (reason == GUARD_ACCEPTED)
	{
		reason = GUARD_UNREACHABLE;
		status = initiator_move(context, ike_sa, attempt);
	}
	if (status == FAILED)
	{
		reason = GUARD_FULL;
	}
	else if (status != NOT_FOUND)
	{
		return status;
	}
	tell_given_up(context, ike_sa, attempt, attempt->received, reason);
	if (phase == GUARD_PHASE_AUTH && !attempt->received->back)
	{
		initiator_attempt_receive(attempt,
								  initiator_connect_back(GUARD_PHASE_AUTH));
		status = initiator_move(context, ike_sa, attempt);
		if (status != FAILED && status != NOT_FOUND)
		{
			return status;
		}
	}
	return stay(context, ike_sa, attempt);
}

/**
 * Job: follow what was received.
 */
static status_t follow(initiator_job_t *job, ike_sa_t *ike_sa,
					   initiator_attempt_t *attempt)
{
	bool up = initiator_attempt_is_up(attempt);

	if (!attempt->received || attempt->serial != job->serial)
	{
		return SUCCESS;
	}
	switch (ike_sa->get_state(ike_sa))
	{
		case IKE_CREATED:
		case IKE_CONNECTING:
			if (up)
			{
				return SUCCESS;
			}
			break;
		case IKE_ESTABLISHED:
			if (!up)
			{
				return SUCCESS;
			}
			break;
		default:
			/* while it is rekeyed it goes on with that, or when the state is
			 * left; and it may be too late for this IKE_SA */
			return SUCCESS;
	}
	if (initiator_step(&attempt->state, INITIATOR_FOLLOW) != INITIATOR_GO)
	{
		return SUCCESS;
	}
	return up ? leave(job->context, ike_sa, attempt)
			  : turn(job->context, ike_sa, attempt);
}

/**
 * Job: take over the addresses of a name and follow.
 */
static status_t follow_resolved(initiator_job_t *job, ike_sa_t *ike_sa,
								initiator_attempt_t *attempt)
{
	initiator_redirect_t *received = attempt->received;

	if (!received || attempt->serial != job->serial)
	{
		return SUCCESS;
	}
	memcpy(received->addresses, job->addresses, sizeof(received->addresses));
	received->count = job->count;
	received->resolved = TRUE;
	return follow(job, ike_sa, attempt);
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
							initiator_attempt_t *attempt)
{
	initiator_redirect_t *received = attempt->received;
	bool known = received->back || received->resolved;
	initiator_times_t times;
	initiator_job_t *job;

	job = initiator_job_create(context, ike_sa, attempt->serial,
							   known ? follow : follow_resolved);
	if (known)
	{
		initiator_job_queue(job, 0);
		return;
	}
	times = initiator_context_times(context, attempt->name);
	if (!context->resolver->resolve(context->resolver,
						(char*)received->gateway.data, times.resolve_timeout,
						(initiator_resolved_t)resolved, job))
	{
		resolved(job, NULL, 0);
	}
}

/*
 * Described in header
 */
void initiator_follow_drop(ike_sa_t *ike_sa, initiator_attempt_t *attempt)
{
	initiator_connect_unhold(ike_sa, attempt);
	initiator_attempt_receive(attempt, NULL);
}

/**
 * Job: ask again without announcing support, unless an answer came.
 */
static status_t retry(initiator_job_t *job, ike_sa_t *ike_sa,
					  initiator_attempt_t *attempt)
{
	if (attempt->tries != job->serial ||
		ike_sa->get_state(ike_sa) != IKE_CONNECTING ||
		initiator_step(&attempt->state, INITIATOR_RETRY) != INITIATOR_ASK)
	{
		return SUCCESS;
	}
	attempt->silent = TRUE;
	return initiator_connect_return(job->context, ike_sa, attempt);
}

/*
 * Described in header
 */
void initiator_follow_retry(initiator_context_t *context, ike_sa_t *ike_sa,
							initiator_attempt_t *attempt)
{
	initiator_times_t times = initiator_context_times(context, attempt->name);

	if (!attempt->silent && attempt->announced)
	{
		initiator_job_queue(initiator_job_create(context, ike_sa,
							attempt->tries, retry), times.retry_delay);
	}
}
