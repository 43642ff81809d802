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
 * @defgroup redirect_redis redirect_redis
 * @ingroup cplugins
 *
 * @defgroup redirect_redis_plugin redirect_redis_plugin
 * @{ @ingroup redirect_redis
 */

#ifndef REDIRECT_REDIS_PLUGIN_H_
#define REDIRECT_REDIS_PLUGIN_H_

#include <plugins/plugin.h>

typedef struct redirect_redis_plugin_t redirect_redis_plugin_t;

/**
 * Plugin that offers stores in Redis and Valkey to plugin redirect.
 */
struct redirect_redis_plugin_t {

	/**
	 * Plugin interface.
	 */
	plugin_t plugin;
};

/**
 * Constructor, called by charon's plugin loader.
 */
__attribute__((visibility("default")))
plugin_t *redirect_redis_plugin_create();

/**
 * Version of strongSwan the plugin was built for, compared by its plugin loader
 * from 6.0.3 on.
 */
extern __attribute__((visibility("default")))
const char *redirect_redis_plugin_version;

#endif /** REDIRECT_REDIS_PLUGIN_H_ @}*/
