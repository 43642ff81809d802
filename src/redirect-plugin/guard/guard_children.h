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
 * @defgroup guard_children guard_children
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_CHILDREN_H_
#define GUARD_CHILDREN_H_

#include <sa/ike_sa.h>

typedef struct guard_children_t guard_children_t;

/**
 * CHILD_SAs of an IKE_SA, as configurations to make them anew elsewhere.
 */
struct guard_children_t;

/**
 * Write down the CHILD_SAs of an IKE_SA that are in use.
 *
 * @param ike_sa		IKE_SA, checked out or in a hook of its own
 */
guard_children_t *guard_children_create(ike_sa_t *ike_sa);

/**
 * Get the number of CHILD_SAs.
 */
int guard_children_count(guard_children_t *this);

/**
 * Have nothing happen when the CHILD_SAs of an IKE_SA are closed, because they
 * are made anew elsewhere.
 */
void guard_children_keep_closed(ike_sa_t *ike_sa);

/**
 * Initiate an IKE_SA with these CHILD_SAs, and with those that are queued.
 *
 * @param ike_sa		new IKE_SA, checked out
 * @return				as initiate() of ike_sa_t
 */
status_t guard_children_initiate(guard_children_t *this, ike_sa_t *ike_sa);

/**
 * Destroy the list.
 */
void guard_children_destroy(guard_children_t *this);

#endif /** GUARD_CHILDREN_H_ @}*/
