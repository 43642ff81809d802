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

#include "session_order.h"
#include "policy/hop_table.h"

/*
 * Described in header
 */
session_scope_t *session_scope_create(policy_engine_t *engine, bool move,
			bool (*allowed)(void *data, const policy_state_t *state, int index),
			void *data)
{
	const policy_state_t *state;
	const policy_t *policy;
	session_scope_t *this;
	uint64_t *ids = NULL;
	int i, token, count = 0, others = 0;

	state = engine->acquire(engine, &token);
	policy = state->policy;
	if (policy)
	{
		ids = calloc(policy->gateway_count + 1, sizeof(uint64_t));
		for (i = 0; i < policy->gateway_count; i++)
		{
			others += i != policy->self;
			if (i != policy->self && allowed(data, state, i))
			{
				ids[count++] = policy->gateways[i].id;
			}
		}
	}
	engine->release(engine, token);
	if (ids)
	{
		qsort(ids, count, sizeof(uint64_t), redirect_scope_compare);
	}
	INIT(this,
		.refs = 1,
		.limited = move || count < others,
		.scope = {
			.ids = ids,
			.count = count,
			.move = move,
		},
	);
	return this;
}

/*
 * Described in header
 */
session_scope_t *session_scope_get(session_scope_t *scope)
{
	ref_get(&scope->refs);
	return scope;
}

/*
 * Described in header
 */
void session_scope_put(session_scope_t *scope)
{
	if (scope && ref_put(&scope->refs))
	{
		free((void*)scope->scope.ids);
		free(scope);
	}
}

/*
 * Described in header
 */
session_order_t *session_order_create(const session_move_t *move,
			session_scope_t *(*get_scope)(void *data, const session_order_t*),
			void *data)
{
	session_order_t *this;

	INIT(this,
		.refs = 1,
		.move = *move,
		.began = time_monotonic(NULL),
		.get_scope = get_scope,
		.data = data,
	);
	return this;
}

/*
 * Described in header
 */
bool session_order_remembers(const session_order_t *this,
							 const session_info_t *info, time_t now)
{
	return info->from.version &&
		   (info->since + HOP_SECONDS > now || info->since >= this->began) &&
		   !(this->came_back &&
			 this->came_back(this->data, &info->from, info->since));
}

/*
 * Described in header
 */
session_order_t *session_order_get(session_order_t *order)
{
	ref_get(&order->refs);
	return order;
}

/*
 * Described in header
 */
void session_order_put(session_order_t *order)
{
	if (order && ref_put(&order->refs))
	{
		free(order);
	}
}
