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
 * @defgroup constructors constructors
 * @{ @ingroup redirect_utils
 *
 * Constructors that plugins offer by name, for instance of selectors.
 */

#ifndef CONSTRUCTORS_H_
#define CONSTRUCTORS_H_

#include <collections/array.h>

typedef struct constructors_t constructors_t;

/**
 * Longest name, with the final zero.
 */
#define CONSTRUCTORS_NAME_MAX 32

/**
 * Any constructor; who looks it up knows its type.
 */
typedef void (*constructor_t)(void);

/**
 * Constructors by name; thread-safe.
 */
struct constructors_t {

	/**
	 * Add a constructor, and tell the observer.
	 *
	 * @param name		name, copied
	 * @param create	constructor
	 * @return			FALSE if the name is taken, empty or too long
	 */
	bool (*add)(constructors_t *this, const char *name, constructor_t create);

	/**
	 * Remove a constructor, and tell the observer.
	 *
	 * @param name		name it was added with; if it was not nothing happens
	 */
	void (*remove)(constructors_t *this, const char *name);

	/**
	 * Look up a constructor.
	 *
	 * @param name		name
	 * @return			constructor, NULL if there is none
	 */
	constructor_t (*get)(constructors_t *this, const char *name);

	/**
	 * Get all names.
	 *
	 * @return			array_t of allocated char*, see config_list_destroy()
	 */
	array_t *(*get_names)(constructors_t *this);

	/**
	 * Set who is told of every change, after an add and while a constructor is
	 * being removed (it cannot be looked up anymore then). Called without locks,
	 * by the thread that adds or removes.
	 *
	 * @param changed	function, NULL to tell nobody
	 * @param data		passed to it
	 */
	void (*set_observer)(constructors_t *this,
						 void (*changed)(void *data, const char *name,
										 bool added), void *data);

	/**
	 * Destroy it; the observer is not told.
	 */
	void (*destroy)(constructors_t *this);
};

/**
 * Create a table without constructors.
 */
constructors_t *constructors_create();

#endif /** CONSTRUCTORS_H_ @}*/
