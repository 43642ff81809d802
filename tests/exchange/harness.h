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
 * A client, its gateways and the guard in one process: messages of real IKE_SAs
 * go from one to the other by hand, jobs and timers run when the test says so.
 */

#ifndef HARNESS_H_
#define HARNESS_H_

#include "harness_config.h"
#include "harness_guard.h"
#include "harness_inject.h"
#include "harness_jobs.h"
#include "harness_messages.h"
#include "harness_names.h"
#include "harness_redirect.h"
#include "harness_sas.h"
#include "harness_seen.h"

#include <check.h>

/**
 * Start charon with client, gateway and guard; check fixture. With GUARD=off in
 * the environment the guard is left out, so that tests show what it is for.
 */
void harness_setup(void);

/**
 * End charon; check fixture.
 */
void harness_teardown(void);

/**
 * Run a suite as main() of a test program does, and as CK_VERBOSITY says.
 *
 * @param suite			suite, adopted
 * @return				exit status
 */
int harness_run(Suite *suite);

#endif /** HARNESS_H_ */
