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
 * @defgroup session_config session_config
 * @{ @ingroup redirect_sessions
 */

#ifndef SESSION_CONFIG_H_
#define SESSION_CONFIG_H_

#include "utils/config_options.h"

typedef struct session_config_t session_config_t;
typedef enum redirect_method_t redirect_method_t;

/**
 * Value of grace for clients that are never deleted.
 */
#define SESSION_GRACE_NEVER UINT32_MAX

/**
 * How a client is redirected that is to go elsewhere when it has authenticated.
 */
enum redirect_method_t {
	/** REDIRECT in the last IKE_AUTH response (section 6) */
	REDIRECT_METHOD_NOTIFY,
	/** it is let in, and redirected by INFORMATIONAL at once (section 5) */
	REDIRECT_METHOD_INFORMATIONAL,
	/** no CHILD_SA, and redirected by INFORMATIONAL at once: the order of
	 * draft-ietf-ipsecme-ikev2-redirect-05 */
	REDIRECT_METHOD_NO_CHILD,
};

/**
 * Options of the room: plain data, times in seconds.
 */
struct session_config_t {

	/** redirect_method_t */
	int auth_method;

	/** time after the acknowledgement until the gateway deletes the IKE_SA
	 * (R5-9, R5-10), or SESSION_GRACE_NEVER */
	uint32_t grace;

	/** options of drain */
	struct {
		/** clients redirected a second */
		uint32_t rate;
		/** session_ignored_t: what happens to who does not follow */
		int ignored;
		/** time until the drain ends with what is left, 0 for no end */
		uint32_t deadline;
		/** TRUE to delete at the deadline what is left, FALSE to keep it */
		int delete_rest;
		/** TRUE to refuse new clients that cannot go elsewhere */
		bool refuse;
	} drain;

	/** options of rebalance */
	struct {
		/** TRUE to rebalance all the time */
		bool enabled;
		/** sessions moved a minute at most, in per cent of those here */
		uint32_t share;
		/** difference from the mean that is fine, in per cent */
		uint32_t margin;
		/** time in which the same client is not moved twice */
		uint32_t period;
	} rebalance;
};

/**
 * Words of session_ignored_t.
 */
extern const char *const session_ignored_words[];

/**
 * Read the options.
 *
 * @param section		section charon.plugins.redirect; errors are added to
 *						those of it
 * @return				options, to be freed; NULL if there was an error
 */
session_config_t *session_config_read(const config_section_t *section);

/**
 * Parse a grace: a time or "never", see CONFIG_PARSE.
 *
 * @param field			uint32_t, seconds or SESSION_GRACE_NEVER
 */
bool session_config_parse_grace(const char *value, void *field,
								char why[CONFIG_WHY_MAX]);

#endif /** SESSION_CONFIG_H_ @}*/
