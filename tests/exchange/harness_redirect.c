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

#include "harness_redirect.h"
#include "harness_sas.h"

#include <check.h>

/**
 * Redirects of the gateway.
 */
static struct {
	char *gateway;
	int times;
	bool auth;
} provide;

/**
 * Redirect a client in IKE_SA_INIT, if told to.
 */
static bool redirect_on_init(redirect_provider_t *this, ike_sa_t *ike_sa,
							 identification_t **gateway)
{
	*gateway = NULL;
	if (provide.times > 0 && !provide.auth)
	{
		provide.times--;
		*gateway = identification_create_from_string(provide.gateway);
	}
	return *gateway != NULL;
}

/**
 * Redirect a client in IKE_AUTH, if told to.
 */
static bool redirect_on_auth(redirect_provider_t *this, ike_sa_t *ike_sa,
							 identification_t **gateway)
{
	*gateway = NULL;
	if (provide.times > 0 && provide.auth)
	{
		provide.times--;
		*gateway = identification_create_from_string(provide.gateway);
	}
	return *gateway != NULL;
}

static redirect_provider_t provider = {
	.redirect_on_init = redirect_on_init,
	.redirect_on_auth = redirect_on_auth,
};

void harness_redirect_init(char *gateway, int times)
{
	provide.gateway = gateway;
	provide.times = times;
	provide.auth = FALSE;
}

void harness_redirect_auth(char *gateway, int times)
{
	harness_redirect_init(gateway, times);
	provide.auth = TRUE;
}

/**
 * A task that sends a REDIRECT as it is told to.
 */
typedef struct {
	task_t task;
	chunk_t data;
} redirect_task_t;

METHOD(task_t, build_redirect, status_t,
	redirect_task_t *this, message_t *message)
{
	message->add_notify(message, FALSE, REDIRECT, this->data);
	return NEED_MORE;
}

METHOD(task_t, get_type, task_type_t,
	redirect_task_t *this)
{
	return TASK_IKE_DPD;
}

METHOD(task_t, destroy_redirect, void,
	redirect_task_t *this)
{
	free(this->data.ptr);
	free(this);
}

void harness_redirect_active(bool client, chunk_t data)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa = harness_checkout(client, TRUE);
	redirect_task_t *task;

	INIT(task,
		.task = {
			.get_type = _get_type,
			.build = _build_redirect,
			.process = (void*)return_success,
			.migrate = (void*)nop,
			.destroy = _destroy_redirect,
		},
		.data = chunk_clone(data),
	);
	ike_sa->queue_task(ike_sa, &task->task);
	ck_assert_int_eq(ike_sa->initiate(ike_sa, NULL, NULL), SUCCESS);
	manager->checkin(manager, ike_sa);
}

chunk_t harness_redirect_nonce(char *gateway, chunk_t nonce)
{
	identification_t *id = identification_create_from_string(gateway);
	chunk_t encoding = id->get_encoding(id), data, head;
	uint8_t type = id->get_type(id) == ID_IPV4_ADDR ? 1 :
				   id->get_type(id) == ID_IPV6_ADDR ? 2 : 3;
	uint8_t len = encoding.len;

	head = chunk_cata("cc", chunk_from_thing(type), chunk_from_thing(len));
	data = chunk_cat("ccc", head, encoding, nonce);
	id->destroy(id);
	return data;
}

chunk_t harness_redirect(char *gateway)
{
	return harness_redirect_nonce(gateway, chunk_empty);
}

message_t *harness_redirect_forge(ike_sa_id_t *id, host_t *from, host_t *to,
								  exchange_type_t exchange, bool request,
								  chunk_t data)
{
	message_t *message;
	packet_t *packet;

	message = message_create(IKEV2_MAJOR_VERSION, IKEV2_MINOR_VERSION);
	message->set_ike_sa_id(message, id);
	message->set_source(message, from->clone(from));
	message->set_destination(message, to->clone(to));
	/* as IKE_SA_INIT, or it would not be encoded without keys */
	message->set_exchange_type(message, IKE_SA_INIT);
	message->set_request(message, request);
	message->set_message_id(message, 0);
	message->add_notify(message, FALSE, REDIRECT, data);
	ck_assert_int_eq(message->generate(message, NULL, &packet), SUCCESS);
	message->destroy(message);

	/* RFC 7296, section 3.1 */
	packet->get_data(packet).ptr[18] = exchange;
	message = message_create_from_packet(packet);
	ck_assert_int_eq(message->parse_header(message), SUCCESS);
	return message;
}

void harness_redirect_setup(void)
{
	charon->redirect->add_provider(charon->redirect, &provider);
}

void harness_redirect_teardown(void)
{
	charon->redirect->remove_provider(charon->redirect, &provider);
}
