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
 * @defgroup recent_table recent_table
 * @{ @ingroup redirect_policy
 */

#ifndef RECENT_TABLE_H_
#define RECENT_TABLE_H_

#include <stdbool.h>
#include <stdint.h>

typedef struct recent_table_t recent_table_t;

/**
 * Remembers a number for things that are known by a hash, for a while: which
 * gateway a connection attempt got, or a client.
 *
 * A table of fixed size, in sets of eight: what is new takes the place of what
 * is oldest in its set. Which things share a set is a secret of the process, so
 * nobody can push another one out but by filling the table. Two things are taken
 * for each other only if all 64 bits of their hashes are the same.
 *
 * No locks, any thread: of two writers at the same place one wins, or none. An
 * entry is two words whose exclusive or is the key, so that halves of two
 * entries are no entry (Hyatt, Mann, "A lock-less transposition-table
 * implementation for parallel search chess engines", ICGA Journal 25(1), 2002).
 */
struct recent_table_t {

	/**
	 * Find what is remembered.
	 *
	 * @param key		hash
	 * @param seconds	how old it may be
	 * @param value		receives the number
	 * @return			FALSE if it is not known, or not anymore
	 */
	bool (*get)(recent_table_t *this, uint64_t key, uint32_t seconds,
				uint32_t *value);

	/**
	 * Remember a number, from now on.
	 *
	 * @param key		hash
	 * @param value		number
	 */
	void (*put)(recent_table_t *this, uint64_t key, uint32_t value);

	/**
	 * Have the processor fetch what is remembered, for a get() or put() that comes
	 * soon.
	 *
	 * @param key		hash
	 */
	void (*expect)(recent_table_t *this, uint64_t key);

	/**
	 * Get how often something had to go that was younger than the seconds the
	 * table was made for.
	 */
	uint64_t (*get_dropped)(recent_table_t *this);

	/**
	 * Destroy the table.
	 */
	void (*destroy)(recent_table_t *this);
};

/**
 * Create a table.
 *
 * @param bits			it has two to the power of bits entries, 16 octets each; at
 *						least 3, at most 48
 * @param seconds		how long things are usually remembered, for get_dropped()
 * @return				empty table
 */
recent_table_t *recent_table_create(unsigned bits, uint32_t seconds);

#endif /** RECENT_TABLE_H_ @}*/
