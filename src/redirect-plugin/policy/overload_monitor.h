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
 * @defgroup overload_monitor overload_monitor
 * @{ @ingroup redirect_policy
 */

#ifndef OVERLOAD_MONITOR_H_
#define OVERLOAD_MONITOR_H_

#include "policy_engine.h"
#include "gateways/own_load.h"

typedef struct overload_monitor_t overload_monitor_t;
typedef struct overload_report_t overload_report_t;

/**
 * The last sample and what it means, for people.
 */
struct overload_report_t {

	/** sample */
	own_load_t load;

	/** combined load in 1/1000, or REDIRECT_SELECTOR_UNKNOWN */
	uint32_t combined;

	/** metric the combined load is that of, if it is known */
	own_load_metric_t metric;

	/** what it means */
	overload_level_t level;
};

/**
 * The plugin's clock: once a second it samples the load of this gateway, compares
 * it with the marks of the configuration, and lets gateways start slowly.
 *
 * Thread-safe, but for start().
 */
struct overload_monitor_t {

	/**
	 * Begin to do so, in a job every second.
	 */
	void (*start)(overload_monitor_t *this);

	/**
	 * Do what is to be done in a second.
	 *
	 * @param load			sample, NULL to take one
	 */
	void (*tick)(overload_monitor_t *this, const own_load_t *load);

	/**
	 * Get the last sample.
	 *
	 * @param report		receives it
	 */
	void (*get_report)(overload_monitor_t *this, overload_report_t *report);

	/**
	 * Destroy the monitor; no job may run anymore.
	 */
	void (*destroy)(overload_monitor_t *this);
};

/**
 * Create a monitor.
 *
 * @param engine		told of overload
 * @param table			told of this gateway's load
 */
overload_monitor_t *overload_monitor_create(policy_engine_t *engine,
											gateway_table_t *table);

#endif /** OVERLOAD_MONITOR_H_ @}*/
