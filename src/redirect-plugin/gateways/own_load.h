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
 * @defgroup own_load own_load
 * @{ @ingroup redirect_gateways
 */

#ifndef OWN_LOAD_H_
#define OWN_LOAD_H_

#include <stdint.h>

#include <library.h>

typedef struct own_load_t own_load_t;
typedef struct own_load_sampler_t own_load_sampler_t;
typedef enum own_load_metric_t own_load_metric_t;

/**
 * What tells how much this gateway has to do.
 */
enum own_load_metric_t {
	/** IKE_SAs, half-open ones among them */
	OWN_LOAD_SAS,
	/** half-open IKE_SAs this gateway is the responder of */
	OWN_LOAD_HALF_OPEN,
	/** jobs that wait for a worker */
	OWN_LOAD_JOBS,
	/** workers that are busy, in per cent */
	OWN_LOAD_WORKERS,
	/** CPU time of the process, in per cent of all cores it may use */
	OWN_LOAD_CPU,
	/** number of metrics */
	OWN_LOAD_MAX,
};

/**
 * Names of metrics, as in strongswan.conf.
 */
extern enum_name_t *own_load_metric_names;

/**
 * A sample: plain data.
 */
struct own_load_t {

	/** values by own_load_metric_t */
	uint32_t values[OWN_LOAD_MAX];

	/** IKE_SAs that are not half-open */
	uint32_t sessions;
};

/**
 * Samples what charon knows of its load. For one thread at a time, not for
 * hooks: takes the mutex of the processor, shortly.
 */
struct own_load_sampler_t {

	/**
	 * Take a sample.
	 *
	 * @param load		receives it; CPU is that since the last sample, 0 the
	 *					first time
	 */
	void (*sample)(own_load_sampler_t *this, own_load_t *load);

	/**
	 * Destroy the sampler.
	 */
	void (*destroy)(own_load_sampler_t *this);
};

/**
 * Create a sampler.
 */
own_load_sampler_t *own_load_sampler_create();

#endif /** OWN_LOAD_H_ @}*/
