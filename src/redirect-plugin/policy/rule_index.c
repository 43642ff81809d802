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

#include "rule_index.h"

/**
 * The root of the tree; the children of node n are 2n and 2n + 1.
 */
#define ROOT 1

/**
 * An index.
 */
struct rule_index_t {

	/** rules in the order of the file */
	const rule_t *rules;

	/** number of rules */
	uint16_t count;

	/** addresses at which an interval begins, sorted; one more lies before the
	 * first of them */
	ip_address_t *bounds;

	/** number of intervals, whose leaves are the nodes from this number on */
	size_t leaves;

	/** where in entries the rules of each node begin, and the last one's end */
	uint32_t *begin;

	/** positions of rules, ascending in each node */
	uint16_t *entries;
};

/**
 * Check whether a rule is about the addresses of its ranges only.
 */
static bool has_ranges(const rule_t *rule)
{
	return rule->conditions.remote &&
		   !rule->conditions.negated[CONDITION_REMOTE];
}

/**
 * The address after another, which is none after the last one of a family.
 */
static ip_address_t successor(ip_address_t address)
{
	int i;

	for (i = address.version == 4 ? 3 : 15; i >= 0; i--)
	{
		if (++address.data[i])
		{
			return address;
		}
	}
	address.version++;
	return address;
}

/**
 * Order addresses.
 */
static int compare_bounds(const void *a, const void *b)
{
	return ip_address_compare(a, b);
}

/**
 * Collect where intervals begin.
 */
static void collect_bounds(rule_index_t *this)
{
	ip_address_t from, to;
	size_t i, n = 0, count = 0;
	int rule;

	for (rule = 0; rule < this->count; rule++)
	{
		if (has_ranges(&this->rules[rule]))
		{
			count += ip_set_get_count(this->rules[rule].conditions.remote);
		}
	}
	this->bounds = calloc(2 * count + 1, sizeof(ip_address_t));
	for (rule = 0; rule < this->count; rule++)
	{
		count = has_ranges(&this->rules[rule])
					? ip_set_get_count(this->rules[rule].conditions.remote) : 0;
		for (i = 0; i < count; i++)
		{
			ip_set_get(this->rules[rule].conditions.remote, i, &from, &to);
			this->bounds[n++] = from;
			this->bounds[n++] = successor(to);
		}
	}
	qsort(this->bounds, n, sizeof(ip_address_t), compare_bounds);
	for (i = 0, count = 0; i < n; i++)
	{
		if (!count || compare_bounds(&this->bounds[count - 1], &this->bounds[i]))
		{
			this->bounds[count++] = this->bounds[i];
		}
	}
	this->leaves = count + 1;
}

/**
 * Find the leaf of an address: the number of bounds up to it tells.
 */
static size_t find_leaf(const rule_index_t *this, const ip_address_t *address)
{
	size_t low = 0, high = this->leaves - 1, middle;

	while (low < high)
	{
		middle = low + (high - low) / 2;
		if (ip_address_compare(&this->bounds[middle], address) <= 0)
		{
			low = middle + 1;
		}
		else
		{
			high = middle;
		}
	}
	return this->leaves + low;
}

/**
 * Note a rule at a node: in the first pass it is counted, for the node after it.
 */
static void note(rule_index_t *this, size_t node, uint16_t rule)
{
	if (this->entries)
	{
		this->entries[this->begin[node]++] = rule;
	}
	else
	{
		this->begin[node]++;
	}
}

/**
 * Note a rule at the nodes that make up its ranges.
 */
static void note_rule(rule_index_t *this, uint16_t rule)
{
	const ip_set_t *remote = this->rules[rule].conditions.remote;
	size_t i, left, right;
	ip_address_t from, to;

	if (!has_ranges(&this->rules[rule]))
	{
		note(this, ROOT, rule);
		return;
	}
	for (i = 0; i < ip_set_get_count(remote); i++)
	{
		ip_set_get(remote, i, &from, &to);
		left = find_leaf(this, &from);
		right = find_leaf(this, &to) + 1;
		for (; left < right; left /= 2, right /= 2)
		{
			if (left & 1)
			{
				note(this, left++, rule);
			}
			if (right & 1)
			{
				note(this, --right, rule);
			}
		}
	}
}

/**
 * Note all rules that are switched on.
 */
static void note_rules(rule_index_t *this)
{
	int rule;

	for (rule = 0; rule < this->count; rule++)
	{
		if (this->rules[rule].enabled)
		{
			note_rule(this, rule);
		}
	}
}

/*
 * Described in header
 */
rule_index_t *rule_index_create(const rule_t *rules, uint16_t count)
{
	rule_index_t *this;
	uint32_t sum = 0, entries;
	size_t node, nodes;

	INIT(this,
		.rules = rules,
		.count = count,
	);
	collect_bounds(this);
	nodes = max(2 * this->leaves, ROOT + 1);
	this->begin = calloc(nodes + 1, sizeof(uint32_t));
	note_rules(this);
	for (node = 0; node <= nodes; node++)
	{
		entries = this->begin[node];
		this->begin[node] = sum;
		sum += entries;
	}
	this->entries = calloc(sum + 1, sizeof(uint16_t));
	note_rules(this);
	/* each begins where the one before it ended */
	memmove(&this->begin[1], &this->begin[0], nodes * sizeof(uint32_t));
	this->begin[0] = 0;
	return this;
}

/*
 * Described in header
 */
const rule_t *rule_index_find(const rule_index_t *this,
							  const redirect_request_t *request,
							  uint32_t week_minute)
{
	uint16_t best = this->count;
	size_t node;
	uint32_t i;

	for (node = find_leaf(this, &request->remote); node; node /= 2)
	{
		for (i = this->begin[node]; i < this->begin[node + 1]; i++)
		{
			if (this->entries[i] >= best)
			{
				break;
			}
			if (conditions_match(&this->rules[this->entries[i]].conditions,
								 request, week_minute))
			{
				best = this->entries[i];
				break;
			}
		}
	}
	return best < this->count ? &this->rules[best] : NULL;
}

/*
 * Described in header
 */
void rule_index_destroy(rule_index_t *this)
{
	if (this)
	{
		free(this->bounds);
		free(this->begin);
		free(this->entries);
		free(this);
	}
}
