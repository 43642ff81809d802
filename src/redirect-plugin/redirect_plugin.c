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

#include "redirect_plugin.h"
#include "charon_match.h"

#include <daemon.h>

typedef struct private_redirect_plugin_t private_redirect_plugin_t;

/**
 * Private data of a redirect_plugin_t object.
 */
struct private_redirect_plugin_t {

	/**
	 * Public interface.
	 */
	redirect_plugin_t public;
};

METHOD(plugin_t, get_name, char*,
	private_redirect_plugin_t *this)
{
	return "redirect";
}

/**
 * Register what the plugin is made of with charon, or remove it again.
 */
static bool plugin_cb(private_redirect_plugin_t *this,
					  plugin_feature_t *feature, bool reg, void *data)
{
	return TRUE;
}

METHOD(plugin_t, get_features, int,
	private_redirect_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)plugin_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "redirect"),
	};

	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	private_redirect_plugin_t *this)
{
	free(this);
}

/*
 * Described in header
 */
#ifdef PLUGIN_DEFINE
PLUGIN_DEFINE(redirect)
#else
const char *redirect_plugin_version = VERSION;
plugin_t *redirect_plugin_create()
#endif
{
	private_redirect_plugin_t *this;

	if (!charon_match_check())
	{
		return NULL;
	}
	INIT(this,
		.public = {
			.plugin = {
				.get_name = _get_name,
				.get_features = _get_features,
				.destroy = _destroy,
			},
		},
	);
	return &this->public.plugin;
}
