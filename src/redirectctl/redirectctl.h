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
 * @defgroup redirectctl redirectctl
 *
 * The operator's command: one file a family of subcommands, ipc.h hides the
 * socket, output.h writes for people and for scripts.
 */

#ifndef REDIRECTCTL_H_
#define REDIRECTCTL_H_

#include "ipc.h"
#include "output.h"

typedef struct subcommand_t subcommand_t;
typedef enum exit_code_t exit_code_t;

/**
 * Version of the JSON that is written, see redirectctl(8). Counted up when a key
 * goes away or changes its type; new keys are no reason.
 */
#define JSON_VERSION 1

/**
 * Exit codes, see redirectctl(8).
 */
enum exit_code_t {
	/** done */
	EXIT_DONE = 0,
	/** the daemon refused, or what was checked is not good */
	EXIT_REFUSED = 1,
	/** wrong arguments */
	EXIT_USAGE = 2,
	/** drain --wait: deadline passed, sessions are left */
	EXIT_LEFT = 3,
	/** drain --wait: no gateway is left to send clients to */
	EXIT_STALLED = 4,
	/** the daemon cannot be reached, or does not answer */
	EXIT_UNREACHABLE = 5,
	/** the conditions for sessions match nobody */
	EXIT_NOBODY = 6,
};

/**
 * A subcommand.
 */
struct subcommand_t {

	/** name */
	const char *name;

	/** its arguments, for help */
	const char *arguments;

	/** what it does, in a few words */
	const char *summary;

	/** the rest of its help, lines; may be NULL */
	const char *help;

	/**
	 * Run it.
	 *
	 * @param argc		number of arguments, its name is the first one
	 * @param argv		arguments
	 * @return			exit_code_t
	 */
	int (*run)(int argc, char *argv[]);
};

extern const subcommand_t cmd_status, cmd_gateways, cmd_rules, cmd_sessions,
	cmd_counters, cmd_version, cmd_decide, cmd_set_gateway, cmd_drain,
	cmd_undrain, cmd_rebalance, cmd_fleet, cmd_roll, cmd_monitor, cmd_top,
	cmd_metrics, cmd_check;

/**
 * What the options in front of the subcommand say.
 */
typedef struct {

	/** URI of the socket */
	const char *uri;

	/** how to write */
	output_format_t format;

} redirectctl_options_t;

extern redirectctl_options_t options;

/**
 * Complain about arguments of a subcommand.
 *
 * @param command		subcommand
 * @param fmt			printf format of what is wrong; NULL if getopt() told it
 * @return				EXIT_USAGE
 */
int usage_error(const subcommand_t *command, const char *fmt, ...)
				__attribute__((format(printf, 2, 3)));

/**
 * Check that a subcommand has no arguments; complains if it has.
 *
 * @return				FALSE if it has
 */
bool no_arguments(const subcommand_t *command, int argc);

/**
 * Write a time as people read it, as 1h05m.
 *
 * @param seconds		time
 * @param buf			receives it, 16 octets are enough
 * @param len			size of buf
 * @return				buf
 */
char *time_text(int seconds, char *buf, size_t len);

/**
 * Send a command with its arguments and receive the answer; complains if that
 * fails, or if the answer tells that it was refused.
 *
 * @param command		command of the control socket
 * @param request		arguments, adopted; NULL for none
 * @param answer		receives the answer to be destroyed, may be NULL
 * @return				exit_code_t
 */
int ask(const char *command, vici_message_t *request, vici_message_t **answer);

/**
 * Most times the same argument may be given.
 */
#define VALUES_MAX 64

typedef struct values_t values_t;

/**
 * An argument with its values, pointers into the arguments of main().
 */
struct values_t {

	/** its name */
	const char *name;

	/** its values */
	char *values[VALUES_MAX];

	/** number of values */
	int count;
};

/**
 * Note a value of an argument.
 *
 * @param command		subcommand
 * @param values		arguments that are known
 * @param count			number of arguments
 * @param name			name of the argument, that need not end with a zero
 * @param len			length of the name
 * @param value			value
 * @return				FALSE if it is not known, complained about
 */
bool add_value(const subcommand_t *command, values_t *values, int count,
			   const char *name, size_t len, char *value);

/**
 * Parse arguments of the form --name value.
 *
 * @param command		subcommand
 * @param values		arguments that are known, receive their values
 * @param count			number of arguments that are known
 * @param argc			number of arguments
 * @param argv			arguments
 * @return				FALSE if an argument is not known, complained about
 */
bool parse_values(const subcommand_t *command, values_t *values, int count,
				  int argc, char *argv[]);

/**
 * Add arguments to a request: a value, or a list of several, which the command
 * refuses where one only has a meaning.
 */
void add_values(vici_builder_t *request, const values_t *values, int count);

/**
 * Finish a request and destroy its builder.
 *
 * @param code			receives EXIT_USAGE if it cannot be sent
 * @return				request, NULL with a complaint if it cannot be sent: it must
 *						not be sent without what is too long
 */
vici_message_t *finish_request(const subcommand_t *command,
							   vici_builder_t *request, int *code);

/**
 * Parse a number.
 *
 * @param number		receives it
 * @return				FALSE if it is none, or not from 1 to max
 */
bool parse_number(const char *text, int max, int *number);

#endif /** REDIRECTCTL_H_ @}*/
