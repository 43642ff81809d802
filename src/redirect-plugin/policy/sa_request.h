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
 * @defgroup sa_request sa_request
 * @{ @ingroup redirect_policy
 */

#ifndef SA_REQUEST_H_
#define SA_REQUEST_H_

#include "clients/client_table.h"

#include <sa/ike_sa.h>

/**
 * Check if this host is the responder of an IKEv2 IKE_SA.
 *
 * @param ike_sa		IKE_SA, checked out by this thread
 * @return				TRUE if it may redirect the peer (R10-1)
 */
bool sa_request_is_gateway(ike_sa_t *ike_sa);

/**
 * Make a question of the addresses of an IKE_SA, for IKE_SA_INIT.
 *
 * @param ike_sa		IKE_SA, checked out by this thread
 * @return				request that points to nothing
 */
redirect_request_t sa_request_create_init(ike_sa_t *ike_sa);

/**
 * Make a question of all that is known of an IKE_SA whose client told its
 * identity.
 *
 * @param ike_sa		IKE_SA, checked out by this thread
 * @param phase			phase to ask for
 * @param clients		knows where clients come from, may be NULL
 * @return				request, valid as long as the IKE_SA is checked out
 */
redirect_request_t sa_request_create_auth(ike_sa_t *ike_sa,
										  redirect_phase_t phase,
										  client_table_t *clients);

#endif /** SA_REQUEST_H_ @}*/
