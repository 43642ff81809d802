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
 * @defgroup initiator_children initiator_children
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_CHILDREN_H_
#define INITIATOR_CHILDREN_H_

#include <sa/ike_sa.h>

typedef struct initiator_children_t initiator_children_t;

/**
 * CHILD_SAs of an IKE_SA, as configurations to make them anew elsewhere.
 */
struct initiator_children_t;

/**
 * Write down the CHILD_SAs of an IKE_SA that are in use.
 *
 * @param ike_sa		IKE_SA, checked out or in a hook of its own
 */
initiator_children_t *initiator_children_create(ike_sa_t *ike_sa);

/**
 * Get the number of CHILD_SAs.
 */
int initiator_children_count(initiator_children_t *this);

/**
 * Have nothing happen when the CHILD_SAs of an IKE_SA are closed, because they
 * are made anew elsewhere.
 */
void initiator_children_keep_closed(ike_sa_t *ike_sa);

/**
 * Initiate an IKE_SA with these CHILD_SAs, and with those that are queued.
 *
 * @param ike_sa		new IKE_SA, checked out
 * @return				as initiate() of ike_sa_t
 */
status_t initiator_children_initiate(initiator_children_t *this, ike_sa_t *ike_sa);

/**
 * Destroy the list.
 */
void initiator_children_destroy(initiator_children_t *this);

#endif /** INITIATOR_CHILDREN_H_ @}*/
