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

#include "harness.h"

/** Have the gateway send a REDIRECT on an established IKE_SA. */
static void redirect(char *gateway)
{
	chunk_t data = harness_redirect(gateway);

	harness_redirect_active(FALSE, data);
	free(data.ptr);
}

/** How often the certificate of a gateway was to be looked at again. */
static int checked;

static bool is_revoked(ike_sa_t *ike_sa)
{
	ck_assert(ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR));
	checked++;
	return FALSE;
}

/** As if the certificate of the gateway that the client is sent to was revoked. */
static bool make_revoked(listener_t *this, ike_sa_t *ike_sa, bool up)
{
	host_t *target = host_create_from_string("192.0.2.9", IKEV2_UDP_PORT);

	if (up && ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR) &&
		target->ip_equals(target, ike_sa->get_other_host(ike_sa)))
	{
		ike_sa->verify_peer_certificate = is_revoked;
	}
	target->destroy(target);
	return TRUE;
}

/* charon does not ask whether a certificate is revoked while it reauthenticates
 * make-before-break, but once that is done; it deletes the IKE_SA then, and
 * close_action says what becomes of the client. _i: 0 redirected in IKE_SA_INIT, 1
 * in the last response of IKE_AUTH */
START_TEST(stays_at_no_gateway_whose_certificate_is_revoked)
{
	listener_t listener = {
		.ike_updown = make_revoked,
	};
	ike_sa_t *ike_sa;

	checked = 0;
	lib->settings->set_bool(lib->settings, "%s.make_before_break", TRUE,
							lib->ns);
	harness_establish();
	if (_i)
	{
		harness_redirect_auth("192.0.2.9", 1);
	}
	else
	{
		harness_redirect_init("192.0.2.9", 1);
	}
	charon->bus->add_listener(charon->bus, &listener);
	ike_sa = harness_sa(TRUE);
	harness_call(TRUE, ike_sa->reauth);
	harness_deliver_all(NULL);
	charon->bus->remove_listener(charon->bus, &listener);
	ck_assert_int_eq(checked, 1);
	ck_assert_int_eq(harness_count_sas(TRUE, "192.0.2.9"), 0);
	ck_assert_int_eq(harness_count_sas(FALSE, "192.0.2.9"), 0);
}
END_TEST

/** As charon's, for IKE_SAs of this host. */
static ike_sa_t *(*create_new)(ike_sa_manager_t*, ike_version_t, bool);

/** Let no IKE_SA be made, as without random numbers, or as many as before. */
static void let_create(bool able)
{
	if (!create_new)
	{
		create_new = charon->ike_sa_manager->create_new;
	}
	charon->ike_sa_manager->create_new = able ? create_new : (void*)return_null;
}

/* _i: 0 redirected in the last response of IKE_AUTH, 1 once established */
START_TEST(keeps_its_gateway_if_no_ike_sa_can_be_made)
{
	if (_i)
	{
		harness_establish();
		redirect("192.0.2.9");
	}
	else
	{
		harness_redirect_auth("192.0.2.9", 1);
		harness_initiate();
	}
	let_create(FALSE);
	harness_deliver_all(NULL);
	let_create(TRUE);
	harness_expect_served(GATEWAY);
	ck_assert_uint_eq(harness_count(GUARD_FULL), 1);
	ck_assert(!harness_sa(TRUE)->has_condition(harness_sa(TRUE),
											   COND_REDIRECTED));
	/* nothing is left of it that holds up the next one */
	redirect("192.0.2.9");
	harness_deliver_all(NULL);
	harness_expect_served("192.0.2.9");
}
END_TEST

START_TEST(comes_back_as_soon_as_an_ike_sa_can_be_made)
{
	harness_option("deny", "192.0.2.9");
	harness_establish();
	redirect("192.0.2.9");
	harness_deliver_all(NULL);
	ck_assert_uint_eq(harness_count(GUARD_DENIED), 1);
	let_create(FALSE);
	harness_delete(FALSE);
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	ck_assert_int_eq(harness_timers(5), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 0);
	let_create(TRUE);
	ck_assert_int_eq(harness_timers(5), 1);
	harness_deliver_all(NULL);
	harness_expect_served(GATEWAY);
	ck_assert_int_eq(harness_timers(5), 0);
}
END_TEST

/* releases that know IKE_INTERMEDIATE (RFC 9242), for further key exchanges */
#ifdef MAX_ADDITIONAL_KEY_EXCHANGES

METHOD(key_exchange_t, get_octets, bool,
	key_exchange_t *this, chunk_t *octets)
{
	*octets = chunk_clone(chunk_from_str("not a secret"));
	return TRUE;
}

METHOD(key_exchange_t, get_method, key_exchange_method_t,
	key_exchange_t *this)
{
	return ECP_256_BIT;
}

/** A key exchange in form only. */
static key_exchange_t *create_ke(key_exchange_method_t method, ...)
{
	key_exchange_t *this;

	INIT(this,
		.get_shared_secret = _get_octets,
		.get_public_key = _get_octets,
		.set_public_key = (void*)return_true,
		.get_method = _get_method,
		.destroy = (void*)free,
	);
	return this;
}

START_TEST(goes_back_from_a_target_that_is_silent_in_ike_intermediate)
{
	message_t *request;
	int i;

	ck_assert(lib->crypto->add_ke(lib->crypto, ECP_256_BIT, "test", create_ke));
	harness_proposal("aes128-sha256-x25519-ke1_ecp256");
	harness_redirect_init("192.0.2.9", 1);
	harness_initiate();
	harness_exchange();
	harness_expect_to("192.0.2.9");
	if (_i)
	{	/* control: it answers */
		harness_deliver_all(NULL);
		harness_expect_served("192.0.2.9");
	}
	else
	{
		harness_exchange();
		request = harness_next();
		ck_assert_int_eq(request->get_exchange_type(request), IKE_INTERMEDIATE);
		request->destroy(request);
		/* it has answered once, so it gets auth_timeout */
		for (i = 0; i < 6; i++)
		{
			ck_assert_uint_eq(harness_count(GUARD_SILENT), 0);
			harness_forward(10);
			ck_assert_int_eq(harness_timers(10), 1);
		}
		ck_assert_uint_eq(harness_count(GUARD_SILENT), 1);
		harness_expect_to(GATEWAY);
		harness_deliver_all(NULL);
		harness_expect_served(GATEWAY);
	}
	lib->crypto->remove_ke(lib->crypto, create_ke);
}
END_TEST

#endif

static Suite *suite(void)
{
	Suite *s = suite_create("guard_target");
	TCase *c = tcase_create("client");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 240);
	tcase_add_loop_test(c, stays_at_no_gateway_whose_certificate_is_revoked, 0,
						2);
	tcase_add_loop_test(c, keeps_its_gateway_if_no_ike_sa_can_be_made, 0, 2);
	tcase_add_test(c, comes_back_as_soon_as_an_ike_sa_can_be_made);
#ifdef MAX_ADDITIONAL_KEY_EXCHANGES
	tcase_add_loop_test(c,
				goes_back_from_a_target_that_is_silent_in_ike_intermediate, 0, 2);
#endif
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
