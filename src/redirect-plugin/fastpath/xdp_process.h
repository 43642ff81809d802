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
 * @defgroup xdp_process xdp_process
 * @{ @ingroup redirect_fastpath
 */

#ifndef XDP_PROCESS_H_
#define XDP_PROCESS_H_

#include "xdp_helper.h"

#include <library.h>

typedef struct xdp_process_t xdp_process_t;

/**
 * The running program redirect-xdp. Plain data; for one thread at a time.
 */
struct xdp_process_t {

	/** its process */
	pid_t pid;

	/** our end of the socket to it, -1 if there is none */
	int fd;
};

/**
 * Start redirect-xdp, that stands beside the plugin.
 *
 * @param process		filled in
 * @param interfaces	names of interfaces, separated by commas
 * @param port			charon's ports, in host order
 * @param port_nat_t
 * @return				FALSE if it cannot be started, errno is set
 */
bool xdp_process_start(xdp_process_t *process, const char *interfaces,
					   uint16_t port, uint16_t port_nat_t);

/**
 * Wait for its next report, some seconds at most.
 *
 * @param report		receives the report
 * @param files			receives socket and memory of a queue, owned by the
 *						caller; -1 if there are none
 * @return				FALSE if there is none, it is not heard any more
 */
bool xdp_process_hear(xdp_process_t *process, xdp_report_t *report, int files[2]);

/**
 * Have requests sent to the queues from now on.
 *
 * @return				FALSE if it is not there any more
 */
bool xdp_process_open(xdp_process_t *process);

/**
 * Have all detached, and wait until it is, some seconds at most.
 */
void xdp_process_stop(xdp_process_t *process);

#endif /** XDP_PROCESS_H_ @}*/
