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
 * The guard under test: its options and counters.
 */

#ifndef HARNESS_GUARD_H_
#define HARNESS_GUARD_H_

#include "initiator/initiator.h"

/**
 * Start the guard, unless GUARD=off is in the environment; called by
 * harness_setup() before other listeners are added.
 */
void harness_guard_setup(void);

/**
 * End it; called by harness_teardown() when no IKE_SA is left.
 */
void harness_guard_teardown(void);

/**
 * Set an option of the guard and reload it.
 */
void harness_option(char *name, char *value);

/**
 * Read a counter of the guard, 0 without guard.
 */
uint64_t harness_count(guard_count_t count);

/**
 * Read a counter of refusals by wire/, and the number of IKE_SAs that the guard
 * keeps a record of; 0 without guard.
 */
uint64_t harness_malformed(wire_verdict_t verdict);
u_int harness_sessions(void);

#endif /** HARNESS_GUARD_H_ */
