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

#include "constructors.h"

#include <library.h>
#include <threading/mutex.h>

typedef struct private_constructors_t private_constructors_t;
typedef struct entry_t entry_t;

/**
 * A constructor
 */
struct entry_t {
	char name[CONSTRUCTORS_NAME_MAX];
	constructor_t create;
};

/**
 * Private data
 */
struct private_constructors_t {

	/**
	 * Public interface
	 */
	constructors_t public;

	/**
	 * Constructors, entry_t
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
 * Find a constructor; the mutex is held.
 *
 * @param entry		receives it if it is found
 * @return			its index, -1 if there is none
 */
static int find(private_constructors_t *this, const char *name, entry_t *entry)
{
	int i;

	for (i = 0; i < array_count(this->entries); i++)
	{
		array_get(this->entries, i, entry);
		if (streq(entry->name, name))
		{
			return i;
		}
	}
	return -1;
}

/**
 * Tell the observer, and release the mutex before.
 */
static void unlock_and_tell(private_constructors_t *this, const char *name,
							bool added)
{
	void (*changed)(void *data, const char *name, bool added) = this->changed;
	void *data = this->data;

	this->mutex->unlock(this->mutex);
	if (changed)
	{
		changed(data, name, added);
	}
}

METHOD(constructors_t, add, bool,
	private_constructors_t *this, const char *name, constructor_t create)
{
	entry_t entry = { .create = create }, found;

	if (!create || !name || !*name || strlen(name) >= sizeof(entry.name))
	{
		return FALSE;
	}
	strcpy(entry.name, name);
	this->mutex->lock(this->mutex);
	if (find(this, name, &found) >= 0)
	{
		this->mutex->unlock(this->mutex);
		return FALSE;
	}
	array_insert(this->entries, ARRAY_TAIL, &entry);
	unlock_and_tell(this, name, TRUE);
	return TRUE;
}

METHOD(constructors_t, remove_, void,
	private_constructors_t *this, const char *name)
{
	entry_t entry;
	int index;

	this->mutex->lock(this->mutex);
	index = find(this, name, &entry);
	if (index < 0)
	{
		this->mutex->unlock(this->mutex);
		return;
	}
	array_remove(this->entries, index, NULL);
	unlock_and_tell(this, name, FALSE);
}

METHOD(constructors_t, get, constructor_t,
	private_constructors_t *this, const char *name)
{
	entry_t entry;
	int index;

	this->mutex->lock(this->mutex);
	index = find(this, name, &entry);
	this->mutex->unlock(this->mutex);
	return index < 0 ? NULL : entry.create;
}

METHOD(constructors_t, get_names, array_t*,
	private_constructors_t *this)
{
	array_t *names = array_create(0, 0);
	entry_t entry;
	int i;

	this->mutex->lock(this->mutex);
	for (i = 0; i < array_count(this->entries); i++)
	{
		array_get(this->entries, i, &entry);
		array_insert(names, ARRAY_TAIL, strdup(entry.name));
	}
	this->mutex->unlock(this->mutex);
	return names;
}

METHOD(constructors_t, set_observer, void,
	private_constructors_t *this,
	void (*changed)(void *data, const char *name, bool added), void *data)
{
	this->mutex->lock(this->mutex);
	this->changed = changed;
	this->data = data;
	this->mutex->unlock(this->mutex);
}

METHOD(constructors_t, destroy, void,
	private_constructors_t *this)
{
	array_destroy(this->entries);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
constructors_t *constructors_create()
{
	private_constructors_t *this;

	INIT(this,
		.public = {
			.add = _add,
			.remove = _remove_,
			.get = _get,
			.get_names = _get_names,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.entries = array_create(sizeof(entry_t), 0),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
