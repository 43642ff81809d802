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
 * Power of two choices: two gateways by chance, as often as their weights tell;
 * the client gets the one with less load for its size.
 *
 * That is nearly as even as the least loaded of all, but many gateways that
 * redirect with the same old data do not all rush to the same one.
 *
 * From: Mitzenmacher, "The power of two choices in randomized load balancing",
 * IEEE Transactions on Parallel and Distributed Systems 12(10), 2001; with old
 * data: Mitzenmacher, "How useful is old information?", 2000.
 *
 * Cost: two looks at each candidate for the weights, no state. Take it if many
 * gateways redirect and the loads they know of are old.
 */

#include "power_of_two.h"
#include "selector_draw.h"
#include "selector_load.h"

#include <library.h>

METHOD(redirect_selector_t, select_, int,
	redirect_selector_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *a, *b;
	uint64_t sum = 0;
	int i, first, second;

	for (i = 0; i < view->count; i++)
	{
		sum += view->gateways[view->candidates[i]].weight;
	}
	first = selector_draw(view, sum, redirect_selector_mix(request->request, 1),
						  -1);
	if (view->count == 1)
	{
		return first;
	}
	a = &view->gateways[view->candidates[first]];
	second = selector_draw(view, sum - a->weight,
						   redirect_selector_mix(request->request, 2), first);
	b = &view->gateways[view->candidates[second]];
	return selector_load_of(view, b) < selector_load_of(view, a) ? second
																 : first;
}

METHOD(redirect_selector_t, destroy, void,
	redirect_selector_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirect_selector_t *power_of_two_selector_create(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.select = _select_,
		.destroy = _destroy,
	);
	return this;
}
