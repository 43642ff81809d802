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
 * @defgroup initiator_auth initiator_auth
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_AUTH_H_
#define INITIATOR_AUTH_H_

#include "guard/guard_scan.h"

/**
 * Look at an IKE_AUTH response that this host got as initiator (section 6).
 *
 * To be called from the message hook for every such response, after the scan.
 *
 * @param session		session of the IKE_SA, NULL if there is none
 */
void initiator_auth_response(initiator_context_t *context, ike_sa_t *ike_sa,
						 initiator_attempt_t *session, message_t *message,
						 const guard_scan_t *scan);

#endif /** INITIATOR_AUTH_H_ @}*/
