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

#include <bus/listeners/listener.h>

typedef struct client_table_t client_table_t;
typedef struct client_t client_t;
typedef enum client_use_t client_use_t;

/**
 * What a client is remembered for.
 */
enum client_use_t {
	/** its IKE_SA is being set up; may be anybody */
	CLIENT_SET_UP,
	/** it is authenticated, and redirected behind IKE_AUTH */
	CLIENT_AUTH_REDIRECT,
	/** it is authenticated, and gets CHILD_SAs offered */
	CLIENT_OFFERS,
	/** number of uses */
	CLIENT_USE_MAX,
};

/**
 * Most clients remembered at a time while they are set up, and as long as their
 * IKE_SA lasts. These are apart so that clients that are not authenticated
 * take no room from those that are, and the other way round.
 */
#define CLIENT_TABLE_SET_UP 16384
#define CLIENT_TABLE_LASTING 65536

/**
 * What is remembered of a client: plain data. Each room changes its own part.
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

	/** TRUE if it is to be redirected behind IKE_AUTH; lasts */
	bool waiting;

	/** TRUE if it gets no CHILD_SA until then */
	bool no_child;

	/** TRUE while a DELETE of the client is being answered */
	bool deleting;

	/** CHILD_SAs that may be offered to it yet; last */
	uint8_t offers_left;

	/** offers that it has not answered yet; last */
	uint8_t offers_on_way;
};

/**
 * Clients by their IKE_SA, over rekeyings and until it is destroyed;
 * thread-safe. The mutex is held for a look-up only, so hooks may use it. Who
 * changes a client has its IKE_SA, thus nobody else does.
 */
struct client_table_t {

	/**
	 * Follows IKE_SAs; to be added to the bus.
	 */
	listener_t listener;

	/**
	 * Remember a client, in place of what was remembered of it. One of which
	 * something lasted, but nothing does anymore, is forgotten.
	 *
	 * @param ike_sa		its IKE_SA
	 * @param client		what to remember, copied
	 * @param decision		what was decided about it, copied; NULL to leave that
	 *						as it is
	 * @return				FALSE if the table is full, nothing is changed then
	 */
	bool (*put)(client_table_t *this, ike_sa_t *ike_sa, const client_t *client,
				const redirect_decision_t *decision);

	/**
	 * Get what is remembered of a client.
	 *
	 * @param ike_sa		its IKE_SA
	 * @param client		receives a copy, zeros if nothing is
	 * @param decision		receives a copy, zeros if there is none; may be NULL
	 * @return				FALSE if nothing is
	 */
	bool (*get)(client_table_t *this, ike_sa_t *ike_sa, client_t *client,
				redirect_decision_t *decision);

	/**
	 * Forget what has no use once the IKE_SA of a client is established.
	 *
	 * @param ike_sa		its IKE_SA
	 */
	void (*settle)(client_table_t *this, ike_sa_t *ike_sa);

	/**
	 * Get the number of clients remembered.
	 */
	u_int (*get_count)(client_table_t *this);

	/**
	 * Get the number of clients that could not be remembered for a use.
	 */
	uint64_t (*get_dropped)(client_table_t *this, client_use_t use);

	/**
	 * Destroy the table; the listener must be removed.
	 */
	void (*destroy)(client_table_t *this);
};

/**
 * Create an empty table.
 */
client_table_t *client_table_create();

#endif /** CLIENT_TABLE_H_ @}*/
