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
 * @defgroup control_request control_request
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_REQUEST_H_
#define CONTROL_REQUEST_H_

#include "utils/config_options.h"

#include <vici_message.h>

typedef struct control_arguments_t control_arguments_t;

/**
 * Most arguments besides options that a command has.
 */
#define CONTROL_OTHERS_MAX 16

/**
 * Longest value of an argument, in octets.
 */
#define CONTROL_VALUE_MAX 4096

/**
 * What a command understands, static.
 */
struct control_arguments_t {

	/** arguments with one value each, as options of strongswan.conf are read */
	const config_option_t *options;

	/** number of options */
	int count;

	/** names of arguments that are a value or a list of values, with section and
	 * dot in front for those in a section; ends with NULL, NULL for none */
	const char *const *others;

	/**
	 * Take over a value of one of others.
	 *
	 * @param config	what is filled in
	 * @param name		its name, one of others
	 * @param value		value, valid during the call
	 * @return			what is wrong with it, static; NULL if nothing is
	 */
	const char *(*add)(void *config, const char *name, const char *value);
};

/**
 * Read a request, all of it or nothing: an argument that is not known, is there
 * twice, is empty, too long, not text (UTF-8 without control characters), of
 * another kind or not allowed is an error, and so is a message that breaks off.
 * What a command does is bounded by its arguments; one left out as not understood
 * would make it do more than was asked for.
 *
 * @param request		message
 * @param command		name of the command, for errors
 * @param arguments		what it understands, NULL for nothing
 * @param config		receives what was read, also if there is an error; may be
 *						NULL without arguments
 * @return				error, allocated; NULL if there is none
 */
char *control_request_read(vici_message_t *request, const char *command,
						   const control_arguments_t *arguments, void *config);

#endif /** CONTROL_REQUEST_H_ @}*/
