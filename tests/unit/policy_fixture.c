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

#include "policy_fixture.h"

#include <library.h>

/**
 * Initialize libstrongswan for a test program; the configuration of the host is
 * not read.
 */
static void init_library(void)
{
	/* not part of a test, so nothing can be asserted */
	if (!library_init("", "charon"))
	{
		fprintf(stderr, "libstrongswan cannot be initialized\n");
		exit(EXIT_FAILURE);
	}
}

/*
 * Described in header
 */
policy_t *policy_fixture_read(selector_registry_t *registry, const char *conf,
							  array_t **errors)
{
	config_section_t section;
	settings_t *settings;
	policy_t *policy;
	bool unknown;
	char *text;

	ck_assert(asprintf(&text, "charon { plugins { redirect {\n%s\n} } }\n",
					   conf) > 0);
	settings = settings_create_string(text);
	free(text);
	ck_assert_msg(settings != NULL, "not the syntax of strongswan.conf");
	*errors = array_create(0, 0);
	section = config_section_create(settings, *errors, "charon");
	policy = policy_create(&section, registry, NULL, &unknown);
	settings->destroy(settings);
	ck_assert_msg((policy == NULL) == (array_count(*errors) > 0),
				  "policy and %d errors", array_count(*errors));
	return policy;
}

/*
 * Described in header
 */
void policy_fixture_refused(const char *conf, const char *error)
{
	selector_registry_t *registry = selector_registry_create();
	array_t *errors;
	policy_t *policy;
	char *first;

	policy = policy_fixture_read(registry, conf, &errors);
	ck_assert_msg(!policy, "accepted");
	array_get(errors, 0, &first);
	ck_assert_str_eq(first, error);
	ck_assert_int_eq(array_count(errors), 1);
	config_list_destroy(errors);
	registry->destroy(registry);
}

/*
 * Described in header
 */
policy_fixture_t policy_fixture_create(const char *conf)
{
	policy_fixture_t this = {
		.registry = selector_registry_create(),
		.table = gateway_table_create(),
		.log = decision_log_create(),
	};

	this.engine = policy_engine_create(this.table, this.log);
	policy_fixture_reload(&this, conf);
	return this;
}

/*
 * Described in header
 */
void policy_fixture_reload(policy_fixture_t *this, const char *conf)
{
	array_t *errors;
	policy_t *policy;
	char *error = "";

	policy = policy_fixture_read(this->registry, conf, &errors);
	array_get(errors, 0, &error);
	ck_assert_msg(policy != NULL, "%s", error);
	config_list_destroy(errors);
	this->engine->set_policy(this->engine, policy);
}

/*
 * Described in header
 */
redirect_decision_t policy_fixture_decide(policy_fixture_t *this,
										  redirect_request_t request)
{
	redirect_decision_t decision;

	this->engine->decide(this->engine, &request, &decision);
	return decision;
}

/*
 * Described in header
 */
redirect_decision_t policy_fixture_carry_out(policy_fixture_t *this,
											 redirect_request_t request)
{
	redirect_decision_t decision;

	this->engine->decide(this->engine, &request, &decision);
	this->engine->carry_out(this->engine, &request, &decision);
	return decision;
}

/*
 * Described in header
 */
void policy_fixture_destroy(policy_fixture_t *this)
{
	this->engine->destroy(this->engine);
	this->log->destroy(this->log);
	this->table->destroy(this->table);
	this->registry->destroy(this->registry);
}

/*
 * Described in header
 */
ip_address_t policy_fixture_address(const char *str)
{
	ip_address_t address;

	ck_assert_msg(ip_address_from_string(str, &address), "%s", str);
	return address;
}

/*
 * Described in header
 */
redirect_request_t policy_fixture_init(const char *remote, uint64_t spi)
{
	ip_address_t address = policy_fixture_address(remote);

	return (redirect_request_t){
		.phase = REDIRECT_PHASE_INIT,
		.supported = TRUE,
		.local = policy_fixture_address(address.version == 4 ? "192.0.2.1"
															 : "2001:db8::1"),
		.remote = address,
		.spi_i = spi,
		/* the same for all attempts, as strongSwan's clients have it */
		.nonce = gateway_hash(ip_address_chunk(&address)),
	};
}

/*
 * Described in header
 */
redirect_request_t policy_fixture_auth(const char *id)
{
	redirect_request_t request = policy_fixture_init("198.51.100.7", 1);

	request.phase = REDIRECT_PHASE_AUTH;
	request.connection = "rw";
	request.id = identification_create_from_string((char*)id);
	return request;
}

/*
 * Described in header
 */
void policy_fixture_forget(redirect_request_t *request)
{
	int i;

	DESTROY_IF(request->id);
	DESTROY_IF(request->eap_id);
	for (i = 0; i < REDIRECT_IDS_MAX; i++)
	{
		DESTROY_IF(request->ids[i]);
	}
	for (i = 0; i < REDIRECT_GROUPS_MAX; i++)
	{
		DESTROY_IF(request->groups[i]);
	}
	for (i = 0; i < REDIRECT_ISSUERS_MAX; i++)
	{
		DESTROY_IF(request->issuers[i]);
	}
}

/*
 * Described in header
 */
int policy_fixture_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	init_library();
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
