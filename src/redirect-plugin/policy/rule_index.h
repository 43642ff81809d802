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
 * @defgroup rule_index rule_index
 * @{ @ingroup redirect_policy
 */

#ifndef RULE_INDEX_H_
#define RULE_INDEX_H_

#include "rule.h"

typedef struct rule_index_t rule_index_t;

/**
 * Index rules by the addresses of clients that they are about.
 *
 * A segment tree over the intervals between all first and last addresses (Bentley,
 * "Solutions to Klee's rectangle problems", 1977): each range is kept at a few
 * nodes, O(log n), and all rules about an address are on its way to the root.
 * Rules about all addresses, or all but some, are at the root.
 *
 * @param rules			rules in the order of the file, have to outlive the index
 * @param count			number of rules
 * @return				immutable index
 */
rule_index_t *rule_index_create(const rule_t *rules, uint16_t count);

/**
 * Find the first rule in the order of the file that is switched on and matches.
 * O(log n) for addresses that few rules are about; does not allocate, any thread.
 *
 * @param index			index
 * @param request		who asks, and where
 * @param week_minute	minute of the week
 * @return				rule, NULL if none matches
 */
const rule_t *rule_index_find(const rule_index_t *index,
							  const redirect_request_t *request,
							  uint32_t week_minute);

/**
 * Destroy an index.
 *
 * @param index			index, may be NULL
 */
void rule_index_destroy(rule_index_t *index);

#endif /** RULE_INDEX_H_ @}*/
