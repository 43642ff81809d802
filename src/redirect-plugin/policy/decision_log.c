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

#include "decision_log.h"
#include "rule.h"
#include "utils/log_limit.h"

#include <utils/debug.h>

/**
 * Lines a second for decisions, for each level.
 */
#define LINES 50

/**
 * Room for the text of a decision.
 */
#define TEXT_MAX 512

/**
 * Numbers of actions and counters.
 */
#define ACTIONS (REDIRECT_REFUSE + 1)
#define COUNTERS (REDIRECT_PHASE_MAX * ACTIONS * REDIRECT_CAUSE_MAX * \
				  REDIRECT_REASON_MAX)

typedef struct private_decision_log_t private_decision_log_t;

/**
 * Private data
 */
struct private_decision_log_t {

	/**
	 * Public interface
	 */
	decision_log_t public;

	/**
	 * Decisions by phase, action, cause and reason
	 */
	uint64_t counters[COUNTERS];

	/**
	 * Answers to retransmissions
	 */
	uint64_t retransmissions;

	/**
	 * Clients that came with REDIRECTED_FROM
	 */
	uint64_t arrivals;

	/**
	 * Decisions by rule, found by the hash of its name; 0 is a free place
	 */
	struct {
		uint64_t name, count;
	} hits[DECISION_LOG_RULES];

	/**
	 * Limits for lines of level 1 and 2
	 */
	log_limit_t limits[2];

	/**
	 * Told of decisions
	 */
	void (*decided)(void *data, const redirect_request_t *request,
					const redirect_decision_t *decision);

	/**
	 * Passed to decided
	 */
	void *data;
};

/**
 * Position of a counter.
 */
static size_t position(redirect_phase_t phase, redirect_action_t action,
					   redirect_cause_t cause, redirect_reason_t reason)
{
	return ((phase * ACTIONS + action) * REDIRECT_CAUSE_MAX + cause) *
		   REDIRECT_REASON_MAX + reason;
}

/**
 * Level a decision is logged at.
 */
static level_t get_level(const redirect_decision_t *decision)
{
	switch (decision->reason)
	{
		case REDIRECT_REASON_DRY_RUN:
		case REDIRECT_REASON_SELECTOR:
			return 1;
		default:
			return decision->action == REDIRECT_SERVE ? 2 : 1;
	}
}

/**
 * Log a decision, unless there were too many just now.
 */
static void log_decision(private_decision_log_t *this,
						 const redirect_request_t *request,
						 const redirect_decision_t *decision)
{
	char text[TEXT_MAX], client[INET6_ADDRSTRLEN];
	level_t level = get_level(decision);
	uint32_t suppressed;

	if (!log_limit_allow(&this->limits[level - 1], &suppressed))
	{
		return;
	}
	if (suppressed)
	{
		DBG1(DBG_IKE, "redirect: %u decisions before this one were not logged",
			 suppressed);
	}
	redirect_decision_describe(decision, request->phase, text, sizeof(text));
	ip_address_to_string(&request->remote, client, sizeof(client));
	if (request->id)
	{
		dbg(DBG_IKE, level, "redirect: %s '%Y' %s", client,
			request->eap_id ?: request->id, text);
	}
	else
	{
		dbg(DBG_IKE, level, "redirect: %s %s", client, text);
	}
}

/**
 * Find where decisions of a rule are counted, without locks: a place is taken
 * once and for ever.
 *
 * @param name			rule_hash() of its name
 * @param take			TRUE to take a place if there is none
 * @return				counter, NULL if there is none
 */
static uint64_t *find_hits(private_decision_log_t *this, uint64_t name,
						   bool take)
{
	uint64_t there;
	u_int i, place;

	for (i = 0; i < DECISION_LOG_RULES; i++)
	{
		place = (name + i) & (DECISION_LOG_RULES - 1);
		there = __atomic_load_n(&this->hits[place].name, __ATOMIC_RELAXED);
		if (!there && (!take ||
			__atomic_compare_exchange_n(&this->hits[place].name, &there, name,
							FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED)))
		{
			return take ? &this->hits[place].count : NULL;
		}
		if (there == name)
		{
			return &this->hits[place].count;
		}
	}
	return NULL;
}

METHOD(decision_log_t, report, void,
	private_decision_log_t *this, const redirect_request_t *request,
	const redirect_decision_t *decision)
{
	size_t counter = position(request->phase, decision->action, decision->cause,
							  decision->reason);
	uint64_t *hits;

	__atomic_fetch_add(&this->counters[counter], 1, __ATOMIC_RELAXED);
	if (decision->rule_id)
	{
		hits = find_hits(this, decision->rule_id, TRUE);
		if (hits)
		{
			__atomic_fetch_add(hits, 1, __ATOMIC_RELAXED);
		}
	}
	if (request->phase == REDIRECT_PHASE_INIT &&
		request->redirected_from.version)
	{
		__atomic_fetch_add(&this->arrivals, 1, __ATOMIC_RELAXED);
	}
	if (this->decided)
	{
		this->decided(this->data, request, decision);
	}
	log_decision(this, request, decision);
}

METHOD(decision_log_t, count_retransmission, void,
	private_decision_log_t *this)
{
	__atomic_fetch_add(&this->retransmissions, 1, __ATOMIC_RELAXED);
}

METHOD(decision_log_t, get_count, uint64_t,
	private_decision_log_t *this, redirect_phase_t phase,
	redirect_action_t action, redirect_cause_t cause, redirect_reason_t reason)
{
	return __atomic_load_n(&this->counters[position(phase, action, cause,
													reason)], __ATOMIC_RELAXED);
}

METHOD(decision_log_t, get_retransmissions, uint64_t,
	private_decision_log_t *this)
{
	return __atomic_load_n(&this->retransmissions, __ATOMIC_RELAXED);
}

METHOD(decision_log_t, get_arrivals, uint64_t,
	private_decision_log_t *this)
{
	return __atomic_load_n(&this->arrivals, __ATOMIC_RELAXED);
}

METHOD(decision_log_t, get_hits, uint64_t,
	private_decision_log_t *this, const char *rule)
{
	uint64_t *hits = find_hits(this, rule_hash(rule), FALSE);

	return hits ? __atomic_load_n(hits, __ATOMIC_RELAXED) : 0;
}

METHOD(decision_log_t, set_observer, void,
	private_decision_log_t *this,
	void (*decided)(void *data, const redirect_request_t *request,
					const redirect_decision_t *decision), void *data)
{
	this->data = data;
	this->decided = decided;
}

METHOD(decision_log_t, destroy, void,
	private_decision_log_t *this)
{
	free(this);
}

/*
 * Described in header
 */
decision_log_t *decision_log_create()
{
	private_decision_log_t *this;

	INIT(this,
		.public = {
			.report = _report,
			.count_retransmission = _count_retransmission,
			.get_count = _get_count,
			.get_retransmissions = _get_retransmissions,
			.get_arrivals = _get_arrivals,
			.get_hits = _get_hits,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.limits = {
			LOG_LIMIT_INIT(LINES),
			LOG_LIMIT_INIT(LINES),
		},
	);
	return &this->public;
}
