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
#include "initiator_states.h"
#include "wire/notify_data.h"

#include <collections/array.h>
#include <sa/ike_sa.h>

typedef struct initiator_attempt_t initiator_attempt_t;
typedef struct initiator_attempts_t initiator_attempts_t;
typedef struct initiator_redirect_t initiator_redirect_t;
typedef struct initiator_wrap_t initiator_wrap_t;

/**
 * Most IKE_SAs that a record is kept of.
 */
#define INITIATOR_ATTEMPTS_MAX 65536

/**
 * A redirect, or a return to where the client came from.
 */
struct initiator_redirect_t {

	/** when the REDIRECT came */
	guard_phase_t phase;

	/** GUARD_ACCEPTED, or why it is refused: told once it is verified */
	guard_count_t reason;

	/** reason of wire/, if it is that */
	wire_verdict_t verdict;

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
 * What is known of an IKE_SA of which this host is original initiator.
 *
 * Belongs to the thread that has the IKE_SA checked out; only attempts of a
 * table hold it.
 */
struct initiator_attempt_t {

	/** unique ID of the IKE_SA, 0 while only its SPI is known */
	uint32_t unique;

	/** initiator SPI, for attempts without unique ID only */
	uint64_t spi;

	/** unique ID of the IKE_SA that took the place of this one by rekeying, 0 if
	 * it was not rekeyed */
	uint32_t rekeyed;

	/** name of the connection */
	char *name;

	/** redirects of the set-up */
	initiator_history_t *history;

	/** where it stands, changed by initiator_step() only */
	initiator_state_t state;

	/** TRUE if the guard made the IKE_SA: it ends the one it replaces, wherever
	 * redirects of the set-up lead; what charon replaces it ends itself */
	bool moves;

	/** nonce of the last IKE_SA_INIT request: Ni */
	uint8_t nonce[WIRE_NONCE_MAX];
	size_t nonce_len;

	/** whether support was announced by the request that set the IKE_SA up */
	bool announced;

	/** TRUE not to announce support, after a refused redirect (R3-4) */
	bool silent;

	/** seconds on the monotonic clock since when a response to a request of the
	 * set-up is outstanding, 0 if none is */
	time_t waiting;

	/** until when a DELETE is taken for a consequence of a refused redirect */
	time_t stranded;

	/** what was received and is not followed yet, NULL if nothing */
	initiator_redirect_t *received;

	/** raised with each redirect received, so that jobs know theirs */
	uint32_t serial;

	/** what the set-up follows: on its way to a target, or back; NULL if it goes
	 * where it is configured to go */
	initiator_redirect_t *redirect;

	/** raised with each address that is tried, so that timers know theirs */
	uint32_t tries;

	/** tasks held back until the redirect is followed, task_t* */
	array_t *held;

	/** watches a response that charon processes, NULL if there is none */
	initiator_wrap_t *wrap;

	/** what only the table reads and writes: */

	/** unique ID of the IKE_SA that this one is about to replace, 0 if none */
	uint32_t replaces;

	/** attempts of the IKE_SAs that this one replaces, and that replaces it */
	initiator_attempt_t *predecessor, *successor;

	/** redirect of the predecessor, to be followed when this one is up */
	initiator_redirect_t *handed;
};

/**
 * All attempts, by unique ID. Any thread.
 */
struct initiator_attempts_t {

	/**
	 * Find the attempt of an IKE_SA that the caller has checked out.
	 *
	 * @return				attempt, NULL if there is none
	 */
	initiator_attempt_t *(*get)(initiator_attempts_t *this, ike_sa_t *ike_sa);

	/**
	 * Find or make the attempt of an IKE_SA that the caller has checked out.
	 *
	 * A new one goes on with the history of an attempt of the same connection
	 * that ended within period, and each such history goes to one only.
	 *
	 * @param history		history to share, NULL for none
	 * @param period		loop_detect_period, in seconds
	 * @return				attempt, NULL if there are too many
	 */
	initiator_attempt_t *(*add)(initiator_attempts_t *this, ike_sa_t *ike_sa,
								initiator_history_t *history, uint32_t period);

	/**
	 * Make the attempt of an IKE_SA of which only the initiator SPI is known:
	 * charon raises events of one it makes under the name of the one that is
	 * replaced. get() finds it by the SPI and registers it.
	 *
	 * @param replaced		IKE_SA that will be replaced
	 * @param spi			initiator SPI of the new one
	 * @param period		as in add()
	 * @return				attempt, NULL if there are too many
	 */
	initiator_attempt_t *(*add_early)(initiator_attempts_t *this,
									  ike_sa_t *replaced, uint64_t spi,
									  uint32_t period);

	/**
	 * Note that an IKE_SA is about to replace another.
	 *
	 * @param attempt		attempt of the one
	 * @param unique		unique ID of the other, 0 for none
	 */
	void (*set_replaces)(initiator_attempts_t *this,
						 initiator_attempt_t *attempt, uint32_t unique);

	/**
	 * Get the unique ID of the IKE_SA that an attempt is about to replace: the
	 * latest one, if that was rekeyed.
	 *
	 * @return				unique ID, 0 if there is none
	 */
	uint32_t (*get_replaces)(initiator_attempts_t *this,
							 initiator_attempt_t *attempt);

	/**
	 * Note that an IKE_SA was rekeyed: what is known of it goes to the new one.
	 *
	 * @param old			its attempt
	 * @param new			IKE_SA that took its place
	 * @return				attempt of that, NULL if there are too many
	 */
	initiator_attempt_t *(*rekey)(initiator_attempts_t *this,
								  initiator_attempt_t *old, ike_sa_t *new);

	/**
	 * Hand what an IKE_SA received over to the one that is about to replace it;
	 * the last one handed over counts.
	 *
	 * @param replaced		attempt that received a redirect
	 * @return				FALSE if none is about to replace it
	 */
	bool (*hand_over)(initiator_attempts_t *this,
					  initiator_attempt_t *replaced);

	/**
	 * Take the redirect that was handed over to an IKE_SA that is established
	 * now and replaces none anymore.
	 *
	 * @return				redirect, NULL if there is none
	 */
	initiator_redirect_t *(*take_over)(initiator_attempts_t *this,
									   initiator_attempt_t *attempt);

	/**
	 * Remove the attempt of an IKE_SA; its history is kept for period.
	 *
	 * @return				attempt to destroy, NULL if there is none
	 */
	initiator_attempt_t *(*remove)(initiator_attempts_t *this,
								   ike_sa_t *ike_sa, uint32_t period);

	/**
	 * Number of attempts.
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
 * Whether the IKE_SA of an attempt is established.
 */
bool initiator_attempt_is_up(initiator_attempt_t *this);

/**
 * Whether an attempt is on its way to the target of a redirect.
 */
bool initiator_attempt_is_away(initiator_attempt_t *this);

/**
 * Keep a redirect that was received, in place of one that was before.
 *
 * @param redirect		redirect, adopted
 */
void initiator_attempt_receive(initiator_attempt_t *this,
							   initiator_redirect_t *redirect);

/**
 * Destroy an attempt that was removed.
 */
void initiator_attempt_destroy(initiator_attempt_t *this);

#endif /** INITIATOR_ATTEMPT_H_ @}*/
