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
 * @defgroup child_offer child_offer
 * @{ @ingroup redirect_responder
 */

#ifndef CHILD_OFFER_H_
#define CHILD_OFFER_H_

#include <collections/linked_list.h>
#include <sa/ike_sa.h>

typedef struct child_offer_t child_offer_t;

/**
 * A CHILD_SA that this gateway offers to a client, in place of one that the
 * client asked for with the virtual IP of another gateway.
 */
struct child_offer_t {

	/** configuration it is made of */
	child_cfg_t *cfg;

	/** what the client wants to reach through it, first */
	traffic_selector_t *local;

	/** virtual IP of the client, of the same family if there is one */
	traffic_selector_t *remote;
};

/**
 * Make an offer of a request that charon refused because of its selectors.
 *
 * There is one only if the client's side of them is made of single addresses,
 * one of them at least none of the virtual IPs assigned in this IKE_SA though
 * there is one of that family, and if the configuration of the connection
 * allows the same request with the assigned addresses in their place.
 *
 * @param ike_sa		IKE_SA of the client, checked out by this thread
 * @param tsi			selectors of the client's side, may be NULL
 * @param tsr			selectors of this side, may be NULL
 * @return				offer, NULL if there is nothing to offer
 */
child_offer_t *child_offer_create(ike_sa_t *ike_sa, linked_list_t *tsi,
								  linked_list_t *tsr);

/**
 * Initiate the CHILD_SA of an offer.
 *
 * @param ike_sa		IKE_SA of the client, checked out by this thread; not to
 *						be called in hooks
 * @return				as initiate() of ike_sa_t
 */
status_t child_offer_initiate(child_offer_t *this, ike_sa_t *ike_sa);

/**
 * Destroy an offer.
 */
void child_offer_destroy(child_offer_t *this);

#endif /** CHILD_OFFER_H_ @}*/
