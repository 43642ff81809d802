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
 * @defgroup overload_marks overload_marks
 * @{ @ingroup redirect_gateways
 */

#ifndef OVERLOAD_MARKS_H_
#define OVERLOAD_MARKS_H_

#include "own_load.h"
#include "utils/config_options.h"

typedef struct overload_mark_t overload_mark_t;
typedef struct overload_marks_t overload_marks_t;
typedef struct overload_state_t overload_state_t;
typedef enum overload_level_t overload_level_t;

/**
 * How much this gateway has to do.
 */
enum overload_level_t {
	/** not too much */
	OVERLOAD_NONE,
	/** above a high mark: new clients go elsewhere if they can */
	OVERLOAD_HIGH,
	/** above the hard limit: those that were redirected here as well */
	OVERLOAD_HARD,
};

/**
 * Names of levels, for logs.
 */
extern enum_name_t *overload_level_names;

/**
 * A pair of marks.
 */
struct overload_mark_t {

	/** at this value it is too much, 0 if it never is */
	uint32_t high;

	/** below this value it is fine again */
	uint32_t low;

	/** TRUE if both are per cent of the capacity */
	bool relative;
};

/**
 * Section overload of the configuration: immutable.
 */
struct overload_marks_t {

	/** marks by own_load_metric_t */
	overload_mark_t marks[OWN_LOAD_MAX];

	/** combined load in per cent that is the hard limit, 0 if there is none */
	uint32_t hard;

	/** 1 to refuse clients without support while overloaded, 0 to serve them */
	int refuse_unsupported;
};

/**
 * Which marks were passed, kept between samples (hysteresis); starts with
 * zeros.
 */
struct overload_state_t {

	/** metrics that reached their high mark and not their low one since, as
	 * bits 1 << own_load_metric_t */
	uint32_t high;

	/** the same for hard limit and high mark */
	uint32_t hard;
};

/**
 * Read the marks.
 *
 * @param section		section overload
 * @param marks			filled in, owns nothing
 * @return				FALSE with an error added to those of the section
 */
bool overload_marks_read(const config_section_t *section,
						 overload_marks_t *marks);

/**
 * Get a mark as a number.
 *
 * @param mark			mark
 * @param capacity		sessions this gateway is made for, 0 if not limited
 * @param value			receives high and low, not relative; high is 0 if the mark
 *						is off, or relative to no capacity
 */
void overload_mark_resolve(const overload_mark_t *mark, uint32_t capacity,
						   overload_mark_t *value);

/**
 * Compare a sample with the marks.
 *
 * @param marks			marks
 * @param capacity		sessions this gateway is made for, 0 if not limited
 * @param load			sample
 * @param state			marks passed before, updated
 * @return				how much this gateway has to do
 */
overload_level_t overload_marks_compare(const overload_marks_t *marks,
										uint32_t capacity,
										const own_load_t *load,
										overload_state_t *state);

/**
 * Combine a sample into one load: that of the metric that is nearest to its
 * high mark, or furthest beyond.
 *
 * @param marks			marks
 * @param capacity		sessions this gateway is made for, 0 if not limited
 * @param load			sample
 * @param metric		receives the metric, may be NULL
 * @return				load in 1/1000 of the high mark;
 *						REDIRECT_SELECTOR_UNKNOWN if there is no mark
 */
uint32_t overload_marks_combine(const overload_marks_t *marks,
								uint32_t capacity, const own_load_t *load,
								own_load_metric_t *metric);

#endif /** OVERLOAD_MARKS_H_ @}*/
