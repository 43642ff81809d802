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

#include "guard.h"

typedef struct private_guard_t private_guard_t;

/**
 * Private data of a guard_t object.
 */
struct private_guard_t {

	/**
	 * Public interface.
	 */
	guard_t public;

	/**
	 * Message under way; the mutex of the bus, which is held while listeners
	 * are called, protects it and what was found in it.
	 */
	message_t *message;

	/**
	 * What was found in it.
	 */
	guard_scan_t scan;

	/**
	 * Configuration.
	 */
	bool enabled, loopback;

	/**
	 * Tells whether an IKE_SA_INIT request was checked before, or NULL.
	 */
	bool (*checked)(void *data, message_t *message);

	/**
	 * Passed to checked.
	 */
	void *data;
};

/**
 * Whether a message was parsed as strictly before, where it came in.
 */
static bool is_checked(private_guard_t *this, message_t *message)
{
	return this->checked && message->get_exchange_type(message) == IKE_SA_INIT &&
		   message->get_request(message) && this->checked(this->data, message);
}

/**
 * Whether a message is an IKE_SA_INIT response that comes when IKE_SA_INIT is
 * over, or was never begun from here. Its message ID is always zero.
 */
static bool is_late(ike_sa_t *ike_sa, message_t *message)
{
	ike_sa_state_t state = ike_sa->get_state(ike_sa);

	return message->get_exchange_type(message) == IKE_SA_INIT &&
		   !message->get_request(message) &&
		   (message->get_message_id(message) ||
			(state != IKE_CREATED && state != IKE_CONNECTING) ||
			!ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR));
}

METHOD(listener_t, message_hook, bool,
	private_guard_t *this, ike_sa_t *ike_sa, message_t *message, bool incoming,
	bool plain)
{
	bool enabled = __atomic_load_n(&this->enabled, __ATOMIC_RELAXED), late;

	if (!plain || !incoming)
	{
		return TRUE;
	}
	this->message = NULL;
	if (ike_sa->get_version(ike_sa) == IKEV2 && !is_checked(this, message))
	{
		late = is_late(ike_sa, message);
		guard_scan(enabled ? this->public.report : NULL,
				   __atomic_load_n(&this->loopback, __ATOMIC_RELAXED), late,
				   ike_sa, message, &this->scan);
		this->message = message;
		if (late && enabled)
		{
			message->set_exchange_type(message, EXCHANGE_TYPE_UNDEFINED);
		}
	}
	return TRUE;
}

METHOD(guard_t, get, const guard_scan_t*,
	private_guard_t *this, message_t *message)
{
	return message == this->message ? &this->scan : NULL;
}

METHOD(guard_t, configure, void,
	private_guard_t *this, bool enabled, bool loopback)
{
	__atomic_store_n(&this->enabled, enabled, __ATOMIC_RELAXED);
	__atomic_store_n(&this->loopback, loopback, __ATOMIC_RELAXED);
}

METHOD(guard_t, set_checked, void,
	private_guard_t *this, bool (*checked)(void *data, message_t *message),
	void *data)
{
	this->checked = checked;
	this->data = data;
}

METHOD(guard_t, destroy, void,
	private_guard_t *this)
{
	this->public.report->destroy(this->public.report);
	free(this);
}

/*
 * Described in header
 */
guard_t *guard_create()
{
	private_guard_t *this;

	INIT(this,
		.public = {
			.listener = {
				.message = _message_hook,
			},
			.report = guard_report_create(),
			.get = _get,
			.configure = _configure,
			.set_checked = _set_checked,
			.destroy = _destroy,
		},
		.enabled = TRUE,
	);
	return &this->public;
}
