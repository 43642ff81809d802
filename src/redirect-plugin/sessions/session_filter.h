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
 * @defgroup session_filter session_filter
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_FILTER_H_
#define SESSION_FILTER_H_

#include "utils/ip_set.h"

#include <collections/array.h>
#include <utils/identification.h>

typedef struct session_filter_t session_filter_t;

/**
 * Which sessions are meant; all conditions have to be met. Immutable once made.
 */
struct session_filter_t {

	/** names of connections with wildcards * and ?, char*; NULL for any */
	array_t *connections;

	/** identities with wildcards, as strongSwan compares them,
	 * identification_t*; NULL for any */
	array_t *ids;

	/** addresses of clients, NULL for any */
	ip_set_t *remote;

	/** unique id of the IKE_SA, 0 for any */
	uint32_t unique_id;
};

/**
 * Add to a condition, as an operator gives it: sessions meet it that meet one of
 * its values.
 *
 * @param filter		filter, zeroed before the first condition
 * @param key			"connection", "id", "remote" or "unique-id"
 * @param value			value; lists are comma separated, but for identities that
 *						are distinguished names
 * @return				FALSE if the key is not known, the value not allowed, or
 *						there is one already and only one is possible (remote,
 *						unique-id)
 */
bool session_filter_set(session_filter_t *filter, const char *key,
						const char *value);

/**
 * Check whether a session is meant. Any thread.
 *
 * @param filter		filter, NULL for all sessions
 * @param unique_id		unique id of the IKE_SA
 * @param connection	name of the connection
 * @param id			IKE identity of the client, may be NULL
 * @param eap_id		EAP identity of the client, may be NULL
 * @param remote		address of the client
 * @return				TRUE if it is
 */
bool session_filter_matches(const session_filter_t *filter, uint32_t unique_id,
							const char *connection, identification_t *id,
							identification_t *eap_id,
							const ip_address_t *remote);

/**
 * Free what the filter holds, and set no condition.
 */
void session_filter_clear(session_filter_t *filter);

#endif /** SESSION_FILTER_H_ @}*/
