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

#include "selector_registry.h"
#include "least_loaded.h"
#include "power_of_two.h"
#include "priority.h"
#include "rendezvous.h"
#include "round_robin.h"
#include "weighted.h"

#include "utils/constructors.h"

#include <library.h>

typedef struct private_selector_registry_t private_selector_registry_t;

/**
 * Selectors of the plugin itself
 */
static const struct {
	char *name;
	redirect_selector_create_t create;
} builtin[] = {
	{ "rendezvous",		rendezvous_selector_create	},
	{ "weighted",		weighted_selector_create	},
	{ "round-robin",	round_robin_selector_create	},
	{ "least-loaded",	least_loaded_selector_create	},
	{ "power-of-two",	power_of_two_selector_create	},
	{ "priority",		priority_selector_create	},
};

/**
 * Private data
 */
struct private_selector_registry_t {

	/**
	 * Public interface
	 */
	selector_registry_t public;

	/**
	 * Selectors by name, redirect_selector_create_t
	 */
	constructors_t *selectors;
};

METHOD(redirect_selector_registry_t, add, bool,
	private_selector_registry_t *this, const char *name, uint32_t api,
	redirect_selector_create_t create)
{
	return api == REDIRECT_SELECTOR_API &&
		   this->selectors->add(this->selectors, name, (constructor_t)create);
}

METHOD(redirect_selector_registry_t, remove_, void,
	private_selector_registry_t *this, const char *name)
{
	this->selectors->remove(this->selectors, name);
}

METHOD(selector_registry_t, create_, redirect_selector_t*,
	private_selector_registry_t *this, const char *name,
	const redirect_selector_options_t *options)
{
	redirect_selector_create_t create;

	create = (redirect_selector_create_t)this->selectors->get(this->selectors,
															  name);
	return create ? create(options) : NULL;
}

METHOD(selector_registry_t, get_names, array_t*,
	private_selector_registry_t *this)
{
	return this->selectors->get_names(this->selectors);
}

METHOD(selector_registry_t, set_observer, void,
	private_selector_registry_t *this,
	void (*changed)(void *data, const char *name, bool added), void *data)
{
	this->selectors->set_observer(this->selectors, changed, data);
}

METHOD(selector_registry_t, destroy, void,
	private_selector_registry_t *this)
{
	this->selectors->destroy(this->selectors);
	free(this);
}

/*
 * Described in header
 */
selector_registry_t *selector_registry_create()
{
	private_selector_registry_t *this;
	size_t i;

	INIT(this,
		.public = {
			.public = {
				.add = _add,
				.remove = _remove_,
			},
			.create = _create_,
			.get_names = _get_names,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.selectors = constructors_create(),
	);
	for (i = 0; i < countof(builtin); i++)
	{
		this->selectors->add(this->selectors, builtin[i].name,
							 (constructor_t)builtin[i].create);
	}
	return &this->public;
}
