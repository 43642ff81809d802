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

#include "decide.h"

typedef struct choice_t choice_t;

/**
 * A decision that is being made.
 */
struct choice_t {
	const policy_state_t *state;
	const policy_t *policy;
	const redirect_request_t *request;
	redirect_decision_t *decision;

	/** rule that asks for the redirect */
	const rule_t *rule;

	/** position of this gateway, -1 if not known */
	int self;

	/** TRUE if this gateway takes no new clients: state drain or disabled */
	bool draining;

	/** TRUE if the request went to an anycast address (section 4) */
	bool anycast;

	/** gateway_family_t the client can use */
	uint8_t families;
};

/**
 * Copy a name into a decision.
 */
static void set_name(char *field, const char *name)
{
	size_t len = min(strlen(name), REDIRECT_NAME_MAX - 1);

	memcpy(field, name, len);
	field[len] = '\0';
}

/**
 * Finish a decision that does not redirect.
 */
static void finish(choice_t *this, redirect_action_t action,
				   redirect_reason_t reason)
{
	this->decision->action = action;
	this->decision->reason = reason;
}

/**
 * Find the first rule that matches.
 */
static const rule_t *find_rule(choice_t *this)
{
	int i;

	for (i = 0; i < this->policy->rule_count; i++)
	{
		if (rule_matches(&this->policy->rules[i], this->request))
		{
			return &this->policy->rules[i];
		}
	}
	return NULL;
}

/**
 * What asks for a redirect if no rule does. Later than IKE_SA_INIT nothing
 * does: the client was let in.
 */
static redirect_cause_t find_cause(choice_t *this)
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
		if (this->state->overloaded)
		{
			return REDIRECT_CAUSE_OVERLOAD;
		}
	}
	if (this->request->scope && this->request->scope->rebalance)
	{
		return REDIRECT_CAUSE_REBALANCE;
	}
	return REDIRECT_CAUSE_NONE;
}

/**
 * Check whether the question is limited to gateways that this one is not of.
 */
static bool out_of_scope(choice_t *this, int gateway)
{
	const redirect_scope_t *scope = this->request->scope;
	int i;

	if (!scope)
	{
		return FALSE;
	}
	for (i = 0; i < scope->count; i++)
	{
		if (scope->ids[i] == this->policy->gateways[gateway].id)
		{
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * Why a gateway is not for this client.
 */
static gateway_left_out_t left_out(choice_t *this, int i, int from)
{
	if (i == from)
	{
		return GATEWAY_LEFT_FROM;
	}
	if (i == this->self && (this->draining || this->state->overloaded))
	{
		return GATEWAY_LEFT_SELF;
	}
	if (this->state->view->left_out[i])
	{
		return this->state->view->left_out[i];
	}
	if (out_of_scope(this, i))
	{
		return GATEWAY_LEFT_SCOPE;
	}
	return this->state->view->families[i] & this->families
				? GATEWAY_CANDIDATE : GATEWAY_LEFT_FAMILY;
}

/**
 * Collect the gateways of the rule that the client can be sent to.
 */
static uint16_t collect(choice_t *this, uint16_t *candidates)
{
	const rule_t *rule = this->rule;
	gateway_left_out_t why;
	uint16_t count = 0;
	int i, from;

	from = policy_find_gateway(this->policy, &this->request->redirected_from);
	for (i = 0; i < rule->gateway_count; i++)
	{
		why = left_out(this, rule->gateways[i], from);
		if (why == GATEWAY_CANDIDATE)
		{
			candidates[count++] = rule->gateways[i];
		}
		else
		{
			this->decision->left_out[why]++;
		}
	}
	return count;
}

/**
 * Hash what identifies the client and this attempt. The port is not part of it:
 * it changes between IKE_SA_INIT and IKE_AUTH behind a NAT.
 */
static void hash_request(choice_t *this, redirect_selector_request_t *request)
{
	request->client = gateway_hash(ip_address_chunk(&this->request->remote));
	request->request = redirect_selector_mix(request->client,
											 this->request->spi_i);
}

/**
 * Look whether a gateway an attempt got before is still a candidate.
 */
static int find_recent(choice_t *this, uint64_t request,
					   const redirect_selector_view_t *view)
{
	uint32_t gateway;
	int i;

	if (this->state->recent->get(this->state->recent, request, &gateway))
	{
		for (i = 0; i < view->count; i++)
		{
			if ((uint32_t)view->gateways[view->candidates[i]].id == gateway)
			{
				return i;
			}
		}
	}
	return -1;
}

/**
 * Let the selector pick a gateway.
 *
 * @return				position of the gateway, -1 if the selector failed
 */
static int pick(choice_t *this, const uint16_t *candidates, uint16_t count)
{
	redirect_selector_t *selector = this->rule->selector;
	redirect_selector_request_t request;
	redirect_selector_view_t view = {
		.gateways = this->state->view->gateways,
		.candidates = candidates,
		.count = count,
	};
	bool remember = !selector->pure && this->state->recent;
	int index = -1;

	hash_request(this, &request);
	if (remember)
	{
		index = find_recent(this, request.request, &view);
	}
	if (index < 0)
	{
		index = selector->select(selector, &request, &view);
		if (index < 0 || index >= count)
		{
			return -1;
		}
		if (remember)
		{
			this->state->recent->put(this->state->recent, request.request,
									 view.gateways[candidates[index]].id);
		}
	}
	return candidates[index];
}

/**
 * Send the client to a gateway, or serve it if that is this one.
 */
static void send_to(choice_t *this, int gateway)
{
	const gateway_identity_t *target;

	set_name(this->decision->gateway, this->policy->gateways[gateway].name);
	if (gateway == this->self && !this->anycast)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_SELF);
		return;
	}
	/* R4-3: a unicast address, not the anycast one again */
	target = gateway_address(&this->policy->gateways[gateway], this->families,
							 this->anycast ? &this->request->local : NULL);
	if (!target)
	{
		this->decision->left_out[GATEWAY_LEFT_FAMILY]++;
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_NO_GATEWAY);
		return;
	}
	this->decision->target = *target;
	this->decision->live = this->state->view->live[gateway];
	finish(this, REDIRECT_REDIRECT, REDIRECT_REASON_CAUSE);
}

