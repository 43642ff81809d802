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
 * @defgroup control_message control_message
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_MESSAGE_H_
#define CONTROL_MESSAGE_H_

#include "policy/redirect_decision.h"
#include "sessions/drain.h"
#include "sessions/rebalance.h"

#include <vici_builder.h>

/**
 * Begin a message; each of these adds to it or finishes it.
 *
 * Values are texts, so that every VICI client can show them: numbers in
 * decimal, yes or no, times in seconds. Unknown values are left out.
 */

/**
 * Add yes or no.
 */
void control_add_bool(vici_builder_t *message, char *key, bool value);

/**
 * Add a text, unless it is NULL or empty.
 */
void control_add_text(vici_builder_t *message, char *key, const char *value);

/**
 * Add a number.
 */
void control_add_number(vici_builder_t *message, char *key, uint64_t value);

/**
 * Add an address, unless it has no version.
 */
void control_add_address(vici_builder_t *message, char *key,
						 const ip_address_t *address);

/**
 * Add a decision.
 *
 * @param phase			phase it was asked in
 */
void control_add_decision(vici_builder_t *message,
						  const redirect_decision_t *decision,
						  redirect_phase_t phase);

/**
 * Add how a drain goes.
 */
void control_add_drain(vici_builder_t *message,
					   const drain_progress_t *progress);

/**
 * Add how rebalancing goes.
 *
 * @param numbers		TRUE if numbers of sessions are of now
 */
void control_add_rebalance(vici_builder_t *message,
						   const rebalance_status_t *status, bool numbers);

/**
 * Finish an answer that only tells whether something was done.
 *
 * @param error			why it was not, NULL if it was
 * @return				message
 */
vici_message_t *control_answer(const char *error);

/**
 * Finish an answer that tells why nothing was done.
 *
 * @param error			why, allocated, freed
 * @return				message
 */
vici_message_t *control_refuse(char *error);

#endif /** CONTROL_MESSAGE_H_ @}*/
