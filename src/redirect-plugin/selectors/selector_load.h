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

/**
 * @defgroup selector_load selector_load
 * @{ @ingroup redirect_selectors
 *
 * How the loads of gateways are compared, for selectors that look at them.
 */

#ifndef SELECTOR_LOAD_H_
#define SELECTOR_LOAD_H_

#include "redirect_selector.h"

/**
 * Load in 1/1000 that a client makes on a gateway of size 100, as long as its
 * next sample has not told what it really was.
 */
#define SELECTOR_LOAD_CLIENT 1.0

/**
 * Number of clients a gateway is taken to have.
 *
 * Those sent there since the last sample count as often as others do the same:
 * if all gateways found the same one to be the best, it would be the worst.
 *
 * @param view			gateways
 * @param gateway		one of them
 * @return				clients
 */
static inline double selector_load_clients(
								const redirect_selector_view_t *view,
								const redirect_selector_gateway_t *gateway)
{
	switch (view->known)
	{
		case REDIRECT_SELECTOR_KNOWN_SESSIONS:
			return gateway->sessions +
				   redirect_selector_assigned(gateway) * view->others;
		case REDIRECT_SELECTOR_KNOWN_LOAD:
			return redirect_selector_assigned(gateway) * view->others;
		default:
			return redirect_selector_recent(gateway);
	}
}

/**
 * Load of a gateway, relative to its size.
 *
 * @param view			gateways
 * @param gateway		one of them
 * @return				load, only to be compared with others
 */
static inline double selector_load_of(const redirect_selector_view_t *view,
								const redirect_selector_gateway_t *gateway)
{
	double clients = selector_load_clients(view, gateway);

	if (view->known == REDIRECT_SELECTOR_KNOWN_LOAD)
	{
		return gateway->load +
			   clients * (100 * SELECTOR_LOAD_CLIENT) / gateway->size;
	}
	return clients / gateway->size;
}

#endif /** SELECTOR_LOAD_H_ @}*/
