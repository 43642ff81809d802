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
 * Priority: gateways in groups, as the option priority of each tells, 0 first.
 * Clients go to the first group that has a gateway left; gateways that are down,
 * full or draining are none of the candidates, so the next group takes over by
 * itself, and hands back likewise. Within a group by rendezvous hashing.
 *
 * From: what HAProxy calls "first" and "backup", and DNS SRV priority
 * (RFC 2782).
 *
 * Cost: two looks at each candidate, no state. Take it for a site of standby, or
 * to fill gateways one after the other up to their capacity.
 */

#include "priority.h"
#include "rendezvous_score.h"

#include <library.h>

METHOD(redirect_selector_t, select_, int,
	redirect_selector_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	rendezvous_score_t best = RENDEZVOUS_SCORE_INIT;
	uint32_t first = UINT32_MAX;
	int i;

	for (i = 0; i < view->count; i++)
	{
		first = min(first, view->gateways[view->candidates[i]].priority);
	}
	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		if (gateway->priority == first)
		{
			rendezvous_score_offer(&best, request->client, gateway->id,
								   gateway->weight, i);
		}
	}
	return best.index;
}

METHOD(redirect_selector_t, destroy, void,
	redirect_selector_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *priority_selector_create(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.pure = TRUE,
		.select = _select_,
		.destroy = _destroy,
	);
	return this;
}
