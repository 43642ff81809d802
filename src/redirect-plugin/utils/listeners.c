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


#include "listeners.h"

#include <encoding/message.h>

typedef struct private_listeners_t private_listeners_t;

/**
 * Private data
 */
struct private_listeners_t {

	/**
	 * Public interface
	 */
	listeners_t public;

	/**
	 * What listens, NULL after the last one
	 */
	listener_t *listeners[];
};

/**
 * Call a hook of those that have it.
 */
#define CALL(this, hook, ...) ({ \
	listener_t **_listener; \
	for (_listener = (this)->listeners; *_listener; _listener++) \
	{ \
		if ((*_listener)->hook) \
		{ \
			(*_listener)->hook(*_listener, __VA_ARGS__); \
		} \
	} \
	TRUE; \
})

METHOD(listener_t, message, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	if (!plain && (incoming || !message->get_request(message)))
	{
		return TRUE;
	}
	return CALL(this, message, ike_sa, message, incoming, plain);
}

METHOD(listener_t, alert, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	listener_t **listener;
	va_list copy;

	for (listener = this->listeners; *listener; listener++)
	{
		if ((*listener)->alert)
		{
			va_copy(copy, args);
			(*listener)->alert(*listener, ike_sa, alert, copy);
			va_end(copy);
		}
	}
	return TRUE;
}

METHOD(listener_t, ike_state_change, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, ike_sa_state_t state)
{
	return CALL(this, ike_state_change, ike_sa, state);
}

METHOD(listener_t, ike_updown, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, bool up)
{
	return CALL(this, ike_updown, ike_sa, up);
}

METHOD(listener_t, ike_rekey, bool,
	private_listeners_t *this, ike_sa_t *old, ike_sa_t *new)
{
	return CALL(this, ike_rekey, old, new);
}

METHOD(listener_t, ike_update, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, host_t *local, host_t *remote)
{
	return CALL(this, ike_update, ike_sa, local, remote);
}

METHOD(listener_t, child_updown, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, child_sa_t *child_sa, bool up)
{
	return CALL(this, child_updown, ike_sa, child_sa, up);
}

METHOD(listener_t, authorize, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, bool final, bool *success)
{
	return CALL(this, authorize, ike_sa, final, success);
}

METHOD(listener_t, assign_vips, bool,
	private_listeners_t *this, ike_sa_t *ike_sa, bool assign)
{
	return CALL(this, assign_vips, ike_sa, assign);
}

METHOD(listeners_t, destroy, void,
	private_listeners_t *this)
{
	free(this);
}

/*
 * Described in header
 */
listeners_t *listeners_create(listener_t *const *listeners, u_int count)
{
	private_listeners_t *this;

	INIT_EXTRA(this, (count + 1) * sizeof(*listeners),
		.public = {
			.listener = {
				.message = _message,
				.alert = _alert,
				.ike_state_change = _ike_state_change,
				.ike_updown = _ike_updown,
				.ike_rekey = _ike_rekey,
				.ike_update = _ike_update,
				.child_updown = _child_updown,
				.authorize = _authorize,
				.assign_vips = _assign_vips,
			},
			.destroy = _destroy,
		},
	);
	memcpy(this->listeners, listeners, count * sizeof(*listeners));
	return &this->public;
}
