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
 * @defgroup drain_wait drain_wait
 * @{ @ingroup redirectctl
 */

#ifndef DRAIN_WAIT_H_
#define DRAIN_WAIT_H_

#include "ipc.h"
#include "redirectctl.h"

/**
 * Number of conditions for clients that a drain takes.
 */
#define DRAIN_CONDITIONS 4

/**
 * Take Ctrl-C for the end of the wait from now on. Before the drain begins, so that
 * nobody is left with one that was not told of.
 */
void drain_wait_prepare();

/**
 * Show how a drain goes until it ends, stalls, is stopped, or the wait is interrupted.
 *
 * @param ipc			connection that listens to drain-progress
 * @param answer		answer to the command that began it
 * @param match			its DRAIN_CONDITIONS conditions
 * @return				exit_code_t, or 128 and the number of a signal
 */
int drain_wait(ipc_t *ipc, vici_message_t *answer, const values_t *match);

#endif /** DRAIN_WAIT_H_ @}*/
