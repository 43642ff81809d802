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

#include "init_look.h"

/*
 * Described in header
 */
init_verdict_t init_look(ike_message_t *message)
{
	init_request_t request;
	init_verdict_t verdict;
	chunk_t copy;

	copy = chunk_clone(ike_message_chunk(message));
	verdict = init_request_parse(copy, FALSE, &request);
	chunk_free(&copy);
	return verdict;
}
