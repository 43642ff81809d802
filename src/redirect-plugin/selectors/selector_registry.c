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

#include <library.h>
#include <threading/mutex.h>

typedef struct private_selector_registry_t private_selector_registry_t;
typedef struct entry_t entry_t;

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
 * A registered selector
 */
struct entry_t {
	char name[SELECTOR_NAME_MAX];
	redirect_selector_create_t create;
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
	 * Registered selectors, entry_t
	 */
	array_t *entries;

	/**
	 * Guards entries and the observer
	 */
	mutex_t *mutex;

	/**
	 * Told of changes
	 */
	void (*changed)(void *data, const char *name, bool added);

	/**
	 * Passed to changed
	 */
	void *data;
};

/**
 * Find an entry; the mutex is held.
 */
static entry_t *find(private_selector_registry_t *this, const char *name,
					 int *index)
{
	entry_t *entry;
	int i;

	for (i = 0; i < array_count(this->entries); i++)
	{
		array_get(this->entries, i, &entry);
		if (streq(entry->name, name))
		{
			if (index)
			{
				*index = i;
			}
			return entry;
		}
	}
	return NULL;
}

/**
 * Add an entry without telling anybody.
 */
static bool insert(private_selector_registry_t *this, const char *name,
				   redirect_selector_create_t create)
{
	entry_t *entry;
	bool added = FALSE;

	this->mutex->lock(this->mutex);
	if (!find(this, name, NULL))
	{
		INIT(entry,
			.create = create,
		);
		snprintf(entry->name, sizeof(entry->name), "%s", name);
		array_insert(this->entries, ARRAY_TAIL, entry);
		added = TRUE;
	}
	this->mutex->unlock(this->mutex);
	return added;
}

/**
 * Tell the observer.
 */
static void notify(private_selector_registry_t *this, const char *name,
				   bool added)
{
	void (*changed)(void *data, const char *name, bool added);
	void *data;

	this->mutex->lock(this->mutex);
	changed = this->changed;
	data = this->data;
	this->mutex->unlock(this->mutex);
	if (changed)
	{
		changed(data, name, added);
	}
}

METHOD(redirect_selector_registry_t, add, bool,
	private_selector_registry_t *this, const char *name, uint32_t api,
	redirect_selector_create_t create)
{
	if (api != REDIRECT_SELECTOR_API || !create || !name || !*name ||
		strlen(name) >= SELECTOR_NAME_MAX || !insert(this, name, create))
	{
		return FALSE;
	}
	notify(this, name, TRUE);
	return TRUE;
}

METHOD(redirect_selector_registry_t, remove_, void,
	private_selector_registry_t *this, const char *name)
{
	entry_t *entry;
	int index;

	this->mutex->lock(this->mutex);
	entry = find(this, name, &index);
	if (entry)
	{
		array_remove(this->entries, index, NULL);
		free(entry);
	}
	this->mutex->unlock(this->mutex);
	if (entry)
	{
		notify(this, name, FALSE);
	}
}

METHOD(selector_registry_t, create_, redirect_selector_t*,
	private_selector_registry_t *this, const char *name,
	const redirect_selector_options_t *options)
{
	redirect_selector_create_t create = NULL;
	entry_t *entry;

	this->mutex->lock(this->mutex);
	entry = find(this, name, NULL);
	if (entry)
	{
		create = entry->create;
	}
	this->mutex->unlock(this->mutex);
	return create ? create(options) : NULL;
}

METHOD(selector_registry_t, get_names, array_t*,
	private_selector_registry_t *this)
{
	array_t *names = array_create(0, 0);
	entry_t *entry;
	int i;

	this->mutex->lock(this->mutex);
	for (i = 0; i < array_count(this->entries); i++)
	{
		array_get(this->entries, i, &entry);
		array_insert(names, ARRAY_TAIL, strdup(entry->name));
	}
	this->mutex->unlock(this->mutex);
	return names;
}

METHOD(selector_registry_t, set_observer, void,
	private_selector_registry_t *this,
	void (*changed)(void *data, const char *name, bool added), void *data)
{
	this->mutex->lock(this->mutex);
	this->changed = changed;
	this->data = data;
	this->mutex->unlock(this->mutex);
}

METHOD(selector_registry_t, destroy, void,
	private_selector_registry_t *this)
{
	entry_t *entry;

	while (array_remove(this->entries, ARRAY_TAIL, &entry))
	{
		free(entry);
	}
	array_destroy(this->entries);
	this->mutex->destroy(this->mutex);
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
		.entries = array_create(0, 0),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	for (i = 0; i < countof(builtin); i++)
	{
		insert(this, builtin[i].name, builtin[i].create);
	}
	return &this->public;
}
