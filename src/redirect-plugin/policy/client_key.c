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

#include "client_key.h"

/*
 * Described in header
 */
const char *const client_key_words[] = {
	"source", "identity", "connection", NULL
};

/*
 * Described in header
 */
uint64_t client_key_hash(client_key_t key, const redirect_request_t *request)
{
	identification_t *id;

	switch (key)
	{
		case CLIENT_KEY_IDENTITY:
			id = request->eap_id ?: request->id;
			if (id)
			{
				return gateway_hash(id->get_encoding(id));
			}
			break;
		case CLIENT_KEY_CONNECTION:
			if (request->connection)
			{
				return gateway_hash(chunk_create((u_char*)request->connection,
												 strlen(request->connection)));
			}
			break;
		default:
			break;
	}
	return gateway_hash(ip_address_chunk(&request->remote));
}
