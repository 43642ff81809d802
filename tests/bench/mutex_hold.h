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
 * How long a mutex is held, in CPU time of who holds it: unlike the time others
 * wait for it that does not depend on what else the machine does.
 */

#ifndef MUTEX_HOLD_H_
#define MUTEX_HOLD_H_

#include <library.h>

/**
 * Begin or stop to watch the mutexes that are created; one at a time may be held
 * by a thread. Needs --wrap=mutex_create of the linker.
 */
void mutex_hold_watch(bool on);

/**
 * Get the longest time that one of them was held since the last call, in ns.
 */
uint64_t mutex_hold_take(void);

#endif /** MUTEX_HOLD_H_ */
