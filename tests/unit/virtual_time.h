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

/*
 * A clock that stands still unless a test lets time pass, and jobs that are
 * executed by the thread of the test, in the order of their time: what takes
 * minutes is done in milliseconds, and the same each time.
 */

#ifndef VIRTUAL_TIME_H_
#define VIRTUAL_TIME_H_

#include <library.h>

/**
 * Take the place of the clock, the scheduler and the processor of the library; to
 * be ended as often as it is begun.
 */
void virtual_time_begin(void);

/**
 * Let time pass, and execute jobs that are due.
 *
 * @param ms			milliseconds
 */
void virtual_time_pass(u_int ms);

/**
 * Get the number of jobs that wait for their time.
 */
u_int virtual_time_waiting(void);

/**
 * Destroy jobs that are left; and put the library's own back in place, if it was
 * ended as often as begun.
 */
void virtual_time_end(void);

#endif /** VIRTUAL_TIME_H_ */