/**
 * Choose one of the rule's gateways.
 */
static void choose(choice_t *this)
{
	uint16_t candidates[GATEWAYS_MAX], count;
	int gateway;

	count = collect(this, candidates);
	if (!count)
	{
		/* R4-3: on an anycast address better this gateway's own than none */
		if (this->anycast && this->self >= 0)
		{
			send_to(this, this->self);
			return;
		}
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_NO_GATEWAY);
		return;
	}
	gateway = pick(this, candidates, count);
	if (gateway < 0)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_SELECTOR);
		return;
	}
	set_name(this->decision->selector, this->rule->selector_name);
	send_to(this, gateway);
}

/**
 * Follow what asks for a redirect, as far as this client can be redirected.
 */
static void follow(choice_t *this)
{
	if (!this->request->supported)
	{
		finish(this, this->rule->refuse_unsupported ? REDIRECT_REFUSE
					  : REDIRECT_SERVE, REDIRECT_REASON_UNSUPPORTED);
		return;
	}
	if (this->request->redirected_from.version && !this->rule->onward &&
		!this->anycast && !this->draining)
	{
		finish(this, REDIRECT_SERVE, REDIRECT_REASON_REDIRECTED);
		return;
	}
	choose(this);
}

/**
 * Do what a rule asks for.
 */
static void follow_rule(choice_t *this)
{
	set_name(this->decision->rule, this->rule->name);
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

/*
 * Described in header
 */
void redirect_decide(const policy_state_t *state,
					 const redirect_request_t *request,
					 redirect_decision_t *decision)
{
	choice_t this = {
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
	this.self = this.policy->self;
	if (this.self < 0)
	{
		this.self = policy_find_gateway(this.policy, &request->local);
	}
	this.draining = this.self >= 0 &&
					(state->view->left_out[this.self] == GATEWAY_LEFT_DRAINING ||
					 state->view->left_out[this.self] == GATEWAY_LEFT_DISABLED);
	this.anycast = request->phase == REDIRECT_PHASE_INIT &&
				   ip_set_contains(this.policy->anycast, &request->local);
	this.families = request->remote.version == 6 ? GATEWAY_IPV6 : GATEWAY_IPV4;

	this.rule = find_rule(&this);
	if (this.rule)
	{
		decision->cause = REDIRECT_CAUSE_RULE;
		follow_rule(&this);
		return;
	}
	decision->cause = find_cause(&this);
	if (decision->cause == REDIRECT_CAUSE_NONE)
	{
		finish(&this, REDIRECT_SERVE, REDIRECT_REASON_CAUSE);
		return;
	}
	this.rule = &this.policy->others;
	follow(&this);
	if (decision->action == REDIRECT_SERVE && state->refusing &&
		decision->cause == REDIRECT_CAUSE_DRAIN &&
		request->phase == REDIRECT_PHASE_INIT)
	{
		decision->action = REDIRECT_REFUSE;
	}
}
