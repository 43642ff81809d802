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
 * @defgroup recent recent
 * @{ @ingroup redirect_policy
 */

#ifndef RECENT_H_
#define RECENT_H_

#include <stdbool.h>
#include <stdint.h>

typedef struct recent_t recent_t;

/**
 * Remembers which gateway connection attempts got, for a while, so that a
 * retransmitted IKE_SA_INIT does not get a second opinion from selectors that
 * take turns (reference: B16).
 *
 * A table of fixed size: an attempt may push out another one, whose
 * retransmission then counts as new. No locks, any thread.
 */
struct recent_t {

	/**
	 * Find the gateway an attempt got.
	 *
	 * @param request	hash of the attempt
	 * @param gateway	receives the lower 32 bits of the gateway's id
	 * @return			FALSE if it is not known, or not anymore
	 */
	bool (*get)(recent_t *this, uint64_t request, uint32_t *gateway);

	/**
	 * Remember the gateway an attempt got.
	 *
	 * @param request	hash of the attempt
	 * @param gateway	lower 32 bits of the gateway's id
	 */
	void (*put)(recent_t *this, uint64_t request, uint32_t gateway);

	/**
	 * Destroy the table.
	 */
	void (*destroy)(recent_t *this);
};

/**
 * Create a table.
 *
 * @param bits			two to the power of bits attempts, 8 octets each
 * @param seconds		how long an attempt is remembered, at most 32767
 * @return				empty table
 */
recent_t *recent_create(unsigned bits, unsigned seconds);

#endif /** RECENT_H_ @}*/
