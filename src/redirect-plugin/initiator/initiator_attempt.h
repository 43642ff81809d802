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
 * @defgroup initiator_attempt initiator_attempt
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_ATTEMPT_H_
#define INITIATOR_ATTEMPT_H_

#include "guard/guard_event.h"
#include "initiator_history.h"
#include "initiator_resolver.h"
#include "wire/notify_data.h"

#include <collections/array.h>
#include <sa/ike_sa.h>

typedef struct initiator_attempt_t initiator_attempt_t;
typedef struct initiator_attempts_t initiator_attempts_t;
typedef struct initiator_redirect_t initiator_redirect_t;
typedef enum initiator_step_t initiator_step_t;

/**
 * Most IKE_SAs that a record is kept of.
 */
#define INITIATOR_ATTEMPTS_MAX 65536

/**
 * How far a redirect got.
 */
enum initiator_step_t {
	/** accepted, the job that follows it has not run yet */
	INITIATOR_STEP_PENDING,
	/** IKE_SA_INIT was sent to the target */
	INITIATOR_STEP_FOLLOWING,
};

/**
 * A redirect that was accepted, or a return to where the client came from.
 */
struct initiator_redirect_t {

	/** how far it got */
	initiator_step_t step;

	/** when the REDIRECT came */
	guard_phase_t phase;

	/** TRUE to go back to the gateway that is configured */
	bool back;

	/** gateway as REDIRECT named it, type NONE to go back */
	gateway_identity_t gateway;

	/** TRUE once its addresses are known */
	bool resolved;

	/** addresses of the gateway that are tried one after the other */
	ip_address_t addresses[INITIATOR_ADDRESSES_MAX];

	/** number of addresses, and which of them comes next */
	int count, next;

	/** address that is tried */
	ip_address_t target;

	/** gateway that sent the REDIRECT: goes into REDIRECTED_FROM (R3-9) */
	ip_address_t from;
};

/**
 * What the guard knows of an IKE_SA of which this host is original initiator.
 *
 * Belongs to the thread that has the IKE_SA checked out; only sessions of a
 * table hold it.
 */
struct initiator_attempt_t {

	/** unique ID of the IKE_SA, 0 while only its SPI is known */
	uint32_t unique;

	/** initiator SPI, for sessions without unique ID only */
	uint64_t spi;

	/** unique ID of the IKE_SA that this one is about to replace, 0 if none;
	 * only the table reads and writes it */
	uint32_t replaces;

	/** name of the connection */
	char *name;

	/** redirects of the set-up */
	initiator_history_t *history;

	/** nonce of the last IKE_SA_INIT request: Ni */
	uint8_t nonce[WIRE_NONCE_MAX];
	size_t nonce_len;

	/** whether support was announced by the request that set the IKE_SA up */
	bool announced;

	/** TRUE not to announce support any more, after a refused redirect */
	bool silent;

	/** TRUE if a job will ask again without announcing support */
	bool retry;

	/** message ID of the first IKE_AUTH request, 0 before it */
	uint32_t first_auth;

	/** TRUE once a request with the last AUTH payload was sent */
	bool auth_sent;

	/** TRUE while a response to a request of the set-up is outstanding */
	bool waiting;

	/** seconds on the monotonic clock since when it is */
	time_t waiting_since;

	/** TRUE once the IKE_SA was established */
	bool up;

	/** TRUE if the set-up failed, not just ended */
	bool failed;

	/** TRUE if a redirect of the active session was refused or failed */
	bool stranded;

	/** the redirect that is under way, NULL if none */
	initiator_redirect_t *redirect;

	/** raised with each address that is tried, so that timers know theirs */
	uint32_t attempt;

	/** tasks held back until the redirect is followed, task_t* */
	array_t *held;

	/** wrapped method of a task, NULL if none is wrapped */
	status_t (*process)(task_t *task, message_t *message);

	/** TRUE while it runs */
	bool processing;

	/** what happened meanwhile */
	bool authorized, local_failed, peer_failed;
};

/**
 * All sessions, by unique ID. Any thread.
 */
struct initiator_attempts_t {

	/**
	 * Find the session of an IKE_SA that the caller has checked out.
	 *
	 * @return				session, NULL if there is none
	 */
	initiator_attempt_t *(*get)(initiator_attempts_t *this, ike_sa_t *ike_sa);

	/**
	 * Find or make the session of an IKE_SA that the caller has checked out.
	 *
	 * A new one goes on with the history of a session of the same connection
	 * that ended within period, and each such history goes to one only.
	 *
	 * @param history		history to share, NULL for none
	 * @param period		loop_detect_period, in seconds
	 * @return				session, NULL if there are too many
	 */
	initiator_attempt_t *(*add)(initiator_attempts_t *this, ike_sa_t *ike_sa,
							initiator_history_t *history, uint32_t period);

	/**
	 * Make the session of an IKE_SA of which only the initiator SPI is known:
	 * charon raises events of one it makes under the name of the one that is
	 * replaced. get() finds it by the SPI and registers it.
	 *
	 * @param replaced		IKE_SA that will be replaced
	 * @param spi			initiator SPI of the new one
	 * @param period		as in add()
	 * @return				session, NULL if there are too many
	 */
	initiator_attempt_t *(*add_early)(initiator_attempts_t *this, ike_sa_t *replaced,
								  uint64_t spi, uint32_t period);

	/**
	 * Hand a redirect of an IKE_SA over to the one that is about to replace it.
	 *
	 * @param replaced		IKE_SA that got the REDIRECT
	 * @param redirect		redirect, adopted if TRUE is returned
	 * @return				FALSE if none is about to replace it
	 */
	bool (*hand_over)(initiator_attempts_t *this, ike_sa_t *replaced,
					  initiator_redirect_t *redirect);

	/**
	 * Take the redirect that was handed over to an IKE_SA that is established
	 * now; none is handed over to it anymore.
	 *
	 * @return				redirect, NULL if there is none
	 */
	initiator_redirect_t *(*take_over)(initiator_attempts_t *this, ike_sa_t *ike_sa);

	/**
	 * Note that an IKE_SA is about to replace another.
	 *
	 * @param session		session of the one
	 * @param unique		unique ID of the other
	 */
	void (*set_replaces)(initiator_attempts_t *this, initiator_attempt_t *session,
						 uint32_t unique);

	/**
	 * Remove the session of an IKE_SA; its history is kept for period.
	 *
	 * @return				session to destroy, NULL if there is none
	 */
	initiator_attempt_t *(*remove)(initiator_attempts_t *this, ike_sa_t *ike_sa,
							   uint32_t period);

	/**
	 * Number of sessions.
	 */
	u_int (*get_count)(initiator_attempts_t *this);

	/**
	 * Destroy all.
	 */
	void (*destroy)(initiator_attempts_t *this);
};

/**
 * Create an empty table.
 */
initiator_attempts_t *initiator_attempts_create();

/**
 * Destroy a session that was removed.
 */
void initiator_attempt_destroy(initiator_attempt_t *session);

#endif /** INITIATOR_ATTEMPT_H_ @}*/
