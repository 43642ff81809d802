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
 * Policies, engines and requests for tests.
 */

#ifndef POLICY_FIXTURE_H_
#define POLICY_FIXTURE_H_

#include "policy/policy_engine.h"

#include <check.h>
#include <stdlib.h>

typedef struct policy_fixture_t policy_fixture_t;

/**
 * An engine with all it needs.
 */
struct policy_fixture_t {
	selector_registry_t *registry;
	gateway_table_t *table;
	decision_log_t *log;
	policy_engine_t *engine;
};

/**
 * Read a policy.
 *
 * @param registry		selectors
 * @param conf			content of section charon.plugins.redirect
 * @param errors		receives errors, char*; see config_list_destroy()
 * @return				policy, NULL if there were errors
 */
policy_t *policy_fixture_read(selector_registry_t *registry, const char *conf,
							  array_t **errors);

/**
 * Assert that a configuration is refused with an error, and no other.
 *
 * @param conf			content of section charon.plugins.redirect
 * @param error			the error
 */
void policy_fixture_refused(const char *conf, const char *error);

/**
 * Create an engine with a policy in force.
 *
 * @param conf			content of section charon.plugins.redirect
 */
policy_fixture_t policy_fixture_create(const char *conf);

/**
 * Put another policy into force.
 */
void policy_fixture_reload(policy_fixture_t *this, const char *conf);

/**
 * Ask the engine.
 */
redirect_decision_t policy_fixture_decide(policy_fixture_t *this,
										  redirect_request_t request);

/**
 * Ask the engine, and let it carry out the answer.
 */
redirect_decision_t policy_fixture_carry_out(policy_fixture_t *this,
											 redirect_request_t request);

/**
 * Destroy an engine with all it needs.
 */
void policy_fixture_destroy(policy_fixture_t *this);

/**
 * Parse an address that is known to be valid.
 */
ip_address_t policy_fixture_address(const char *str);

/**
 * IKE_SA_INIT request of a client that supports redirects, to 192.0.2.1; every
 * client has a nonce.
 *
 * @param remote		address of the client
 * @param spi			its SPI
 */
redirect_request_t policy_fixture_init(const char *remote, uint64_t spi);

/**
 * IKE_AUTH request of a client that supports redirects, from 198.51.100.7 to
 * 192.0.2.1.
 *
 * @param id			IKE identity, has to be destroyed; see
 *						policy_fixture_forget()
 */
redirect_request_t policy_fixture_auth(const char *id);

/**
 * Destroy the identities of a request.
 */
void policy_fixture_forget(redirect_request_t *request);

/**
 * Assert what was decided.
 */
#define assert_decision(decision, act, why, gw) do { \
	redirect_decision_t _d = (decision); \
	char _text[512]; \
	redirect_decision_describe(&_d, REDIRECT_PHASE_INIT, _text, \
							   sizeof(_text)); \
	ck_assert_msg(_d.action == REDIRECT_##act && \
				  _d.reason == REDIRECT_REASON_##why && \
				  streq(_d.gateway, gw), "%s", _text); \
} while (0)

/**
 * Run a suite as main() of a test program does.
 *
 * @param suite			suite, adopted
 * @return				exit status
 */
int policy_fixture_run(Suite *suite);

/**
 * Two to four gateways that are used again and again.
 */
#define MOON "moon { addresses = 192.0.2.1, 2001:db8::1 }\n"
#define SUN "sun { addresses = 192.0.2.2, 2001:db8::2 }\n"
#define MARS "mars { addresses = 192.0.2.3, 2001:db8::3 }\n"
#define VENUS "venus { addresses = 192.0.2.4, 2001:db8::4 }\n"

#endif /** POLICY_FIXTURE_H_ */
