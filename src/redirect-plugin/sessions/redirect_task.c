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

#include "redirect_task.h"
#include "wire/notify_data.h"

#include <encoding/message.h>
#include <encoding/payloads/notify_payload.h>

/**
 * Notify types from here on are no errors (RFC 7296, section 3.10.1)
 */
#define FIRST_STATUS_NOTIFY 16384

typedef struct private_redirect_task_t private_redirect_task_t;

/**
 * Private data
 */
struct private_redirect_task_t {

	/**
	 * Public interface
	 */
	redirect_task_t public;

	/**
	 * IKE_SA of the client
	 */
	ike_sa_t *ike_sa;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Session of the IKE_SA
	 */
	session_t *session;

	/**
	 * Where it is sent to
	 */
	gateway_identity_t target;

	/**
	 * TRUE as soon as the client has answered
	 */
	bool answered;
};

METHOD(task_t, build, status_t,
	private_redirect_task_t *this, message_t *message)
{
	uint8_t data[WIRE_REDIRECT_MAX];
	size_t len;

	/* R5-2, R5-3: the gateway, and no nonce */
	len = redirect_notify_write(&this->target, chunk_empty, data);
	message->add_notify(message, FALSE, REDIRECT, chunk_create(data, len));
	this->ike_sa->set_condition(this->ike_sa, COND_REDIRECTED, TRUE);
	this->table->built(this->table, this->session);
	return NEED_MORE;
}

/**
 * Check whether a response has an error notify.
 */
static bool has_error(message_t *message)
{
	enumerator_t *enumerator;
	payload_t *payload;
	notify_payload_t *notify;
	bool error = FALSE;

	enumerator = message->create_payload_enumerator(message);
	while (!error && enumerator->enumerate(enumerator, &payload))
	{
		if (payload->get_type(payload) == PLV2_NOTIFY)
		{
			notify = (notify_payload_t*)payload;
			error = notify->get_notify_type(notify) < FIRST_STATUS_NOTIFY;
		}
	}
	enumerator->destroy(enumerator);
	return error;
}

METHOD(task_t, process, status_t,
	private_redirect_task_t *this, message_t *message)
{
	bool refused = has_error(message);

	if (refused)
	{
		this->ike_sa->set_condition(this->ike_sa, COND_REDIRECTED, FALSE);
	}
	this->answered = TRUE;
	this->table->answered(this->table, this->session, refused);
	return SUCCESS;
}

METHOD(task_t, get_type, task_type_t,
	private_redirect_task_t *this)
{
	return TASK_IKE_REDIRECT;
}

METHOD(task_t, migrate, void,
	private_redirect_task_t *this, ike_sa_t *ike_sa)
{
	this->ike_sa = ike_sa;
}

METHOD(task_t, destroy, void,
	private_redirect_task_t *this)
{
	if (!this->answered)
	{
		this->table->unanswered(this->table, this->session);
	}
	this->table->release(this->table, this->session);
	free(this);
}

/*
 * Described in header
 */
redirect_task_t *redirect_task_create(ike_sa_t *ike_sa, session_table_t *table,
									  session_t *session,
									  const gateway_identity_t *target)
{
	private_redirect_task_t *this;

	INIT(this,
		.public = {
			.task = {
				.get_type = _get_type,
				.build = _build,
				.process = _process,
				.migrate = _migrate,
				.destroy = _destroy,
			},
		},
		.ike_sa = ike_sa,
		.table = table,
		.session = session,
		.target = *target,
	);
	return &this->public;
}
