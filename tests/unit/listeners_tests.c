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
#include "utils/listeners.h"

#include <check.h>
#include <encoding/message.h>

/**
 * What hooks were called, in their order: one letter a call.
 */
static char called[16];

/**
 * Note a call.
 */
static void note(char letter)
{
	ck_assert_uint_lt(strlen(called) + 1, sizeof(called));
	called[strlen(called)] = letter;
}

/**
 * Check what was called since the last time.
 */
static void check_called(const char *letters)
{
	ck_assert_str_eq(called, letters);
	memset(called, 0, sizeof(called));
}

static bool first_message(listener_t *this, ike_sa_t *ike_sa,
						  message_t *message, bool incoming, bool plain)
{
	note('m');
	return TRUE;
}

static bool second_message(listener_t *this, ike_sa_t *ike_sa,
						   message_t *message, bool incoming, bool plain)
{
	note('M');
	/* who asks to be removed stays */
	return FALSE;
}

static bool first_alert(listener_t *this, ike_sa_t *ike_sa, alert_t alert,
						va_list args)
{
	ck_assert_int_eq(va_arg(args, int), 7);
	note('a');
	return TRUE;
}

static bool second_alert(listener_t *this, ike_sa_t *ike_sa, alert_t alert,
						 va_list args)
{
	ck_assert_int_eq(va_arg(args, int), 7);
	note('A');
	return TRUE;
}

static bool first_updown(listener_t *this, ike_sa_t *ike_sa, bool up)
{
	note('u');
	return TRUE;
}

/**
 * Listeners, the second of which does not want to know of all.
 */
static listener_t first = {
	.message = first_message,
	.alert = first_alert,
	.ike_updown = first_updown,
}, second = {
	.message = second_message,
	.alert = second_alert,
};

/**
 * Raise an alert as the bus does.
 */
static bool raise_alert(listener_t *listener, alert_t alert, ...)
{
	va_list args;
	bool keep;

	va_start(args, alert);
	keep = listener->alert(listener, NULL, alert, args);
	va_end(args);
	return keep;
}

/**
 * Create what calls both.
 */
static listeners_t *create_both()
{
	listener_t *both[] = { &first, &second };

	memset(called, 0, sizeof(called));
	return listeners_create(both, countof(both));
}

START_TEST(calls_those_that_have_a_hook_in_their_order)
{
	listeners_t *listeners = create_both();
	listener_t *listener = &listeners->listener;

	ck_assert(listener->message(listener, NULL, NULL, TRUE, TRUE));
	check_called("mM");
	ck_assert(listener->message(listener, NULL, NULL, FALSE, TRUE));
	check_called("mM");
	ck_assert(listener->ike_updown(listener, NULL, TRUE));
	check_called("u");
	ck_assert(listener->ike_state_change(listener, NULL, IKE_CONNECTING));
	check_called("");
	listeners->destroy(listeners);
}
END_TEST

static bool get_request(message_t *this)
{
	return TRUE;
}

static bool get_no_request(message_t *this)
{
	return FALSE;
}

START_TEST(tells_of_encrypted_messages_only_if_they_are_own_requests)
{
	listeners_t *listeners = create_both();
	listener_t *listener = &listeners->listener;
	message_t request = { .get_request = get_request };
	message_t response = { .get_request = get_no_request };

	ck_assert(listener->message(listener, NULL, &request, TRUE, FALSE));
	ck_assert(listener->message(listener, NULL, &response, TRUE, FALSE));
	ck_assert(listener->message(listener, NULL, &response, FALSE, FALSE));
	check_called("");
	ck_assert(listener->message(listener, NULL, &request, FALSE, FALSE));
	check_called("mM");
	listeners->destroy(listeners);
}
END_TEST

START_TEST(gives_the_arguments_of_an_alert_to_each)
{
	listeners_t *listeners = create_both();

	ck_assert(raise_alert(&listeners->listener, ALERT_RETRANSMIT_SEND, 7));
	check_called("aA");
	listeners->destroy(listeners);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listeners");
	TCase *tcase = tcase_create("listeners");

	tcase_add_test(tcase, calls_those_that_have_a_hook_in_their_order);
	tcase_add_test(tcase,
				   tells_of_encrypted_messages_only_if_they_are_own_requests);
	tcase_add_test(tcase, gives_the_arguments_of_an_alert_to_each);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
