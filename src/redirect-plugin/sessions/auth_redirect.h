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
 * @defgroup auth_redirect auth_redirect
 * @{ @ingroup redirect_sessions
 */

#ifndef AUTH_REDIRECT_H_
#define AUTH_REDIRECT_H_

#include "session_config.h"
#include "session_mover.h"
#include "clients/client_table.h"

#include <bus/listeners/listener.h>

typedef struct auth_redirect_t auth_redirect_t;

/**
 * Redirects clients that are to go elsewhere at the end of IKE_AUTH by an
 * INFORMATIONAL right behind it, for those that do not survive the notify in
 * the IKE_AUTH response (strongSwan 5.9.8 to 5.9.11). Option auth_method.
 */
struct auth_redirect_t {

	/**
	 * To be added to the bus, behind that of the sessions.
	 */
	listener_t listener;

	/**
	 * Take over a client that is to be redirected in IKE_AUTH. For the
	 * redirect provider; the IKE_SA is held by the caller.
	 *
	 * @param ike_sa		IKE_SA of the client
	 * @param decision		where it goes
	 * @return				FALSE to redirect it by notify, as configured; if there
	 *						is no room the client is served
	 */
	bool (*take)(auth_redirect_t *this, ike_sa_t *ike_sa,
				 const redirect_decision_t *decision);

	/**
	 * Change the options.
	 *
	 * @param method		redirect_method_t
	 * @param grace			seconds after the acknowledgement, or
	 *						SESSION_GRACE_NEVER
	 */
	void (*configure)(auth_redirect_t *this, int method, uint32_t grace);

	/**
	 * Destroy it; the listener must be removed.
	 */
	void (*destroy)(auth_redirect_t *this);
};

/**
 * Create it with method notify.
 *
 * @param table			sessions, has to outlive this
 * @param mover			moves them, has to outlive this
 * @param clients		remembers them, has to outlive this
 */
auth_redirect_t *auth_redirect_create(session_table_t *table,
									  session_mover_t *mover,
									  client_table_t *clients);

#endif /** AUTH_REDIRECT_H_ @}*/
