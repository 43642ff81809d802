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
 * Check whether the question is limited to gateways that this one is not of.
 */
static bool out_of_scope(candidates_t *this, int gateway)
{
	const redirect_scope_t *scope = this->request->scope;

	return scope && (!scope->count ||
					 !bsearch(&this->policy->gateways[gateway].id, scope->ids,
							  scope->count, sizeof(uint64_t),
							  redirect_scope_compare));
}

/**
 * Check whether a gateway has got all it is made for since the last sample.
 */
static bool is_full(const gateway_view_t *view, int i)
{
	const redirect_selector_gateway_t *gateway = &view->gateways[i];

	return gateway_view_can_fill(view, i) &&
		   (uint64_t)gateway->sessions + gateway_live_assigned(view->live[i]) >=
		   gateway->capacity;
}

/**
 * Position of this gateway if it takes no clients, -1 otherwise.
 */
static int closed_self(candidates_t *this)
{
	return this->draining || this->state->overload ? this->self : -1;
}

/**
 * Why a gateway is not for this client.
 */
static gateway_left_out_t left_out(candidates_t *this, int i, int from)
{
	const gateway_view_t *view = this->state->view;

	if (i == from)
	{
		return GATEWAY_LEFT_FROM;
	}
	if (this->returned && i != this->self &&
		hop_target(this->policy->gateways[i].id) == this->returned)
	{
		this->decision->returned = view->live[i];
		return GATEWAY_LEFT_RETURNED;
	}
	if (i == closed_self(this))
	{
		return GATEWAY_LEFT_SELF;
	}
	if (view->left_out[i])
	{
		return view->left_out[i];
	}
	if (is_full(view, i))
	{
		return GATEWAY_LEFT_FULL;
	}
	if (out_of_scope(this, i))
	{
		return GATEWAY_LEFT_SCOPE;
	}
	return view->families[i] & this->families ? GATEWAY_CANDIDATE
											  : GATEWAY_LEFT_FAMILY;
}

/**
 * Order positions of gateways.
 */
static int compare(const void *a, const void *b)
{
	return *(const uint16_t*)a - *(const uint16_t*)b;
}

/**
 * Find a gateway among positions in order.
 */
static const uint16_t *find_position(const uint16_t *positions, uint16_t count,
									 uint16_t position)
{
	return bsearch(&position, positions, count, sizeof(position), compare);
}

/**
 * Check whether a rule names all gateways but this one.
 */
static bool names_others(candidates_t *this)
{
	return this->self >= 0 &&
		   this->rule->gateway_count + 1 == this->policy->gateway_count &&
		   !find_position(this->rule->gateways, this->rule->gateway_count,
						  this->self);
}

/**
 * Take the candidates that the view has prepared, if the rule names all gateways,
 * or all others, and nothing about this client or gateways that fill up needs a
 * look at each.
 *
 * @param own			where candidates are copied to if one is taken out
 * @param count			receives how many there are
 * @return				candidates, NULL if each gateway has to be looked at
 */
static const uint16_t *take_prepared(candidates_t *this, uint16_t *own,
									 uint16_t *count)
{
	const gateway_takers_t *takers = &this->state->view->takers[this->families];
	bool all = this->rule->gateway_count == this->policy->gateway_count;
	int i, self = all ? closed_self(this) : this->self;
	uint16_t left_out_by[GATEWAY_LEFT_MAX] = {};
	const uint16_t *found = NULL;
	gateway_left_out_t why;

	if (this->returned || this->request->scope || !(all || names_others(this)))
	{
		return NULL;
	}
	for (i = 0; i < takers->rest_count; i++)
	{
		if (!all && takers->rest[i] == self)
		{
			continue;
		}
		why = left_out(this, takers->rest[i], -1);
		if (why == GATEWAY_CANDIDATE)
		{
			return NULL;
		}
		left_out_by[why]++;
	}
	for (i = 0; i < GATEWAY_LEFT_MAX; i++)
	{
		this->decision->left_out[i] += left_out_by[i];
	}
	*count = takers->open_count;
	if (self >= 0)
	{
		found = find_position(takers->open, *count, self);
	}
	if (!found)
	{
		return takers->open;
	}
	i = found - takers->open;
	this->decision->left_out[GATEWAY_LEFT_SELF] += all;
	(*count)--;
	if (i == 0 || i == *count)
	{
		return i ? takers->open : takers->open + 1;
	}
	memcpy(own, takers->open, i * sizeof(*own));
	memcpy(own + i, found + 1, (*count - i) * sizeof(*own));
	return own;
}

/**
 * Collect the gateways of the rule that the client can be sent to.
 *
 * @param own			room for candidates
 * @param number		receives how many there are
 * @return				candidates
 */
