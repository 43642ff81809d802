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

#include "initiator_context.h"
#include "guard/guard_scan.h"

/**
 * Look at an IKE_AUTH response with REDIRECT that this host got as initiator
 * (section 6). What it says is kept and neither looked up, logged nor followed
 * until charon has verified the gateway (R6-3, R6-6, R6-8).
 *
 * To be called from the message hook.
 *
 * @param attempt		attempt of the IKE_SA, NULL if there is none
 * @return				phase, NONE if it is refused at once
 */
guard_phase_t initiator_auth_response(initiator_context_t *context,
									  ike_sa_t *ike_sa,
									  initiator_attempt_t *attempt,
									  const guard_scan_t *scan);

#endif /** INITIATOR_AUTH_H_ @}*/
