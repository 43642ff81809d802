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
 * @defgroup fast_path_config fast_path_config
 * @{ @ingroup redirect_fastpath
 */

#ifndef FAST_PATH_CONFIG_H_
#define FAST_PATH_CONFIG_H_

#include "utils/config_options.h"

typedef struct fast_path_config_t fast_path_config_t;
typedef enum fast_path_cookies_t fast_path_cookies_t;

/**
 * Room for a list of interfaces.
 */
#define FAST_PATH_XDP_LEN 256

/**
 * What to do while charon demands cookies.
 */
enum fast_path_cookies_t {
	/** answer: it is shorter than the request and needs no state */
	FAST_PATH_COOKIES_IGNORE,
	/** leave the request to charon */
	FAST_PATH_COOKIES_REQUIRE,
};

/**
 * Options of the fast path.
 */
struct fast_path_config_t {

	/** FALSE to leave everything to charon */
	bool enabled;

	/** FALSE to receive one by one through charon's socket */
	bool batch;

	/** fast_path_cookies_t */
	int cookies;

	/** answers a second to a source network, 0 if not limited */
	uint32_t limit;

	/** TRUE to allow loopback addresses in REDIRECTED_FROM */
	bool loopback;

	/** interfaces to take requests from by AF_XDP, separated by commas; empty if
	 * there is none */
	char xdp[FAST_PATH_XDP_LEN];
};

/**
 * Read the options.
 *
 * @param section		section charon.plugins.redirect; errors are added to
 *						those of it
 * @return				options, with defaults for what is not set, to be freed
 *						by the caller; NULL if there was an error
 */
fast_path_config_t *fast_path_config_create(const config_section_t *section);

#endif /** FAST_PATH_CONFIG_H_ @}*/