static const uint16_t *collect(candidates_t *this, uint16_t *own,
							   uint16_t *number)
{
	const rule_t *rule = this->rule;
	const uint8_t *open = this->state->view->open;
	const uint16_t *prepared;
	gateway_left_out_t why;
	uint16_t count = 0;
	/* all but this gateway and the one it comes from are as for any client */
	bool any = !this->returned && !this->request->scope;
	int i, n, from, closed = closed_self(this);

	from = policy_find_gateway(this->policy, &this->request->redirected_from);
	prepared = from < 0 ? take_prepared(this, own, number) : NULL;
	if (prepared)
	{
		return prepared;
	}
	for (n = 0; n < rule->gateway_count; n++)
	{
		i = rule->gateways[n];
		if (any && (open[i] & this->families) && i != from && i != closed)
		{
			own[count++] = i;
			continue;
		}
		why = left_out(this, i, from);
		if (why == GATEWAY_CANDIDATE)
		{
			own[count++] = i;
		}
		else
		{
			this->decision->left_out[why]++;
		}
	}
	*number = count;
	return own;
}

/**
 * Find a gateway among the candidates.
 *
 * @param gateway		lower bits of its id, see ATTEMPT()
 * @return				index of the candidate, -1 if it is none
 */
static int find_candidate(const redirect_selector_view_t *view, uint32_t gateway)
{
	int i;

	for (i = 0; i < view->count; i++)
	{
		if (SAME_GATEWAY(view->gateways[view->candidates[i]].id, gateway))
		{
			return i;
		}
	}
	return -1;
}

/**
 * Find the candidate that the client had before: a client that is known under
 * its proven address does not get what others claimed for it.
 *
 * @return				index of the candidate, -1 if none is
 */
static int find_sticky(candidates_t *this, uint64_t client,
					   const redirect_selector_view_t *view)
{
	recent_table_t *const *sticky = this->state->sticky;
	uint32_t gateway;

	if (this->policy->sticky &&
		(sticky[TRUE]->get(sticky[TRUE], client, this->policy->sticky,
						   &gateway) ||
		 sticky[FALSE]->get(sticky[FALSE], client, this->policy->sticky,
							&gateway)))
	{
		return find_candidate(view, gateway);
	}
	return -1;
}

/**
 * Let the selector pick a candidate, the same one for a retransmitted request
 * (reference: B16).
 *
 * @return				index of the candidate, anything else if it failed
 */
static int ask_selector(candidates_t *this,
						const redirect_selector_request_t *request,
						const redirect_selector_view_t *view)
{
	redirect_selector_t *selector = this->rule->selector;
	recent_table_t *attempts = this->state->attempts;
	uint32_t attempt;
	int index = -1;

	if ((!selector->pure || this->again) &&
		attempts->get(attempts, ATTEMPT_KEY(this->decision->place,
											this->request->spi_i),
					  ATTEMPT_SECONDS, &attempt))
	{
		index = find_candidate(view, attempt);
	}
	return index >= 0 ? index : selector->select(selector, request, view);
}

/**
 * Pick a candidate.
 *
 * @return				position of the gateway, -1 if the selector failed
 */
static int pick(candidates_t *this, const uint16_t *candidates, uint16_t count)
{
	redirect_selector_request_t request;
	redirect_selector_view_t view = {
		.gateways = this->state->view->gateways,
		.candidates = candidates,
		.count = count,
		.known = this->state->view->known,
		.others = this->state->view->others,
		.ids = this->state->view->ids,
		.weights = this->state->view->weights,
		.heaviest = this->state->view->heaviest,
	};
	int index;

	request.client = client_key_hash(this->rule->key, this->request);
	/* the port is not part of it, it changes behind a NAT */
	request.request = redirect_selector_mix(request.client,
											this->request->spi_i);
	this->decision->client = request.client;
	this->decision->sticky = this->policy->sticky > 0;

	index = find_sticky(this, request.client, &view);
	if (index >= 0)
	{
		decision_set_name(this->decision->selector, "sticky");
		return candidates[index];
	}
	decision_set_name(this->decision->selector, this->rule->selector_name);
	index = ask_selector(this, &request, &view);
	return index >= 0 && index < count ? candidates[index] : -1;
}

/*
 * Described in header
 */
int candidates_select(candidates_t *this, redirect_reason_t *reason)
{
	uint16_t own[GATEWAYS_MAX], count;
	const uint16_t *candidates;
	int gateway;

	candidates = collect(this, own, &count);
	if (!count)
	{
		*reason = REDIRECT_REASON_NO_GATEWAY;
		return -1;
	}
	gateway = pick(this, candidates, count);
	if (gateway < 0)
	{
		*reason = REDIRECT_REASON_SELECTOR;
	}
	return gateway;
}
