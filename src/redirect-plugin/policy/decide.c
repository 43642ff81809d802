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

#include "candidates.h"

/**
 * Finish a decision that does not redirect.
 */
static void finish(candidates_t *this, redirect_action_t action,
				   redirect_reason_t reason)
{
	this->decision->action = action;
	this->decision->reason = reason;
}

/**
 * Find the first rule that matches.
 */
static const rule_t *find_rule(candidates_t *this)
{
	uint32_t week_minute;

	week_minute = this->request->week_minute
						? this->request->week_minute - 1U
						: __atomic_load_n(this->state->week_minute,
										  __ATOMIC_RELAXED);
	return rule_index_find(this->policy->index, this->request, week_minute);
}

/**
 * What asks for a redirect if no rule does. In IKE_AUTH nothing does: the client
 * was let in, and some clients do not survive it (strongSwan 5.9.8 to 5.9.11).
 */
static redirect_cause_t find_cause(candidates_t *this)
{
	if (this->anycast)
	{
		return REDIRECT_CAUSE_ANYCAST;
	}
	if (this->request->phase == REDIRECT_PHASE_INIT ||
		this->request->phase == REDIRECT_PHASE_ACTIVE)
	{
		if (this->draining)
		{
			return REDIRECT_CAUSE_DRAIN;
		}
		if (this->state->overload)
		{
			return REDIRECT_CAUSE_OVERLOAD;
		}
	}
	if (this->request->scope && this->request->scope->move)
	{
		return REDIRECT_CAUSE_MOVE;
	}
	return REDIRECT_CAUSE_NONE;
}

/**
 * Send the client to a gateway, or serve it if that is this one.
 */
static void send_to(candidates_t *this, int gateway)
{
	const gateway_t *chosen = &this->policy->gateways[gateway];
	const gateway_identity_t *target;
	redirect_decision_t *decision = this->decision;

	/* of many gateways this one is not in the cache */
	__builtin_prefetch(chosen->addresses);
	decision->live = this->state->view->live[gateway];
	gateway_live_expect(decision->live);
	memcpy(decision->gateway, chosen->name, sizeof(decision->gateway));
	decision->gateway_id = chosen->id;
	if (gateway == this->self && !this->anycast)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_SELF);
		return;
	}
	/* R4-3: a unicast address, not the anycast one again */
	target = gateway_address(chosen, this->families,
							 this->anycast ? &this->request->local : NULL);
	if (!target)
	{
		decision->live = NULL;
		decision->gateway[0] = '\0';
		decision->left_out[GATEWAY_LEFT_FAMILY]++;
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_NO_GATEWAY);
		return;
	}
	/* the rest is zero */
	memcpy(&decision->target, target,
		   offsetof(gateway_identity_t, data) + target->len);
	finish(this, REDIRECT_REDIRECT, REDIRECT_REASON_CAUSE);
}

/**
 * Choose one of the rule's gateways.
 */
static void choose(candidates_t *this)
{
	redirect_reason_t reason;
	int gateway;

	gateway = candidates_select(this, &reason);
	if (gateway < 0 && this->anycast && this->self >= 0)
	{	/* R4-3: on an anycast address better this gateway's own than none */
		gateway = this->self;
	}
	if (gateway < 0)
	{
		finish(this, REDIRECT_SERVE, reason);
		return;
	}
	send_to(this, gateway);
}

/**
 * Check whether a client that was redirected here may be sent onward (section
 * 7); finishes the decision if not.
 */
static bool may_go_onward(candidates_t *this, const hop_t *hop)
{
	int from;

	if (this->anycast)
	{
		return TRUE;
	}
	if (this->request->phase != REDIRECT_PHASE_ACTIVE && !this->rule->onward &&
		!this->draining && this->state->overload != OVERLOAD_HARD)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_REDIRECTED);
		return FALSE;
	}
	from = policy_find_gateway(this->policy, &this->request->redirected_from);
	if (hop->circle ||
		/* this gateway sent it away, the others do the same */
		(hop->known && hop->proven && !this->rule->onward) ||
		(hop->known && from >= 0 && hop->target ==
							hop_target(this->policy->gateways[from].id)))
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_CIRCLE);
		return FALSE;
	}
	if (hop->known && hop->onward >= this->policy->max_hops)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_HOPS);
		return FALSE;
	}
	return TRUE;
}

/**
 * Check whether a client that comes of itself may be sent away again; finishes
 * the decision if not. It is not sent again to a gateway it came back from too
 * often, and after two more it is served: better here than nowhere.
 */
static bool may_go_again(candidates_t *this, const hop_t *hop)
{
	uint32_t max = this->policy->max_returns;

	if (!max || !hop->known || hop->tries < max)
	{
		return TRUE;
	}
	if (hop->tries >= max + 2)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_RETURNED);
		return FALSE;
	}
	this->returned = hop->target;
	return TRUE;
}

