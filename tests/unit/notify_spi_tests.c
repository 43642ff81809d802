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

#include <check.h>
#include <stdlib.h>

#include <daemon.h>
#include <encoding/message.h>

#include "ike_message.h"
#include "wire/notify_spi.h"

/**
 * Parse a message as charon does, and find its last notify payload.
 */
static notify_payload_t *parse(ike_message_t *octets, message_t **message)
{
	notify_payload_t *notify = NULL;
	enumerator_t *enumerator;
	payload_t *payload;

	*message = message_create_from_packet(packet_create_from_data(
						host_create_any(AF_INET), host_create_any(AF_INET),
						chunk_clone(ike_message_chunk(octets))));
	ck_assert_int_eq((*message)->parse_header(*message), SUCCESS);
	ck_assert_int_eq((*message)->parse_body(*message, NULL), SUCCESS);
	enumerator = (*message)->create_payload_enumerator(*message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		if (payload->get_type(payload) == PLV2_NOTIFY)
		{
			notify = (notify_payload_t*)payload;
		}
	}
	enumerator->destroy(enumerator);
	ck_assert_ptr_nonnull(notify);
	return notify;
}

static const size_t sizes[] = { 0, 1, 4, 8, 16, 255 };

START_TEST(sees_the_spi_of_a_received_notify)
{
	uint8_t octets[255] = {}, protocol;
	notify_payload_t *notify;
	ike_message_t sent;
	message_t *message;
	size_t len;

	for (protocol = PROTO_NONE; protocol <= PROTO_ESP; protocol++)
	{
		for (len = 0; len <= 20; len += 4)
		{
			ike_message_typical(&sent);
			ike_message_add_notify(&sent, protocol,
								   chunk_create(octets, sizes[_i]),
								   REDIRECTED_FROM, chunk_create(octets, len));
			notify = parse(&sent, &message);
			ck_assert_int_eq(notify->get_notify_type(notify), REDIRECTED_FROM);
			ck_assert_uint_eq(notify_spi_size(notify), sizes[_i]);
			message->destroy(message);
		}
	}
}
END_TEST

START_TEST(sees_that_a_notify_made_by_charon_has_no_spi)
{
	notify_payload_t *notify;

	notify = notify_payload_create_from_protocol_and_type(PLV2_NOTIFY,
												PROTO_NONE, REDIRECT_SUPPORTED);
	ck_assert_uint_eq(notify_spi_size(notify), 0);
	notify->set_notification_data(notify, chunk_from_chars(1, 2, 3));
	ck_assert_uint_eq(notify_spi_size(notify), 0);
	notify->destroy(notify);
}
END_TEST

int main()
{
	Suite *suite = suite_create("notify_spi");
	TCase *tcase = tcase_create("size");
	SRunner *runner;
	int failed;

	library_init(NULL, "notify_spi_tests");
	libcharon_init();

	tcase_add_loop_test(tcase, sees_the_spi_of_a_received_notify,
						0, countof(sizes));
	tcase_add_test(tcase, sees_that_a_notify_made_by_charon_has_no_spi);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	libcharon_deinit();
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
