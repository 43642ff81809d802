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
 * @defgroup initiator_context initiator_context
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_CONTEXT_H_
#define INITIATOR_CONTEXT_H_

#include "initiator_config.h"
#include "initiator_dead.h"
#include "initiator_script.h"
#include "guard/guard.h"
#include "initiator_resolver.h"
#include "initiator_attempt.h"
#include "utils/snapshot.h"

typedef struct initiator_context_t initiator_context_t;

/**
 * What the parts of the initiator share. All of it is safe for any thread.
 */
struct initiator_context_t {

	/** current configuration, initiator_config_t; never NULL */
	snapshot_t *config;

	/** IKE_SAs of which this host is original initiator */
	initiator_attempts_t *attempts;

	/** targets that failed */
	initiator_dead_t *dead;

	/** gate in front of both roles */
	guard_t *guard;

	/** its report: counts, logs, tells */
	guard_report_t *report;

	/** resolves names of targets */
	initiator_resolver_t *resolver;

	/** runs the script of the option hook */
	initiator_script_t *script;

	/** TRUE once charon shuts down: nothing is brought back to life */
	bool shutdown;
};

/**
 * Values of the configuration that jobs need after they released it.
 */
typedef struct {
	initiator_connection_t connection;
	uint32_t resolve_timeout, connect_timeout, auth_timeout, retry_delay;
	uint32_t dead_time;
} initiator_times_t;

/**
 * Copy numbers of the configuration out of the snapshot.
 *
 * @param name			name of the connection
 * @return				numbers; lists and names in it are NULL
 */
initiator_times_t initiator_context_times(initiator_context_t *this, const char *name);

/**
 * Whether loopback addresses are valid.
 */
bool initiator_context_loopback(initiator_context_t *this);

/**
 * Check a target against the lists, the addresses of this host that are known
 * to the kernel not included.
 *
 * @param name			name of the connection
 * @param gateway		gateway as REDIRECT named it
 * @param address		address it has, version 0 if not known yet
 * @return				GUARD_ACCEPTED, GUARD_DENIED or GUARD_NOT_ACCEPTED
 */
guard_count_t initiator_context_check(initiator_context_t *this, const char *name,
								  const gateway_identity_t *gateway,
								  const ip_address_t *address);

/**
 * Note that the target of a redirect failed, for dead_time.
 */
void initiator_context_note_dead(initiator_context_t *this,
								 initiator_attempt_t *attempt,
								 const initiator_redirect_t *redirect);

#endif /** INITIATOR_CONTEXT_H_ @}*/
