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
 * @defgroup redirect_task redirect_task
 * @{ @ingroup redirect_sessions
 */

#ifndef REDIRECT_TASK_H_
#define REDIRECT_TASK_H_

#include "session_table.h"
#include "wire/gateway_identity.h"

#include <sa/task.h>

typedef struct redirect_task_t redirect_task_t;

/**
 * The gateway's side of an INFORMATIONAL exchange that redirects an established
 * client (section 5). Charon's task manager sends it as soon as the IKE_SA has
 * no other exchange going, retransmits it (R5-5), and moves it to the new
 * IKE_SA if it is not sent yet when the old one is rekeyed.
 *
 * Unlike charon's own task of the same type it leaves the end of the IKE_SA to
 * the session table, which outlives a rekeying (reference: B12).
 */
struct redirect_task_t {

	/**
	 * Implements task_t; used by the thread that holds the IKE_SA.
	 */
	task_t task;
};

/**
 * Create the task.
 *
 * @param ike_sa		IKE_SA of the client, held by the caller
 * @param table			sessions, told of the answer; has to outlive the task
 * @param session		session of the IKE_SA, released with the task
 * @param target		gateway to send it to
 */
redirect_task_t *redirect_task_create(ike_sa_t *ike_sa, session_table_t *table,
									  session_t *session,
									  const gateway_identity_t *target);

#endif /** REDIRECT_TASK_H_ @}*/
