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
 * @defgroup charon_limits charon_limits
 * @{ @ingroup redirect_fastpath
 */

#ifndef CHARON_LIMITS_H_
#define CHARON_LIMITS_H_

#include "utils/ip_address.h"

typedef struct charon_limits_t charon_limits_t;

/**
 * What charon's receiver does to IKE_SA_INIT requests before they become
 * IKE_SAs, seen from outside: it ignores interfaces it is told not to use,
 * blocks sources with too many half-open IKE_SAs and demands cookies while too
 * many are half-open.
 *
 * Reads the same options as charon (initiator_only, dos_protection,
 * cookie_threshold, cookie_threshold_ip, block_threshold), once, as charon
 * does. init_limit_* and ikesa_limit do not count here: they protect what an
 * answer of the fast path does not use.
 *
 * For one thread at a time. Does not allocate after it was created; asks
 * charon's IKE_SA manager, for a single source under a read lock of it.
 */
struct charon_limits_t {

	/**
	 * Whether charon ignores requests from a source to an address now.
	 *
	 * @param source		source of a request
	 * @param destination	address it was sent to
	 * @return				TRUE if it will not be answered
	 */
	bool (*blocks)(charon_limits_t *this, const ip_address_t *source,
				   const ip_address_t *destination);

	/**
	 * Whether charon demands a cookie from a source now. Once it did it keeps
	 * doing so for ten seconds, as charon does.
	 *
	 * @param source		source of a request
	 * @return				TRUE if charon demands a cookie
	 */
	bool (*demands_cookie)(charon_limits_t *this, const ip_address_t *source);

	/**
	 * Destroy a charon_limits_t.
	 */
	void (*destroy)(charon_limits_t *this);
};

/**
 * Create limits that follow charon's options.
 */
charon_limits_t *charon_limits_create();

#endif /** CHARON_LIMITS_H_ @}*/
