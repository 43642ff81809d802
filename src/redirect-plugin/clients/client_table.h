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
 * @defgroup client_table client_table
 * @{ @ingroup redirect_clients
 */

#ifndef CLIENT_TABLE_H_
#define CLIENT_TABLE_H_

#include "policy/redirect_decision.h"

typedef struct client_table_t client_table_t;
typedef struct client_t client_t;

/**
 * Most clients remembered at a time. Clients are forgotten once they are
 * established, so this limits half-open ones only.
 */
#define CLIENT_TABLE_MAX 16384

/**
 * What is remembered of a client while its IKE_SA is set up: plain data.
 */
struct client_t {

	/** gateway that redirected it here, version 0 if none (R9.3-3) */
	ip_address_t redirected_from;

	/** first octets of its nonce, while a redirect in IKE_SA_INIT is pending */
	uint64_t nonce;

	/** TRUE if it had an IKE_SA here before this one was authenticated */
	bool replaces;

	/** TRUE if a redirect is decided, but not sent yet */
	bool pending;

	/** the redirect that is decided */
	redirect_decision_t decision;
};

/**
 * Clients by the unique id of their IKE_SA; thread-safe. The mutex is held for
 * a look-up only, so hooks may use it.
 */
struct client_table_t {

	/**
	 * Remember a client, in place of what was remembered of it.
	 *
	 * @param unique_id		unique id of its IKE_SA
	 * @param client		what to remember, copied
	 * @return				FALSE if the table is full
	 */
	bool (*put)(client_table_t *this, uint32_t unique_id,
				const client_t *client);

	/**
	 * Get what is remembered of a client.
	 *
	 * @param unique_id		unique id of its IKE_SA
	 * @param client		receives a copy
	 * @return				FALSE if nothing is
	 */
	bool (*get)(client_table_t *this, uint32_t unique_id, client_t *client);

	/**
	 * Forget a client.
	 *
	 * @param unique_id		unique id of its IKE_SA
	 */
	void (*remove)(client_table_t *this, uint32_t unique_id);

	/**
	 * Get the number of clients remembered.
	 */
	u_int (*get_count)(client_table_t *this);

	/**
	 * Get the number of clients that could not be remembered.
	 */
	uint64_t (*get_dropped)(client_table_t *this);

	/**
	 * Destroy the table.
	 */
	void (*destroy)(client_table_t *this);
};

/**
 * Create an empty table.
 */
client_table_t *client_table_create();

#endif /** CLIENT_TABLE_H_ @}*/
