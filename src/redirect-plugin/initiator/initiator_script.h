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
 * @defgroup initiator_script initiator_script
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_SCRIPT_H_
#define INITIATOR_SCRIPT_H_

#include "guard/guard_event.h"
#include "utils/ip_address.h"

typedef struct initiator_script_t initiator_script_t;
typedef struct initiator_script_run_t initiator_script_run_t;

/**
 * Runs of the script at most, with the one under way.
 */
#define INITIATOR_SCRIPT_QUEUE_MAX 64

/**
 * Seconds until a script that does not end is killed, with its children.
 */
#define INITIATOR_SCRIPT_TIMEOUT 30

/**
 * What the script is told, by environment variables only.
 */
struct initiator_script_run_t {

	/** path of the script */
	const char *script;

	/** "redirect" or "established", REDIRECT_EVENT */
	const char *event;

	/** name of the connection, REDIRECT_CONNECTION */
	const char *connection;

	/** when the REDIRECT came, REDIRECT_PHASE; must not be ACTIVE (R8-4) */
	guard_phase_t phase;

	/** whether an authenticated gateway told it, or the new one is
	 * authenticated, REDIRECT_TRUST */
	bool authenticated;

	/** address of the old gateway, REDIRECT_OLD_GATEWAY */
	ip_address_t from;

	/** new gateway as it was named, REDIRECT_NEW_GATEWAY */
	const gateway_identity_t *gateway;

	/** address of the new gateway, REDIRECT_NEW_ADDRESS */
	ip_address_t target;
};

/**
 * Runs a script for redirects, one run after the other in the order of the
 * events. A job looks now and then whether it ended, so a script that hangs
 * holds up no thread, only the runs after it, and these not for ever.
 */
struct initiator_script_t {

	/**
	 * Queue a run of the script. Any thread, waits for a fork() at most.
	 *
	 * @param run		what to tell, borrowed for the time of the call
	 * @return			FALSE if there are too many runs already
	 */
	bool (*run)(initiator_script_t *this, const initiator_script_run_t *run);

	/**
	 * Forget runs that wait and destroy it; a script that runs goes on. No job
	 * may run anymore.
	 */
	void (*destroy)(initiator_script_t *this);
};

/**
 * Create it.
 */
initiator_script_t *initiator_script_create();

#endif /** INITIATOR_SCRIPT_H_ @}*/
