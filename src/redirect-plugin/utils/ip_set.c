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

#include "ip_set.h"

#include <utils/enum.h>
#include <utils/utils/string.h>
#include <collections/enumerator.h>

typedef struct ip_range_t ip_range_t;

/**
 * Addresses from the first to the last, both included; same version.
 */
struct ip_range_t {
	ip_address_t from;
	ip_address_t to;
};

/**
 * Disjoint ranges in ascending order, IPv4 before IPv6.
 */
struct ip_set_t {
	size_t count;
	ip_range_t *ranges;
};

/**
 * Order ranges by their first address.
 */
static int compare_ranges(const void *a, const void *b)
{
	return ip_address_compare(&((const ip_range_t*)a)->from,
							  &((const ip_range_t*)b)->from);
}

/**
 * Make a range of a subnet.
 */
static bool parse_subnet(char *str, ip_range_t *range)
{
	host_t *host;
	chunk_t data;
	char *end;
	long prefix;
	int bits, bit;

	/* host_create_from_subnet() ignores what follows the number */
	prefix = strtol(strchr(str, '/') + 1, &end, 10);
	if (end == strchr(str, '/') + 1 || *end)
	{
		return FALSE;
	}
	host = host_create_from_subnet(str, &bits);
	if (!host)
	{
		return FALSE;
	}
	range->from = ip_address_from_host(host);
	host->destroy(host);
	data = ip_address_chunk(&range->from);
	if (prefix < 0 || prefix > (long)data.len * 8)
	{
		return FALSE;
	}
	range->to = range->from;
	for (bit = prefix; bit < (int)data.len * 8; bit++)
	{
		range->from.data[bit / 8] &= ~(0x80 >> bit % 8);
		range->to.data[bit / 8] |= 0x80 >> bit % 8;
	}
	return TRUE;
}

/**
 * Make a range of two addresses with a hyphen between them.
 */
static bool parse_range(char *str, ip_range_t *range)
{
	host_t *from, *to;

	if (!host_create_from_range(str, &from, &to))
	{
		return FALSE;
	}
	range->from = ip_address_from_host(from);
	range->to = ip_address_from_host(to);
	from->destroy(from);
	to->destroy(to);
	return range->from.version == range->to.version &&
		   ip_address_compare(&range->from, &range->to) <= 0;
}

/**
 * Parse an address, subnet or range.
 */
static bool parse_element(char *str, ip_range_t *range)
{
	if (strchr(str, '/'))
	{
		return parse_subnet(str, range);
	}
	if (strchr(str, '-'))
	{
		return parse_range(str, range);
	}
	if (ip_address_from_string(str, &range->from))
	{
		range->to = range->from;
		return TRUE;
	}
	return FALSE;
}

/**
 * Sort the ranges and merge those that overlap.
 */
static void normalize(ip_set_t *set)
{
	ip_range_t *last, *range;
	size_t i, count = 1;

	qsort(set->ranges, set->count, sizeof(ip_range_t), compare_ranges);
	for (i = 1; i < set->count; i++)
	{
		last = &set->ranges[count - 1];
		range = &set->ranges[i];
		if (ip_address_compare(&range->from, &last->to) > 0)
		{
			set->ranges[count++] = *range;
		}
		else if (ip_address_compare(&range->to, &last->to) > 0)
		{
			last->to = range->to;
		}
	}
	set->count = count;
}

/*
 * Described in header
 */
ip_set_t *ip_set_create(const char *list, char **wrong)
{
	enumerator_t *enumerator;
	ip_range_t range;
	ip_set_t *set;
	char *element;
	bool good = TRUE;

	INIT(set,
		.count = 0,
	);
	enumerator = enumerator_create_token(list, ",", " \t");
	while (good && enumerator->enumerate(enumerator, &element))
	{
		if (!*element)
		{
			continue;
		}
		memset(&range, 0, sizeof(range));
		good = parse_element(element, &range);
		if (good)
		{
			set->ranges = realloc(set->ranges,
								  (set->count + 1) * sizeof(ip_range_t));
			set->ranges[set->count++] = range;
		}
		else if (wrong)
		{
			*wrong = strdup(element);
		}
	}
	enumerator->destroy(enumerator);
	if (!good || !set->count)
	{
		if (good && wrong)
		{
			*wrong = strdup("");
		}
		ip_set_destroy(set);
		return NULL;
	}
	normalize(set);
	return set;
}

