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

#include "decide_fixture.h"

/*
 * Described in header
 */
redirect_decision_t decide(const char *conf, redirect_request_t request)
{
	policy_fixture_t fixture = policy_fixture_create(conf);
	redirect_decision_t decision = policy_fixture_decide(&fixture, request);

	policy_fixture_destroy(&fixture);
	return decision;
}

/*
 * Described in header
 */
redirect_request_t redirected(const char *from, uint64_t spi)
{
	redirect_request_t request = policy_fixture_init(CLIENT, spi);

	request.redirected_from = policy_fixture_address(from);
	return request;
}

/*
 * Described in header
 */
const char *target(redirect_decision_t decision)
{
	static char buf[GATEWAY_IDENTITY_FQDN_MAX + 1];

	return gateway_identity_to_string(&decision.target, buf, sizeof(buf));
}
