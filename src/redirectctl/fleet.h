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
 * @defgroup fleet fleet
 * @{ @ingroup redirectctl
 *
 * What concerns other gateways than this one, through the store of the cluster.
 */

#ifndef FLEET_H_
#define FLEET_H_

#include "redirectctl.h"

typedef struct fleet_member_t fleet_member_t;

/**
 * What this gateway knows of another, as far as a roll needs it.
 */
struct fleet_member_t {

	/** FALSE if there is no gateway of that name */
	bool found;

	/** its state by its own word */
	char state[16];

	/** whether it is up */
	bool up;

	/** milliseconds since it told something, -1 if it never did */
	int age;

	/** IKE_SAs it has, -1 if not known */
	int sessions;

	/** when it started, 0 if not known */
	unsigned long long start;

	/** TRUE if it did what was ordered last */
	bool carried_out;

	/** where clients reach it: the first of its addresses */
	char address[256];
};

/**
 * Get what is known of a gateway.
 *
 * @param name			name of the gateway
 * @param member		filled in
 * @return				exit_code_t, EXIT_DONE even if it is not found
 */
int fleet_get(const char *name, fleet_member_t *member);

/**
 * Get the names of all gateways.
 *
 * @param names			receives allocated names
 * @param max			room in names
 * @param count			receives their number
 * @return				exit_code_t
 */
int fleet_names(char **names, int max, int *count);

/**
 * Order a state of a gateway.
 *
 * @param force			TRUE to drain in any case
 * @return				exit_code_t
 */
int fleet_order(const char *name, const char *state, bool force);

/**
 * Take an argument without value out of others.
 *
 * @return				TRUE if it was there
 */
bool fleet_take(const char *argument, int *argc, char *argv[]);

/**
 * redirectctl drain NAME and undrain NAME.
 *
 * @param command		cmd_drain or cmd_undrain
 * @param argv			arguments, the first is the command's name
 * @return				exit_code_t
 */
int fleet_drain(const subcommand_t *command, int argc, char *argv[]);

#endif /** FLEET_H_ @}*/
