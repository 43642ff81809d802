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
 * @defgroup initiator_history initiator_history
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_HISTORY_H_
#define INITIATOR_HISTORY_H_

#include "utils/ip_address.h"

#include <library.h>

typedef struct initiator_history_t initiator_history_t;
typedef struct initiator_orphans_t initiator_orphans_t;

/**
 * Largest max_redirects.
 */
#define INITIATOR_REDIRECTS_MAX 32

/**
 * The redirects of one IKE_SA set-up (R7-1): shared by all IKE_SAs that come one
 * from the other by redirect, rekeying, reauthentication or a new attempt, so
 * that none of these starts the count anew. Reference counted; any thread.
 */
struct initiator_history_t {

	/**
	 * Count a redirect, unless there were enough of them.
	 *
	 * @param max			redirects allowed within period, at most
	 *						INITIATOR_REDIRECTS_MAX
	 * @param period		seconds
	 * @return				FALSE if this one would be beyond max
	 */
	bool (*take)(initiator_history_t *this, uint32_t max, uint32_t period);

	/**
	 * Check if there were enough redirects, so that take() would fail.
	 */
	bool (*is_full)(initiator_history_t *this, uint32_t max, uint32_t period);

	/**
	 * Check if there was a redirect within period.
	 *
	 * @param period		seconds
	 */
	bool (*is_recent)(initiator_history_t *this, uint32_t period);

	/**
	 * Check if there is more than one reference.
	 */
	bool (*is_shared)(initiator_history_t *this);

	/**
	 * Note the gateway that is configured: where the last set-up began.
	 */
	void (*set_origin)(initiator_history_t *this, ip_address_t origin);

	/**
	 * Get the gateway where the set-up began.
	 *
	 * @return				its address, version 0 if not known
	 */
	ip_address_t (*get_origin)(initiator_history_t *this);

	/**
	 * Get a reference.
	 */
	initiator_history_t *(*get_ref)(initiator_history_t *this);

	/**
	 * Give a reference back.
	 */
	void (*destroy)(initiator_history_t *this);
};

/**
 * Create an empty history.
 */
initiator_history_t *initiator_history_create();

/**
 * Histories of attempts that ended, a limited number of them. The caller holds
 * a lock.
 */
struct initiator_orphans_t {

	/**
	 * Take the history of an ended attempt of a connection, which goes to one
	 * only; drops those too old.
	 *
	 * @param name			name of the connection
	 * @param period		seconds that a redirect counts
	 * @return				reference, NULL if there is none
	 */
	initiator_history_t *(*adopt)(initiator_orphans_t *this, const char *name,
								  uint32_t period);

	/**
	 * Keep the history of an attempt that ends, if it has redirects within
	 * period and nobody else goes on with it; the oldest may have to go for it.
	 *
	 * @param name			name of the connection, cloned
	 * @param history		history, its reference stays with the caller
	 * @param period		seconds that a redirect counts
	 */
	void (*leave)(initiator_orphans_t *this, const char *name,
				  initiator_history_t *history, uint32_t period);

	/**
	 * Destroy all.
	 */
	void (*destroy)(initiator_orphans_t *this);
};

/**
 * Create an empty one.
 */
initiator_orphans_t *initiator_orphans_create();

#endif /** INITIATOR_HISTORY_H_ @}*/
