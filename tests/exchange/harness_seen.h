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
 * What client and gateways sent, and what became of IKE_SAs, in numbers.
 */

#ifndef HARNESS_SEEN_H_
#define HARNESS_SEEN_H_

#include <daemon.h>

/**
 * What was counted since the start.
 */
typedef struct {
	/** IKE_SA_INIT requests that were sent by whoever */
	int init_requests;
	/** requests with DELETE that were sent by whoever */
	int deletes;
	/** AUTHENTICATION_FAILED notifies sent */
	int auth_failed;
	/** IKE_SAs of the client that came up, and that went away without */
	int up;
	int failed;
} seen_t;

extern seen_t seen;

/**
 * Count from now on, behind listeners added before; called by harness_setup().
 */
void harness_seen_setup(void);

/**
 * Do not count anymore; called by harness_teardown().
 */
void harness_seen_teardown(void);

#endif /** HARNESS_SEEN_H_ */
