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

/**
 * @defgroup guard guard
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_H_
#define GUARD_H_

#include "guard_report.h"
#include "guard_scan.h"

#include <bus/listeners/listener.h>

typedef struct guard_t guard_t;

/**
 * The gate in front of both roles: every REDIRECT, REDIRECT_SUPPORTED and
 * REDIRECTED_FROM notify that comes in is parsed here, once, and is taken out of
 * the message where charon must not see it.
 *
 * As responder no REDIRECT is let through (R10-1). As initiator none is let
 * through either, as the plugin follows them by itself. IKE_SA_INIT responses
 * are protected by nothing: those that come when IKE_SA_INIT is over, or to a
 * responder, are dropped.
 *
 * Add the listener to the bus before all others that read these notifies.
 */
struct guard_t {

	/**
	 * Listener to add to the bus. Its hook looks and strips.
	 */
	listener_t listener;

	/**
	 * Counts, logs and tells what both roles refuse, and what became of the
	 * rest.
	 */
	guard_report_t *report;

	/**
	 * Get what was found in a message. To be called from the message hook of
	 * listeners behind the guard, with the message that came in.
	 *
	 * @param message		plain message
	 * @return				checked values, valid until the hook returns; NULL if
	 *						the message is none of IKEv2 that came in, or was
	 *						checked before
	 */
	const guard_scan_t *(*get)(guard_t *this, message_t *message);

	/**
	 * Set what the configuration says. Any thread.
	 *
	 * @param enabled		FALSE to leave messages as they are, without a word
	 * @param loopback		TRUE to allow loopback addresses
	 */
	void (*configure)(guard_t *this, bool enabled, bool loopback);

	/**
	 * Set who tells that a message was parsed as strictly where it came in, so
	 * that it is passed on unseen.
	 *
	 * @param checked		function, asked about each IKE_SA_INIT request, in the hook
	 * @param data			passed to it
	 */
	void (*set_checked)(guard_t *this,
						bool (*checked)(void *data, message_t *message),
						void *data);

	/**
	 * Destroy the guard, whose listener must have been removed from the bus.
	 */
	void (*destroy)(guard_t *this);
};

/**
 * Create the guard, enabled and without loopback addresses.
 */
guard_t *guard_create();

#endif /** GUARD_H_ @}*/
