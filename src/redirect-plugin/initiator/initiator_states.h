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
 * @defgroup initiator_states initiator_states
 * @{ @ingroup redirect_initiator
 */

#ifndef INITIATOR_STATES_H_
#define INITIATOR_STATES_H_

#include <library.h>

typedef enum initiator_state_t initiator_state_t;
typedef enum initiator_event_t initiator_event_t;
typedef enum initiator_action_t initiator_action_t;

/**
 * Where an IKE_SA stands of which this host is the original initiator.
 */
enum initiator_state_t {
	/** IKE_SA_INIT is to be sent or was; an answer proves nothing yet */
	INITIATOR_ASKING,
	/** a REDIRECT came in IKE_SA_INIT, and a job is to follow it */
	INITIATOR_INVITED,
	/** one came that is refused; another answer has retry_delay to come */
	INITIATOR_REFUSED,
	/** IKE_SA_INIT is over, IKE_INTERMEDIATE goes on */
	INITIATOR_SECURED,
	/** first of several IKE_AUTH requests is on its way */
	INITIATOR_OPENING,
	/** IKE_AUTH goes on */
	INITIATOR_AUTHENTICATING,
	/** the last AUTH payload of this host was sent */
	INITIATOR_FINISHING,
	/** charon verifies a first IKE_AUTH response that has a REDIRECT (R6-8) */
	INITIATOR_CHECKING_FIRST,
	/** the same with what may be the last one (R6-3) */
	INITIATOR_CHECKING_LAST,
	/** the set-up is to begin anew elsewhere, a job does so */
	INITIATOR_TURNING,
	/** established */
	INITIATOR_UP,
	/** established, and a job is to follow a verified REDIRECT */
	INITIATOR_LEAVING,
	/** established; a verified REDIRECT was refused or not followed */
	INITIATOR_STRANDED,
	/** the set-up failed; charon destroys the IKE_SA or begins anew */
	INITIATOR_FAILED,
	/** number of states */
	INITIATOR_STATES,
};

/**
 * What happens to it.
 */
enum initiator_event_t {
	/** an IKE_SA_INIT request goes out */
	INITIATOR_INIT,
	/** an IKE_SA_INIT response without REDIRECT came */
	INITIATOR_ANSWER,
	/** a REDIRECT came in IKE_SA_INIT: unverified, but with this host's nonce */
	INITIATOR_INVITE,
	/** one came that is refused, and nothing else is to be expected */
	INITIATOR_REFUSE,
	/** retry_delay is over */
	INITIATOR_RETRY,
	/** a request goes out that is neither IKE_SA_INIT nor IKE_AUTH */
	INITIATOR_SECURE,
	/** an IKE_AUTH request goes out, the last AUTH payload is still to come */
	INITIATOR_AUTH,
	/** the IKE_AUTH request with the last AUTH payload goes out */
	INITIATOR_LAST,
	/** an IKE_AUTH response with REDIRECT came, where one may be */
	INITIATOR_OFFER,
	/** charon has verified the gateway that sent it */
	INITIATOR_VERIFY,
	/** it is not verified, or was refused while nothing else is missing */
	INITIATOR_DISMISS,
	/** charon gives up the set-up with the target of a redirect */
	INITIATOR_BREAK,
	/** the IKE_SA is established */
	INITIATOR_ESTABLISH,
	/** a REDIRECT came in an active session, and is accepted */
	INITIATOR_ORDER,
	/** one came that is refused, or none can be followed */
	INITIATOR_STAY,
	/** the gateway deletes the IKE_SA */
	INITIATOR_DELETE,
	/** what was refused is too long ago to be the reason for anything */
	INITIATOR_EXPIRE,
	/** the job that follows runs */
	INITIATOR_FOLLOW,
	/** charon fails to set the IKE_SA up */
	INITIATOR_FAIL,
	/** number of events */
	INITIATOR_EVENTS,
};

/**
 * What is to be done about it.
 */
enum initiator_action_t {
	/** nothing: the event means nothing in the state */
	INITIATOR_IGNORE,
	/** nothing but to be in the next state */
	INITIATOR_PASS,
	/** forget what was received and not followed, give back what it holds */
	INITIATOR_DROP,
	/** keep what was received until charon has verified it */
	INITIATOR_KEEP,
	/** have a job follow what was received */
	INITIATOR_QUEUE,
	/** follow what was received */
	INITIATOR_GO,
	/** give it retry_delay */
	INITIATOR_WAIT,
	/** ask again without announcing support (R3-4) */
	INITIATOR_ASK,
	/** make the way back to the configured gateway, and have a job take it */
	INITIATOR_BACK,
	/** connect to the configured gateway in another IKE_SA */
	INITIATOR_RESCUE,
};

/**
 * Rows of the table: state, event, action, next state. What is not in it is
 * INITIATOR_IGNORE and stays. Two things can be read off it: what comes without
 * proof (ANSWER, INVITE, REFUSE) means something only while IKE_SA_INIT goes on,
 * and REDIRECTs in IKE_AUTH are acted on only by VERIFY or ESTABLISH.
 */
#define INITIATOR_TABLE(X) \
	X(ASKING,         INIT,      PASS,   ASKING) \
	X(ASKING,         ANSWER,    PASS,   ASKING) \
	X(ASKING,         INVITE,    QUEUE,  INVITED) \
	X(ASKING,         REFUSE,    WAIT,   REFUSED) \
	X(ASKING,         SECURE,    PASS,   SECURED) \
	X(ASKING,         AUTH,      PASS,   OPENING) \
	X(ASKING,         LAST,      PASS,   FINISHING) \
	X(ASKING,         BREAK,     BACK,   TURNING) \
	X(ASKING,         FAIL,      PASS,   FAILED) \
	X(INVITED,        INIT,      DROP,   ASKING) \
	X(INVITED,        ANSWER,    DROP,   ASKING) \
	X(INVITED,        SECURE,    DROP,   SECURED) \
	X(INVITED,        AUTH,      DROP,   OPENING) \
	X(INVITED,        LAST,      DROP,   FINISHING) \
	X(INVITED,        FOLLOW,    GO,     ASKING) \
	X(INVITED,        FAIL,      DROP,   FAILED) \
	X(REFUSED,        INIT,      PASS,   ASKING) \
	X(REFUSED,        ANSWER,    PASS,   ASKING) \
	X(REFUSED,        INVITE,    QUEUE,  INVITED) \
	X(REFUSED,        RETRY,     ASK,    ASKING) \
	X(REFUSED,        SECURE,    PASS,   SECURED) \
	X(REFUSED,        AUTH,      PASS,   OPENING) \
	X(REFUSED,        LAST,      PASS,   FINISHING) \
	X(REFUSED,        FAIL,      PASS,   FAILED) \
	X(SECURED,        INIT,      PASS,   ASKING) \
	X(SECURED,        AUTH,      PASS,   OPENING) \
	X(SECURED,        LAST,      PASS,   FINISHING) \
	X(SECURED,        BREAK,     BACK,   TURNING) \
	X(SECURED,        FAIL,      PASS,   FAILED) \
	X(OPENING,        INIT,      PASS,   ASKING) \
	X(OPENING,        AUTH,      PASS,   AUTHENTICATING) \
	X(OPENING,        LAST,      PASS,   FINISHING) \
	X(OPENING,        OFFER,     KEEP,   CHECKING_FIRST) \
	X(OPENING,        BREAK,     BACK,   TURNING) \
	X(OPENING,        FAIL,      PASS,   FAILED) \
	X(AUTHENTICATING, INIT,      PASS,   ASKING) \
	X(AUTHENTICATING, AUTH,      PASS,   AUTHENTICATING) \
	X(AUTHENTICATING, LAST,      PASS,   FINISHING) \
	X(AUTHENTICATING, BREAK,     BACK,   TURNING) \
	X(AUTHENTICATING, FAIL,      PASS,   FAILED) \
	X(FINISHING,      INIT,      PASS,   ASKING) \
	X(FINISHING,      AUTH,      PASS,   FINISHING) \
	X(FINISHING,      LAST,      PASS,   FINISHING) \
	X(FINISHING,      OFFER,     KEEP,   CHECKING_LAST) \
	X(FINISHING,      BREAK,     BACK,   TURNING) \
	X(FINISHING,      ESTABLISH, PASS,   UP) \
	X(FINISHING,      FAIL,      PASS,   FAILED) \
	X(CHECKING_FIRST, INIT,      DROP,   ASKING) \
	X(CHECKING_FIRST, AUTH,      DROP,   AUTHENTICATING) \
	X(CHECKING_FIRST, LAST,      DROP,   FINISHING) \
	X(CHECKING_FIRST, VERIFY,    QUEUE,  TURNING) \
	X(CHECKING_FIRST, DISMISS,   DROP,   AUTHENTICATING) \
	X(CHECKING_FIRST, BREAK,     BACK,   TURNING) \
	X(CHECKING_FIRST, FAIL,      DROP,   FAILED) \
	X(CHECKING_LAST,  INIT,      DROP,   ASKING) \
	X(CHECKING_LAST,  AUTH,      DROP,   FINISHING) \
	X(CHECKING_LAST,  LAST,      DROP,   FINISHING) \
	X(CHECKING_LAST,  DISMISS,   DROP,   FINISHING) \
	X(CHECKING_LAST,  BREAK,     BACK,   TURNING) \
	X(CHECKING_LAST,  ESTABLISH, QUEUE,  LEAVING) \
	X(CHECKING_LAST,  FAIL,      DROP,   FAILED) \
	X(TURNING,        INIT,      DROP,   ASKING) \
	X(TURNING,        FOLLOW,    GO,     ASKING) \
	X(TURNING,        FAIL,      DROP,   FAILED) \
	X(UP,             ORDER,     QUEUE,  LEAVING) \
	X(UP,             STAY,      PASS,   STRANDED) \
	X(LEAVING,        FOLLOW,    GO,     UP) \
	X(LEAVING,        DELETE,    RESCUE, UP) \
	X(STRANDED,       ORDER,     QUEUE,  LEAVING) \
	X(STRANDED,       STAY,      PASS,   STRANDED) \
	X(STRANDED,       DELETE,    RESCUE, UP) \
	X(STRANDED,       EXPIRE,    PASS,   UP) \
	X(FAILED,         INIT,      PASS,   ASKING) \
	X(FAILED,         BREAK,     BACK,   TURNING)

/**
 * Names of states and events, for logs and tests.
 */
extern enum_name_t *initiator_state_names;
extern enum_name_t *initiator_event_names;

/**
 * Let an event happen.
 *
 * @param state			state, receives the next one
 * @param event			what happens
 * @return				what the caller is to do about it
 */
initiator_action_t initiator_step(initiator_state_t *state,
								  initiator_event_t event);

#endif /** INITIATOR_STATES_H_ @}*/
