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
 * Weighted: a gateway by chance, each as often as its weight tells. The chance
 * comes from the hash of the connection attempt, so that a retransmitted request
 * gets the same answer without anything being remembered, and clients that
 * connect again get another gateway.
 *
 * From: no paper needed; what HAProxy calls "random" and Kamailio "random by
 * weight".
 *
 * Cost: two looks at each candidate, no state. Take it if many gateways redirect
 * the same clients and none may depend on the order in which they come, or if
 * clients that share one address have to be spread.
 */

#include "weighted.h"
#include "selector_draw.h"

#include <library.h>

METHOD(redirect_selector_t, select_, int,
	redirect_selector_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < view->count; i++)
	{
		sum += view->gateways[view->candidates[i]].weight;
	}
	return selector_draw(view, sum, redirect_selector_mix(request->request, 0),
						 -1);
}

METHOD(redirect_selector_t, destroy, void,
	redirect_selector_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *weighted_selector_create(
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
