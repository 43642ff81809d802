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
 * @defgroup gateway_live gateway_live
 * @{ @ingroup redirect_gateways
 *
 * What the table of gateways keeps of each one, and makes views of; only for
 * gateway_table.c and gateway_view.c. The mutex of the table is held whenever
 * one of these is called, but for what gateway_table.h has of them.
 */

#ifndef GATEWAY_LIVE_H_
#define GATEWAY_LIVE_H_

#include "gateway_table.h"

typedef struct setting_t setting_t;
typedef struct gateway_account_t gateway_account_t;

/**
 * Different clients with proven identity that have to come back from a gateway
 * for it to count as down, and for how many seconds it does.
 */
#define GATEWAY_RETURNS 3
#define GATEWAY_RETURNS_SECONDS 300

/**
 * A value that the file and the operator may set.
 */
struct setting_t {

	/** value in the file when it was set at runtime, or -1 */
	int64_t file;

	/** value set at runtime, -1 if not set */
	int64_t runtime;

	/** gateway_source_t of the value in effect */
	uint8_t source;

	/** second it was set, and second the value in effect became another one */
	uint32_t since, changed;
};

/**
 * Clients that were sent to a gateway; both numbers are atomic.
 *
 * Anybody can send requests in the name of any address. What is counted without
 * proof is therefore limited: it cannot make a gateway full, and the limits of
 * all gateways are the same for their size, so that more of it changes nothing.
 */
struct gateway_account_t {

	/** all that count */
	uint32_t clients;

	/** those of them whose address is not proven */
	uint32_t unproven;
};

/**
 * What is known of one gateway; freed with the table only, so that views and
 * decisions may keep pointers. One that had joined and is gone becomes that of
 * another one, for which at worst a client is counted that was sent to the first.
 */
struct gateway_live_t {

	/** clients sent there since the last sample of its sessions */
	gateway_account_t since_sessions;

	/** clients sent there since the last sample of its load */
	gateway_account_t since_load;

	/** clients sent there lately, decays */
	gateway_account_t recent;

	/** most clients without proven address that each account counts, atomic */
	uint32_t unproven_max;

	/** clients sent there, atomic; the last that gateway_live_assign() needs */
	uint64_t redirected;

	/** name */
	char name[REDIRECT_NAME_MAX];

	/** TRUE if it joined, and the last view that has it */
	bool joined;
	uint64_t view;

	/** gateway_state_t */
	setting_t state;

	/** weight */
	setting_t weight;

	/** capacity */
	setting_t capacity;

	/** what witnesses say */
	gateway_health_t health;

	/** gateway_verdict_t of them all at the last look */
	uint8_t verdict;

	/** gateway_family_t that do not answer, as bits */
	uint8_t families_down;

	/** second the verdict changed */
	uint32_t verdict_since;

	/** TRUE if it takes clients: up and active */
	bool taking;

	/** second it began to take clients, or again; 0 if it always did */
	uint32_t since;

	/** sessions at the last sample */
	uint32_t sessions;

	/** load at the last sample */
	uint32_t load;

	/** seconds of the last samples of each */
	uint32_t sessions_told, load_told;

	/** gateway_source_t of the last sample */
	uint8_t told_by;

	/** hashes of clients that came back from there lately, 0 for none; atomic */
	uint64_t returned[GATEWAY_RETURNS];
};

/**
 * Value in effect.
 */
static inline int64_t setting_effective(const setting_t *setting)
{
	return setting->runtime >= 0 ? setting->runtime : setting->file;
}

/**
 * Set a value at runtime, unless it is negative.
 */
static inline void setting_set(setting_t *setting, int64_t value,
							   gateway_source_t source, uint32_t now)
{
	if (value >= 0)
	{
		setting->changed = value == setting_effective(setting)
												? setting->changed : now;
		setting->runtime = value;
		setting->source = source;
		setting->since = now;
	}
}

/**
 * Create what is kept of a gateway of which nothing is known.
 *
 * @param spare			that of a gateway that is gone, used again; NULL for none
 * @param name			name, copied
 * @param old			TRUE if it may have been there for long, so that it need not
 *						start slowly
 */
gateway_live_t *gateway_live_create(gateway_live_t *spare, const char *name,
									bool old);

/**
 * Check whether what is kept of a gateway may be forgotten if no view has it: it
 * joined, and the operator said nothing of it.
 */
bool gateway_live_is_spare(const gateway_live_t *live);

/**
 * Take over what the file says: a value set at runtime is dropped if the file
 * changed it since.
 *
 * @param live			what is kept
 * @param gateway		gateway as configured
 * @param now			second that it is
 */
void gateway_live_configure(gateway_live_t *live, const gateway_t *gateway,
							uint32_t now);

/**
 * Drop what was set and told at runtime.
 */
void gateway_live_reset(gateway_live_t *live, uint32_t now);

/**
 * Hear all witnesses, and note since when a gateway takes clients.
 *
 * @param live			what is kept
 * @param now			second that it is
 * @return				TRUE if it is up and was down, or the other way round
 */
bool gateway_live_update(gateway_live_t *live, uint32_t now);

/**
 * Tell what is known of a gateway.
 */
void gateway_live_get_status(const gateway_live_t *live, uint32_t now,
							 gateway_status_t *status);

/**
 * Let a second pass: forget some of the clients that were sent there lately, and
 * take the gateway for down if enough came back.
 *
 * @param live			what is kept
 * @param now			second that it is
 */
void gateway_live_tick(gateway_live_t *live, uint32_t now);

/**
 * Set how many clients without proven address count.
 *
 * @param live			what is kept
 * @param relative		TRUE if all gateways have a capacity, which it is relative
 *						to then; otherwise it is relative to the weight
 */
void gateway_live_limit(gateway_live_t *live, bool relative);

/**
 * Begin to count anew.
 *
 * @return				clients that were counted
 */
uint32_t gateway_account_clear(gateway_account_t *account);

/**
 * Why a gateway takes no clients at all.
 *
 * @return				reason, GATEWAY_CANDIDATE if it does
 */
gateway_left_out_t gateway_live_left_out(const gateway_live_t *live);

/**
 * Create a view that knows its gateways, but nothing of them yet.
 *
 * @param count			number of gateways
 * @return				view, its array live has to be filled in next
 */
gateway_view_t *gateway_view_create(uint16_t count);

/**
 * Fill in a view.
 *
 * @param view			view whose array live is complete
 * @param gateways		gateways as configured, in the same order
 * @param now			second that it is
 * @param slow_start	seconds over which a gateway gets its weight
 * @return				TRUE if one of them is starting slowly
 */
bool gateway_view_fill(gateway_view_t *view, const gateway_t *gateways,
					   uint32_t now, uint32_t slow_start);

#endif /** GATEWAY_LIVE_H_ @}*/
