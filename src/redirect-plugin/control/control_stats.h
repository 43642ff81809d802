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
 * @defgroup control_stats control_stats
 * @{ @ingroup redirect_control
 */

#ifndef CONTROL_STATS_H_
#define CONTROL_STATS_H_

#include "control_commands.h"

typedef struct control_family_t control_family_t;
typedef struct control_sample_t control_sample_t;

/**
 * Most labels of a sample.
 */
#define CONTROL_LABELS 4

/**
 * A kind of numbers, with what Prometheus wants to know of it.
 */
struct control_family_t {

	/** name without prefix; counters end with _total */
	const char *name;

	/** what is counted, in which unit */
	const char *help;

	/** TRUE for a counter, FALSE for a gauge */
	bool counter;

	/** names of labels, as many as it has */
	const char *labels[CONTROL_LABELS];
};

/**
 * A number.
 */
struct control_sample_t {

	/** kind of the number */
	const control_family_t *family;

	/** values of its labels */
	const char *labels[CONTROL_LABELS];

	/** the number */
	double value;
};

/**
 * Read all numbers: those of a family one after the other, counters that are
 * zero left out if they have labels.
 *
 * @param context		what is read
 * @param sample		called with each number
 * @param data			passed to sample
 */
void control_stats_read(control_context_t *context,
						void (*sample)(void *data,
									   const control_sample_t *sample),
						void *data);

#endif /** CONTROL_STATS_H_ @}*/
