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

/*
 * Clients that are redirected by an INFORMATIONAL behind IKE_AUTH.
 */

#include "mock_ike_sa.h"
#include "policy_fixture.h"

#include "sessions/auth_redirect.h"

#include <daemon.h>
#include <encoding/payloads/delete_payload.h>

#include <check.h>

/**
 * What is tested, with an IKE_SA.
 */
typedef struct {
	session_table_t *table;
	client_table_t *clients;
	auth_redirect_t *auth;
	mock_ike_sa_t *ike_sa;
	redirect_decision_t decision;
} fixture_t;

static fixture_t *fixture_create(int method)
{
	fixture_t *this;

	ck_assert(libcharon_init());
	INIT(this,
		.table = session_table_create(),
		.clients = client_table_create(),
		.ike_sa = mock_ike_sa_create(7, "198.51.100.7", "carol@example.org"),
		.decision = {
			.action = REDIRECT_REDIRECT,
			.gateway = "sun",
		},
	);
	ck_assert(gateway_identity_from_string("192.0.2.2",
										   &this->decision.target));
	this->auth = auth_redirect_create(this->table, NULL, this->clients);
	this->auth->configure(this->auth, method, 30);
	return this;
}

static void fixture_destroy(fixture_t *this)
{
	this->auth->destroy(this->auth);
	this->clients->destroy(this->clients);
	this->table->destroy(this->table);
	mock_ike_sa_destroy(this->ike_sa);
	free(this);
	libcharon_deinit();
}

/**
 * Show a message to the listener.
 *
 * @return				message
 */
static message_t *show(fixture_t *this, exchange_type_t type, bool request,
					   bool incoming, bool deletes)
{
	message_t *message = message_create(IKEV2_MAJOR_VERSION,
										IKEV2_MINOR_VERSION);
	listener_t *listener = &this->auth->listener;
	delete_payload_t *payload;

	message->set_exchange_type(message, type);
	message->set_request(message, request);
	if (deletes)
	{
		payload = delete_payload_create(PLV2_DELETE, PROTO_IKE);
		message->add_payload(message, (payload_t*)payload);
	}
	ck_assert(listener->message(listener, &this->ike_sa->public, message,
								incoming, TRUE));
	return message;
}

/**
 * Check whether our response has a notify.
 */
static bool answers(fixture_t *this, exchange_type_t type, notify_type_t notify)
{
	message_t *message = show(this, type, FALSE, FALSE, FALSE);
	bool found = message->get_notify(message, notify) != NULL;

	message->destroy(message);
	return found;
}

START_TEST(leaves_clients_to_the_notify_by_default)
{
	fixture_t *this = fixture_create(REDIRECT_METHOD_NOTIFY);

	ck_assert(!this->auth->take(this->auth, &this->ike_sa->public,
								&this->decision));
	ck_assert(!answers(this, IKE_AUTH, NO_ADDITIONAL_SAS));
	fixture_destroy(this);
}
END_TEST

START_TEST(lets_clients_in_that_get_an_informational)
{
	fixture_t *this = fixture_create(REDIRECT_METHOD_INFORMATIONAL);

	ck_assert(this->auth->take(this->auth, &this->ike_sa->public,
							   &this->decision));
	ck_assert(!(this->ike_sa->conditions & COND_REDIRECTED));
	ck_assert(!answers(this, IKE_AUTH, NO_ADDITIONAL_SAS));
	fixture_destroy(this);
}
END_TEST

START_TEST(denies_a_child_sa_to_clients_that_have_to_go)
{
	fixture_t *this = fixture_create(REDIRECT_METHOD_NO_CHILD);

	ck_assert(this->auth->take(this->auth, &this->ike_sa->public,
							   &this->decision));
	/* charon makes no CHILD_SA under this condition */
	ck_assert(this->ike_sa->conditions & COND_REDIRECTED);
	ck_assert(answers(this, IKE_AUTH, NO_ADDITIONAL_SAS));
	ck_assert(!answers(this, IKE_AUTH, REDIRECT));
	ck_assert(!answers(this, INFORMATIONAL, REDIRECT));
	fixture_destroy(this);
}
END_TEST

START_TEST(redirects_in_the_answer_to_a_delete_that_crosses)
{
	fixture_t *this = fixture_create(REDIRECT_METHOD_NO_CHILD);
	listener_t *listener = &this->clients->listener;
	message_t *message;

	ck_assert(this->auth->take(this->auth, &this->ike_sa->public,
							   &this->decision));
	message = show(this, INFORMATIONAL, TRUE, TRUE, TRUE);
	message->destroy(message);
	ck_assert(answers(this, INFORMATIONAL, REDIRECT));
	/* forgotten with the IKE_SA */
	listener->ike_state_change(listener, &this->ike_sa->public, IKE_DESTROYING);
	ck_assert(!answers(this, INFORMATIONAL, REDIRECT));
	fixture_destroy(this);
}
END_TEST

START_TEST(redirects_in_the_answer_to_a_delete_after_a_rekeying)
{
	fixture_t *this = fixture_create(REDIRECT_METHOD_NO_CHILD);
	listener_t *listener = &this->clients->listener;
	mock_ike_sa_t *old = mock_ike_sa_create(6, "198.51.100.7",
											"carol@example.org");
	message_t *message;

	ck_assert(this->auth->take(this->auth, &old->public, &this->decision));
	listener->ike_rekey(listener, &old->public, &this->ike_sa->public);
	listener->ike_state_change(listener, &old->public, IKE_DESTROYING);
	message = show(this, INFORMATIONAL, TRUE, TRUE, TRUE);
	message->destroy(message);
	ck_assert(answers(this, INFORMATIONAL, REDIRECT));
	mock_ike_sa_destroy(old);
	fixture_destroy(this);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("auth_redirect");
	TCase *tcase = tcase_create("auth_redirect");

	tcase_add_test(tcase, leaves_clients_to_the_notify_by_default);
	tcase_add_test(tcase, lets_clients_in_that_get_an_informational);
	tcase_add_test(tcase, denies_a_child_sa_to_clients_that_have_to_go);
	tcase_add_test(tcase, redirects_in_the_answer_to_a_delete_that_crosses);
	tcase_add_test(tcase, redirects_in_the_answer_to_a_delete_after_a_rekeying);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