/*
 * Described in header
 */
bool ip_set_subnet_first(const char *subnet, ip_address_t *first)
{
	char address[INET6_ADDRSTRLEN], *copy = strdup(subnet);
	ip_address_t given;
	ip_range_t range;
	bool bits;

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(subnet, "/"),
			 subnet);
	memset(&range, 0, sizeof(range));
	bits = strchr(copy, '/') && ip_address_from_string(address, &given) &&
		   parse_subnet(copy, &range) &&
		   ip_address_compare(&given, &range.from) != 0;
	*first = range.from;
	free(copy);
	return bits;
}

/**
 * Find the first range that does not end before an address does.
 *
 * @param low			position to begin at
 */
static size_t find_end(const ip_set_t *set, size_t low, const ip_address_t *to)
{
	size_t high = set->count, middle;

	while (low < high)
	{
		middle = low + (high - low) / 2;
		if (ip_address_compare(&set->ranges[middle].to, to) < 0)
		{
			low = middle + 1;
		}
		else
		{
			high = middle;
		}
	}
	return low;
}

/*
 * Described in header
 */
bool ip_set_covers(const ip_set_t *set, const ip_set_t *part)
{
	size_t i = 0, j;

	for (j = 0; j < part->count; j++)
	{
		i = set ? find_end(set, i, &part->ranges[j].to) : 0;
		if (!set || i == set->count ||
			ip_address_compare(&set->ranges[i].from, &part->ranges[j].from) > 0)
		{
			return FALSE;
		}
	}
	return TRUE;
}

/*
 * Described in header
 */
bool ip_set_overlaps(const ip_set_t *a, const ip_set_t *b)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count)
	{
		if (ip_address_compare(&a->ranges[i].to, &b->ranges[j].from) < 0)
		{
			i++;
		}
		else if (ip_address_compare(&b->ranges[j].to, &a->ranges[i].from) < 0)
		{
			j++;
		}
		else
		{
			return TRUE;
		}
	}
	return FALSE;
}

/*
 * Described in header
 */
bool ip_set_has_version(const ip_set_t *set, uint8_t version, bool all)
{
	ip_range_t every = { .from.version = version, .to.version = version };
	ip_set_t whole = { .count = 1, .ranges = &every };

	memset(every.to.data, 0xff, version == 4 ? 4 : 16);
	return all ? ip_set_covers(set, &whole) : ip_set_overlaps(set, &whole);
}

/*
 * Described in header
 */
bool ip_set_contains(const ip_set_t *set, const ip_address_t *address)
{
	size_t low = 0, high, middle;

	if (!set || !address->version)
	{
		return FALSE;
	}
	high = set->count;
	while (low < high)
	{
		middle = low + (high - low) / 2;
		if (ip_address_compare(address, &set->ranges[middle].from) < 0)
		{
			high = middle;
		}
		else if (ip_address_compare(address, &set->ranges[middle].to) > 0)
		{
			low = middle + 1;
		}
		else
		{
			return TRUE;
		}
	}
	return FALSE;
}

/*
 * Described in header
 */
size_t ip_set_get_count(const ip_set_t *set)
{
	return set->count;
}

/*
 * Described in header
 */
void ip_set_get(const ip_set_t *set, size_t i, ip_address_t *from,
				ip_address_t *to)
{
	*from = set->ranges[i].from;
	*to = set->ranges[i].to;
}

/*
 * Described in header
 */
void ip_set_destroy(ip_set_t *set)
{
	if (set)
	{
		free(set->ranges);
		free(set);
	}
}
