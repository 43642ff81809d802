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

#include "store_registry.h"
#include "utils/constructors.h"

#include <library.h>

#include <ctype.h>

typedef struct private_store_registry_t private_store_registry_t;

/**
 * Private data
 */
struct private_store_registry_t {

	/**
	 * Public interface
	 */
	store_registry_t public;

	/**
	 * Stores by scheme, redirect_store_create_t
	 */
	constructors_t *stores;
};

/*
 * Described in header
 */
bool store_registry_scheme(const char *url, char *scheme, size_t max)
{
	const char *end = url ? strstr(url, "://") : NULL;
	size_t i, len = end ? end - url : 0;

	if (!len || len >= max)
	{
		return FALSE;
	}
	for (i = 0; i < len; i++)
	{
		if (!isalnum((u_char)url[i]) && !strchr("+-.", url[i]))
		{
			return FALSE;
		}
		scheme[i] = tolower((u_char)url[i]);
	}
	scheme[len] = '\0';
	return TRUE;
}

METHOD(redirect_store_registry_t, add, bool,
	private_store_registry_t *this, const char *scheme, uint32_t api,
	redirect_store_create_t create)
{
	return api == REDIRECT_STORE_API &&
		   this->stores->add(this->stores, scheme, (constructor_t)create);
}

METHOD(redirect_store_registry_t, remove_, void,
	private_store_registry_t *this, const char *scheme)
{
	this->stores->remove(this->stores, scheme);
}

METHOD(store_registry_t, create_, redirect_store_t*,
	private_store_registry_t *this, redirect_store_options_t *options,
	const redirect_store_sink_t *sink, char why[REDIRECT_STORE_WHY_MAX])
{
	redirect_store_create_t create;
	char scheme[CONSTRUCTORS_NAME_MAX];

	if (!store_registry_scheme(options->url, scheme, sizeof(scheme)))
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "the URL has no scheme");
		return NULL;
	}
	create = (redirect_store_create_t)this->stores->get(this->stores, scheme);
	if (!create)
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "no plugin offers a store for "
				 "%s://, is it loaded?", scheme);
		return NULL;
	}
	options->api = REDIRECT_STORE_API;
	return create(options, sink, why);
}

METHOD(store_registry_t, set_observer, void,
	private_store_registry_t *this,
	void (*changed)(void *data, const char *scheme, bool added), void *data)
{
	this->stores->set_observer(this->stores, changed, data);
}

METHOD(store_registry_t, destroy, void,
	private_store_registry_t *this)
{
	this->stores->destroy(this->stores);
	free(this);
}

/*
 * Described in header
 */
store_registry_t *store_registry_create()
{
	private_store_registry_t *this;

	INIT(this,
		.public = {
			.public = {
				.add = _add,
				.remove = _remove_,
			},
			.create = _create_,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.stores = constructors_create(),
	);
	return &this->public;
}
