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

#include "redirect_redis_plugin.h"
#include "redis_store.h"

#include <library.h>

/**
 * Schemes of URLs that are ours
 */
static const char *const schemes[] = { "redis", "rediss", "valkey", "valkeys" };

METHOD(plugin_t, get_name, char*,
	redirect_redis_plugin_t *this)
{
	return "redirect-redis";
}

/**
 * Offer stores, or withdraw them before this code goes away.
 */
static bool stores_cb(redirect_redis_plugin_t *this, plugin_feature_t *feature,
					  bool reg, void *data)
{
	redirect_store_registry_t *registry;
	bool good = TRUE;
	size_t i;

	registry = lib->get(lib, REDIRECT_STORE_REGISTRY);
	if (!registry)
	{
		return FALSE;
	}
	for (i = 0; i < countof(schemes); i++)
	{
		if (!reg)
		{
			registry->remove(registry, schemes[i]);
		}
		else if (!registry->add(registry, schemes[i], REDIRECT_STORE_API,
								redis_store_create))
		{
			DBG1(DBG_LIB, "redirect-redis: cannot offer a store for %s://, are "
				 "both plugins of the same version?", schemes[i]);
			good = FALSE;
		}
	}
	return good;
}

METHOD(plugin_t, get_features, int,
	redirect_redis_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)stores_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "redirect-store-redis"),
				PLUGIN_DEPENDS(CUSTOM, REDIRECT_STORE_REGISTRY),
	};

	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	redirect_redis_plugin_t *this)
{
	free(this);
}

/*
 * Described in header
 */
#ifdef PLUGIN_DEFINE
PLUGIN_DEFINE(redirect_redis)
#else
const char *redirect_redis_plugin_version = VERSION;
plugin_t *redirect_redis_plugin_create()
#endif
{
	redirect_redis_plugin_t *this;

	INIT(this,
		.plugin = {
			.get_name = _get_name,
			.get_features = _get_features,
			.destroy = _destroy,
		},
	);
	return &this->plugin;
}
