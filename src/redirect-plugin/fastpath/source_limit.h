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
 * @defgroup source_limit source_limit
 * @{ @ingroup redirect_fastpath
 */

#ifndef SOURCE_LIMIT_H_
#define SOURCE_LIMIT_H_

#include "utils/ip_address.h"

typedef struct source_limit_t source_limit_t;

/**
 * How many answers a second a source network may get: IPv4 by /24, IPv6 by
 * /56.
 *
 * Networks are hashed into a table of fixed size, with a secret that differs
 * from process to process; two networks that meet in an entry share its
 * limit, and both get less. Nothing is stored but counters, which start again
 * each second: no memory grows with the number of sources.
 *
 * Any thread, without locks; does not allocate after it was created.
 */
struct source_limit_t {

	/**
	 * Count an answer to a source, if it may have one.
	 *
	 * @param source		source of a request
	 * @param limit			answers a second
	 * @param now			second of the monotonic clock
	 * @return				FALSE if its network has had all of them
	 */
	bool (*allow)(source_limit_t *this, const ip_address_t *source,
				  uint32_t limit, time_t now);

	/**
	 * Destroy a source_limit_t.
	 */
	void (*destroy)(source_limit_t *this);
};

/**
 * Create an empty table.
 */
source_limit_t *source_limit_create();

#endif /** SOURCE_LIMIT_H_ @}*/
