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

typedef enum selector_load_t selector_load_t;

/**
 * What is known of all gateways that are compared.
 */
enum selector_load_t {
	/** nothing: clients that were sent there in the last minute */
	SELECTOR_LOAD_RECENT,
	/** the load each gateway told, and clients that were sent there since */
	SELECTOR_LOAD_TOLD,
	/** sessions, and clients that were sent there since */
	SELECTOR_LOAD_SESSIONS,
};

/**
 * Load in 1/1000 that a client makes on a gateway of size 100, as long as its
 * next sample has not told what it really was.
 */
#define SELECTOR_LOAD_CLIENT 1.0

/**
 * Find out what is known of all candidates.
 *
 * @param view			gateways
 * @return				by what they can be compared
 */
static inline selector_load_t selector_load_known(
										const redirect_selector_view_t *view)
{
	const redirect_selector_gateway_t *gateway;
	bool sessions = true, told = true;
	int i;

	for (i = 0; i < view->count; i++)
	{
		gateway = &view->gateways[view->candidates[i]];
		sessions &= gateway->sessions != REDIRECT_SELECTOR_UNKNOWN;
		told &= gateway->load != REDIRECT_SELECTOR_UNKNOWN;
	}
	return sessions ? SELECTOR_LOAD_SESSIONS
					: told ? SELECTOR_LOAD_TOLD : SELECTOR_LOAD_RECENT;
}

/**
 * Number of clients a gateway is taken to have.
 *
 * @param known			what is known of all candidates
 * @param gateway		gateway
 * @return				clients
 */
static inline uint64_t selector_load_clients(selector_load_t known,
								const redirect_selector_gateway_t *gateway)
{
	switch (known)
	{
		case SELECTOR_LOAD_SESSIONS:
			return (uint64_t)gateway->sessions +
				   redirect_selector_assigned(gateway);
		case SELECTOR_LOAD_TOLD:
			return redirect_selector_assigned(gateway);
		default:
			return redirect_selector_recent(gateway);
	}
}

/**
 * Load of a gateway, relative to its size.
 *
 * @param known			what is known of all candidates
 * @param gateway		gateway
 * @return				load, only to be compared with others
 */
static inline double selector_load_of(selector_load_t known,
								const redirect_selector_gateway_t *gateway)
{
	double clients = selector_load_clients(known, gateway);

	if (known == SELECTOR_LOAD_TOLD)
	{
		return gateway->load +
			   clients * (100 * SELECTOR_LOAD_CLIENT) / gateway->size;
	}
	return clients / gateway->size;
}

#endif /** SELECTOR_LOAD_H_ @}*/
