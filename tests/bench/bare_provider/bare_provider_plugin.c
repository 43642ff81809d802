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
 * The least a plugin has to do to redirect: a provider that sends everybody to
 * one gateway in IKE_SA_INIT. Measures what a redirect costs charon's core.
 *
 *   charon.plugins.bare-provider.gateway = 192.0.2.77
 */

#include <daemon.h>
#include <plugins/plugin.h>
#include <sa/redirect_provider.h>

typedef struct bare_provider_plugin_t bare_provider_plugin_t;

/**
 * Plugin and provider in one.
 */
struct bare_provider_plugin_t {

	/**
	 * Plugin interface.
	 */
	plugin_t plugin;

	/**
	 * Provider interface.
	 */
	redirect_provider_t provider;
};

/**
 * Redirects in IKE_SA_INIT
 */
static bool redirect_on_init(redirect_provider_t *this, ike_sa_t *ike_sa,
							 identification_t **gateway)
{
	char *to;

	to = lib->settings->get_str(lib->settings,
						"%s.plugins.bare-provider.gateway", NULL, lib->ns);
	*gateway = to ? identification_create_from_string(to) : NULL;
	return to != NULL;
}

/**
 * Does not redirect in IKE_AUTH
 */
static bool redirect_on_auth(redirect_provider_t *this, ike_sa_t *ike_sa,
							 identification_t **gateway)
{
	*gateway = NULL;
	return FALSE;
}

METHOD(plugin_t, get_name, char*,
	bare_provider_plugin_t *this)
{
	return "bare-provider";
}

static bool provider_cb(bare_provider_plugin_t *this,
						plugin_feature_t *feature, bool reg, void *data)
{
	if (reg)
	{
		charon->redirect->add_provider(charon->redirect, &this->provider);
	}
	else
	{
		charon->redirect->remove_provider(charon->redirect, &this->provider);
	}
	return TRUE;
}

METHOD(plugin_t, get_features, int,
	bare_provider_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)provider_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "bare-provider"),
	};

	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	bare_provider_plugin_t *this)
{
	free(this);
}

/*
 * The only symbols that are exported
 */
__attribute__((visibility("default")))
const char *bare_provider_plugin_version = VERSION;

__attribute__((visibility("default")))
plugin_t *bare_provider_plugin_create()
{
	bare_provider_plugin_t *this;

	INIT(this,
		.plugin = {
			.get_name = _get_name,
			.get_features = _get_features,
			.destroy = _destroy,
		},
		.provider = {
			.redirect_on_init = redirect_on_init,
			.redirect_on_auth = redirect_on_auth,
		},
	);
	return &this->plugin;
}
