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
 * @defgroup redirect redirect
 *
 * @defgroup redirect_plugin redirect_plugin
 * @{ @ingroup redirect
 */

#ifndef REDIRECT_PLUGIN_H_
#define REDIRECT_PLUGIN_H_

#include <plugins/plugin.h>

typedef struct redirect_plugin_t redirect_plugin_t;

/**
 * Plugin that moves IKEv2 clients to other gateways (RFC 5685).
 */
struct redirect_plugin_t {

	/**
	 * Implements plugin_t interface.
	 */
	plugin_t plugin;
};

/*
 * The only two symbols the library exports, for the plugin loader.
 */
#pragma GCC visibility push(default)

/**
 * Version of the charon the plugin was built for, compared by the plugin
 * loader from strongSwan 6.0.3 on.
 */
extern const char *redirect_plugin_version;

/**
 * Create the plugin, called by the plugin loader in the main thread.
 *
 * @return			plugin, NULL if it was built for another charon
 */
plugin_t *redirect_plugin_create();

#pragma GCC visibility pop

#endif /** REDIRECT_PLUGIN_H_ @}*/
