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
 * A store in memory, for tests: what one puts, all have that are open. Lists
 * come when the test wants them.
 */

#ifndef MEMORY_STORE_H_
#define MEMORY_STORE_H_

#include "cluster/redirect_store.h"

/**
 * Longest list of records that is kept, of any kind.
 */
#define MEMORY_RECORDS_MAX 64

/**
 * Constructor, see redirect_store.h.
 */
redirect_store_t *memory_store_create(const redirect_store_options_t *options,
									  const redirect_store_sink_t *sink,
									  char why[REDIRECT_STORE_WHY_MAX]);

/**
 * Send lists of all kinds to all that have the store open.
 */
void memory_store_list(void);

/**
 * Tell all that the store is in a state.
 */
void memory_store_state(redirect_store_state_t state);

/**
 * Get a record.
 *
 * @param value			receives a copy
 * @return				octets, 0 if there is none
 */
size_t memory_store_get(const char *kind, const char *name,
						uint8_t value[REDIRECT_STORE_VALUE_MAX]);

/**
 * Put a record, as an attacker that owns the store.
 */
void memory_store_put(const char *kind, const char *name, const void *value,
					  size_t len);

/**
 * Forget all records.
 */
void memory_store_flush(void);

#endif /** MEMORY_STORE_H_ */
