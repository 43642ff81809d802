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
 * @defgroup hop_table hop_table
 * @{ @ingroup redirect_policy
 */

#ifndef HOP_TABLE_H_
#define HOP_TABLE_H_

#include "redirect_decision.h"

typedef struct hop_table_t hop_table_t;
typedef enum hop_verdict_t hop_verdict_t;

/**
 * Seconds that redirects of a client count, as at clients (section 7, and
 * strongSwan's redirect loop detection).
 */
#define HOP_SECONDS 300

/**
 * What is known of a client that was redirected here.
 */
enum hop_verdict_t {
	/** it may be sent onward */
	HOP_FINE,
	/** it was here before, so others sent it in a circle */
	HOP_CIRCLE,
	/** it was sent onward often enough */
	HOP_BUDGET,
};

/**
 * Knows which clients this gateway redirected lately, so that none is sent in a
 * circle: a client that was redirected by this gateway and comes back with
 * REDIRECTED_FROM of another one has been around all gateways in between, however
 * many these were (section 7).
 *
 * Clients are known by source address and port (500 and 4500 count as one), so
 * that those behind a NAT are told apart. One that comes again from the gateway
 * it came from the first time is not in a circle that leads through this gateway
 * as far as can be known, but has a budget.
 *
 * Of fixed size, no locks, any thread.
 */
struct hop_table_t {

	/**
	 * Look whether a client may be sent onward.
	 *
	 * @param request	request of a client that was redirected here
	 * @param budget	how often it may be
	 * @return			verdict
	 */
	hop_verdict_t (*check)(hop_table_t *this, const redirect_request_t *request,
						   uint32_t budget);

	/**
	 * Note that a client is redirected.
	 *
	 * @param request	its request
	 */
	void (*add)(hop_table_t *this, const redirect_request_t *request);

	/**
	 * Get how many clients were forgotten early for want of room.
	 */
	uint64_t (*get_dropped)(hop_table_t *this);

	/**
	 * Destroy the table.
	 */
	void (*destroy)(hop_table_t *this);
};

/**
 * Create an empty table.
 */
hop_table_t *hop_table_create();

#endif /** HOP_TABLE_H_ @}*/
