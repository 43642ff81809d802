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
 * @defgroup decision_log decision_log
 * @{ @ingroup redirect_policy
 */

#ifndef DECISION_LOG_H_
#define DECISION_LOG_H_

#include "redirect_decision.h"

typedef struct decision_log_t decision_log_t;

/**
 * Most rules whose decisions are counted, a power of two: as many as there can be
 * in a configuration, and again as many.
 */
#define DECISION_LOG_RULES 8192

/**
 * Tells and counts decisions that are carried out, and changes nothing else: one
 * line a decision, at level 1 if the client was redirected or refused, or would
 * have been without dry_run, or if a selector failed; at level 2 if it was
 * served.
 *
 * Thread-safe, takes no locks: for hooks, providers and hot paths.
 */
struct decision_log_t {

	/**
	 * Report a decision that is carried out.
	 *
	 * @param request		what was asked
	 * @param decision		what was decided
	 */
	void (*report)(decision_log_t *this, const redirect_request_t *request,
				   const redirect_decision_t *decision);

	/**
	 * Count the answer to a retransmission, which is not reported again.
	 */
	void (*count_retransmission)(decision_log_t *this);

	/**
	 * Get how many decisions there were of a kind, since the plugin was loaded.
	 *
	 * @return				number of decisions
	 */
	uint64_t (*get_count)(decision_log_t *this, redirect_phase_t phase,
						  redirect_action_t action, redirect_cause_t cause,
						  redirect_reason_t reason);

	/**
	 * Get how many answers to retransmissions there were.
	 */
	uint64_t (*get_retransmissions)(decision_log_t *this);

	/**
	 * Get how many clients came with REDIRECTED_FROM.
	 */
	uint64_t (*get_arrivals)(decision_log_t *this);

	/**
	 * Get how many decisions there were by a rule, under its name and over
	 * reloads. The first DECISION_LOG_RULES names there were are counted.
	 *
	 * @param rule			name of the rule
	 */
	uint64_t (*get_hits)(decision_log_t *this, const char *rule);

	/**
	 * Set who is told of every decision that is counted. Called by the thread
	 * that reports, which may hold the bus mutex: must not wait.
	 *
	 * @param decided		function, NULL to tell nobody
	 * @param data			passed to it, has to stay valid until the observer is
	 *						changed and all hooks and providers have returned
	 */
	void (*set_observer)(decision_log_t *this,
						 void (*decided)(void *data,
										 const redirect_request_t *request,
										 const redirect_decision_t *decision),
						 void *data);

	/**
	 * Destroy the log; no engine may use it anymore.
	 */
	void (*destroy)(decision_log_t *this);
};

/**
 * Create a log of decisions.
 */
decision_log_t *decision_log_create();

#endif /** DECISION_LOG_H_ @}*/
