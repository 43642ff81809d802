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

#include "histogram.h"

#include <stddef.h>

static size_t bucket(uint64_t ns)
{
	unsigned shift = 0;

	/* values below 2 * HISTOGRAM_STEPS have a bucket each */
	while (ns >> shift >= 2 * HISTOGRAM_STEPS)
	{
		shift++;
	}
	return shift * HISTOGRAM_STEPS + (ns >> shift);
}

static uint64_t upper(size_t index)
{
	unsigned shift;

	if (index < 2 * HISTOGRAM_STEPS)
	{
		return index;
	}
	shift = index / HISTOGRAM_STEPS - 1;
	return ((uint64_t)(index - shift * HISTOGRAM_STEPS + 1) << shift) - 1;
}

void histogram_add(histogram_t *histogram, uint64_t ns)
{
	histogram->count[bucket(ns)]++;
	histogram->total++;
	if (ns > histogram->max)
	{
		histogram->max = ns;
	}
}

uint64_t histogram_percentile(const histogram_t *histogram, double percent)
{
	uint64_t rank, seen = 0;
	size_t i;

	if (!histogram->total)
	{
		return 0;
	}
	rank = (uint64_t)(percent / 100 * (histogram->total - 1)) + 1;
	for (i = 0; i < sizeof(histogram->count) / sizeof(*histogram->count); i++)
	{
		seen += histogram->count[i];
		if (seen >= rank)
		{
			return upper(i) < histogram->max ? upper(i) : histogram->max;
		}
	}
	return histogram->max;
}
