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

#include "harness_config.h"
#include "harness_jobs.h"
#include "harness_messages.h"

#include "utils/ip_address.h"

#include <check.h>

#include <collections/linked_list.h>
#include <encoding/payloads/notify_payload.h>

#include <utils/mock_sender.h>

static mock_sender_t *sender;
static linked_list_t *put_back;

message_t *harness_next(void)
{
	message_t *message = NULL;

	if (put_back->remove_first(put_back, (void**)&message) == SUCCESS)
	{
		return message;
	}
	return sender->dequeue(sender);
}

void harness_put_back(message_t *message)
{
	put_back->insert_first(put_back, message);
}

void harness_drop(void)
{
	message_t *message = harness_next();

	ck_assert_msg(message != NULL, "there is no message to lose");
	message->destroy(message);
}

/**
 * Check if a message is sent to an address.
 */
static bool is_to(message_t *message, char *to)
{
	host_t *host = message->get_destination(message), *expected;
	bool equal;

	expected = host_create_from_string(to, 0);
	equal = host->ip_equals(host, expected);
	expected->destroy(expected);
	return equal;
}

void harness_expect_to(char *to)
{
	message_t *message = harness_next();
	char found[INET6_ADDRSTRLEN] = "nobody";
	ip_address_t address;

	if (message)
	{
		address = ip_address_from_host(message->get_destination(message));
		ip_address_to_string(&address, found, sizeof(found));
		harness_put_back(message);
	}
	if (to ? !message || !is_to(message, to) : message != NULL)
	{
		ck_abort_msg("next message goes to %s, not to %s", found,
					 to ?: "nobody");
	}
}

void harness_deliver(message_t *message)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa;
	host_t *host;

	message = message ?: harness_next();
	ck_assert_msg(message != NULL, "there is no message to deliver");
	/* an initiator that has no route yet sends from 0.0.0.0 */
	host = message->get_source(message);
	if (host->is_anyaddr(host))
	{
		message->set_source(message, host_create_from_string(GATEWAY, 500));
	}
	ike_sa = manager->checkout_by_message(manager, message);
	if (ike_sa)
	{
		if (ike_sa->process_message(ike_sa, message) == DESTROY_ME)
		{
			manager->checkin_and_destroy(manager, ike_sa);
		}
		else
		{
			manager->checkin(manager, ike_sa);
		}
	}
	message->destroy(message);
}

void harness_exchange(void)
{
	harness_deliver(NULL);
	harness_deliver(NULL);
	harness_jobs();
}

void harness_acknowledge(void)
{
	message_t *message = harness_next();

	ck_assert(message != NULL);
	ck_assert_int_eq(message->get_exchange_type(message), INFORMATIONAL);
	ck_assert(!message->get_request(message));
	harness_deliver(message);
}

void harness_deliver_all(char *to)
{
	message_t *message;

	harness_jobs();
	while ((message = harness_next()))
	{
		if (to && is_to(message, to))
		{
			harness_put_back(message);
			return;
		}
		harness_deliver(message);
		harness_jobs();
	}
}

void harness_wait(void)
{
	message_t *message;
	int i;

	for (i = 0; i < 2000; i++)
	{
		harness_jobs();
		message = harness_next();
		if (message)
		{
			harness_put_back(message);
			return;
		}
		usleep(5000);
	}
	ck_abort_msg("nothing was sent in 10 seconds");
}

message_t *harness_look(void)
{
	message_t *message = harness_next(), *copy;
	host_t *host;
	packet_t *packet;

	ck_assert_msg(message != NULL, "there is no message to look at");
	packet = packet_create_from_data(
				host_create_from_string("127.0.0.1", 500),
				host_create_from_string("127.0.0.1", 500),
				chunk_clone(message->get_packet_data(message)));
	copy = message_create_from_packet(packet);
	host = message->get_source(message);
	copy->set_source(copy, host->clone(host));
	host = message->get_destination(message);
	copy->set_destination(copy, host->clone(host));
	ck_assert_int_eq(copy->parse_header(copy), SUCCESS);
	ck_assert_int_eq(copy->parse_body(copy, NULL), SUCCESS);
	harness_put_back(message);
	return copy;
}

bool harness_next_has(notify_type_t type)
{
	message_t *message = harness_look();
	bool found;

	found = message->get_notify(message, type) != NULL;
	message->destroy(message);
	return found;
}

chunk_t harness_next_notify(notify_type_t type)
{
	message_t *message = harness_look();
	notify_payload_t *notify;
	chunk_t data = chunk_empty;

	notify = message->get_notify(message, type);
	if (notify)
	{
		data = chunk_clone(notify->get_notification_data(notify));
	}
	message->destroy(message);
	return data;
}

void harness_messages_setup(void)
{
	put_back = linked_list_create();
	sender = mock_sender_create();
	charon->sender = (sender_t*)sender;
}

void harness_messages_teardown(void)
{
	put_back->destroy_offset(put_back, offsetof(message_t, destroy));
	/* charon did not make it, so it does not destroy it */
	sender->interface.destroy(&sender->interface);
	charon->sender = NULL;
}
