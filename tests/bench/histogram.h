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
 * Latencies counted in buckets whose width grows with the value: every bucket
 * is at most 1/32 of its value wide, the same error at 20 µs and at 2 s.
 */

#ifndef HISTOGRAM_H_
#define HISTOGRAM_H_

#include <stdint.h>

/** buckets per power of two */
#define HISTOGRAM_STEPS 32

typedef struct histogram_t histogram_t;

/**
 * Counted values, zero it before use.
 */
struct histogram_t {

	/** values counted in each bucket */
	uint64_t count[64 * HISTOGRAM_STEPS];

	/** values counted in all */
	uint64_t total;

	/** largest value */
	uint64_t max;
};

/**
 * Count a value.
 *
 * @param histogram	histogram
 * @param ns		value in nanoseconds
 */
void histogram_add(histogram_t *histogram, uint64_t ns);

/**
 * Get a percentile.
 *
 * @param histogram	histogram
 * @param percent	0 to 100
 * @return			upper end of the bucket it falls in, in nanoseconds, 0 if
 *					nothing was counted
 */
uint64_t histogram_percentile(const histogram_t *histogram, double percent);

#endif /** HISTOGRAM_H_ */
