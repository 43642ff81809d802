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

/** Whether the gateway believes that its client supports redirects. */
static bool supports(void)
{
	ike_sa_t *ike_sa = harness_sa(FALSE);

	ck_assert(ike_sa != NULL);
	return ike_sa->supports_extension(ike_sa, EXT_IKE_REDIRECTION);
}

/* proves: R10-1 gateway */
START_TEST(does_not_follow_its_client)
{
	/* an address, a name that must not be looked up, and its own */
	char *gateways[] = { "192.0.2.66", "mars.example.org", GATEWAY };
	chunk_t data = harness_redirect(gateways[_i]);

	harness_establish();
	harness_redirect_active(TRUE, data);
	free(data.ptr);
	harness_deliver(NULL);
	/* it is acknowledged */
	harness_acknowledge();
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_lookups(), 0);
	ck_assert_int_eq(seen.init_requests, 1);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_uint_eq(harness_count(GUARD_ROLE), 1);
}
END_TEST

/* proves: R10-1 gateway: nor when the gateway was the one that rekeyed */
START_TEST(does_not_follow_its_client_after_rekeying)
{
	chunk_t data = harness_redirect("192.0.2.66");
	ike_sa_t *ike_sa;

	harness_establish();
	ike_sa = harness_sa(FALSE);
	harness_call(FALSE, ike_sa->rekey);
	harness_deliver_all(NULL);
	harness_redirect_active(TRUE, data);
	free(data.ptr);
	harness_deliver_all(NULL);
	ck_assert_int_eq(seen.init_requests, 1);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	ck_assert_uint_eq(harness_count(GUARD_ROLE), 1);
}
END_TEST

START_TEST(keeps_an_ike_sa_in_a_storm_of_redirects)
{
	chunk_t data = harness_redirect("192.0.2.66");
	int i;

	harness_establish();
	for (i = 0; i < 10000; i++)
	{
		harness_redirect_active(TRUE, data);
		harness_deliver_all(NULL);
	}
	free(data.ptr);
	ck_assert_int_eq(harness_count_sas(FALSE, NULL), 1);
	ck_assert_int_eq(harness_count_children(FALSE, GATEWAY), 1);
	ck_assert_int_eq(seen.init_requests, 1);
	ck_assert_uint_eq(harness_count(GUARD_ROLE), 10000);
	ck_assert_uint_le(harness_sessions(), 1);
}
END_TEST

static const struct {
	place_t place;
	notify_type_t type;
	guard_count_t reason;
} misplaced[] = {
	{ { IKE_SA_INIT, TRUE, TRUE, -1 }, REDIRECT, GUARD_ROLE },
	{ { IKE_AUTH, TRUE, TRUE, -1 }, REDIRECT, GUARD_ROLE },
	{ { IKE_AUTH, TRUE, TRUE, -1 }, REDIRECTED_FROM, GUARD_MISPLACED },
	{ { IKE_AUTH, TRUE, TRUE, -1 }, REDIRECT_SUPPORTED, GUARD_MISPLACED },
	{ { IKE_SA_INIT, FALSE, FALSE, -1 }, REDIRECTED_FROM, GUARD_MISPLACED },
	{ { IKE_SA_INIT, FALSE, FALSE, -1 }, REDIRECT_SUPPORTED,
	  GUARD_MISPLACED },
	{ { IKE_AUTH, FALSE, FALSE, -1 }, REDIRECTED_FROM, GUARD_MISPLACED },
};

START_TEST(goes_on_without_misplaced_notifies)
{
	chunk_t data = harness_redirect("192.0.2.66");

	if (misplaced[_i].type == REDIRECT_SUPPORTED)
	{
		chunk_free(&data);
	}
	harness_inject(misplaced[_i].place, misplaced[_i].type, data, 1);
	free(data.ptr);
	harness_establish();
	ck_assert_int_eq(harness_to_inject(), 0);
	ck_assert_uint_eq(harness_count(misplaced[_i].reason), 1);
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
}
END_TEST

/* proves: R9.3-7 gateway: a name is no identity for REDIRECTED_FROM, so that it
 * does not announce support */
START_TEST(ignores_redirected_from_with_a_name)
{
	place_t request = { IKE_SA_INIT, TRUE, TRUE, -1 };
	chunk_t data = harness_redirect("sun.example.org");

	harness_option("connections.home.follow", "no");
	harness_inject(request, REDIRECTED_FROM, data, 1);
	free(data.ptr);
	harness_establish();
	ck_assert_int_eq(harness_to_inject(), 0);
	ck_assert(!supports());
	ck_assert_uint_eq(harness_count(GUARD_MALFORMED), 1);
}
END_TEST

/* proves: R9.1-2 gateway, R9.1-3 gateway */
START_TEST(ignores_redirect_supported_with_protocol_or_spi)
{
	place_t request = { IKE_SA_INIT, TRUE, TRUE, -1 };

	harness_option("connections.home.follow", "no");
	harness_inject_odd(request, REDIRECT_SUPPORTED, chunk_empty, 1, _i ? 0 : 1,
					   _i ? chunk_from_chars(1, 2, 3, 4) : chunk_empty);
	harness_establish();
	ck_assert_int_eq(harness_to_inject(), 0);
	ck_assert(!supports());
}
END_TEST

/* proves: R3-2 gateway */
START_TEST(keeps_proper_announcements)
{
	harness_establish();
	ck_assert(supports());
	ck_assert_uint_eq(harness_count(GUARD_MALFORMED), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("guard_gateway");
	TCase *c = tcase_create("gateway");

	tcase_add_checked_fixture(c, harness_setup, harness_teardown);
	tcase_set_timeout(c, 240);
	tcase_add_loop_test(c, does_not_follow_its_client, 0, 3);
	tcase_add_test(c, does_not_follow_its_client_after_rekeying);
	tcase_add_test(c, keeps_an_ike_sa_in_a_storm_of_redirects);
	tcase_add_loop_test(c, goes_on_without_misplaced_notifies, 0,
						countof(misplaced));
	tcase_add_test(c, ignores_redirected_from_with_a_name);
	tcase_add_loop_test(c, ignores_redirect_supported_with_protocol_or_spi,
						0, 2);
	tcase_add_test(c, keeps_proper_announcements);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}
