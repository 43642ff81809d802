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
 * A look at a message, with all that tests say of it.
 */

#ifndef INIT_LOOK_H_
#define INIT_LOOK_H_

#include <check.h>

#include "ike_message.h"
#include "fastpath/init_request.h"

/**
 * Look at a message in memory of exactly its size, so that ASan sees who reads
 * too far.
 *
 * @param message	message, loopback addresses are not allowed in it
 * @return			verdict
 */
init_verdict_t init_look(ike_message_t *message);

/**
 * Check the verdict on a message.
 */
#define assert_init(message, expected) ({ \
	init_verdict_t _verdict = init_look(message); \
	init_verdict_t _expected = (expected); \
	ck_assert_msg(_verdict == _expected, "%s instead of %s", \
				  enum_to_name(init_verdict_names, _verdict), \
				  enum_to_name(init_verdict_names, _expected)); \
})

#endif /** INIT_LOOK_H_ */
