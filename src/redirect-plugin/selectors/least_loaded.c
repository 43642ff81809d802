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

/*
 * Least loaded: the gateway whose sessions are the fewest for its size. Clients
 * that were sent there since the last sample count as sessions, so that data
 * that is a second old does not send a whole second's clients to one gateway.
 *
 * All gateways within a margin of the least loaded one count as equal, and
 * rendezvous hashing chooses among them: small differences do not make clients
 * flap between gateways, and one that comes back tends to find its own.
 *
 * From: what HAProxy calls "leastconn", relative to capacity; the margin is what
 * thermostats have.
 *
 * Cost: two looks at each candidate, no state. Take it if sessions live long
 * and differ much, and the loads of gateways are known. Without known loads it
 * balances what this gateway itself sent away.
 */

#include "least_loaded.h"
#include "rendezvous_score.h"
#include "selector_load.h"

#include <library.h>

/**
 * How far above the least load a gateway may be and still count as equal:
 * relative to that load.
 */
#define MARGIN 1.03

METHOD(redirect_selector_t, select_, int,
	redirect_selector_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	rendezvous_score_t best = RENDEZVOUS_SCORE_INIT;
	double load, least = INFINITY;
	int i, equal = 0, index = 0;

	for (i = 0; i < view->count; i++)
	{
		load = selector_load_of(view, &view->gateways[view->candidates[i]]);
		if (load < least)
		{
			least = load;
			index = i;
		}
	}
	least *= MARGIN;
	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		if (selector_load_of(view, gateway) <= least)
		{
			rendezvous_score_offer(&best, request->client, gateway->id,
								   gateway->weight, i);
			equal++;
		}
	}
	/* another thread may have sent a client there in between */
	return equal ? best.index : index;
}

METHOD(redirect_selector_t, destroy, void,
	redirect_selector_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *least_loaded_selector_create(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.select = _select_,
		.destroy = _destroy,
	);
	return this;
}