/**
 * Check what is remembered of the client; finishes the decision if it is not to
 * be sent anywhere. Once it is established a client that came of itself has
 * arrived, but one that others sent here may still go in a circle.
 */
static bool may_go(candidates_t *this)
{
	hop_table_t *hops = this->state->hops;
	hop_t hop;

	this->decision->place = this->request->place ?:
							hops->get_place(hops, &this->request->remote);
	if (this->request->phase == REDIRECT_PHASE_ACTIVE &&
		!this->request->redirected_from.version)
	{
		return TRUE;
	}
	hop = hops->get(hops, this->decision->place, this->request);
	this->again = hop.again;
	return this->request->redirected_from.version
				? may_go_onward(this, &hop) : may_go_again(this, &hop);
}

/**
 * Follow what asks for a redirect, as far as this client can be redirected.
 */
static void follow(candidates_t *this)
{
	bool refuse = this->rule->refuse_unsupported;

	if (!this->request->supported)
	{
		if (this->decision->cause == REDIRECT_CAUSE_OVERLOAD)
		{
			refuse = this->policy->overload.refuse_unsupported;
		}
		finish(this, refuse ? REDIRECT_REFUSE : REDIRECT_SERVE,
			   REDIRECT_REASON_UNSUPPORTED);
		return;
	}
	if (this->request->phase == REDIRECT_PHASE_AUTH && this->request->replaces)
	{	/* the other IKE_SA is gone already, so let it keep this one */
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_SESSION);
		return;
	}
	if (may_go(this))
	{
		choose(this);
	}
}

/**
 * Do what a rule asks for.
 */
static void follow_rule(candidates_t *this)
{
	decision_set_name(this->decision->rule, this->rule->name);
	this->decision->rule_id = this->rule->id;
	switch (this->rule->action)
	{
		case REDIRECT_REDIRECT:
			follow(this);
			return;
		case REDIRECT_REFUSE:
			finish(this, REDIRECT_REFUSE, REDIRECT_REASON_CAUSE);
			return;
		default:
			break;
	}
	/* R4-3: being served means being served at the unicast address */
	if (this->anycast && this->request->supported && this->self >= 0)
	{
		send_to(this, this->self);
		return;
	}
	finish(this, REDIRECT_SERVE, REDIRECT_REASON_CAUSE);
}

/**
 * Do what is to be done with clients that no rule is about.
 */
static void follow_cause(candidates_t *this)
{
	this->decision->cause = find_cause(this);
	if (this->decision->cause == REDIRECT_CAUSE_NONE)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_CAUSE);
		return;
	}
	this->rule = &this->policy->others;
	follow(this);
	if (this->decision->cause == REDIRECT_CAUSE_DRAIN &&
		this->decision->action == REDIRECT_SERVE && this->state->refusing &&
		this->request->phase == REDIRECT_PHASE_INIT &&
		this->decision->reason != REDIRECT_REASON_CIRCLE &&
		this->decision->reason != REDIRECT_REASON_RETURNED)
	{	/* what others may have claimed of a client does not lock it out */
		this->decision->action = REDIRECT_REFUSE;
	}
}

/**
 * Serve the client instead, if this is a dry run only.
 */
static void apply_dry_run(candidates_t *this)
{
	redirect_decision_t *decision = this->decision;

	decision->wanted = decision->action;
	if (decision->action != REDIRECT_SERVE &&
		(this->policy->dry_run || this->rule->dry_run))
	{
		decision->live = NULL;
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_DRY_RUN);
	}
}

/**
 * Find out about this gateway and the way the client took to it.
 */
static void look_around(candidates_t *this)
{
	const redirect_request_t *request = this->request;
	gateway_left_out_t left_out;

	this->self = this->policy->self;
	if (this->self < 0)
	{
		this->self = policy_find_gateway(this->policy, &request->local);
	}
	if (this->self >= 0)
	{
		left_out = this->state->view->left_out[this->self];
		this->draining = left_out == GATEWAY_LEFT_DRAINING ||
						 left_out == GATEWAY_LEFT_DISABLED;
	}
	this->anycast = request->phase == REDIRECT_PHASE_INIT &&
					ip_set_contains(this->policy->anycast, &request->local);
	this->families = request->remote.version == 6 ? GATEWAY_IPV6 : GATEWAY_IPV4;
}

/*
 * Described in header
 */
void redirect_decide(const policy_state_t *state,
					 const redirect_request_t *request,
					 redirect_decision_t *decision)
{
	candidates_t this = {
		.state = state,
		.policy = state->policy,
		.request = request,
		.decision = decision,
	};

	memset(decision, 0, sizeof(*decision));
	if (!this.policy)
	{
		finish(&this, REDIRECT_SERVE, REDIRECT_REASON_NO_POLICY);
		return;
	}
	look_around(&this);
	this.rule = find_rule(&this);
	if (this.rule)
	{
		decision->cause = REDIRECT_CAUSE_RULE;
		follow_rule(&this);
	}
	else
	{
		follow_cause(&this);
	}
	apply_dry_run(&this);
}
