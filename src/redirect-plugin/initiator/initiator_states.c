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

#include "initiator_states.h"

typedef struct rule_t rule_t;

ENUM(initiator_state_names, INITIATOR_ASKING, INITIATOR_FAILED,
	"asking",
	"invited",
	"refused",
	"secured",
	"opening",
	"authenticating",
	"finishing",
	"checking-first",
	"checking-last",
	"turning",
	"up",
	"leaving",
	"stranded",
	"failed",
);

ENUM(initiator_event_names, INITIATOR_INIT, INITIATOR_FAIL,
	"init",
	"answer",
	"invite",
	"refuse",
	"retry",
	"secure",
	"auth",
	"last",
	"offer",
	"verify",
	"dismiss",
	"break",
	"establish",
	"order",
	"stay",
	"delete",
	"expire",
	"follow",
	"fail",
);

/**
 * What an event means in a state.
 */
struct rule_t {

	/** what is to be done */
	initiator_action_t action;

	/** state after it, not used with INITIATOR_IGNORE */
	initiator_state_t next;
};

#define RULE(state, event, action, next) \
	[INITIATOR_##state][INITIATOR_##event] = \
		{ INITIATOR_##action, INITIATOR_##next },

/**
 * The table, INITIATOR_IGNORE where it has no row.
 */
static const rule_t rules[INITIATOR_STATES][INITIATOR_EVENTS] = {
	INITIATOR_TABLE(RULE)
};

/*
 * Described in header
 */
initiator_action_t initiator_step(initiator_state_t *state,
								  initiator_event_t event)
{
	const rule_t *rule = &rules[*state][event];

	if (rule->action != INITIATOR_IGNORE)
	{
		*state = rule->next;
	}
	return rule->action;
}
