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
 * @defgroup control_families control_families
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_FAMILIES_H_
#define CONTROL_FAMILIES_H_

#include "control_stats.h"

/**
 * Most rules with a number of their own
 */
#define METRIC_RULES 256
#define METRIC_RULES_TEXT "256"

/**
 * Kinds of numbers, in the order they are told.
 */
enum control_family_id_t {
	ANSWERS, INFO, UPTIME, CONFIGURED,
	RELOADED, RELOAD, WARNINGS, CONFIG_HASH, DOS_PROTECTION,
	DECISIONS, HITS, RETRANSMISSIONS, ARRIVALS, OFFERS, OFFERS_REFUSED,
	OUTCOMES, DELETED,
	SESSIONS, DRAINING, DRAIN_FINISHED, STALLED, LEFT,
	REDIRECTS, UP, TAKES, WEIGHT, CAPACITY, GATEWAY_SESSIONS, GATEWAY_LOAD,
	OVERLOADED, LOAD, CONNECTED, SILENCED,
	PROBES, STORE, LISTED, RECORDS, HEARD,
	GUARD, MALFORMED,
	FAST_PATH, SEND_FAILURES, XDP,
	ENTRIES, DROPS,
	CONTROL_FAMILIES,
};

/**
 * What Prometheus wants to know of each of them.
 */
extern const control_family_t control_families[CONTROL_FAMILIES];

#endif /** CONTROL_FAMILIES_H_ @}*/
