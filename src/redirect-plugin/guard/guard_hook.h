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
 * @defgroup guard_hook guard_hook
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_HOOK_H_
#define GUARD_HOOK_H_

#include "guard_event.h"
#include "utils/ip_set.h"

typedef struct guard_hook_t guard_hook_t;
typedef struct guard_hook_run_t guard_hook_run_t;

/**
 * Runs of the script that may wait for the one that runs.
 */
#define GUARD_HOOK_QUEUE_MAX 64

/**
 * What the script is told, by environment variables only.
 */
struct guard_hook_run_t {

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
 * Runs a script for redirects, one run after the other, in a thread of its own:
 * a script that hangs holds up only the runs after it.
 */
struct guard_hook_t {

	/**
	 * Queue a run of the script. Any thread, does not block.
	 *
	 * @param run		what to tell, borrowed for the time of the call
	 * @return			FALSE if too many runs wait already
	 */
	bool (*run)(guard_hook_t *this, const guard_hook_run_t *run);

	/**
	 * Forget runs that wait and destroy it; does not wait for the script.
	 */
	void (*destroy)(guard_hook_t *this);
};

/**
 * Create it; the thread starts with the first run.
 */
guard_hook_t *guard_hook_create();

#endif /** GUARD_HOOK_H_ @}*/
