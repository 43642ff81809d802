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
 * @defgroup store_registry store_registry
 * @{ @ingroup redirect_cluster
 */

#ifndef STORE_REGISTRY_H_
#define STORE_REGISTRY_H_

#include "redirect_store.h"

typedef struct store_registry_t store_registry_t;

/**
 * The registry as the plugin itself uses it; thread-safe.
 */
struct store_registry_t {

	/**
	 * What other plugins see
	 */
	redirect_store_registry_t public;

	/**
	 * Create a store by the scheme of its URL.
	 *
	 * @param options	options for its constructor; its api is filled in
	 * @param sink		who is told
	 * @param why		receives what is wrong if NULL is returned
	 * @return			store, NULL if no plugin offers one for the scheme, or
	 *					the constructor failed
	 */
	redirect_store_t *(*create)(store_registry_t *this,
								redirect_store_options_t *options,
								const redirect_store_sink_t *sink,
								char why[REDIRECT_STORE_WHY_MAX]);

	/**
	 * Set who is told of every change, after a scheme was added and while one
	 * is being removed: who has a store of that scheme has to destroy it then.
	 * Called without locks, by the thread that adds or removes.
	 *
	 * @param changed	function, NULL to tell nobody
	 * @param data		passed to it
	 */
	void (*set_observer)(store_registry_t *this,
						 void (*changed)(void *data, const char *scheme,
										 bool added), void *data);

	/**
	 * Destroy the registry.
	 */
	void (*destroy)(store_registry_t *this);
};

/**
 * Create a registry without stores.
 */
store_registry_t *store_registry_create();

/**
 * Get the scheme of a URL.
 *
 * @param url		URL, NULL for none
 * @param scheme	receives what stands before "://", in lower case
 * @param max		room in scheme, with the final zero
 * @return			FALSE if there is none, or it does not fit
 */
bool store_registry_scheme(const char *url, char *scheme, size_t max);

#endif /** STORE_REGISTRY_H_ @}*/
