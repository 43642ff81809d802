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
 * Decisions of an engine that lives for one of them, and what they are about.
 */

#ifndef DECIDE_FIXTURE_H_
#define DECIDE_FIXTURE_H_

#include "policy_fixture.h"

/**
 * Address of the client.
 */
#define CLIENT "198.51.100.1"

/**
 * Configuration of three gateways, and of a rule that sends the client to sun.
 */
#define GATEWAYS "self = moon\ngateways { " MOON SUN MARS " }\n"
#define TO_SUN GATEWAYS \
	"rules { west { remote = 198.51.100.0/24, 2001:db8:9::/48\n" \
	"gateways = sun } }"

/**
 * Decide about a request with a configuration.
 *
 * @param conf			content of section charon.plugins.redirect
 */
redirect_decision_t decide(const char *conf, redirect_request_t request);

/**
 * A request of CLIENT that was redirected from an address.
 *
 * @param from			address of the gateway it comes from
 * @param spi			its SPI
 */
redirect_request_t redirected(const char *from, uint64_t spi);

/**
 * Where a decision sends the client to.
 *
 * @return				address or name, valid until the next call
 */
const char *target(redirect_decision_t decision);

#endif /** DECIDE_FIXTURE_H_ */
