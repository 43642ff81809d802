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
 * Example of a selector of your own: a plugin that offers selector "modulo".
 *
 *   charon.load = ... redirect modulo
 *   charon.plugins.redirect.selector = modulo
 *
 * It gives the n-th candidate to clients whose hash is n modulo the number of
 * candidates: simple, and a warning at the same time, because nearly all clients
 * move when a gateway comes or goes. What a selector may rely on, and what it
 * must not do, stands in redirect_selector.h, the only header it needs besides
 * strongSwan's.
 */

#include <redirect_selector.h>

#include <library.h>
#include <plugins/plugin.h>

/**
 * Name of plugin and selector
 */
#define NAME "modulo"

typedef struct modulo_plugin_t modulo_plugin_t;

/**
 * The plugin.
 */
struct modulo_plugin_t {

	/**
	 * Plugin interface.
	 */
	plugin_t plugin;
};

METHOD(redirect_selector_t, select_, int,
	redirect_selector_t *this, const redirect_selector_request_t *request,
	const redirect_selector_view_t *view)
{
	return request->client % view->count;
}

METHOD(redirect_selector_t, selector_destroy, void,
	redirect_selector_t *this)
{
	free(this);
}

/**
 * Create a selector for a rule, whenever a configuration is loaded.
 */
static redirect_selector_t *selector_create(
								const redirect_selector_options_t *options)
{
	redirect_selector_t *this;

	INIT(this,
		.pure = TRUE,
		.select = _select_,
		.destroy = _selector_destroy,
	);
	return this;
}

/**
 * Offer the selector, or withdraw it before this code goes away.
 */
static bool selector_cb(modulo_plugin_t *this, plugin_feature_t *feature,
						bool reg, void *data)
{
	redirect_selector_registry_t *registry;

	registry = lib->get(lib, REDIRECT_SELECTOR_REGISTRY);
	if (!registry)
	{
		return FALSE;
	}
	if (reg)
	{
		return registry->add(registry, NAME, REDIRECT_SELECTOR_API,
							 selector_create);
	}
	registry->remove(registry, NAME);
	return TRUE;
}

METHOD(plugin_t, get_name, char*,
	modulo_plugin_t *this)
{
	return NAME;
}

METHOD(plugin_t, get_features, int,
	modulo_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)selector_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "redirect-selector-" NAME),
				PLUGIN_DEPENDS(CUSTOM, REDIRECT_SELECTOR_REGISTRY),
	};

	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	modulo_plugin_t *this)
{
	free(this);
}

/*
 * The symbols that charon looks for; the version from strongSwan 6.0.3 on
 */
__attribute__((visibility("default")))
const char *modulo_plugin_version = VERSION;

__attribute__((visibility("default")))
plugin_t *modulo_plugin_create()
{
	modulo_plugin_t *this;

	INIT(this,
		.plugin = {
			.get_name = _get_name,
			.get_features = _get_features,
			.destroy = _destroy,
		},
	);
	return &this->plugin;
}
