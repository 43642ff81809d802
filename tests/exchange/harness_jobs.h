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
 * Jobs and timers of charon, which run when the test says so, and its clock.
 */

#ifndef HARNESS_JOBS_H_
#define HARNESS_JOBS_H_

#include <library.h>

/**
 * Collect jobs and timers from now on; called by harness_setup().
 */
void harness_jobs_setup(void);

/**
 * Forget those that did not run; called by harness_teardown().
 */
void harness_jobs_teardown(void);

/**
 * Run the jobs that charon queued.
 */
void harness_jobs(void);

/**
 * Run the jobs that were to wait for a time, and those they queue.
 *
 * @param delay			seconds that were asked for
 * @return				number of timers run
 */
int harness_timers(uint32_t delay);

/**
 * Have the clock that the guard reads go on.
 */
void harness_forward(uint32_t seconds);

#endif /** HARNESS_JOBS_H_ */
