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

#include "check_store.h"

#include "cluster/redis_options.h"
#include "cluster/store_config.h"
#include "cluster/store_registry.h"
#include "utils/constructors.h"

#ifdef HAVE_REDIS
#include "redis_config.h"
#endif

/**
 * Judge options, in place of opening a store.
 */
static redirect_store_t *judge(void *data, redirect_store_options_t *options,
							   const redirect_store_sink_t *sink, char *why)
{
#ifdef HAVE_REDIS
	redis_config_destroy(redis_config_create(options, why));
#else
	snprintf(why, REDIRECT_STORE_WHY_MAX, "redirectctl was built without the "
			 "plugin for Redis");
#endif
	return NULL;
}

/*
 * Described in header
 */
bool check_store(settings_t *settings, const char *ns,
				 char why[REDIRECT_STORE_WHY_MAX])
{
	static const char *const kinds[] = { NULL };
	array_t *errors = array_create(0, 0);
	config_section_t section = config_section_create(settings, errors, ns);
	store_config_t *config = store_config_read(&section);
	char scheme[CONSTRUCTORS_NAME_MAX];
	bool ours;

	*why = '\0';
	ours = config && config->url &&
		   store_registry_scheme(config->url, scheme, sizeof(scheme)) &&
		   redis_scheme_known(scheme);
	if (ours)
	{
		store_config_open(config, judge, NULL, NULL, kinds, why);
	}
	store_config_destroy(config);
	config_list_destroy(errors);
	return ours;
}
