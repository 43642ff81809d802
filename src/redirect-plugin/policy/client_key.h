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
 * @defgroup client_key client_key
 * @{ @ingroup redirect_policy
 */

#ifndef CLIENT_KEY_H_
#define CLIENT_KEY_H_

#include "redirect_decision.h"

typedef enum client_key_t client_key_t;

/**
 * What makes a client the same client when it comes back, option key.
 */
enum client_key_t {
	/** its source address */
	CLIENT_KEY_SOURCE,
	/** its identity: EAP identity if there is one, IKE identity otherwise */
	CLIENT_KEY_IDENTITY,
	/** the name of the connection */
	CLIENT_KEY_CONNECTION,
};

/**
 * Words of option key, in the order of client_key_t.
 */
extern const char *const client_key_words[];

/**
 * Hash what makes a client the same client, in the same way on every gateway.
 * What is not known yet is replaced by the source address. Any thread, hot path.
 *
 * @param key			what to hash
 * @param request		request of the client
 * @return				hash
 */
uint64_t client_key_hash(client_key_t key, const redirect_request_t *request);

#endif /** CLIENT_KEY_H_ @}*/
