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
 * @defgroup selector_registry selector_registry
 * @{ @ingroup redirect_selectors
 */

#ifndef SELECTOR_REGISTRY_H_
#define SELECTOR_REGISTRY_H_

#include "redirect_selector.h"

#include <collections/array.h>

typedef struct selector_registry_t selector_registry_t;

/**
 * The registry as the plugin itself uses it; thread-safe.
 */
struct selector_registry_t {

	/**
	 * What other plugins see
	 */
	redirect_selector_registry_t public;

	/**
	 * Create a selector by its name.
	 *
	 * @param name		name in strongswan.conf
	 * @param options	options for its constructor
	 * @return			selector, NULL if the name is not known or the
	 *					constructor failed
	 */
	redirect_selector_t *(*create)(selector_registry_t *this, const char *name,
								   const redirect_selector_options_t *options);

	/**
	 * Get the names of all selectors.
	 *
	 * @return			array_t of allocated char*, see config_list_destroy()
	 */
	array_t *(*get_names)(selector_registry_t *this);

	/**
	 * Set who is told of every change, after an add and while a selector is
	 * being removed (it cannot be created anymore then). Called without locks,
	 * by the thread that adds or removes.
	 *
	 * @param changed	function, NULL to tell nobody
	 * @param data		passed to it
	 */
	void (*set_observer)(selector_registry_t *this,
						 void (*changed)(void *data, const char *name,
										 bool added), void *data);

	/**
	 * Destroy the registry.
	 */
	void (*destroy)(selector_registry_t *this);
};

/**
 * Create a registry that knows the plugin's own selectors.
 */
selector_registry_t *selector_registry_create();

#endif /** SELECTOR_REGISTRY_H_ @}*/
