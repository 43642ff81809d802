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
 * @defgroup initiator_dead initiator_dead
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_DEAD_H_
#define INITIATOR_DEAD_H_

#include "wire/gateway_identity.h"

typedef struct initiator_dead_t initiator_dead_t;

/**
 * Targets that are remembered; the one that would be left first makes room.
 */
#define INITIATOR_DEAD_MAX 128

/**
 * Remembers gateways that were named by a REDIRECT and could not be reached, so
 * that a client does not go there and back again. Any thread.
 *
 * Each connection has failures of its own, and what an unauthenticated REDIRECT
 * led to says nothing about targets that an authenticated gateway names.
 */
struct initiator_dead_t {

	/**
	 * Note that a gateway failed: it is left out for a time that doubles with
	 * each failure, up to 16 times the first.
	 *
	 * @param gateway		gateway as REDIRECT named it
	 * @param connection	name of the connection
	 * @param authenticated	TRUE if an authenticated gateway named it
	 * @param time			seconds for the first failure, 0 not to note it
	 */
	void (*add)(initiator_dead_t *this, const gateway_identity_t *gateway,
				const char *connection, bool authenticated, uint32_t time);

	/**
	 * Check if a gateway is left out at present.
	 */
	bool (*contains)(initiator_dead_t *this, const gateway_identity_t *gateway,
					 const char *connection, bool authenticated);

	/**
	 * Forget the failures of a gateway that was reached.
	 */
	void (*remove)(initiator_dead_t *this, const gateway_identity_t *gateway,
				   const char *connection);

	/**
	 * Destroy it.
	 */
	void (*destroy)(initiator_dead_t *this);
};

/**
 * Create it, empty.
 */
initiator_dead_t *initiator_dead_create();

#endif /** INITIATOR_DEAD_H_ @}*/
